package gitlabtest

import (
	"strings"
	"testing"
	"time"
)

func TestScopesDecideWhatATokenMayDo(t *testing.T) {
	endpoints := []string{"GET version", "GET user", "GET groups", "GET projects", "GET projects/acme%2Fplatform%2Fapi/issues",
		"GET personal_access_tokens/self", "POST projects/0/hooks"}
	for _, test := range []struct {
		name, version, scopes string
		want                  []int // by endpoint
	}{
		{"api does everything", "17.5.2-ee", "api", []int{200, 200, 200, 200, 200, 200, 404}},
		{"read_api reads everything", "17.5.2-ee", "read_api", []int{200, 200, 200, 200, 200, 200, 403}},
		{"read_user", "17.5.2-ee", "read_user", []int{200, 200, 403, 403, 403, 200, 403}},
		{"read_repository", "17.5.2-ee", "read_repository", []int{403, 403, 403, 403, 403, 200, 403}},
		{"read_user and read_repository", "17.5.2-ee", "read_user read_repository", []int{200, 200, 403, 403, 403, 200, 403}},
		{"version wants api before 12.9", "12.8.0-ee", "read_user", []int{403, 200, 403, 403, 403, 404, 403}},
		{"self is of 15.5", "15.4.0-ee", "api", []int{200, 200, 200, 200, 200, 404, 404}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, test.version)
			if err := s.Company().SetTokenScopes(DemoToken, strings.Fields(test.scopes)...); err != nil {
				t.Fatal(err)
			}
			for i, endpoint := range endpoints {
				method, path, _ := strings.Cut(endpoint, " ")
				if r := s.send(t, method, DemoToken, "/api/v4/"+path, ""); r.status != test.want[i] {
					t.Errorf("%s: status %d, want %d: %.200s", endpoint, r.status, test.want[i], r.body)
				}
			}
		})
	}
}

func TestMissingScopesAreNamed(t *testing.T) {
	s := demo(t, "17.5.2-ee")
	for path, want := range map[string]string{"projects": "api read_api", "groups": "api read_api"} {
		r := s.get(t, DemoTokenReadOnly, "/api/v4/"+path)
		if got := r.object(t)["scope"]; got != want {
			t.Errorf("%s: scope %q, want %q", path, got, want)
		}
		if _, sent := r.header["Www-Authenticate"]; sent {
			t.Errorf("%s: WWW-Authenticate is sent with a 403", path)
		}
	}
	if err := s.Company().SetTokenScopes(DemoToken, "read_repository"); err != nil {
		t.Fatal(err)
	}
	if got := s.get(t, DemoToken, "/api/v4/user").object(t)["scope"]; got != "read_user api read_api" {
		t.Errorf("user: scope %q", got)
	}
}

func TestBadTokensAreRefused(t *testing.T) {
	const plain, invalid = `{"message":"401 Unauthorized"}`, `"error":"invalid_token"`
	for _, test := range []struct {
		name, token string
		status      int
		want        string
	}{
		{"unknown", "glpat-nobody", 401, plain},
		{"unknown, on a public list too", "glpat-nobody", 401, plain},
		{"expired", DemoTokenExpired, 401, invalid},
		{"revoked", DemoTokenRevoked, 401, "Token was revoked. You have to re-authorize from the user."},
		{"of a blocked account", DemoTokenBlocked, 403, "403 Forbidden - Your account has been blocked."},
		{"of an account without groups", DemoTokenNoGroups, 200, `[`},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := "/api/v4/groups"
			if strings.Contains(test.name, "public") {
				path = "/api/v4/projects"
			}
			r := demo(t, "").get(t, test.token, path)
			if r.status != test.status || !strings.Contains(r.body, test.want) {
				t.Errorf("status %d, body %.300s\nwant %d, %s", r.status, r.body, test.status, test.want)
			}
		})
	}
}

func TestAccountsAreRefusedForAReason(t *testing.T) {
	for state, want := range map[UserState]string{
		Blocked:          "Your account has been blocked.",
		Deactivated:      "deactivated by your administrator",
		TermsNotAccepted: "You (@flow-bot) must accept the Terms of Service",
		PasswordExpired:  "Your password expired.",
		Unconfirmed:      "Your primary email address is not confirmed.",
	} {
		s := demo(t, "")
		bot, _ := s.Company().User(DemoUser)
		if err := s.Company().SetUserState(bot.ID, state); err != nil {
			t.Fatal(err)
		}
		// The account comes before the scopes of the token.
		r := s.get(t, DemoTokenReadOnly, "/api/v4/projects")
		message, _ := r.object(t)["message"].(string)
		if r.status != 403 || !strings.HasPrefix(message, "403 Forbidden - ") || !strings.Contains(message, want) {
			t.Errorf("state %v: status %d, message %q, want %q", state, r.status, message, want)
		}
	}
}

func TestTokensExpireAtTheBeginningOfTheirDay(t *testing.T) {
	c := Demo(today)
	if err := c.SetTokenExpiry(DemoToken, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		now    time.Time
		status int
	}{
		{time.Date(2026, 11, 22, 23, 59, 59, 0, time.UTC), 200},
		{time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), 401},
		{time.Date(2026, 11, 23, 1, 0, 0, 0, time.FixedZone("Berlin", 2*3600)), 200},
	} {
		s := play(t, c, Options{Now: func() time.Time { return test.now }})
		if r := s.get(t, DemoToken, "/api/v4/user"); r.status != test.status {
			t.Errorf("at %v: status %d, want %d", test.now, r.status, test.status)
		}
	}
}

func TestATokenAlsoComesAsBearer(t *testing.T) {
	s := demo(t, "")
	request := s.request(t, "GET", "", "/api/v4/user")
	request.Header.Set("Authorization", "Bearer "+DemoToken)
	if r := roundTrip(t, request); r.status != 200 || r.object(t)["username"] != DemoUser {
		t.Errorf("status %d: %.200s", r.status, r.body)
	}
	request = s.request(t, "GET", DemoTokenAdmin, "/api/v4/user")
	request.Header.Set("Authorization", "Bearer "+DemoToken)
	if got := roundTrip(t, request).object(t)["username"]; got != "root" {
		t.Errorf("with both headers it is %q, want root: PRIVATE-TOKEN wins", got)
	}
}

func TestTokenSelfShowsWhatTheReleaseKnows(t *testing.T) {
	for version, want := range map[string]string{
		"15.5.0-ee": "active created_at expires_at id last_used_at name revoked scopes user_id",
		"17.7.0-ee": "active created_at description expires_at id last_used_at name revoked scopes user_id",
		"18.9.0-ee": "active created_at description expires_at id last_used_at last_used_ips name revoked scopes user_id",
	} {
		token := demo(t, version).get(t, DemoToken, "/api/v4/personal_access_tokens/self").object(t)
		if got := keys(token); got != want {
			t.Errorf("%s: keys %s, want %s", version, got, want)
		}
		if token["expires_at"] != "2027-01-14" {
			t.Errorf("%s: expires_at %v, want 2027-01-14, 53 days from now", version, token["expires_at"])
		}
	}
}
