package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// What the last line of a test says where it found nothing wrong, and where it
// warns of one thing. How many checks there are is not what a journey is about.
const (
	passed = `/^  Connected: \d+ ok(, \d+ skipped)?\.$/`
	warned = `/^  Connected: \d+ ok, 1 warning(, \d+ skipped)?\./`
)

// credentials walks the wizard from its first page to the Access token field.
func (tm *window) credentials(address string) *window {
	tm.t.Helper()
	tm.see("Which GitLab do you want to connect?").press("enter")
	tm.see("How should Flow sign in?").press("down", "enter")
	tm.see("What you type in a browser").typed(address).press("enter")
	return tm.see("A GitLab answers here", "/^> Access token/")
}

// connected walks the wizard from its first page to a passed test.
func (tm *window) connected(w *world) *window {
	tm.t.Helper()
	tm.credentials(w.server.URL()).typed(gitlabtest.DemoToken).press("enter")
	return tm.see(passed, "enter continue")
}

// created walks the wizard to the details of a new integration.
func (tm *window) created(w *world, name string) *window {
	tm.t.Helper()
	tm.connected(w).press("enter").see("What should Flow read?").press("enter")
	tm.see("What should this integration be called?").press("ctrl+u").typed(name).press("enter")
	tm.see("Check and create", "enter create").press("enter")
	return tm.see("For new ones let cron run", "419 repos: 0 imported", "? keys")
}

// stored opens the store that a world's screens have left.
func (w *world) stored(name string) (flow.Integration, *flow.Review) {
	w.t.Helper()
	s := w.openStore()
	defer s.Close()
	in, err := s.Named(context.Background(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	review, err := s.Review(context.Background(), in.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return in, review
}

// nothingStored fails if the world's store holds an integration.
func (w *world) nothingStored() {
	w.t.Helper()
	s := w.openStore()
	defer s.Close()
	if list, err := s.List(context.Background()); err != nil || len(list) > 0 {
		w.t.Fatalf("the store holds %v (%v), want nothing", list, err)
	}
}

// From provider to a saved exclusion, typed as bytes; then the store is opened
// again and all of it is there.
func TestConnectReviewAndSave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab")

	tm.press("a").see("Not saved: 360 repos will import")
	tm.press("2").see("none yet").press("n").see("New rule").typed("name:legacy-*").press("enter")
	tm.see("Added. 13 repos will be kept out once you save.")
	tm.press("1").see("Not saved: 347 repos will import")
	tm.press("/").typed("platform/playground").see("1 shown").press("enter", "space")
	tm.see("/^>-\\[ \\]  +playground .*will stay out, by hand/") // in by auto-import
	tm.press("esc").gone("1 shown")
	tm.press("s").see("Save these changes?", "enter choose").press("enter")
	tm.see("Saved: 346 repos will import.")
	tm.leave()

	in, review := w.stored("acme-gitlab")
	if in.Services != flow.EveryService || in.BaseURL.String() != w.server.URL() || in.Report.Account != "@flow-bot" {
		t.Errorf("stored %+v", in)
	}
	if len(review.Rules) != 1 || review.Rules[0].String() != "name:legacy-*" {
		t.Errorf("stored rules are %v", review.Rules)
	}
	imported := 0
	for i, d := range review.Decisions(w.now()) {
		if d.In() {
			imported++
		}
		repo := review.Repos[i]
		if d.In() == repo.ImportedAt.IsZero() {
			t.Errorf("%s is %s, but imported since %v", repo.Path, d.State, repo.ImportedAt)
		}
		if repo.Slug() == "playground" && d.State != flow.KeptOut {
			t.Errorf("%s is %s, want kept out", repo.Path, d.State)
		}
	}
	if imported != 346 {
		t.Errorf("%d repos are imported, want 346", imported)
	}
	noSecretIn(t, w.dir, gitlabtest.DemoToken)
	if strings.Contains(tm.output(), gitlabtest.DemoToken) {
		t.Error("the token was drawn")
	}
}

// noSecretIn fails if any file below dir holds the secret.
func noSecretIn(t *testing.T, dir, secret string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), secret) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWrongTokenIsMended(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, token, says, next string }{
		{"unknown", "glpat-nobody", "This token is unknown to GitLab", "its end may be missing"},
		{"expired", gitlabtest.DemoTokenExpired, "The token expired", "Make a new one"},
		{"revoked", gitlabtest.DemoTokenRevoked, "The token was revoked in GitLab", "Make a new one"},
		{"of a blocked account", gitlabtest.DemoTokenBlocked, "blocked", "Ask an administrator"},
		{"without api", gitlabtest.DemoTokenReadOnly, "api is missing; the token has read_user, read_repository", "Without api GitLab shows Flow no repos"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, gitlabtest.Options{})
			tm := w.open(80, 24)
			tm.credentials(w.server.URL()).typed(test.token).press("enter")
			tm.see("Not connected:", test.says, test.next, "enter change the token")
			if _, y, _ := tm.cursor(); !strings.HasPrefix(strings.Split(tm.screen(), "\n")[y], "> failed") {
				t.Errorf("the cursor is not on the failed check:\n%s", tm.screen())
			}
			tm.press("enter").see("/^> Access token/").press("ctrl+u").typed(gitlabtest.DemoToken).press("enter")
			tm.see(passed)
			tm.leave()
			w.nothingStored()
		})
	}
}

