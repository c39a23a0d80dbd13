package gitlabtest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestACodeIsGoodOnceAndForTenMinutes(t *testing.T) {
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{}))
	used, late := s.code(t), s.code(t)
	if r := s.exchange(t, used); r.status != 200 {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	s.exchange(t, used).refused(t, 400, "invalid_grant")
	s.exchange(t, "made-up").refused(t, 400, "invalid_grant")
	s.exchange(t, "").refused(t, 400, "invalid_request")
	clock.pass(10*time.Minute + time.Second)
	s.exchange(t, late).refused(t, 400, "invalid_grant")
	inTime := s.code(t)
	clock.pass(10 * time.Minute)
	if r := s.exchange(t, inTime); r.status != 200 {
		t.Errorf("after ten minutes: status %d: %s", r.status, r.body)
	}
}

func TestACodeBelongsToItsClient(t *testing.T) {
	s := demo(t, "")
	s.exchange(t, s.code(t), "client_id", DemoPublicClientID, "client_secret", "").refused(t, 400, "invalid_grant")
}

func TestOldReleasesRefuseWith401(t *testing.T) {
	for version, status := range map[string]int{"9.0.0": 401, "13.3.0-ee": 401, "13.4.0-ee": 400, "18.9.0-ee": 400} {
		s := demo(t, version)
		s.exchange(t, "made-up").refused(t, status, "invalid_grant")
		s.refresh(t, "made-up").refused(t, status, "invalid_grant")
		s.post(t, "/oauth/token", "grant_type", "telepathy").refused(t, status, "unsupported_grant_type")
		s.post(t, "/oauth/token").refused(t, status, "invalid_request")
		s.exchange(t, "made-up", "client_secret", "wrong").refused(t, 401, "invalid_client")
	}
}

func TestAccessTokensEnd(t *testing.T) {
	for _, test := range []struct {
		version  string
		noExpiry bool
		ends     bool
	}{
		{"14.2.0-ee", false, false},
		{"14.3.0-ee", false, true},
		{"14.3.0-ee", true, false},
		{"14.10.0-ee", true, false},
		{"15.0.0-ee", true, true},
		{"18.9.0-ee", false, true},
	} {
		clock := newHand()
		s := play(t, Demo(today), clock.options(Options{Version: test.version}))
		s.Company().oauth.applications[DemoClientID].NoExpiry = test.noExpiry
		token := s.granted(t)
		access := text(t, token, "access_token")
		if _, there := token["expires_in"]; there != test.ends {
			t.Errorf("%s: %v", test.version, token)
		}
		clock.pass(2 * time.Hour)
		if r := s.bearer(t, access, "/api/v4/user"); r.status != 200 {
			t.Errorf("%s: after two hours: %d", test.version, r.status)
		}
		clock.pass(time.Second)
		r := s.bearer(t, access, "/api/v4/user")
		if !test.ends {
			if r.status != 200 {
				t.Errorf("%s: later: %d", test.version, r.status)
			}
			continue
		}
		want := "Token is expired. You can either do re-authorization or token refresh."
		if r.status != 401 || r.object(t)["error"] != "invalid_token" || r.object(t)["error_description"] != want ||
			!strings.Contains(r.header.Get("WWW-Authenticate"), want) {
			t.Errorf("%s: later: %d %s", test.version, r.status, r.body)
		}
		// The refresh token has no end of its own.
		if r := s.refresh(t, text(t, token, "refresh_token")); r.status != 200 || r.object(t)["expires_in"] != 7200.0 {
			t.Errorf("%s: refresh: %d %s", test.version, r.status, r.body)
		}
	}
}

func TestARefreshKillsTheOldPairAtOnce(t *testing.T) {
	for _, version := range []string{"9.0.0", "12.0.0-ee", "15.11.0", "18.9.0-ee"} {
		s := demo(t, version)
		old := s.granted(t)
		r := s.refresh(t, text(t, old, "refresh_token"))
		fresh := r.object(t)
		if r.status != 200 || fresh["access_token"] == old["access_token"] || fresh["refresh_token"] == old["refresh_token"] || fresh["scope"] != "api read_user" {
			t.Fatalf("%s: %d %v", version, r.status, fresh)
		}
		dead := s.bearer(t, text(t, old, "access_token"), "/api/v4/user")
		if dead.status != 401 || dead.object(t)["error_description"] != "Token was revoked. You have to re-authorize from the user." {
			t.Errorf("%s: the old access token: %d %s", version, dead.status, dead.body)
		}
		if r := s.refresh(t, text(t, old, "refresh_token")); r.object(t)["error"] != "invalid_grant" {
			t.Errorf("%s: the old refresh token: %d %s", version, r.status, r.body)
		}
		// Using a dead one again does no harm to its successor.
		if r := s.bearer(t, text(t, fresh, "access_token"), "/api/v4/user"); r.status != 200 {
			t.Errorf("%s: the new access token: %d", version, r.status)
		}
		if rows := s.Company().OAuthTokens(); len(rows) != 2 || !rows[0].Revoked || rows[1].Revoked {
			t.Errorf("%s: rows %+v", version, rows)
		}
	}
}

