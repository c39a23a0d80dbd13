package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/tui"
)

// overSSH is a world that somebody has come to over SSH.
func overSSH(t *testing.T, o gitlabtest.Options) *world {
	t.Helper()
	w := newWorld(t, o)
	w.deps = func(d *tui.Deps) { d.SSH = "ana@build-07" }
	return w
}

// doors walks the wizard from its first page to the doors of a sign-in.
func (tm *window) doors(w *world) *window {
	tm.t.Helper()
	tm.oauthCredentials(w.server.URL()).entered(gitlabtest.DemoClientSecret)
	return tm.waiting()
}

// waiting waits for the doors. That another test has the port is said there until
// the next key.
func (tm *window) waiting() *window {
	tm.t.Helper()
	if tm.see("/Waiting for GitLab|" + taken + "/"); matches(tm.screen(), taken) {
		tm.press("x")
	}
	return tm.see("Waiting for GitLab")
}

const taken = "is taken on this machine"

// browser is one in which nobody has signed in yet. It stops in front of what
// stop names.
func (w *world) browser(stop func(*url.URL) bool) *gitlabtest.Browser {
	b := gitlabtest.NewBrowser(w.server, gitlabtest.DemoUser, gitlabtest.DemoPassword)
	b.StopBefore = stop
	w.t.Cleanup(b.Close)
	return b
}

// visit opens an address as the user does, and approves Flow or denies it.
func (w *world) visit(b *gitlabtest.Browser, address string, approve bool) gitlabtest.Landing {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	landing, err := b.Authorize(ctx, address, approve)
	if err != nil {
		w.t.Fatal(err)
	}
	return landing
}

// enterCode enters a device code as the user does.
func (w *world) enterCode(code string, approve bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.browser(nil).EnterCode(ctx, code, approve); err != nil {
		w.t.Fatal(err)
	}
}

// elsewhere is true of the callback, where the browser's own machine has nobody
// who listens.
func elsewhere(u *url.URL) bool { return u.Path == "/callback" }

var (
	longAddress = regexp.MustCompile(`(?m)^(http[^\n]*(?:\n[^ \n]+)*)`)
	userCode    = regexp.MustCompile(`(?m)^ +enter +([0-9A-Z]{8})\b`)
)

// short is the short address on screen.
func (tm *window) short() string {
	tm.t.Helper()
	return tm.found("short address", shortAddress, tm.screen())
}

// long is the long address on screen, whole.
func (tm *window) long() string {
	tm.t.Helper()
	return strings.ReplaceAll(tm.found("long address", longAddress, tm.screen()), "\n", "")
}

// code is the device code on screen.
func (tm *window) code() string {
	tm.t.Helper()
	tm.see("/enter +[0-9A-Z]{8} /")
	return tm.found("device code", userCode, tm.screen())
}

func (tm *window) found(what string, pattern *regexp.Regexp, screen string) string {
	tm.t.Helper()
	found := pattern.FindStringSubmatch(screen)
	if found == nil {
		tm.t.Fatalf("there is no %s:\n%s", what, screen)
	}
	return found[1]
}

// closed fails if somebody goes on listening where the short address led.
func closed(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			return
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatalf("somebody still listens at %s", u.Host)
		}
	}
}

// The browser comes back to this machine; nothing is left of the attempt.
func TestSignInByShortAddress(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.doors(w)
	short := tm.short()
	if x, y, visible := tm.cursor(); x != 2 || !visible || !strings.HasPrefix(strings.Split(tm.screen(), "\n")[y], "> With a code") {
		t.Errorf("the cursor is in column %d of row %d:\n%s", x, y, tm.screen())
	}
	landing := w.visit(w.browser(nil), short, true)
	if landing.Status != http.StatusOK || !strings.Contains(landing.URL, "/callback") {
		t.Errorf("the browser ends at %s with status %d", landing.URL, landing.Status)
	}
	tm.see(passed, "enter continue").never("Approve Flow")
	closed(t, short)
	tm.press("enter").see("What should Flow read?").press("esc").see(passed, "enter continue").leave()
}

