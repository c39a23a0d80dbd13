package main

import (
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
)

// Other entries end the attempt; esc and back alone do not.
func TestAttemptLivesAcrossEsc(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	short := tm.doors(w).short()
	tm.press("esc").see("/^> Client secret/").press("esc").see("How should Flow sign in?").press("enter")
	tm.see("/^> Client secret/").press("enter").see("Waiting for GitLab")
	if tm.short() != short {
		t.Errorf("the short address was %s, now it is %s", short, tm.short())
	}
	tm.press("esc").see("/^> Client secret/").typed("x").see("65 characters").press("enter")
	tm.see("GitLab does not accept this Client ID and secret.").gone(short)
	fresh := tm.short()
	if port := len("http://127.0.0.1:7171"); fresh[:port] != short[:port] && !strings.Contains(tm.output(), taken) {
		t.Errorf("the port has changed: %s, then %s", short, fresh)
	}
	tm.leave()
	closed(t, fresh)
}

// An attempt for other answers than those that are given now ends at once.
func TestOtherAnswersEndTheAttempt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(tm *window)
	}{
		{"another secret", func(tm *window) {
			tm.typed("x").see("65 characters").press("esc").see("How should Flow sign in?")
		}},
		{"an access token", func(tm *window) {
			tm.press("esc").see("How should Flow sign in?").press("down", "enter").see("/^> Access token/")
			tm.typed(gitlabtest.DemoToken).see("15 characters").press("enter").see(passed)
		}},
		{"none at all", func(tm *window) { tm.leave() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := overSSH(t, gitlabtest.Options{})
			tm := w.open(80, 24)
			short := tm.doors(w).short()
			tm.press("esc").see("/^> Client secret/")
			test.change(tm)
			closed(t, short)
		})
	}
}

// So does leaving the wizard for the list.
func TestLeavingForTheListEndsTheAttempt(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	w.open(80, 24).created(w, "acme-gitlab").leave()
	tm := w.open(80, 24)
	short := tm.see("enter open").press("n").doors(w).short()
	tm.press("esc").see("/^> Client secret/").press("esc").see("How should").press("esc").see("Which GitLab").press("esc").see("enter open")
	closed(t, short)
}

// Somebody approves while the user has gone back a step.
func TestAnswerOnAnotherStep(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	short := tm.doors(w).short()
	tm.press("esc").see("/^> Client secret/")
	w.visit(w.browser(nil), short, true)
	tm.see("/^> Client secret/").press("enter").see(passed).never("Approve Flow")
	closed(t, short)
}

// Ten minutes, then one key.
func TestAttemptIsOver(t *testing.T) {
	t.Parallel()
	h := newHourglass(t)
	w := overSSH(t, gitlabtest.Options{Version: "16.7.0", Now: h.Now}).runOn(h)
	tm := w.open(80, 24)
	short := tm.doors(w).see("10 minutes left").never("With a code").short()
	h.pass(10*time.Minute, 10*time.Minute)
	tm.see("No answer for 10 minutes.", "enter try again")
	closed(t, short)
	again := tm.press("enter").waiting().see("10 minutes left").short()
	if again == short {
		t.Error("the address is the old one")
	}
	w.visit(w.browser(nil), again, true)
	tm.see(passed)
}
