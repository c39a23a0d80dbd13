package gitlabtest

import (
	"net/url"
	"strings"
	"testing"
)

func TestErrorsOfAuthorizingAreAPage(t *testing.T) {
	for _, test := range []struct {
		name, version string
		fields        []string
		want          string
	}{
		{"unknown client", "17.5.2-ee", []string{"client_id", "nobody"}, oauthErrors["invalid_client"]},
		{"no client", "17.5.2-ee", []string{"client_id", ""}, oauthErrors["invalid_request"]},
		{"another redirect URI", "17.5.2-ee", []string{"redirect_uri", "https://evil.example/cb"}, "The redirect URI included is not valid."},
		{"no redirect URI", "17.5.2-ee", []string{"redirect_uri", ""}, "The redirect URI included is not valid."},
		{"any port before 13.4", "13.3.0-ee", []string{"redirect_uri", "http://127.0.0.1:40000/callback"}, "The redirect URI included is not valid."},
		{"no response type", "17.5.2-ee", []string{"response_type", ""}, oauthErrors["invalid_request"]},
		{"implicit", "17.5.2-ee", []string{"response_type", "token"}, oauthErrors["unsupported_response_type"]},
		{"an unknown scope", "17.5.2-ee", []string{"scope", "api everything"}, oauthErrors["invalid_scope"]},
		{"a scope that was not registered", "17.5.2-ee", []string{"scope", "api sudo"}, oauthErrors["invalid_scope"]},
		{"a scope that is newer", "10.6.0-ee", []string{"scope", "api read_repository"}, oauthErrors["invalid_scope"]},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, test.version)
			landing := s.browse(t, DemoUser, s.authorizeURL(test.fields...), true)
			if landing.Status != 200 || !strings.Contains(landing.Page, "An error has occurred") || !strings.Contains(landing.Page, test.want) {
				t.Errorf("status %d at %s: %s", landing.Status, landing.URL, landing.Page)
			}
			for _, request := range s.Requests() {
				if request.Path == "/callback" {
					t.Error("the callback was called")
				}
			}
		})
	}
}

func TestSigningInComesBeforeTheClient(t *testing.T) {
	s := play(t, Demo(today), Options{Path: "/git"})
	r := roundTrip(t, s.request(t, "GET", "", "/oauth/authorize?client_id=nobody"))
	if r.status != 302 || r.header.Get("Location") != s.URL()+"/users/sign_in" {
		t.Errorf("status %d to %q", r.status, r.header.Get("Location"))
	}
}

func TestWithoutAScopeItIsAPI(t *testing.T) {
	s := demo(t, "")
	if got := s.exchange(t, s.code(t, "scope", "")).object(t)["scope"]; got != "api" {
		t.Errorf("scope %v", got)
	}
}

func TestThePersonMayDeny(t *testing.T) {
	s := demo(t, "")
	landing := s.browse(t, "ana", s.authorizeURL(), false)
	q := landing.query(t)
	if !strings.HasPrefix(landing.URL, callback+"?") || q.Get("error") != "access_denied" || q.Get("state") != "of-this-test" ||
		q.Get("error_description") != "The resource owner or authorization server denied the request." || q.Has("code") {
		t.Errorf("landed at %s", landing.URL)
	}
}

func TestConsentIsAskedForOnce(t *testing.T) {
	for _, test := range []struct {
		name, version, client string
		first, second         bool // whether the page for consent is seen
	}{
		{"confidential", "17.5.2-ee", DemoClientID, true, false},
		{"confidential in 12.9", "12.9.0-ee", DemoClientID, true, false},
		{"public", "17.5.2-ee", DemoPublicClientID, true, true},
		{"public to be, in 12.0", "12.0.0-ee", DemoPublicClientID, true, false},
		{"trusted", "17.5.2-ee", "trusted", false, false},
		{"trusted in 9.0", "9.0.0", "trusted", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, test.version)
			if _, err := s.Company().AddApplication(Application{UID: "trusted", Name: "Trusted", Redirects: []string{callback},
				Scopes: []string{"api", "read_user"}, Trusted: true}); err != nil {
				t.Fatal(err)
			}
			app, _ := s.Company().Application(test.client)
			b := s.browser(t, DemoUser)
			for i, want := range []bool{test.first, test.second} {
				s.Forget()
				landing, err := b.Authorize(t.Context(), s.authorizeURL("client_id", app.UID), true)
				if err != nil {
					t.Fatal(err)
				}
				code := landing.query(t).Get("code")
				if r := s.exchange(t, code, "client_id", app.UID, "client_secret", app.Secret); r.status != 200 {
					t.Fatalf("status %d: %s", r.status, r.body)
				}
				asked := false
				for _, request := range s.Requests() {
					asked = asked || request.Method == "POST" && request.Path == "/oauth/authorize"
				}
				if asked != want {
					t.Errorf("time %d: asked %v", i+1, asked)
				}
			}
		})
	}
}

