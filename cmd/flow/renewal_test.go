package main

import (
	"flow"
	"flow/gitlab/gitlabtest"
	"strings"
	"testing"
	"time"
)

// What another process has renewed is taken over, without asking GitLab; also by
// a request that was on its way meanwhile and is refused.
func TestTheTokensOfAnotherProcessAreTakenOver(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		refused bool
	}{{"in time", false}, {"after a refusal", true}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRenewing(t, "17.5.2-ee")
			r.age()
			conn := r.connect()
			r.refreshes()
			var refused flow.Secret
			if test.refused {
				refused = conn.Grant.Access
			}
			token, err := conn.Tokens.Token(t.Context(), refused)
			if asked, issued := r.renewals(); err != nil || token != issued || asked != 1 {
				t.Errorf("token is the other's %v, %d renewals, %v", token == issued, asked, err)
			}
		})
	}
}

// A connection that is open while somebody else connects the integration anew
// must not take the new secrets to the old place.
func TestAnotherApplicationIsNotTakenOver(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "17.5.2-ee")
	r.age()
	conn := r.connect()
	other, report := r.signIn()
	other.App = flow.Application{ClientID: gitlabtest.DemoPublicClientID}
	if _, _, err := r.setup().Reconnect(t.Context(), r.in, other, report); err != nil {
		t.Fatal(err)
	}
	r.during(nil, nil)
	if _, err := conn.Tokens.Token(t.Context(), conn.Grant.Access); !flow.CausedBy(err, flow.Reconnected) {
		t.Errorf("%v", err)
	}
	if asked, _ := r.renewals(); asked != 0 {
		t.Errorf("%d renewals", asked)
	}
}

// Ahead of time a renewal may fail: the present tokens do, for a minute nobody
// asks again, and nothing is lost.
func TestARenewalAheadOfTimeMayFail(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "17.5.2-ee")
	r.ageTo(10 * time.Minute)
	conn := r.connect()
	undo := r.server.Fail(gitlabtest.Fault{Method: "POST", Path: "/oauth/token", Kind: gitlabtest.Answer, Status: 502})
	for range 3 {
		if token, err := conn.Tokens.Token(t.Context(), flow.Secret{}); err != nil || token != conn.Grant.Access {
			t.Fatalf("%v", err)
		}
	}
	if asked, _ := r.renewals(); asked != 1 {
		t.Errorf("GitLab was asked %d times", asked)
	}
	undo()
	r.refreshes()
	if _, issued := r.renewals(); r.stored().Grant.Access != issued {
		t.Error("the tokens were not renewed afterwards")
	}
}

// GitLab has renewed the sign-in, but its answer never arrived: the next one says
// so, and a new sign-in mends it.
func TestALostAnswerIsToldForWhatItIs(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "17.5.2-ee")
	r.age()
	r.server.Fail(gitlabtest.Fault{Method: "POST", Path: "/oauth/token", Kind: gitlabtest.Lose, Times: 1})
	command, out := r.refresh(t.Context())
	if err := command.Run(); err == nil || strings.Contains(out.String(), "lost") {
		t.Fatalf("%v\n%s", err, out)
	}
	for range 2 {
		command, out = r.refresh(t.Context())
		if err := command.Run(); err == nil || !strings.Contains(out.String(), "The sign-in was lost when the connection to GitLab broke off") {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	in, err := r.store.Named(t.Context(), renewed)
	if err != nil {
		t.Fatal(err)
	}
	conn, report := r.signIn()
	if _, _, err := r.setup().Reconnect(t.Context(), in, conn, report); err != nil {
		t.Fatal(err)
	}
	r.refreshes()
}

// A renewal that GitLab has not had costs nothing: the next one succeeds.
func TestARenewalThatGitLabNeverHadCostsNothing(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "17.5.2-ee")
	r.age()
	r.server.Fail(gitlabtest.Fault{Method: "POST", Path: "/oauth/token", Kind: gitlabtest.Drop, Times: 1})
	command, out := r.refresh(t.Context())
	if err := command.Run(); err == nil {
		t.Fatalf("%s", out)
	}
	r.refreshes()
}

// From 11.1 to 15.1 GitLab gives all sign-ins of one account with one application
// the same tokens: what renews one renews all, and deleting one ends none.
func TestIntegrationsThatShareTheirTokens(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "15.1.0-ee")
	second := r.create("acme-again")
	if r.stored().Grant.Access != r.storedOf(second).Grant.Access {
		t.Fatal("GitLab gave two tokens")
	}
	r.age()
	r.refreshes()
	if _, issued := r.renewals(); r.storedOf(second).Grant.Access != issued {
		t.Error("the second integration holds tokens that are dead")
	}
	if err := r.setup().Disconnect(t.Context(), second, false); err != nil {
		t.Fatal(err)
	}
	report, err := r.client.Test(t.Context(), r.connect(), nil)
	if err != nil || !report.Passed() {
		t.Errorf("deleting the second has ended the first: %v %+v", err, report.Checks)
	}
	if err := r.setup().Disconnect(t.Context(), r.in, false); err != nil {
		t.Fatal(err)
	}
	for _, token := range r.server.Company().OAuthTokens() {
		if !token.Revoked {
			t.Errorf("a token is left in GitLab: %+v", token)
		}
	}
}

// Deleting revokes first; if that fails nothing is deleted, unless it is wanted
// all the same.
func TestDisconnecting(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "17.5.2-ee")
	undo := r.server.Fail(gitlabtest.Fault{Method: "POST", Path: "/oauth/revoke", Kind: gitlabtest.Answer, Status: 502})
	if err := r.setup().Disconnect(t.Context(), r.in, false); !flow.CausedBy(err, flow.NotRevoked) {
		t.Fatal(err)
	}
	if _, err := r.store.Named(t.Context(), renewed); err != nil {
		t.Fatal(err)
	}
	if err := r.setup().Disconnect(t.Context(), r.in, true); err != nil {
		t.Fatal(err)
	}
	undo()
	r.in = r.create(renewed)
	if err := r.setup().Disconnect(t.Context(), r.in, false); err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Named(t.Context(), renewed); !flow.CausedBy(err, flow.NoIntegration) {
		t.Error(err)
	}
	live := 0
	for _, token := range r.server.Company().OAuthTokens() {
		if !token.Revoked {
			live++
		}
	}
	if live != 1 { // that of the one which was deleted anyway
		t.Errorf("%d sign-ins are left in GitLab", live)
	}
}

// What a crash has left behind is looked into at once, however long the tokens
// would still do: they may be dead.
func TestWhatACrashLeftIsLookedIntoAtOnce(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "17.5.2-ee")
	if _, err := r.store.BeginRenewal(t.Context(), r.in.ID); err != nil {
		t.Fatal(err)
	}
	token, err := r.connect().Tokens.Token(t.Context(), flow.Secret{})
	if asked, issued := r.renewals(); err != nil || asked != 1 || token != issued {
		t.Errorf("%d renewals, %v", asked, err)
	}
	in, err := r.store.Named(t.Context(), renewed)
	if err != nil || in.Renewal != flow.RenewalDone {
		t.Errorf("left %q, %v", in.Renewal, err)
	}
	if _, err := r.connect().Tokens.Token(t.Context(), flow.Secret{}); err != nil {
		t.Error(err)
	}
	if asked, _ := r.renewals(); asked != 1 {
		t.Errorf("%d renewals, want no second one", asked)
	}
}