// read_api reads everything; only webhooks will need more.
func TestReadAPIIsAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).typed(gitlabtest.DemoTokenReadAPI).press("enter")
	tm.see(warned, "A warning does not stop you.", "/^  warning   Scopes/")
}

func TestAccountWithoutGroupsIsWarned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).typed(gitlabtest.DemoTokenNoGroups).press("enter")
	tm.see("/Connected: \\d+ ok, 2 warnings, \\d+ skipped\\. Warnings do not stop you\\./", "sees no groups", "/^  skipped   Repo/", "enter continue").never("failed")
	tm.resize(60, 16).see("/^  Connected: \\d+ ok, 2 warnings, \\d+ skipped\\.$/")
	tm.press("w").see("Written: flow-report-")
	reports, err := filepath.Glob(filepath.Join(w.dir, "flow-report-*.txt"))
	if err != nil || len(reports) != 1 {
		t.Fatalf("reports: %v (%v)", reports, err)
	}
	text, err := os.ReadFile(reports[0])
	if err != nil || !strings.Contains(string(text), "sees no groups") || strings.Contains(string(text), gitlabtest.DemoTokenNoGroups) {
		t.Errorf("the report is (%v)\n%s", err, text)
	}
}

// What is older than 9.0 is refused by its version, which only a token tells.
func TestTooOldIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{Version: "8.17.0"})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).typed(gitlabtest.DemoToken).press("enter")
	tm.see("Not connected:", "This GitLab is 8.17; Flow needs 9.0 or newer", "Ask its administrator for an update.")
	w.nothingStored()
}

// A service that the account may not read is offered as off and stops nothing.
func TestUnreadableServiceIsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.server.Fail(gitlabtest.Fault{Path: "/api/v4/projects/*/issues", Status: http.StatusForbidden,
		Body: `{"message":"403 Forbidden"}`, Header: http.Header{"Content-Type": {"application/json"}}})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).typed(gitlabtest.DemoToken).press("enter")
	tm.see(warned, "/^  warning   Ticket/", "enter continue").press("enter")
	tm.see("n/a Ticket     the account may not read issues").press("down", "down", "space").see("Ticket can't be read")
	tm.press("up", "space", "up", "space").see("At least one service stays on.", "[x] Repo", "[ ] PR")
	tm.press("enter").see("be called?").press("enter").see("enter create", "/Services +Repo$/")
	tm.press("enter").see("[1 Repos]", "For new ones").leave()
}

// The test is cancelled at once, also while GitLab is silent.
func TestEscCancelsTheTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	asked := make(chan context.Context, 1)
	w.server.Fail(gitlabtest.Fault{Path: "/api/v4/user", Kind: gitlabtest.Hang, Match: func(r *http.Request) bool {
		asked <- r.Context()
		return true
	}})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).typed(gitlabtest.DemoToken).press("enter")
	tm.see("/^  running   /", "esc cancel")
	var request context.Context
	select {
	case request = <-asked:
	case <-time.After(patience):
		t.Fatal("GitLab is not asked")
	}
	tm.press("esc").see("/^> Access token/", "15 characters")
	select {
	case <-request.Done(): // the request itself has ended, not only its page
	case <-time.After(patience):
		t.Error("the request goes on")
	}
	tm.leave()
}