// What the browser ended on is pasted in every way in which terminals do it,
// after some that are no answers.
func TestSignInByPaste(t *testing.T) {
	t.Parallel()
	wrapped := func(text string) string { return text[:60] + "\n  " + text[60:] }
	for _, test := range []struct {
		name  string
		paste func(tm *window, end string)
	}{
		{"marked", func(tm *window, end string) { tm.paste(end) }},
		{"marked, wrapped, with a line end", func(tm *window, end string) { tm.paste(wrapped(end) + "\n") }},
		{"not marked", func(tm *window, end string) { tm.typed(end + "\r") }},
		{"not marked, wrapped", func(tm *window, end string) { tm.typed(end[:60] + "\r" + end[60:] + "\r") }},
		{"the query", func(tm *window, end string) {
			_, query, _ := strings.Cut(end, "?")
			tm.press("down", "down", "enter").see("enter take it").typed(query).press("enter")
		}},
		{"in two parts", func(tm *window, end string) {
			tm.typed(end[:50]).see("/^  Paste +http/").paste(end[50:]).press("enter")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := overSSH(t, gitlabtest.Options{})
			tm := w.open(80, 24)
			tm.doors(w).code()
			short := tm.short()
			tm.paste(tm.long()).see("That is the address to open, not the one you end on.", "copy the address of the last page.")
			tm.paste("http://127.0.0.1:7171/callback?code=abc&state=def").see("That answer belongs to an earlier attempt.")
			end := w.visit(w.browser(elsewhere), tm.long(), true).URL
			test.paste(tm, end)
			tm.see(passed)
			closed(t, short)
		})
	}
}

// The code is entered on another device.
func TestSignInByCode(t *testing.T) {
	t.Parallel()
	h := newHourglass(t)
	w := overSSH(t, gitlabtest.Options{Now: h.Now}).runOn(h)
	tm := w.open(80, 24)
	w.enterCode(tm.doors(w).code(), true)
	h.pass(5*time.Second, 6*time.Second)
	tm.see(passed)
}

// A code that is too old, or was denied, is renewed with one key; the rest of the
// attempt goes on.
func TestCodeIsRenewed(t *testing.T) {
	t.Parallel()
	h := newHourglass(t)
	w := overSSH(t, gitlabtest.Options{Now: h.Now}).runOn(h)
	tm := w.open(80, 24)
	first, short := tm.doors(w).see("for 5 more minutes").code(), tm.short()
	h.pass(5*time.Second, 5*time.Minute)
	tm.see("enter     The code is too old. Press n for a new one.", "5 minutes left").never(first)
	second := tm.press("n").see("for 5 more minutes").code()
	w.enterCode(second, false)
	h.pass(5*time.Second, 6*time.Second)
	tm.see("You denied the request in GitLab.", "Press n for a new code.").never(second)
	third := tm.press("n").code()
	if first == second || second == third || tm.short() != short {
		t.Errorf("the codes are %s, %s, %s", first, second, third)
	}
	w.enterCode(third, true)
	h.pass(5*time.Second, 6*time.Second)
	tm.see(passed)
}

// Denying says so, and the attempt lives on.
func TestDenialThenApproval(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.doors(w)
	b := w.browser(nil)
	w.visit(b, tm.short(), false)
	tm.see("You denied the request in GitLab.", "Open an address above again and approve it.")
	w.visit(b, tm.short(), true)
	tm.see(passed)
}

// An answer that GitLab refuses for good closes the doors.
func TestWrongSecretEndsTheAttempt(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{Version: "16.7.0"})
	tm := w.open(80, 24)
	short := tm.oauthCredentials(w.server.URL()).entered("wrong").waiting().short()
	w.visit(w.browser(nil), short, true)
	tm.see("enter change the entries").never(short)
	closed(t, short)
}

// A sign-in that is gone is made anew from the failed check.
func TestFailedTestSignsInAgain(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	w.visit(w.browser(nil), tm.doors(w).short(), true)
	tm.see(passed, "enter continue")
	for _, token := range w.server.Company().OAuthTokens() {
		if err := w.server.Company().RevokeOAuthToken(token.ID); err != nil {
			t.Fatal(err)
		}
	}
	tm.press("r").see("Not connected", "enter sign in again").press("enter").waiting()
	w.visit(w.browser(nil), tm.short(), true)
	tm.see(passed)
}
