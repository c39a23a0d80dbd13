package gitlabtest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTheJournalHoldsNoSecrets goes through every way to sign in and looks for
// each value that must not be remembered.
func TestTheJournalHoldsNoSecrets(t *testing.T) {
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{Path: "/git"}))
	code := s.code(t, "code_challenge", s256, "code_challenge_method", "S256")
	token := s.exchange(t, code, "code_verifier", verifier).object(t)
	access, refresh := text(t, token, "access_token"), text(t, token, "refresh_token")
	s.bearer(t, access, "/api/v4/user?access_token="+access+"&private_token="+access)
	s.get(t, "", "/oauth/token/info?access_token="+access)
	s.bearer(t, access, "/oauth/token/info")
	fresh := s.refresh(t, refresh).object(t)
	s.post(t, "/oauth/token?client_secret="+DemoClientSecret+"&refresh_token="+refresh, "grant_type", "refresh_token")
	s.send(t, "POST", "", "/oauth/token", `{"grant_type":"refresh_token","refresh_token":"`+refresh+`"}`)
	s.post(t, "/oauth/revoke", "token", access, "client_id", DemoClientID, "client_secret", DemoClientSecret)
	asked := s.ask(t)
	device, user := text(t, asked, "device_code"), text(t, asked, "user_code")
	s.browse(t, "ana", s.URL()+"/oauth/device?user_code="+user, true)
	s.poll(t, asked)
	clock.pass(5 * time.Second)
	s.poll(t, asked)

	var log strings.Builder
	for _, request := range s.Requests() {
		fmt.Fprintf(&log, "%+v\n", request)
	}
	for name, secret := range map[string]string{"code": code, "access token": access, "refresh token": refresh, "verifier": verifier,
		"next access token": text(t, fresh, "access_token"), "next refresh token": text(t, fresh, "refresh_token"),
		"client secret": DemoClientSecret, "password": DemoPassword, "state": "of-this-test", "device code": device, "user code": user} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has the %s", name)
		}
	}
	for _, form := range s.sessionForms() {
		if strings.Contains(log.String(), form) {
			t.Error("the log has the token of a form, or a cookie")
		}
	}
}

func (s *Server) sessionForms() []string {
	var list []string
	for id, kept := range s.sessions.all {
		list = append(list, id, kept.csrf)
	}
	return list
}

func TestTheJournalTellsWhatWasAsked(t *testing.T) {
	s := demo(t, "")
	code := s.code(t)
	s.Forget()
	access := text(t, s.exchange(t, code, "code_verifier", "").object(t), "access_token")
	s.bearer(t, access, "/api/v4/user")
	got := s.Requests()
	form := got[0].Form
	if form.Get("grant_type") != "authorization_code" || form.Get("client_id") != DemoClientID || form.Get("redirect_uri") != callback ||
		form.Get("code") != Filtered || form.Get("client_secret") != Filtered || got[0].Status != 200 {
		t.Errorf("exchange: %+v", got[0])
	}
	if got[1].Credential != "Authorization" || got[1].Token != "OAuth token 1" {
		t.Errorf("call: %+v", got[1])
	}
}