// An address that can't be one is said at once; one that is not found does not
// move the focus, since a secret may be on its way.
func TestWrongAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	elsewhere := strings.Replace(w.server.URL(), "/git", "/elsewhere", 1)
	tm := w.open(80, 24)
	tm.see("Which GitLab").press("enter").see("How should").press("down", "enter").see("What you type")
	tm.press("enter").see("Base URL is empty.", "/^> Base URL/")
	tm.typed("git lab").press("enter").see("it holds a space", "/^> Base URL/").press("ctrl+u")
	tm.typed(elsewhere).press("enter").see("/^> Access token/")
	tm.typed("glpat-").see("answers, but is not a GitLab", "/^> Access token +\\*{6} /")
	tm.press("enter").see("/^> Base URL/").press("ctrl+u").typed(w.server.URL() + "/acme/platform/-/issues").press("enter")
	tm.see("Kept as " + w.server.URL()).see("/^> Access token +$|^> Access token$/")
	tm.leave()
}

// Going back shows the old answers; another address forgets the token.
func TestBackAndForthKeepsAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.connected(w).press("enter").see("What should Flow read?").press("down", "down", "space").see("[ ] Ticket")
	tm.press("enter").see("be called?").press("ctrl+u").typed("kept").press("esc")
	tm.see("[ ] Ticket").press("esc").see(passed, "enter continue").press("esc")
	tm.see("15 characters").press("esc").see("How should Flow sign in?").press("esc")
	tm.see("> GitLab Self-Hosted").press("enter").see("> Access token").press("enter")
	tm.see("15 characters").press("enter").see(passed, "enter continue").press("enter")
	tm.see("[ ] Ticket").press("enter").see("Name    kept").press("enter").see("enter create", "/Services +Repo, PR$/")

	// From Create to the address and back, through a new test.
	tm.press("up", "up", "up", "up", "up").see("> Base URL").press("enter").see("15 characters")
	tm.press("shift+tab", "shift+tab").see("/^> Base URL/").typed("/").press("enter").see("A GitLab answers here", "/^> Access token *$/")
	tm.leave()
}

// A pasted token may bring its line end, marked as a paste or typed by the
// terminal: then it only moves on.
func TestPasteWithLineEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).paste(gitlabtest.DemoToken + "\n").see("15 characters")
	tm.press("enter").see(passed, "enter continue").press("esc").see("15 characters")
	tm.press("ctrl+u").see("/^> Access token *$/").typed(gitlabtest.DemoToken + "\r")
	tm.see(passed)
}

// What is pasted while nothing can be seen goes nowhere.
func TestPasteIntoAWindowThatIsTooSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).resize(30, 8).see("Flow needs 40 columns")
	// That it is drawn again says that the paste before it has been taken.
	drawn := len(tm.output())
	tm.paste("unseen").press("ctrl+l").waitFor("draw again", func(string) bool { return len(tm.output()) > drawn })
	tm.resize(80, 24).see("/^> Access token *$/").typed(gitlabtest.DemoToken).see("15 characters")
}

// The window changes while the test runs, down to nothing and back.
func TestResizeDuringTheTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	release := w.server.Fail(gitlabtest.Fault{Path: "/api/v4/groups", Kind: gitlabtest.Hang})
	tm := w.open(80, 24)
	tm.credentials(w.server.URL()).typed(gitlabtest.DemoToken).press("enter").see("running")
	tm.resize(60, 16).see("Step 4 of 7: Connection").resize(30, 8).see("Flow needs 40 columns")
	tm.resize(120, 40).see("Test connection", "/of 7$/").press("esc").see("/^> Access token/")
	release()
	tm.press("enter").see(passed)
}

