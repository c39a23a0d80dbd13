package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// withStore runs f with the store that a world's screens have left.
func (w *world) withStore(f func(s flow.Store, in flow.Integration), name string) {
	w.t.Helper()
	in, _ := w.stored(name)
	s := w.openStore()
	defer s.Close()
	f(s, in)
}

// connection is what is stored of how to reach GitLab.
func (w *world) connection(name string) (c flow.Connection) {
	w.t.Helper()
	w.withStore(func(s flow.Store, in flow.Integration) {
		var err error
		if c, err = s.Connection(context.Background(), in.ID); err != nil {
			w.t.Fatal(err)
		}
	}, name)
	return c
}

// overview opens the Overview of the one integration there is.
func (tm *window) overview() *window {
	tm.t.Helper()
	return tm.see("enter open").press("enter").see("419 repos:").press("3").see("Data status")
}

// signInAgain goes from the Overview to the page where the client secret may be
// given anew.
func (tm *window) signInAgain() *window {
	tm.t.Helper()
	tm.fact("Sign-in").see("enter sign in again").press("enter")
	tm.see("Sign in again", "/^> OAuth/").press("enter")
	return tm.see("A GitLab answers here", "/^> Client secret/", gitlabtest.DemoClientID[:20], "Empty: the stored one is used.")
}

// Somebody else signs in: the new sign-in is stored once it has passed its test,
// the old one is ended.
func TestSignInAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).createdByOAuth(w).leave()
	old := w.connection("gitlab")
	tm := w.open(80, 24)
	tm.overview().signInAgain().typed(gitlabtest.DemoClientSecret).press("enter").approved(w, "ana")
	tm.see("Connected:", "signed in as @ana", "enter save")
	if c := w.connection("gitlab"); c.Grant.Access != old.Grant.Access {
		t.Error("stored before it was asked for")
	}
	tm.press("enter").see("Signed in again as @ana; before, it was @flow-bot. Tested:", "/Sign-in +@ana, OAuth:/")
	tm.leave()
	if c := w.connection("gitlab"); c.Grant.Access == old.Grant.Access || w.liveSignIns() != 1 {
		t.Errorf("%d sign-ins are valid, want the new one only", w.liveSignIns())
	}
}

// GitLab shows a client secret only once: signing in again to the same GitLab with
// the same application takes the stored one, and never shows it.
func TestSignInAgainTakesTheStoredSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).createdByOAuth(w).leave()
	tm := w.open(80, 24)
	tm.overview().signInAgain().press("enter").approved(w, "ana").see("signed in as @ana", "enter save")
	// Going back and forth keeps what there is.
	tm.press("esc").see("/^> Client secret *$/", "Empty: the stored one is used.").press("ctrl+r").see("hide secret").never(gitlabtest.DemoClientSecret[:8])
	tm.press("enter").see("signed in as @ana", "enter save").press("enter").see("Signed in again as @ana").leave()
	if c := w.connection("gitlab"); c.App.Secret.Reveal() != gitlabtest.DemoClientSecret || w.liveSignIns() != 1 {
		t.Errorf("%d sign-ins are valid", w.liveSignIns())
	}
	// Another application gets nothing of it.
	tm = w.open(80, 24)
	tm.overview().signInAgain().press("up").see("/^> Client ID/").press("ctrl+u").typed(gitlabtest.DemoPublicClientID).press("enter").see("Lost? Renew it there.")
	w.server.Forget()
	tm.press("enter").approved(w, "ana").see("signed in as @ana", "enter save")
	for _, r := range w.server.Requests() {
		if r.Form.Get("client_secret") != "" {
			t.Errorf("a client secret is sent to %s", r.Path)
		}
	}
	tm.leave()
}

// Where GitLab does not end the old sign-in, that is said.
func TestOldSignInIsNotRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).createdByOAuth(w).leave()
	tm := w.open(80, 24)
	tm.overview().signInAgain().typed(gitlabtest.DemoClientSecret).press("enter").approved(w, gitlabtest.DemoUser).see(passed, "enter save")
	w.server.Fail(gitlabtest.Fault{Path: "/oauth/revoke", Status: 502})
	tm.press("enter").see("Signed in again as @flow-bot.", "The old sign-in stays valid in GitLab until", "revoke it there.", "/^> Sign-in/")
	tm.leave()
}

