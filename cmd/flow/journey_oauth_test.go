package main

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/tui"
)

// oauthCredentials walks the wizard from its first page to the Client ID field.
func (tm *window) oauthCredentials(address string) *window {
	tm.t.Helper()
	tm.see("Which GitLab do you want to connect?").press("enter")
	tm.see("How should Flow sign in?", "/^> OAuth/").press("enter")
	tm.see("What you type in a browser").typed(address).press("enter")
	return tm.see("A GitLab answers here", "/^> Client ID/")
}

// entered types how Flow is registered, from the Client ID field on.
func (tm *window) entered(secret string) *window {
	tm.t.Helper()
	tm.typed(gitlabtest.DemoClientID).press("enter").see("/^> Client secret/", "enter connect")
	return tm.typed(secret).press("enter")
}

var shortAddress = regexp.MustCompile(`(?m)open +(http://127\.0\.0\.1:\d+/[^/\s]+)$`)

// approved opens the short address in a browser, where somebody approves Flow.
func (tm *window) approved(w *world, user string) *window {
	tm.t.Helper()
	tm.see("/" + shortAddress.String() + "/")
	browser := gitlabtest.NewBrowser(w.server, user, gitlabtest.DemoPassword)
	defer browser.Close()
	w.visit(browser, tm.short(), true)
	return tm
}

// signedIn walks the wizard from its first page to a passed test of a sign-in.
func (tm *window) signedIn(w *world) *window {
	tm.t.Helper()
	tm.oauthCredentials(w.server.URL()).entered(gitlabtest.DemoClientSecret).approved(w, gitlabtest.DemoUser)
	return tm.see(passed, "enter continue")
}

// atCreate goes on from a passed test to the last page.
func (tm *window) atCreate() *window {
	tm.t.Helper()
	tm.press("enter").see("What should Flow read?").press("enter").see("be called?").press("enter")
	return tm.see("Check and create", "enter create")
}

// createdByOAuth walks the wizard to the details of a new integration.
func (tm *window) createdByOAuth(w *world) *window {
	tm.t.Helper()
	tm.signedIn(w).atCreate().press("enter")
	return tm.see("For new ones let cron run", "419 repos: 0 imported", "? keys")
}

// liveSignIns counts the sign-ins that GitLab still accepts.
func (w *world) liveSignIns() int {
	n := 0
	for _, token := range w.server.Company().OAuthTokens() {
		if !token.Revoked {
			n++
		}
	}
	return n
}

// A clock goes only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// From provider to the Overview with OAuth: what is said on the way, and what is
// stored of it.
func TestConnectWithOAuth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.signedIn(w).atCreate()
	tm.see("/Method +OAuth$/", "/Client ID +"+gitlabtest.DemoClientID[:20]+"/", "/Sign-in +renews itself$/", "/Account +@flow-bot$/", "the sign-in sealed").never("Token")
	tm.press("enter").see("For new ones let cron run", "419 repos: 0 imported", "? keys").press("3")
	tm.see("/Sign-in +@flow-bot, OAuth: api, read_user, read_repository$/", "/Expiry +renews itself$/", "/Kept in .*the sign-in sealed$/")
	tm.leave()
	in, _ := w.stored("gitlab")
	if in.Method != flow.OAuth || in.App.ClientID != gitlabtest.DemoClientID || w.liveSignIns() != 1 {
		t.Errorf("stored %+v; %d sign-ins are valid, want one", in, w.liveSignIns())
	}
	noSecretIn(t, w.dir, gitlabtest.DemoClientSecret)
	if strings.Contains(tm.output(), gitlabtest.DemoClientSecret) {
		t.Error("the secret was drawn")
	}
}

// The row of the method really switches it; each method keeps its own entries.
func TestMethodIsSwitchedAtCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.oauthCredentials(w.server.URL()).paste("  " + gitlabtest.DemoClientID + "\r\n").see(gitlabtest.DemoClientID[44:])
	tm.press("shift+tab", "shift+tab", "shift+tab").see("/^> Sign in with +\\(x\\) OAuth/", "left/right choose").press("right")
	tm.see("( ) OAuth   (x) Access token", "Make a token").never("Client ID").press("down", "down", "down").see("/^> Access token/")
	tm.typed(gitlabtest.DemoToken).see("15 characters").press("up", "up", "up").see("> Sign in with").press("left")
	tm.see("(x) OAuth   ( ) Access token", "/Client ID +"+gitlabtest.DemoClientID[:20]+"/").never("Make a token")
	tm.press("space").see("(x) Access token", "15 characters").press("space").see("Register Flow")
	// The step before knows the change, and nothing is lost on the way.
	tm.press("esc").see("How should Flow sign in?", "/^> OAuth/").press("enter").see("/^> Client secret/", "/Client ID +"+gitlabtest.DemoClientID[:20]+"/")
	tm.press("shift+tab", "shift+tab", "shift+tab", "shift+tab").see("> Sign in with").press("right").see("15 characters").press("tab", "tab", "tab").see("/^> Access token/").press("enter").see(passed)
	tm.leave()
}