func TestOtherScopesAreAskedForAgain(t *testing.T) {
	s := demo(t, "")
	s.granted(t)
	s.Forget()
	s.browse(t, DemoUser, s.authorizeURL("scope", "read_user"), true)
	if last := s.Requests()[len(s.Requests())-1]; last.Method != "POST" || last.Path != "/oauth/authorize" {
		t.Errorf("nobody was asked: %+v", last)
	}
}

func TestTheWayOnWithoutConsentIsAPageSince138(t *testing.T) {
	for version, status := range map[string]int{"13.7.0-ee": 302, "13.8.0-ee": 200, "18.9.0-ee": 200} {
		s := demo(t, version)
		s.granted(t)
		b := s.browser(t, DemoUser)
		b.Authorize(t.Context(), s.URL()+"/oauth/applications", true) // to sign in
		b.StopBefore = nil
		request := s.request(t, "GET", "", "/oauth/authorize?"+strings.SplitN(s.authorizeURL(), "?", 2)[1])
		landing, location, err := b.open(request)
		if err != nil || landing.Status != status || (location != "") != (status == 302) {
			t.Errorf("%s: status %d to %q, %v", version, landing.Status, location, err)
		}
	}
}

func TestAdministratorsMayBeKeptOut(t *testing.T) {
	s := play(t, Demo(today), Options{DisableAdminOAuthScopes: true})
	landing := s.browse(t, "root", s.authorizeURL("scope", "read_user"), true)
	if landing.Status != 200 || !strings.Contains(landing.Page, "Administrators are not permitted to connect applications with these scopes") {
		t.Errorf("status %d at %s: %s", landing.Status, landing.URL, landing.Page)
	}
	if q := s.browse(t, "ana", s.authorizeURL(), true).query(t); !q.Has("code") {
		t.Errorf("others are kept out as well: %v", q)
	}
	open := demo(t, "")
	if q := open.browse(t, "root", open.authorizeURL(), true).query(t); !q.Has("code") {
		t.Errorf("administrators are kept out without the setting: %v", q)
	}
	small, err := s.Company().AddApplication(Application{Name: "Reader", Redirects: []string{callback}, Scopes: []string{"read_user"}})
	if err != nil {
		t.Fatal(err)
	}
	if q := s.browse(t, "root", s.authorizeURL("client_id", small.UID, "scope", "read_user"), true).query(t); !q.Has("code") {
		t.Errorf("an application without these scopes is kept out as well: %v", q)
	}
}

// TestAForgedAnswerGoesNowhere: what is posted is checked again.
func TestAForgedAnswerGoesNowhere(t *testing.T) {
	for _, test := range []struct {
		name, button string
		change       [2]string
		status       int
		location     string // contains
	}{
		{"another redirect URI", "authorize", [2]string{"redirect_uri", "https://evil.example/cb"}, 400, ""},
		{"another redirect URI when denying", "deny", [2]string{"redirect_uri", "https://evil.example/cb"}, 400, ""},
		{"another client", "authorize", [2]string{"client_id", "nobody"}, 401, ""},
		{"more scopes", "authorize", [2]string{"scope", "api sudo"}, 302, "error=invalid_scope"},
		{"a wrong form token", "authorize", [2]string{"authenticity_token", "guessed"}, 422, ""},
		{"no form token", "deny", [2]string{"authenticity_token", ""}, 422, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, "")
			b := s.browser(t, "ana")
			b.Authorize(t.Context(), s.URL()+"/oauth/applications", true) // to sign in
			page, _, err := b.open(s.request(t, "GET", "", "/oauth/authorize?"+strings.SplitN(s.authorizeURL(), "?", 2)[1]))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range formsOf(page.Body) {
				if f.button != test.button {
					continue
				}
				f.fields.Set(test.change[0], test.change[1])
				request, err := f.request(t.Context(), page.URL)
				if err != nil {
					t.Fatal(err)
				}
				landing, location, err := b.open(request)
				if err != nil || landing.Status != test.status || !strings.Contains(location, test.location) || test.location == "" && location != "" {
					t.Errorf("status %d to %q, %v: %s", landing.Status, location, err, landing.Body)
				}
				return
			}
			t.Fatalf("no button %s: %s", test.button, page.Body)
		})
	}
}

func TestTheCallbacksOwnQueryStays(t *testing.T) {
	got := withQuery("https://flow.example/cb?a=1", "code", "c", "state", "")
	u, err := url.Parse(got)
	if err != nil || u.Query().Get("a") != "1" || u.Query().Get("code") != "c" || u.Query().Has("state") {
		t.Errorf("%s, %v", got, err)
	}
}
