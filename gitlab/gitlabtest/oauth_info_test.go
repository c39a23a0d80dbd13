package gitlabtest

import (
	"testing"
	"time"
)

func TestTokenInfoHasTheFieldsOfItsRelease(t *testing.T) {
	const old, both = "application created_at expires_in_seconds resource_owner_id scopes",
		"application created_at expires_in expires_in_seconds resource_owner_id scope scopes"
	for version, want := range map[string]string{"9.0.0": old, "12.7.0-ee": old, "12.8.0-ee": both, "15.11.0": both, "18.9.0-ee": both} {
		clock := newHand()
		s := play(t, Demo(today), clock.options(Options{Version: version}))
		access := text(t, s.granted(t), "access_token")
		clock.pass(10 * time.Minute)
		r := s.bearer(t, access, "/oauth/token/info")
		info := r.object(t)
		bot, _ := s.Company().User(DemoUser)
		if r.status != 200 || keys(info) != want || info["resource_owner_id"] != float64(bot.ID) ||
			info["application"].(map[string]any)["uid"] != DemoClientID {
			t.Errorf("%s: %d %v", version, r.status, info)
		}
		var left any
		if s.release.since(14, 3) {
			left = 6600.0
		}
		if info["expires_in_seconds"] != left || info["expires_in"] != left && s.release.since(12, 8) {
			t.Errorf("%s: %v", version, info)
		}
		if scopes := info["scopes"].([]any); len(scopes) != 2 || scopes[0] != "api" {
			t.Errorf("%s: scopes %v", version, scopes)
		}
		if r := s.get(t, "", "/oauth/token/info?access_token="+access); r.status != 200 {
			t.Errorf("%s: as a parameter: %d", version, r.status)
		}
	}
}

func TestTokenInfoRefusesWhatIsNotAToken(t *testing.T) {
	for version, want := range map[string]string{"9.0.0": "invalid_request", "13.3.0-ee": "invalid_request", "13.4.0-ee": "invalid_token", "18.9.0-ee": "invalid_token"} {
		clock := newHand()
		s := play(t, Demo(today), clock.options(Options{Version: version}))
		token := s.granted(t)
		s.refresh(t, text(t, token, "refresh_token"))
		s.bearer(t, text(t, token, "access_token"), "/oauth/token/info").refused(t, 401, want)
		s.bearer(t, DemoToken, "/oauth/token/info").refused(t, 401, want)
		s.get(t, "", "/oauth/token/info").refused(t, 401, want)
		live := text(t, s.granted(t), "access_token")
		clock.pass(3 * time.Hour)
		if s.release.since(14, 3) {
			s.bearer(t, live, "/oauth/token/info").refused(t, 401, want)
		} else if r := s.bearer(t, live, "/oauth/token/info"); r.status != 200 {
			t.Errorf("%s: after three hours: %d", version, r.status)
		}
	}
}

func TestARevocationEndsBothTokens(t *testing.T) {
	client := []string{"client_id", DemoClientID, "client_secret", DemoClientSecret}
	for _, which := range []string{"access_token", "refresh_token"} {
		s := demo(t, "")
		token := s.granted(t)
		for range 2 { // what is dead already is no error
			if r := s.post(t, "/oauth/revoke", append([]string{"token", text(t, token, which)}, client...)...); r.status != 200 || r.body != "{}" {
				t.Errorf("%s: %d %s", which, r.status, r.body)
			}
		}
		r := s.bearer(t, text(t, token, "access_token"), "/api/v4/user")
		if r.status != 401 || r.object(t)["error_description"] != "Token was revoked. You have to re-authorize from the user." {
			t.Errorf("%s: the access token: %d %s", which, r.status, r.body)
		}
		s.refresh(t, text(t, token, "refresh_token")).refused(t, 400, "invalid_grant")
	}
}

func TestRevocationsAreChecked(t *testing.T) {
	s := demo(t, "")
	token := text(t, s.granted(t), "access_token")
	for _, test := range []struct {
		name, token, client, secret string
		status                      int
	}{
		{"an unknown token", "made-up", DemoClientID, DemoClientSecret, 200},
		{"no client", token, "", "", 403},
		{"an unknown client", token, "nobody", "", 403},
		{"a wrong secret", token, DemoClientID, "wrong", 403},
		{"no secret", token, DemoClientID, "", 403},
		{"another client", token, DemoPublicClientID, "", 403},
	} {
		r := s.post(t, "/oauth/revoke", "token", test.token, "client_id", test.client, "client_secret", test.secret)
		if r.status != test.status {
			t.Errorf("%s: %d %s", test.name, r.status, r.body)
		}
		if r.status == 403 {
			r.refused(t, 403, "unauthorized_client")
		}
	}
	if r := s.bearer(t, token, "/api/v4/user"); r.status != 200 {
		t.Errorf("the token is dead: %d", r.status)
	}
}

func TestTheCompanyCanRevoke(t *testing.T) {
	s := demo(t, "")
	token := s.granted(t)
	if err := s.Company().RevokeOAuthToken(s.Company().OAuthTokens()[0].ID); err != nil {
		t.Fatal(err)
	}
	if r := s.bearer(t, text(t, token, "access_token"), "/api/v4/user"); r.status != 401 {
		t.Errorf("status %d", r.status)
	}
	if s.Company().RevokeOAuthToken(99) == nil {
		t.Error("a token that nobody has can be revoked")
	}
}

// Before 17.7 nothing is revoked once the access token has run out, whichever
// token is named, and the answer is the same.
func TestARowThatHasRunOutIsRevokedSince177(t *testing.T) {
	for version, revoked := range map[string]bool{"15.11.0-ee": false, "17.6.0-ee": false, "17.7.0-ee": true} {
		for _, which := range []string{"access_token", "refresh_token"} {
			clock := newHand()
			s := play(t, Demo(today), clock.options(Options{Version: version}))
			token := s.granted(t)
			clock.pass(3 * time.Hour)
			r := s.post(t, "/oauth/revoke", "token", text(t, token, which), "client_id", DemoClientID, "client_secret", DemoClientSecret)
			if rows := s.Company().OAuthTokens(); r.status != 200 || rows[0].Revoked != revoked {
				t.Errorf("%s, %s: %d, revoked %t", version, which, r.status, rows[0].Revoked)
			}
		}
	}
}