// esc leaves everything as it was, at whichever page it began; a sign-in that is
// not stored is ended.
func TestLeavingSignInAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).createdByOAuth(w).leave()
	old := w.connection("gitlab")
	tm := w.open(80, 24)
	tm.overview().fact("Base URL").see("enter change the address").press("enter").see("/^> Base URL/", "A GitLab answers here").press("esc")
	tm.see("/^> Base URL/", "Data status", "enter change the address").press("up", "up").see("> Name").signInAgain().press("esc").see("How should").press("esc").see("> Sign-in", "Data status")
	tm.signInAgain().typed(gitlabtest.DemoClientSecret).press("enter").approved(w, gitlabtest.DemoUser).see(passed, "enter save")
	if w.liveSignIns() != 2 {
		t.Errorf("%d sign-ins are valid, want the stored and the new one", w.liveSignIns())
	}
	tm.press("esc").see("/^> Client secret/").press("esc").see("How should").press("esc").see("Data status").leave()
	if c := w.connection("gitlab"); c.Grant.Access != old.Grant.Access || w.liveSignIns() != 1 {
		t.Errorf("%d sign-ins are valid, want the stored one only", w.liveSignIns())
	}
	w.withStore(func(s flow.Store, in flow.Integration) {
		if in.Version != 1 {
			t.Errorf("the integration has version %d", in.Version)
		}
	}, "gitlab")
}

// An integration goes from a token to OAuth and back, keeping its repos.
func TestSignInAgainWithTheOtherMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab").press("3").see("Data status").fact("Sign-in").press("enter")
	tm.see("/^> Access token/").press("up").see("/^> OAuth/").press("enter").see("A GitLab answers here", "/^> Client ID/")
	tm.entered(gitlabtest.DemoClientSecret).approved(w, gitlabtest.DemoUser).see(passed, "enter save").press("enter")
	tm.see("/Signed in again as @flow-bot\\. Tested: \\d+ ok/", "/Sign-in +@flow-bot, OAuth/", "/Expiry +renews itself$/").press("1").see("419 repos:").press("3").see("Data status")
	tm.press("enter").see("/^> OAuth/").press("down").see("/^> Access token/").press("enter").see("/^> Access token/").typed(gitlabtest.DemoToken).press("enter")
	tm.see(passed, "enter save").press("enter").see("/Sign-in +@flow-bot, access token/").leave()
	if c := w.connection("acme-gitlab"); c.Method() != flow.AccessToken || w.liveSignIns() != 0 {
		t.Errorf("stored is %s, %d sign-ins are valid", c.Method(), w.liveSignIns())
	}
}

// What somebody else has saved meanwhile is not overwritten unseen.
func TestSignInAgainMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).created(w, "acme-gitlab").leave()
	tm := w.open(80, 24)
	tm.overview().fact("Expiry").press("enter").see("/^> Access token/").typed(gitlabtest.DemoTokenReadAPI).press("enter").see("Connected:", "enter save")
	w.who = "bob@build-02"
	two := w.open(80, 24)
	two.overview().press("enter").see("enter rename").press("ctrl+u").typed("bobs").press("enter").see("Renamed.").leave()
	tm.press("enter").see("Nothing was saved: bob@build-02 changed", "enter stores this sign-in all the same", "enter save").press("enter")
	tm.see("Signed in again as @flow-bot.", "/^  bobs /").leave()
	w.stored("bobs")
}

// Another address asks for the secret again, and says what hangs on it.
func TestChangingTheAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).createdByOAuth(w).leave()
	other := newWorld(t, gitlabtest.Options{Path: "/moved"})
	tm := w.open(80, 24)
	tm.overview().fact("Base URL").see("enter change the address").press("enter").see("/^> Base URL/", gitlabtest.DemoClientID[:20]).press("ctrl+u").typed(other.server.URL()).press("tab")
	tm.see("Another address.", "Flow matches groups and repos by GitLab's numbers:", "a different GitLab should be an integration of its own.", "/^> Client ID *$/")
	tm.entered(gitlabtest.DemoClientSecret).approved(other, gitlabtest.DemoUser).see(passed, "Another address.", "enter save").press("enter")
	tm.see("Signed in again as @flow-bot.", "/Base URL +"+other.server.URL()+"$/").leave()
	if c := w.connection("gitlab"); c.BaseURL.String() != other.server.URL() {
		t.Errorf("stored is %s", c.BaseURL)
	}
}

