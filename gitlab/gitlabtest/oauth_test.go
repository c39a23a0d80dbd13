package gitlabtest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// hand is a clock that a test sets forward.
type hand struct{ at time.Time }

func (h *hand) now() time.Time            { return h.at }
func (h *hand) pass(d time.Duration)      { h.at = h.at.Add(d) }
func newHand() *hand                      { return &hand{today} }
func (h *hand) options(o Options) Options { o.Now = h.now; return o }

const callback = "http://127.0.0.1:7171/callback"

// A verifier and its S256 challenge, from RFC 7636, appendix B.
const (
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	s256     = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func pairs(fields []string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return values
}

// authorizeURL asks for a code for the demo's confidential application; fields
// change or add parameters.
func (s *Server) authorizeURL(fields ...string) string {
	values := url.Values{"client_id": {DemoClientID}, "redirect_uri": {callback}, "response_type": {"code"},
		"scope": {"api read_user"}, "state": {"of-this-test"}}
	for name, value := range pairs(fields) {
		values[name] = value
	}
	return s.URL() + "/oauth/authorize?" + values.Encode()
}

// browse opens an address as a user of the demo, and stops at the callback.
func (s *Server) browse(t testing.TB, user, address string, approve bool) Landing {
	t.Helper()
	landing, err := s.browser(t, user).Authorize(t.Context(), address, approve)
	if err != nil {
		t.Fatal(err)
	}
	return landing
}

func (s *Server) browser(t testing.TB, user string) *Browser {
	t.Helper()
	b := NewBrowser(s, user, DemoPassword)
	b.StopBefore = func(u *url.URL) bool { return u.Path == "/callback" }
	t.Cleanup(b.Close)
	return b
}

// code has a user of the demo agree and returns what the callback gets.
func (s *Server) code(t testing.TB, fields ...string) string {
	t.Helper()
	landing := s.browse(t, DemoUser, s.authorizeURL(fields...), true)
	code := landing.query(t).Get("code")
	if code == "" {
		t.Fatalf("no code in %s: %s", landing.URL, landing.Page)
	}
	return code
}

func (l Landing) query(t testing.TB) url.Values {
	t.Helper()
	u, err := url.Parse(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// post sends a form without any credential in its headers.
func (s *Server) post(t testing.TB, path string, fields ...string) reply {
	t.Helper()
	request := s.request(t, "POST", "", path)
	request.Body = io.NopCloser(strings.NewReader(pairs(fields).Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return roundTrip(t, request)
}

// exchange sends a code as the demo's confidential application.
func (s *Server) exchange(t testing.TB, code string, fields ...string) reply {
	t.Helper()
	return s.post(t, "/oauth/token", append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback,
		"client_id", DemoClientID, "client_secret", DemoClientSecret}, fields...)...)
}

func (s *Server) refresh(t testing.TB, token string, fields ...string) reply {
	t.Helper()
	return s.post(t, "/oauth/token", append([]string{"grant_type", "refresh_token", "refresh_token", token,
		"client_id", DemoClientID, "client_secret", DemoClientSecret}, fields...)...)
}

// granted is a whole sign-in of the confidential application.
func (s *Server) granted(t testing.TB) map[string]any {
	t.Helper()
	r := s.exchange(t, s.code(t))
	if r.status != 200 {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return r.object(t)
}

// bearer calls the API, or another address, with a token of an application.
func (s *Server) bearer(t testing.TB, token, path string) reply {
	t.Helper()
	request := s.request(t, "GET", "", path)
	request.Header.Set("Authorization", "Bearer "+token)
	return roundTrip(t, request)
}

func text(t testing.TB, object map[string]any, key string) string {
	t.Helper()
	value, ok := object[key].(string)
	if !ok || value == "" {
		t.Fatalf("no %s in %v", key, object)
	}
	return value
}

// refused compares an error of the token endpoint.
func (r reply) refused(t testing.TB, status int, name string) {
	t.Helper()
	if got, _ := r.object(t)["error"].(string); r.status != status || got != name {
		t.Errorf("status %d, error %q, want %d, %q", r.status, got, status, name)
	}
	if r.header.Get("Cache-Control") != "no-store" || r.header.Get("Pragma") != "no-cache" {
		t.Errorf("an error may be kept: %v", r.header)
	}
	if want := `error="` + name + `"`; !strings.Contains(r.header.Get("WWW-Authenticate"), want) && status != http.StatusForbidden {
		t.Errorf("WWW-Authenticate %q lacks %s", r.header.Get("WWW-Authenticate"), want)
	}
}

func TestACodeBecomesATokenOnEveryRelease(t *testing.T) {
	for _, test := range []struct {
		version, kind string
		life          any // of the access token, in seconds; nil is for ever
		scopes        string
	}{
		{"9.0.0", "bearer", nil, "api read_user"},
		{"11.0.0-ee", "bearer", nil, "api read_user"},
		{"12.0.0", "bearer", nil, "api read_user read_repository"},
		{"12.8.0-ee", "Bearer", nil, "api read_user read_repository"},
		{"14.2.0-ee", "Bearer", nil, "api read_user read_repository"},
		{"14.3.0-ee", "Bearer", 7200.0, "api read_user read_repository"},
		{"15.11.0", "Bearer", 7200.0, "api read_user read_repository"},
		{"18.9.0-ee", "Bearer", 7200.0, "api read_user read_repository"},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := demo(t, test.version)
			r := s.exchange(t, s.code(t, "scope", test.scopes))
			token := r.object(t)
			if r.status != 200 || token["token_type"] != test.kind || token["scope"] != test.scopes || token["expires_in"] != test.life {
				t.Errorf("status %d: %v", r.status, token)
			}
			if _, sent := token["expires_in"]; sent != (test.life != nil) {
				t.Errorf("expires_in is there: %v", sent)
			}
			if len(text(t, token, "access_token")) != 64 || len(text(t, token, "refresh_token")) != 64 {
				t.Errorf("tokens of the wrong form: %v", token)
			}
			if token["created_at"] != float64(today.Unix()) {
				t.Errorf("created_at %v", token["created_at"])
			}
			if user := s.bearer(t, text(t, token, "access_token"), "/api/v4/user"); user.object(t)["username"] != DemoUser {
				t.Errorf("the token's user: %d %.200s", user.status, user.body)
			}
			if rows := s.Company().OAuthTokens(); len(rows) != 1 || rows[0].Application != DemoClientID || rows[0].Revoked {
				t.Errorf("rows %+v", rows)
			}
		})
	}
}

func TestTheStateComesBack(t *testing.T) {
	s := demo(t, "")
	landing := s.browse(t, "ana", s.authorizeURL("state", "a b&c"), true)
	if q := landing.query(t); q.Get("state") != "a b&c" || landing.Status != 0 || !strings.HasPrefix(landing.URL, callback+"?") {
		t.Errorf("landed at %s", landing.URL)
	}
	if q := s.browse(t, "ana", s.authorizeURL("state", ""), true).query(t); q.Has("state") {
		t.Errorf("a state that nobody sent: %v", q)
	}
}

func TestClientsProveWhoTheyAre(t *testing.T) {
	withBasic := func(s *Server, t *testing.T, code, uid, secret string) reply {
		request := s.request(t, "POST", "", "/oauth/token")
		request.SetBasicAuth(uid, secret)
		request.Body = io.NopCloser(strings.NewReader(pairs([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback}).Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return roundTrip(t, request)
	}
	for _, test := range []struct {
		name, version, client, secret string
		basic                         bool
		want                          string // the error; empty is a token
	}{
		{"confidential", "17.5.2-ee", DemoClientID, DemoClientSecret, false, ""},
		{"confidential by Basic", "17.5.2-ee", DemoClientID, DemoClientSecret, true, ""},
		{"confidential without its secret", "17.5.2-ee", DemoClientID, "", false, "invalid_client"},
		{"confidential with a wrong secret", "17.5.2-ee", DemoClientID, "wrong", false, "invalid_client"},
		{"confidential with a wrong secret by Basic", "17.5.2-ee", DemoClientID, "wrong", true, "invalid_client"},
		{"unknown", "17.5.2-ee", "nobody", "", false, "invalid_client"},
		{"none", "17.5.2-ee", "", "", false, "invalid_client"},
		{"public", "17.5.2-ee", DemoPublicClientID, "", false, ""},
		{"public in 12.8", "12.8.0-ee", DemoPublicClientID, "", false, ""},
		{"public with a wrong secret", "17.5.2-ee", DemoPublicClientID, "wrong", false, "invalid_client"},
		{"there are no public ones before 12.8", "12.7.0-ee", DemoPublicClientID, "", false, "invalid_client"},
		{"confidential in 9.0", "9.0.0", DemoClientID, DemoClientSecret, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, test.version)
			client := test.client
			if client == "" || client == "nobody" {
				client = DemoClientID
			}
			code := s.code(t, "client_id", client)
			var r reply
			if test.basic {
				r = withBasic(s, t, code, test.client, test.secret)
			} else {
				r = s.exchange(t, code, "client_id", test.client, "client_secret", test.secret)
			}
			if test.want != "" {
				r.refused(t, 401, test.want)
			} else if r.status != 200 {
				t.Errorf("status %d: %s", r.status, r.body)
			}
		})
	}
}

func TestTheSecretOfAPublicApplicationIsNeededBefore128(t *testing.T) {
	s := demo(t, "12.7.0-ee")
	app, _ := s.Company().Application(DemoPublicClientID)
	code := s.code(t, "client_id", DemoPublicClientID)
	if r := s.exchange(t, code, "client_id", app.UID, "client_secret", app.Secret); r.status != 200 {
		t.Errorf("status %d: %s", r.status, r.body)
	}
}

func TestARenewedSecretReplacesTheOldOne(t *testing.T) {
	s := demo(t, "")
	code := s.code(t)
	renewed, err := s.Company().RenewSecret(DemoClientID)
	if err != nil {
		t.Fatal(err)
	}
	s.exchange(t, code).refused(t, 401, "invalid_client")
	if r := s.exchange(t, code, "client_secret", renewed); r.status != 200 {
		t.Errorf("status %d: %s", r.status, r.body)
	}
}

func TestRemovingAnApplicationRemovesItsTokens(t *testing.T) {
	s := demo(t, "")
	token := s.granted(t)
	if err := s.Company().RemoveApplication(DemoClientID); err != nil {
		t.Fatal(err)
	}
	if r := s.bearer(t, text(t, token, "access_token"), "/api/v4/user"); r.status != 401 || r.body != `{"message":"401 Unauthorized"}` {
		t.Errorf("access: %d %s", r.status, r.body)
	}
	s.refresh(t, text(t, token, "refresh_token")).refused(t, 400, "invalid_grant")
	if rows := s.Company().OAuthTokens(); len(rows) != 0 {
		t.Errorf("rows %+v", rows)
	}
}

func TestRequestsMayAlsoBeJSON(t *testing.T) {
	s := demo(t, "")
	body := `{"grant_type":"authorization_code","code":"` + s.code(t) + `","redirect_uri":"` + callback +
		`","client_id":"` + DemoClientID + `","client_secret":"` + DemoClientSecret + `"}`
	if r := s.send(t, "POST", "", "/oauth/token", body); r.status != 200 {
		t.Errorf("status %d: %s", r.status, r.body)
	}
}