func TestRefreshesAreChecked(t *testing.T) {
	s := demo(t, "")
	refresh := text(t, s.granted(t), "refresh_token")
	s.refresh(t, "").refused(t, 400, "invalid_request")
	s.refresh(t, refresh, "client_secret", "wrong").refused(t, 401, "invalid_client")
	s.refresh(t, refresh, "client_secret", "").refused(t, 401, "invalid_client")
	s.refresh(t, refresh, "client_id", "", "client_secret", "").refused(t, 400, "invalid_grant")
	s.refresh(t, refresh, "client_id", DemoPublicClientID, "client_secret", "").refused(t, 400, "invalid_grant")
	s.refresh(t, refresh, "scope", "api sudo").refused(t, 400, "invalid_scope")
	r := s.refresh(t, refresh, "scope", "read_user", "redirect_uri", callback)
	if r.status != 200 || r.object(t)["scope"] != "read_user" {
		t.Errorf("fewer scopes: %d %s", r.status, r.body)
	}
}

func TestAPublicClientRefreshesWithoutASecret(t *testing.T) {
	s := demo(t, "")
	token := s.exchange(t, s.code(t, "client_id", DemoPublicClientID), "client_id", DemoPublicClientID, "client_secret", "").object(t)
	r := s.refresh(t, text(t, token, "refresh_token"), "client_id", DemoPublicClientID, "client_secret", "")
	if r.status != 200 {
		t.Errorf("status %d: %s", r.status, r.body)
	}
}

func TestOfManyRefreshesOneWins(t *testing.T) {
	s := demo(t, "")
	refresh := text(t, s.granted(t), "refresh_token")
	form := pairs([]string{"grant_type", "refresh_token", "refresh_token", refresh, "client_id", DemoClientID, "client_secret", DemoClientSecret})
	var won, lost atomic.Int32
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			response, err := http.PostForm(s.URL()+"/oauth/token", form)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			switch response.StatusCode {
			case 200:
				won.Add(1)
			case 400:
				lost.Add(1)
			}
		})
	}
	wait.Wait()
	if won.Load() != 1 || lost.Load() != 15 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
	live := slices.DeleteFunc(s.Company().OAuthTokens(), func(r OAuthToken) bool { return r.Revoked })
	if len(live) != 1 {
		t.Errorf("live rows: %+v", live)
	}
}

func TestASecondConnectionSharesTheTokenFrom111To151(t *testing.T) {
	for _, test := range []struct {
		version string
		shared  bool
	}{
		{"11.0.0-ee", false}, {"11.1.0-ee", true}, {"14.9.0-ee", true}, {"15.1.0-ee", true}, {"15.2.0-ee", false}, {"18.9.0-ee", false},
	} {
		s := demo(t, test.version)
		first, second := s.granted(t), s.granted(t)
		if same := first["access_token"] == second["access_token"] && first["refresh_token"] == second["refresh_token"]; same != test.shared {
			t.Errorf("%s: shared %v", test.version, same)
		}
		other := s.exchange(t, s.code(t, "scope", "read_user")).object(t)
		if other["access_token"] == first["access_token"] {
			t.Errorf("%s: shared with other scopes", test.version)
		}
		// Who refreshes takes the token away from the other.
		s.refresh(t, text(t, first, "refresh_token"))
		want := 200
		if test.shared {
			want = 401
		}
		if r := s.bearer(t, text(t, second, "access_token"), "/api/v4/user"); r.status != want {
			t.Errorf("%s: the second token after a refresh of the first: %d", test.version, r.status)
		}
	}
}

func TestASharedTokenTellsWhatIsLeft(t *testing.T) {
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{Version: "15.1.0-ee"}))
	s.granted(t)
	clock.pass(time.Hour)
	if got := s.granted(t)["expires_in"]; got != 3600.0 {
		t.Errorf("expires_in %v", got)
	}
	clock.pass(2 * time.Hour)
	if got := s.granted(t)["expires_in"]; got != 7200.0 {
		t.Errorf("after its end: expires_in %v", got)
	}
}

func TestTokensOfApplicationsComeAsBearerOnly(t *testing.T) {
	for _, version := range []string{"9.0.0", "12.1.0-ee", "12.2.0-ee", "18.9.0-ee"} {
		s := demo(t, version)
		access := text(t, s.granted(t), "access_token")
		if r := s.bearer(t, access, "/api/v4/user"); r.status != 200 {
			t.Errorf("%s: Bearer: %d", version, r.status)
		}
		if r := s.get(t, access, "/api/v4/user"); r.status != 401 {
			t.Errorf("%s: PRIVATE-TOKEN: %d", version, r.status)
		}
		want := 401
		if s.release.since(12, 2) {
			want = 200
		}
		if r := s.bearer(t, DemoToken, "/api/v4/user"); r.status != want {
			t.Errorf("%s: a personal token as Bearer: %d", version, r.status)
		}
		if r := s.bearer(t, "nobody's", "/api/v4/user"); r.status != 401 {
			t.Errorf("%s: an unknown one: %d", version, r.status)
		}
	}
}

func TestScopesAndAccountsHoldForTokensOfApplications(t *testing.T) {
	s := demo(t, "")
	access := text(t, s.exchange(t, s.code(t, "scope", "read_user")).object(t), "access_token")
	if r := s.bearer(t, access, "/api/v4/projects"); r.status != 403 || r.object(t)["error"] != "insufficient_scope" {
		t.Errorf("projects: %d %s", r.status, r.body)
	}
	self := s.bearer(t, access, "/api/v4/personal_access_tokens/self")
	if self.status != 400 || !strings.Contains(self.body, "requires token type to be a personal access token") {
		t.Errorf("self: %d %s", self.status, self.body)
	}
	bot, _ := s.Company().User(DemoUser)
	if err := s.Company().SetUserState(bot.ID, Blocked); err != nil {
		t.Fatal(err)
	}
	if r := s.bearer(t, access, "/api/v4/user"); r.status != 403 || !strings.Contains(r.body, "Your account has been blocked.") {
		t.Errorf("blocked: %d %s", r.status, r.body)
	}
}
