package gitlabtest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSigningInAsksForThePassword(t *testing.T) {
	const wrong = "Invalid login or password."
	for _, test := range []struct {
		name, login, password string
		prepare               func(*Company, User)
		want                  string // on the page
	}{
		{"by name", "ana", DemoPassword, nil, "You are signed in as @ana."},
		{"by e-mail address", "ana@acme.example", DemoPassword, nil, "You are signed in as @ana."},
		{"in capitals", "ANA", DemoPassword, nil, "You are signed in as @ana."},
		{"@flow-bot", DemoUser, DemoPassword, nil, "You are signed in as @flow-bot."},
		{"a wrong password", "ana", "guessed", nil, wrong},
		{"no password", "ana", "", nil, wrong},
		{"nobody", "nobody", DemoPassword, nil, wrong},
		{"no name", "", DemoPassword, nil, wrong},
		{"a group", "acme", DemoPassword, nil, wrong},
		{"without a password of its own", "ana", "", func(c *Company, u User) { c.users[u.ID].Password = "" }, wrong},
		{"a bot", "ana", DemoPassword, func(c *Company, u User) { c.users[u.ID].Bot = true }, wrong},
		{"blocked", "left.last.year", DemoPassword, nil, "Your account has been blocked."},
		{"not yet let in", "ana", DemoPassword, func(c *Company, u User) { c.SetUserState(u.ID, PendingApproval) }, "Your account is pending approval"},
		{"unconfirmed", "ana", DemoPassword, func(c *Company, u User) { c.SetUserState(u.ID, Unconfirmed) }, "You have to confirm your email address"},
		{"deactivated", "ana", DemoPassword, func(c *Company, u User) { c.SetUserState(u.ID, Deactivated) }, "You are signed in as @ana."},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := play(t, Demo(today), Options{Path: "/git"})
			if test.prepare != nil {
				u, _ := s.Company().User(test.login)
				test.prepare(s.Company(), u)
			}
			b := NewBrowser(s, test.login, test.password)
			t.Cleanup(b.Close)
			landing, err := b.Authorize(t.Context(), s.URL()+"/users/sign_in", true)
			if err != nil || landing.Status != 200 || !strings.Contains(landing.Page, test.want) {
				t.Errorf("%d at %s, %v: %s", landing.Status, landing.URL, err, landing.Page)
			}
		})
	}
}

func TestASessionEndsWithItsAccount(t *testing.T) {
	for state, want := range map[UserState]string{
		Blocked:         "Your account has been blocked.",
		PendingApproval: "Your account is pending approval",
	} {
		s := demo(t, "")
		b := s.browser(t, "ana")
		if _, err := b.Authorize(t.Context(), s.URL()+"/oauth/applications", true); err != nil {
			t.Fatal(err)
		}
		ana, _ := s.Company().User("ana")
		if err := s.Company().SetUserState(ana.ID, state); err != nil {
			t.Fatal(err)
		}
		landing, err := b.Authorize(t.Context(), s.URL()+"/oauth/applications", true)
		if err != nil || !strings.Contains(landing.Page, want) {
			t.Errorf("%s, %v", landing.Page, err)
		}
	}
}

func TestTheCookieIsTheBrowsersOnly(t *testing.T) {
	for _, test := range []struct {
		options Options
		path    string
		secure  bool
	}{{Options{}, "/", false}, {Options{Path: "/git"}, "/git", false}, {Options{TLS: &Certificate{}, Now: time.Now}, "/", true}} {
		s := play(t, Demo(today), test.options)
		response, err := s.browser(t, "ana").client.Do(s.request(t, "GET", "", "/users/sign_in"))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		cookie, err := http.ParseSetCookie(response.Header.Get("Set-Cookie"))
		if err != nil || cookie.Name != sessionCookie || !cookie.HttpOnly || cookie.Path != test.path || cookie.Secure != test.secure || len(cookie.Value) != 64 {
			t.Errorf("%q, %v", response.Header.Get("Set-Cookie"), err)
		}
	}
}

func TestSigningInBeginsANewSession(t *testing.T) {
	s := demo(t, "")
	b := s.browser(t, "ana")
	sent := map[string]bool{}
	for _, step := range []string{"/users/sign_in", "/oauth/applications"} {
		if step == "/users/sign_in" {
			page, _, err := b.open(s.request(t, "GET", "", step))
			if err != nil || page.Status != 200 {
				t.Fatal(page.Status, err)
			}
		} else if _, err := b.Authorize(t.Context(), s.URL()+step, true); err != nil {
			t.Fatal(err)
		}
		for _, cookie := range b.client.Jar.Cookies(s.request(t, "GET", "", "/").URL) {
			sent[cookie.Value] = true
		}
	}
	if len(sent) != 2 {
		t.Errorf("%d sessions, want one before signing in and one after", len(sent))
	}
}

func TestFormsCanNotBeForged(t *testing.T) {
	s := demo(t, "")
	for _, path := range []string{"/users/sign_in", "/oauth/authorize", "/oauth/applications", "/oauth/device", "/oauth/device/confirm"} {
		if r := s.post(t, path, "authenticity_token", "guessed", "user[login]", "ana", "user[password]", DemoPassword); r.status != 422 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	// The token of one browser is none of another's.
	mine, theirs := s.browser(t, "ana"), s.browser(t, "ana")
	page, _, err := mine.open(s.request(t, "GET", "", "/users/sign_in"))
	if err != nil {
		t.Fatal(err)
	}
	theirs.open(s.request(t, "GET", "", "/users/sign_in"))
	request, err := formsOf(page.Body)[0].request(t.Context(), page.URL)
	if err != nil {
		t.Fatal(err)
	}
	if landing, _, err := theirs.open(request); err != nil || landing.Status != 422 {
		t.Errorf("another browser's token: %d, %v", landing.Status, err)
	}
}

func TestSigningOut(t *testing.T) {
	s := demo(t, "")
	b := s.browser(t, "ana")
	if landing, err := b.Authorize(t.Context(), s.URL()+"/", true); err != nil || !strings.Contains(landing.Page, "You are signed in as @ana.") {
		t.Fatalf("%s, %v", landing.Page, err)
	}
	page, _, err := b.open(s.request(t, "GET", "", "/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range formsOf(page.Body) {
		if f.button == "sign-out" {
			request, _ := f.request(t.Context(), page.URL)
			b.open(request)
		}
	}
	if landing, location, err := b.open(s.request(t, "GET", "", "/oauth/applications")); err != nil || !strings.HasSuffix(location, "/users/sign_in") {
		t.Errorf("%d to %q, %v", landing.Status, location, err)
	}
}