// The server dies in the middle of the first discovery: nothing is lost, and r
// tries again.
func TestServerDownDuringDiscovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{}).tryingAtOnce()
	tm := w.open(80, 24)
	tm.connected(w)
	up := w.server.Fail(gitlabtest.Fault{Path: "/api/v4/projects", Kind: gitlabtest.Drop, After: 2,
		Match: func(r *http.Request) bool { return !r.URL.Query().Has("simple") }})
	tm.press("enter").see("What should Flow read?").press("enter").see("be called?").press("enter").see("enter create").press("enter")
	tm.see("GitLab stopped answering at", "r tries again", "? keys")
	_, review := w.stored("gitlab")
	if len(review.Repos) > 0 {
		t.Errorf("a broken walk has stored %d repos", len(review.Repos))
	}
	up()
	tm.press("r").see("419 repos: 0 imported", "Healthy")
	tm.leave()
}

// The first repos can be chosen, and the choice saved, while the rest is found.
func TestChoosingWhileReposAreFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	// The walk outlasts what is typed meanwhile.
	typed := make(chan struct{})
	w.server.Fail(gitlabtest.Fault{Match: inDiscovery, After: 2, Around: weather.Hold(typed)})
	tm := w.open(80, 24)
	tm.connected(w).press("enter").see("What should Flow read?").press("enter").see("be called?").press("enter").see("enter create")
	tm.press("enter").see("Finding repos:", "You can start choosing.", "/^> \\[ \\] . acme/", "? keys")
	tm.press("a").see("Not saved:").press("s").see("Save these changes?", "enter choose").press("enter")
	tm.see("Saved", "auto-import on", "Finding repos:").never("Not saved")
	close(typed)
	tm.see("419 repos: 360 imported").never("Not saved").leave()
	_, review := w.stored("gitlab")
	if len(review.Auto) != 1 {
		t.Errorf("stored auto-import is %v", review.Auto)
	}
}

// If the store can't be written nothing is half-stored, the draft stays, and it
// can be tried again.
func TestCreateFailsAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.connected(w).press("enter").see("What should Flow read?").press("enter").see("be called?").press("enter").see("enter create")
	// The folder of the key is a file, so that the token can't be sealed.
	state := filepath.Join(w.dir, "state")
	if err := os.WriteFile(state, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tm.press("enter").see("Nothing was saved", "> Create")
	if err := os.Remove(state); err != nil {
		t.Fatal(err)
	}
	tm.see("enter create").press("enter").see("419 repos: 0 imported")
	tm.leave()
	w.stored("gitlab")
}

// The same where one such page follows another: an answer is changed from
// Create, and the test leads back there.
func TestEarlyKeysBetweenTwoPagesThatAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.connected(w).press("enter").see("What should Flow read?").press("enter").see("be called?").press("enter").see("enter create")
	tm.press("up", "up", "up", "up").see("> Token").press("enter").see("15 characters").press("ctrl+u").typed(gitlabtest.DemoTokenReadAPI).press("enter")
	tm.see(warned, "enter continue").press("enter", "enter")
	tm.see("Check and create", "enter create", "/\\d+ ok, 1 warning/").never("Creating")
	w.nothingStored()
}

// What was answered is offered at the next start; the secret is not kept.
func TestDraftIsOfferedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).connected(w).leave()
	tm := w.open(80, 24)
	tm.see("You stopped at Connection", "Secrets were not kept.", "> Continue").press("enter")
	tm.see("/^> Access token *$/", "A GitLab answers here").typed(gitlabtest.DemoToken).press("enter").see(passed)
	tm.leave()
	tm = w.open(80, 24)
	tm.see("You stopped at").press("down", "enter").see("Which GitLab do you want to connect?").press("enter")
	tm.see("How should").leave()
}

// The same where another integration is added, and its draft is the first's no
// longer.
func TestDraftIsOfferedFromTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).created(w, "acme-gitlab").leave()
	tm := w.open(80, 24)
	tm.see("enter open").press("n").see("Which GitLab").press("enter").see("How should").press("down", "enter").see("What you type").leave()
	tm = w.open(80, 24)
	tm.see("enter open").press("n").see("You stopped at Credentials").press("esc").see("enter open").leave()
}
