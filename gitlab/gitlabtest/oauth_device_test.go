package gitlabtest

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// ask begins the device grant of the demo's public application.
func (s *Server) ask(t testing.TB, fields ...string) map[string]any {
	t.Helper()
	r := s.post(t, "/oauth/authorize_device", append([]string{"client_id", DemoPublicClientID, "scope", "api read_user"}, fields...)...)
	if r.status != 200 {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return r.object(t)
}

func (s *Server) poll(t testing.TB, asked map[string]any, fields ...string) reply {
	t.Helper()
	code, _ := asked["device_code"].(string)
	return s.post(t, "/oauth/token", append([]string{"grant_type", deviceGrantType, "device_code", code, "client_id", DemoPublicClientID}, fields...)...)
}

func TestADeviceGetsATokenOnceItsUserAgrees(t *testing.T) {
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{Path: "/git"}))
	asked := s.ask(t)
	if !regexp.MustCompile(`^[0-9A-Z]{8}$`).MatchString(text(t, asked, "user_code")) || asked["expires_in"] != 300.0 || asked["interval"] != 5.0 {
		t.Errorf("asked: %v", asked)
	}
	s.poll(t, asked).refused(t, 400, "authorization_pending")
	s.poll(t, asked).refused(t, 400, "slow_down")
	clock.pass(4 * time.Second)
	s.poll(t, asked).refused(t, 400, "slow_down")
	clock.pass(time.Second)
	s.poll(t, asked).refused(t, 400, "authorization_pending")
	if err := s.browser(t, "ana").EnterCode(t.Context(), text(t, asked, "user_code"), true); err != nil {
		t.Fatal(err)
	}
	s.poll(t, asked).refused(t, 400, "slow_down") // also when there is an answer
	clock.pass(5 * time.Second)
	r := s.poll(t, asked)
	token := r.object(t)
	if r.status != 200 || token["scope"] != "api read_user" || text(t, token, "refresh_token") == "" {
		t.Errorf("%d %v", r.status, token)
	}
	if user := s.bearer(t, text(t, token, "access_token"), "/api/v4/user").object(t)["username"]; user != "ana" {
		t.Errorf("the token is of %v", user)
	}
	clock.pass(5 * time.Second)
	s.poll(t, asked).refused(t, 400, "invalid_grant") // it is good once
}

func TestADeviceIsRefused(t *testing.T) {
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{}))
	denied, late, replaced := s.ask(t), s.ask(t), s.ask(t)
	if err := s.browser(t, "ana").EnterCode(t.Context(), text(t, denied, "user_code"), false); err != nil {
		t.Fatal(err)
	}
	s.poll(t, denied).refused(t, 400, "access_denied")
	s.poll(t, denied).refused(t, 400, "invalid_grant")
	s.poll(t, late, "client_id", DemoClientID, "client_secret", DemoClientSecret).refused(t, 400, "invalid_grant")
	s.poll(t, late, "client_id", "nobody").refused(t, 401, "invalid_client")
	s.poll(t, map[string]any{"device_code": "made-up"}).refused(t, 400, "invalid_grant")
	clock.pass(301 * time.Second)
	s.poll(t, late).refused(t, 400, "expired_token")
	s.poll(t, late).refused(t, 400, "invalid_grant")
	s.ask(t) // which sweeps what has expired
	s.poll(t, replaced).refused(t, 400, "invalid_grant")
}

func TestDeviceAuthorizationsAreChecked(t *testing.T) {
	s := demo(t, "")
	for _, test := range []struct {
		name           string
		client, secret string
		scope          string
		status         int
		want           string
	}{
		{"public", DemoPublicClientID, "", "api", 200, ""},
		{"confidential", DemoClientID, DemoClientSecret, "api", 200, ""},
		{"confidential without its secret", DemoClientID, "", "api", 401, "invalid_client"},
		{"unknown", "nobody", "", "api", 401, "invalid_client"},
		{"without a scope", DemoPublicClientID, "", "", 400, "invalid_scope"},
		{"with a scope that was not registered", DemoPublicClientID, "", "api sudo", 400, "invalid_scope"},
		{"with an unknown scope", DemoPublicClientID, "", "everything", 400, "invalid_scope"},
	} {
		r := s.post(t, "/oauth/authorize_device", "client_id", test.client, "client_secret", test.secret, "scope", test.scope)
		if test.want != "" {
			r.refused(t, test.status, test.want)
		} else if r.status != test.status {
			t.Errorf("%s: %d %s", test.name, r.status, r.body)
		}
	}
}

