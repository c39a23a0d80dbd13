package gitlabtest

import (
	"context"
	"regexp"
	"strings"
	"testing"
)

// fill opens the page for applications and sends the form with these fields;
// a value may be several lines, one a value.
func (s *Server) fill(t *testing.T, b *Browser, fields ...string) Landing {
	t.Helper()
	page, err := b.Authorize(t.Context(), s.URL()+"/oauth/applications", true)
	if err != nil {
		t.Fatal(err)
	}
	f := formsOf(page.Body)[0]
	for i := 0; i+1 < len(fields); i += 2 {
		f.fields["doorkeeper_application["+fields[i]] = strings.Split(fields[i+1], "|")
	}
	request, err := f.request(context.Background(), page.URL)
	if err != nil {
		t.Fatal(err)
	}
	landing, _, err := b.open(request)
	if err != nil {
		t.Fatal(err)
	}
	return landing
}

func TestAPersonRegistersAnApplication(t *testing.T) {
	for _, test := range []struct {
		name, version, confidential string
		public                      bool
	}{
		{"confidential", "17.5.2-ee", "0|1", false},
		{"public", "17.5.2-ee", "0", true},
		{"before there are public ones", "12.7.0-ee", "0", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := play(t, Demo(today), Options{Version: test.version, Path: "/git"})
			b := s.browser(t, "ana")
			landing := s.fill(t, b, "name]", "Flow at Acme", "redirect_uri]", "http://127.0.0.1/callback\r\n"+callback,
				"confidential]", test.confidential, "scopes][]", "api|read_user")
			uid := regexp.MustCompile(`id="application-id">([^<]+)<`).FindStringSubmatch(landing.Body)
			secret := regexp.MustCompile(`id="secret">([^<]+)<`).FindStringSubmatch(landing.Body)
			if landing.Status != 200 || uid == nil || secret == nil {
				t.Fatalf("%d %s", landing.Status, landing.Page)
			}
			app, found := s.Company().Application(uid[1])
			ana, _ := s.Company().User("ana")
			if !found || app.Secret != secret[1] || app.Public != test.public || app.Owner != ana.ID || len(app.Redirects) != 2 || len(app.Scopes) != 2 {
				t.Errorf("%+v", app)
			}
			list, err := b.Authorize(t.Context(), s.URL()+"/oauth/applications", true)
			if err != nil || !strings.Contains(list.Page, "Flow at Acme") || strings.Contains(list.Body, secret[1]) {
				t.Errorf("%v: %s", err, list.Page)
			}
			if other := s.browser(t, "wchen"); strings.Contains(s.open(t, other, "/oauth/applications").Page, "Flow at Acme") {
				t.Error("somebody else sees it")
			}
			code, err := b.Authorize(t.Context(), s.authorizeURL("client_id", uid[1], "scope", "api"), true)
			if err != nil {
				t.Fatal(err)
			}
			r := s.exchange(t, code.query(t).Get("code"), "client_id", uid[1], "client_secret", secret[1])
			if r.status != 200 {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
}

func (s *Server) open(t *testing.T, b *Browser, path string) Landing {
	t.Helper()
	landing, err := b.Authorize(t.Context(), s.URL()+path, true)
	if err != nil {
		t.Fatal(err)
	}
	return landing
}

func TestTheFormSaysWhatIsWrong(t *testing.T) {
	s := demo(t, "")
	b := s.browser(t, "ana")
	for _, test := range []struct{ name, redirect, scopes, want string }{
		{"", callback, "api", "Name can't be blank"},
		{"Flow", "", "api", "Redirect URI can't be blank"},
		{"Flow", "callback", "api", "Redirect URI must be an absolute URI."},
		{"Flow", callback + "#x", "api", "Redirect URI cannot contain a fragment."},
		{"Flow", "javascript:alert(1)", "api", "Redirect URI is forbidden by the server."},
		{"Flow", callback, "everything", "Scopes doesn't match configured on the server."},
	} {
		landing := s.fill(t, b, "name]", test.name, "redirect_uri]", test.redirect, "scopes][]", test.scopes)
		if landing.Status != 200 || !strings.Contains(landing.Page, test.want) {
			t.Errorf("%q, %q, %q: %d %s", test.name, test.redirect, test.scopes, landing.Status, landing.Page)
		}
	}
	if landing := s.fill(t, b, "name]", "Flow", "redirect_uri]", callback); !strings.Contains(landing.Page, "Scopes can't be blank") {
		t.Errorf("no scopes: %s", landing.Page)
	}
}

func TestTheFormHasWhatTheReleaseHas(t *testing.T) {
	for _, test := range []struct{ version, has, lacks string }{
		{"9.0.0", `id="scope-api"`, `id="scope-read_repository"`},
		{"12.7.0-ee", `id="scope-read_repository"`, `id="confidential"`},
		{"12.8.0-ee", `id="confidential"`, `id="scope-read_api"`},
		{"17.9.0-ee", `id="scope-self_rotate"`, `id="scope-nothing"`},
	} {
		s := demo(t, test.version)
		body := s.open(t, s.browser(t, "ana"), "/oauth/applications").Body
		if !strings.Contains(body, test.has) || strings.Contains(body, test.lacks) {
			t.Errorf("%s: has %v, lacks %v", test.version, strings.Contains(body, test.has), !strings.Contains(body, test.lacks))
		}
	}
}

func TestTheFormIsWhereTheReleaseHasIt(t *testing.T) {
	const always, old, scoped, settings = "/oauth/applications", "/profile/applications", "/-/profile/applications", "/-/user_settings/applications"
	for version, want := range map[string][]string{
		"9.0.0": {always, old}, "13.5.0-ee": {always, old, scoped}, "14.0.0-ee": {always, scoped},
		"16.6.0-ee": {always, scoped}, "16.7.0-ee": {always, settings}, "18.9.0-ee": {always, settings},
	} {
		s := demo(t, version)
		b := s.browser(t, "ana")
		var got []string
		for _, path := range []string{always, old, scoped, settings} {
			if landing := s.open(t, b, path); landing.Status == 200 && strings.Contains(landing.Page, "Your applications") {
				got = append(got, path)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, want %v", version, got, want)
		}
	}
}
