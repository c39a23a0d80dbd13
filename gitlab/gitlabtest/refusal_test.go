package gitlabtest

import (
	"net/http"
	"strings"
	"testing"
)

// TestAccountsAreRefusedByRelease asks for what is open to everybody and for
// what is not.
func TestAccountsAreRefusedByRelease(t *testing.T) {
	const fine = "200"
	for _, test := range []struct {
		state   UserState
		version string
		want    string // "200", "401", or the message of a 403
	}{
		{Blocked, "9.0.0", "401"},
		{Blocked, "10.1.0", "401"},
		{Blocked, "10.2.0", "403 Forbidden  - User is blocked"},
		{Blocked, "10.7.0", "403 Forbidden  - User is blocked"},
		{Blocked, "10.8.0", "403 Forbidden  - Your account has been blocked."},
		{Blocked, "12.10.0", "403 Forbidden  - Your account has been blocked."},
		{Blocked, "13.0.0", "403 Forbidden - Your account has been blocked."},
		{TermsNotAccepted, "10.7.0", fine},
		{TermsNotAccepted, "10.8.0", "403 Forbidden  - You (@flow-bot) must accept the Terms of Service in order to perform this action. " +
			"Please access GitLab from a web browser to accept these terms."},
		{TermsNotAccepted, "18.9.0", "403 Forbidden - You (@flow-bot) must accept the Terms of Service in order to perform this action. " +
			"To accept these terms, please access GitLab from a web browser at https://gitlab.example.com."},
		{Deactivated, "12.3.0", fine},
		{Deactivated, "12.4.0", "403 Forbidden  - Your account has been deactivated by your administrator. " +
			"Please log back in from a web browser to reactivate your account at https://gitlab.example.com"},
		{PendingApproval, "13.4.0", fine},
		{PendingApproval, "13.5.0", "403 Forbidden - Your account has been blocked."},
		{PendingApproval, "14.0.0", "403 Forbidden - Your account is pending approval from your administrator and hence blocked."},
		{Unconfirmed, "13.12.0", fine},
		{Unconfirmed, "14.0.0", "403 Forbidden - Your primary email address is not confirmed. " +
			"Please check your inbox for the confirmation instructions. In case the link is expired, " +
			"you can request a new confirmation email at https://gitlab.example.com/users/confirmation/new"},
		{PasswordExpired, "14.2.0", fine},
		{PasswordExpired, "14.3.0", "403 Forbidden - Your password expired. Please access GitLab from a web browser to update your password."},
		{Active, "9.0.0", fine},
		{Active, "18.9.0", fine},
	} {
		s := play(t, Demo(today), Options{Version: test.version, ExternalURL: "https://gitlab.example.com"})
		bot, _ := s.Company().User(DemoUser)
		if err := s.Company().SetUserState(bot.ID, test.state); err != nil {
			t.Fatal(err)
		}
		r := s.get(t, DemoToken, "/api/v4/user")
		got := http.StatusText(r.status)
		switch r.status {
		case 200:
			got = fine
		case 401:
			got = "401"
		case 403:
			got, _ = r.object(t)["message"].(string)
		}
		if got != test.want {
			t.Errorf("state %d on %s: %q, want %q", test.state, test.version, got, test.want)
		}
	}
}

// TestOldReleasesSayNothingAboutTokens: up to 10.1 a bad token is none at all.
func TestOldReleasesSayNothingAboutTokens(t *testing.T) {
	const plain = `{"message":"401 Unauthorized"}`
	for _, test := range []struct{ name, token string }{
		{"unknown", "glpat-nobody"}, {"expired", DemoTokenExpired}, {"revoked", DemoTokenRevoked},
		{"too narrow", DemoTokenReadOnly}, {"of a blocked account", DemoTokenBlocked},
	} {
		s := demo(t, "10.1.0")
		if r := s.get(t, test.token, "/api/v4/groups"); r.status != 401 || r.body != plain {
			t.Errorf("%s: groups: %d %s", test.name, r.status, r.body)
		}
		if r := s.send(t, "POST", test.token, "/api/v4/projects/0/hooks", ""); r.status != 401 || r.body != plain {
			t.Errorf("%s: a change: %d %s", test.name, r.status, r.body)
		}
		if got, want := s.get(t, test.token, "/api/v4/projects?per_page=100").count(t), s.get(t, "", "/api/v4/projects?per_page=100").count(t); got != want {
			t.Errorf("%s: %s of projects, want %s, those that are public", test.name, got, want)
		}
		r := demo(t, "10.2.0").get(t, test.token, "/api/v4/projects")
		if r.status != 401 && r.status != 403 || r.status == 401 && test.name != "unknown" && !strings.Contains(r.body, "invalid_token") {
			t.Errorf("%s, since 10.2: %d %s", test.name, r.status, r.body)
		}
	}
	s := demo(t, "10.1.0")
	if r := s.get(t, DemoTokenReadOnly, "/api/v4/user"); r.status != 200 {
		t.Errorf("a narrow token, where it is enough: %d %s", r.status, r.body)
	}
	access := text(t, s.exchange(t, s.code(t, "scope", "read_user")).object(t), "access_token")
	if r := s.bearer(t, access, "/api/v4/projects"); r.status != 403 || r.object(t)["error"] != "insufficient_scope" {
		t.Errorf("a narrow token of an application: %d %s", r.status, r.body)
	}
}

func TestAllPersonalTokensMayBeDisabled(t *testing.T) {
	for version, want := range map[string]int{"17.2.0-ee": 200, "17.3.0": 200, "17.3.0-ee": 401} {
		s := play(t, Demo(today), Options{Version: version, TokensDisabled: true})
		api, _ := s.Company().Project("acme/platform/api")
		must(s.Company().AddProjectBot(api.ID, Reporter, Token{Value: "bot", Name: "CI", Scopes: []string{"api"}}))
		for _, token := range []string{DemoToken, "bot"} {
			r := s.get(t, token, "/api/v4/user")
			if r.status != want || want == 401 && r.body != `{"message":"401 Unauthorized"}` {
				t.Errorf("%s: %q: %d %s", version, token, r.status, r.body)
			}
		}
		if r := s.bearer(t, text(t, s.granted(t), "access_token"), "/api/v4/user"); r.status != 200 {
			t.Errorf("%s: a token of an application: %d", version, r.status)
		}
		s.SetTokensDisabled(false)
		if r := s.get(t, DemoToken, "/api/v4/user"); r.status != 200 {
			t.Errorf("%s: allowed again: %d", version, r.status)
		}
	}
}

func TestAdminModeAsksForAScope(t *testing.T) {
	for _, test := range []struct {
		version, scopes string
		admin           bool
	}{
		{"15.8.0-ee", "api", true},
		{"15.9.0-ee", "api", false},
		{"15.9.0-ee", "api admin_mode", true},
	} {
		s := play(t, Demo(today), Options{Version: test.version, AdminMode: true})
		if err := s.Company().SetTokenScopes(DemoTokenAdmin, strings.Fields(test.scopes)...); err != nil {
			t.Fatal(err)
		}
		secret := s.get(t, DemoTokenAdmin, "/api/v4/projects/acme%2Fsecurity%2Fkey-ceremony")
		_, told := s.get(t, DemoTokenAdmin, "/api/v4/user").object(t)["is_admin"]
		if (secret.status == 200) != test.admin || told != test.admin {
			t.Errorf("%s with %s: status %d, is_admin is there: %v", test.version, test.scopes, secret.status, told)
		}
	}
}