func TestTheDeviceGrantCameWith173(t *testing.T) {
	for _, test := range []struct {
		version string
		flag    bool
		status  int
		unknown string // the error for polling with a code that nobody was given
	}{
		{"16.11.0-ee", false, 404, "unsupported_grant_type"},
		{"17.1.0-ee", true, 404, "unsupported_grant_type"},
		{"17.2.0-ee", false, 404, "invalid_grant"},
		{"17.2.0-ee", true, 200, "invalid_grant"},
		{"17.3.0-ee", false, 200, "invalid_grant"},
		{"18.9.0-ee", false, 200, "invalid_grant"},
	} {
		s := play(t, Demo(today), Options{Version: test.version, DeviceGrant: test.flag})
		r := s.post(t, "/oauth/authorize_device", "client_id", DemoPublicClientID, "scope", "api")
		if r.status != test.status || r.status == 404 && !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %s", test.version, r.status, r.body)
		}
		s.poll(t, map[string]any{"device_code": "made-up"}).refused(t, 400, test.unknown)
	}
}

// TestTheVerificationAddressForgetsTheRelativeRoot is about a mistake of
// GitLab's: the address leads nowhere there.
func TestTheVerificationAddressForgetsTheRelativeRoot(t *testing.T) {
	s := play(t, Demo(today), Options{Path: "/git", TLS: &Certificate{}, Now: time.Now})
	b := s.browser(t, "ana")
	host := strings.TrimSuffix(s.URL(), "/git")
	asked := s.askThrough(t, b)
	if asked["verification_uri"] != host+"/oauth/device" || asked["verification_uri_complete"] != host+"/oauth/device?user_code="+text(t, asked, "user_code") {
		t.Errorf("asked: %v", asked)
	}
	landing, err := b.Authorize(t.Context(), text(t, asked, "verification_uri_complete"), true)
	if err != nil || landing.Status != 404 {
		t.Errorf("the address that is given: %d, %v", landing.Status, err)
	}
	landing, err = b.Authorize(t.Context(), s.URL()+"/oauth/device?user_code="+text(t, asked, "user_code"), true)
	if err != nil || !strings.Contains(landing.Page, deviceAuthorized) {
		t.Errorf("the address that it should be: %d %s, %v", landing.Status, landing.Page, err)
	}
}

// askThrough uses the connection of a browser, which trusts the authority.
func (s *Server) askThrough(t testing.TB, b *Browser) map[string]any {
	t.Helper()
	request := s.request(t, "POST", "", "/oauth/authorize_device?client_id="+DemoPublicClientID+"&scope=api")
	landing, _, err := b.open(request)
	if err != nil {
		t.Fatal(err)
	}
	return reply{status: landing.Status, body: landing.Body}.object(t)
}

func TestUserCodesAreLookedAt(t *testing.T) {
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{}))
	asked := s.ask(t)
	b := s.browser(t, "ana")
	for _, code := range []string{"NOSUCH00", strings.ToLower(text(t, asked, "user_code")) + "x"} {
		if err := b.EnterCode(t.Context(), code, true); err == nil || !strings.Contains(err.Error(), "The user code is invalid") {
			t.Errorf("%s: %v", code, err)
		}
	}
	clock.pass(301 * time.Second)
	if err := b.EnterCode(t.Context(), text(t, asked, "user_code"), true); err == nil || !strings.Contains(err.Error(), "The user code is expired") {
		t.Errorf("later: %v", err)
	}
}

func TestTheDevicePageSaysWhoAsks(t *testing.T) {
	s := demo(t, "")
	asked := s.ask(t)
	b := s.browser(t, "ana")
	b.Authorize(t.Context(), s.URL()+"/oauth/device", true) // to sign in
	page, _, err := b.open(s.request(t, "GET", "", "/oauth/device?user_code="+text(t, asked, "user_code")))
	if err != nil {
		t.Fatal(err)
	}
	request, err := formsOf(page.Body)[0].request(t.Context(), page.URL)
	if err != nil {
		t.Fatal(err)
	}
	page, _, err = b.open(request)
	if err != nil || !strings.Contains(page.Page, "Flow CLI") || !strings.Contains(page.Page, "api read_user") {
		t.Errorf("%s, %v", page.Page, err)
	}
}