// spend renews the stored sign-in as a Flow does that stops before it has stored
// the new one.
func (w *world) spend(name string) {
	w.t.Helper()
	w.withStore(func(s flow.Store, in flow.Integration) {
		if _, err := s.BeginRenewal(context.Background(), in.ID); err != nil {
			w.t.Fatal(err)
		}
		conn, err := s.Connection(context.Background(), in.ID)
		if err == nil {
			_, err = gitlab.New(gitlab.Options{Now: w.now}).Renew(context.Background(), conn)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}, name)
}

// A crash in the middle of a renewal is found out at the next start; the way
// from there leads to another sign-in.
func TestLostSignInIsFoundAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).createdByOAuth(w).leave()
	w.spend("gitlab")
	tm := w.open(80, 24)
	tm.see("The sign-in was lost in a crash: GitLab had renewed it", "Open it, then Sign-in, to sign in again.", "Failed integration")
	tm.resize(60, 16).see("The sign-in was lost in a crash", "sign in again.").resize(80, 24).see("Open it, then Sign-in").press("enter")
	tm.see("Flow is not signed in. 3, then enter, signs in again.").press("3").see("The sign-in was lost in a crash", "/^> Sign-in/", "no longer renews itself", "enter sign in again").press("enter")
	tm.see("/^> OAuth/").press("enter").see("A GitLab answers here", "/^> Client secret/").typed(gitlabtest.DemoClientSecret).press("enter").approved(w, gitlabtest.DemoUser)
	tm.see(passed, "enter save").press("enter").see("Signed in again as @flow-bot.", "Healthy since", "/Expiry +renews itself$/").never("lost").press("r").see("Refreshed:").leave()
}

// One that has survived goes on, without a word.
func TestSurvivingSignInGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).createdByOAuth(w).leave()
	w.withStore(func(s flow.Store, in flow.Integration) {
		if _, err := s.BeginRenewal(context.Background(), in.ID); err != nil {
			t.Fatal(err)
		}
	}, "gitlab")
	old := w.connection("gitlab")
	asked := make(chan struct{}, 1)
	w.server.Fail(gitlabtest.Fault{Path: "/oauth/token", Match: func(*http.Request) bool { asked <- struct{}{}; return false }})
	tm := w.open(80, 24)
	tm.see("Healthy", "enter open")
	select {
	case <-asked: // leaving waits for what is under way
	case <-time.After(patience):
		t.Fatal("nothing looks after the sign-in")
	}
	tm.leave()
	w.withStore(func(s flow.Store, in flow.Integration) {
		if c := w.connection("gitlab"); in.Renewal != flow.RenewalDone || c.Grant.Access == old.Grant.Access || in.Status.Data != flow.Healthy {
			t.Errorf("the renewal is left %q, the data status is %s", in.Renewal, in.Status.Data)
		}
	}, "gitlab")
}

// A sign-in that was revoked in GitLab: the refresh says where to go, and the
// test again leads there too.
func TestRevokedSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.createdByOAuth(w)
	for _, token := range w.server.Company().OAuthTokens() {
		if err := w.server.Company().RevokeOAuthToken(token.ID); err != nil {
			t.Fatal(err)
		}
	}
	tm.press("r").see("Flow is not signed in. 3, then enter, signs in again.").press("3")
	tm.see("GitLab no longer accepts the sign-in", "/^> Sign-in/").fact("Connection").press("enter")
	tm.see("Not connected:", "enter sign in again").press("enter").see("How should Flow sign in?", "Sign in again").press("esc").see("Data status")
	tm.press("esc").see("GitLab no longer accepts the sign-in", "Open it, then Sign-in, to sign in again.").leave()
}

// Deleting ends the sign-in in GitLab; where that fails it asks once more.
func TestDeletingRevokesTheSignIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		anyway bool
		says   string
		live   int
	}{
		{"revoked at the second try", false, "Deleted gitlab. Its sign-in is revoked in GitLab.", 0},
		{"deleted anyway", true, "Deleted gitlab. Its sign-in stays valid in GitLab until you revoke it there.", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, gitlabtest.Options{})
			tm := w.open(80, 24)
			tm.createdByOAuth(w).press("3").see("Data status").fact("Delete").see("enter delete")
			mended := w.server.Fail(gitlabtest.Fault{Path: "/oauth/revoke", Status: 502})
			tm.press("enter").see("Flow revokes it in GitLab", "esc keep it").typed("gitlab").press("enter").see("GitLab did not revoke the sign-in. Nothing is deleted yet.", "enter delete anyway")
			w.stored("gitlab")
			if !test.anyway {
				mended()
				tm.press("esc").see("Data status").press("enter").see("Delete?", "esc keep it").typed("gitlab")
			}
			tm.press("enter").see(test.says).leave()
			w.nothingStored()
			if w.liveSignIns() != test.live {
				t.Errorf("%d sign-ins are valid, want %d", w.liveSignIns(), test.live)
			}
		})
	}
}

// Changes in the review are asked about also from the pages over it.
func TestLeavingFromSignInAgainAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab").press("a").see("Not saved").press("3").see("Data status").fact("Sign-in").press("enter").see("Sign in again").leaveUnsaved()
	if strings.Contains(tm.output(), gitlabtest.DemoToken) {
		t.Error("the token was drawn")
	}
}