// What an application needs is checked at its field; it belongs to one GitLab.
func TestApplicationIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.oauthCredentials(w.server.URL()).press("enter").see("/^> Client secret/", "Empty if not Confidential.").press("enter")
	tm.see("/^> Client ID/", "Client ID is empty. Copy Application ID").typed("948f e603").press("enter", "enter")
	tm.see("/^> Client ID +948f e603/", "Client ID holds a space").press("ctrl+u").typed(gitlabtest.DemoClientID).see("GitLab shows it as Application ID.").press("enter")
	tm.see("/^> Client secret/").press("up").press("ctrl+u").typed("gloas-948fe603").press("enter").press("enter").see("/^> Client ID +gloas-948fe603/", "That is a secret, not the Client ID.")
	tm.press("ctrl+u").typed(gitlabtest.DemoClientID).press("enter")
	tm.typed("wrong").see("5 characters", "[ ] show it").press("ctrl+r").see("/Client secret +wrong/", "[x] show it").press("ctrl+r").see("/Client secret +\\*{5}/")
	tm.press("tab").see("/^> +GitLab shows it once, as Secret. \\[ \\] show it/", "space show or hide").press("space").see("/Client secret +wrong/")
	// Another address is another GitLab: what was given is not sent there.
	tm.press("up", "up", "up", "up").see("/^> Base URL/").press("ctrl+u").typed("localhost:1").press("tab").see("connection is refused")
	tm.see("/Client ID *$/", "/Client secret *$/").never("wrong").leave()
}

// A secret that GitLab refuses is said at its field, and mended there.
func TestRefusedApplicationIsMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.oauthCredentials(w.server.URL()).entered("wrong").approved(w, gitlabtest.DemoUser)
	tm.see("Client secret is refused by GitLab.", "enter change the entries").press("enter")
	tm.see("/^> Client secret/", "5 characters", "Client secret is refused by GitLab. Renew it there").press("ctrl+u").see("/^> Client secret *$/")
	tm.typed(gitlabtest.DemoClientSecret).press("enter").approved(w, gitlabtest.DemoUser).see(passed)
	tm.leave()
}

// What is to be registered hangs on the release, and on the command line.
func TestWhatIsToBeRegistered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, version, redirect string
		wants                   []string
		never                   string
	}{
		{"a new GitLab", "17.5.2", "", []string{"/Redirect URI  http://127.0.0.1/callback$/", "/Confidential  on$/"}, "one per line"},
		{"any port or a fixed one", "13.5.0", "", []string{"/http://127.0.0.1/callback +one per line, all of them$/", "http://127.0.0.1:7173/callback", "/Confidential  on$/"}, ""},
		{"fixed ports, always confidential", "10.7.0", "", []string{"/http://127.0.0.1:7171/callback +one per line, all of them$/", "http://127.0.0.1:7173/callback"}, "Confidential"},
		{"a callback of the company's own", "17.5.2", "https://flow.example.com/callback", []string{"/Redirect URI  https://flow.example.com/callback$/"}, "127.0.0.1/callback"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, gitlabtest.Options{Version: test.version})
			w.deps = func(d *tui.Deps) { d.Redirect = test.redirect }
			tm := w.open(80, 24)
			tm.oauthCredentials(w.server.URL()).see(w.server.URL() + "/oauth/applications").see(test.wants...)
			if test.never != "" {
				tm.never(test.never)
			}
			tm.resize(60, 16).see("Step 3 of 7", "/^> Client ID/", "Application ID", "Client secret", "Will be kept").leave()
		})
	}
}

// Flow's own demo knows what is to be typed.
func TestDemoWithOAuth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.deps = func(d *tui.Deps) {
		d.Demo = &tui.Demo{Address: w.server.URL(), Token: gitlabtest.DemoToken, ClientID: gitlabtest.DemoClientID,
			ClientSecret: gitlabtest.DemoClientSecret, User: "flow-bot", Password: gitlabtest.DemoPassword, OAuth: true}
	}
	tm := w.open(80, 24)
	tm.see("Which GitLab").press("enter").see("/^> OAuth/").press("enter").see("its values are filled in", "/^> Client secret/", "A GitLab answers here").press("enter")
	tm.waiting().see("sign in there as flow-bot, password "+gitlabtest.DemoPassword).approved(w, gitlabtest.DemoUser).see(passed)
	tm.leave()
}

// The access token of a sign-in that waits in the wizard runs out after two
// hours; the test and Create renew it first.
func TestSignInThatWaitsIsRenewed(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Now()}
	w := newWorld(t, gitlabtest.Options{Now: clock.Now})
	w.now = clock.Now
	tm := w.open(80, 24)
	tm.signedIn(w)
	clock.pass(3 * time.Hour)
	goOn := make(chan struct{})
	w.server.Fail(gitlabtest.Fault{Path: "/api/v4/user", Match: func(*http.Request) bool { <-goOn; return false }})
	tm.press("r").see("checks done") // so that what follows is seen of this test
	close(goOn)
	tm.see(passed, "enter continue").atCreate()
	clock.pass(3 * time.Hour)
	refused := w.server.Fail(gitlabtest.Fault{Path: "/oauth/token", Status: 503})
	tm.press("enter").see("GitLab answers with a fault of its own.", "enter create")
	w.nothingStored()
	refused()
	tm.press("enter").see("For new ones let cron run", "419 repos: 0 imported").leave()
}

// Whoever leaves without an integration leaves no sign-in behind in GitLab.
func TestLeavingEndsTheSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.signedIn(w).press("esc").see("/^> Client secret/").press("esc").see("How should").press("down", "enter").see("Make a token")
	if w.liveSignIns() != 1 {
		t.Error("looking at the other method has ended the sign-in")
	}
	tm.leave()
	if w.liveSignIns() != 0 {
		t.Error("the sign-in goes on in GitLab")
	}
}
