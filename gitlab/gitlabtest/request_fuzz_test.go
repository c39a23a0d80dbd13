package gitlabtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var fuzzedReleases = []string{"17.5.2-ee", "8.17.0", "9.0.0", "10.1.0-ee", "11.1.0", "12.6.0", "13.0.0", "13.4.0-ee", "14.6.0", "15.9.0", "16.7.0", "18.6.0-ee", "19.0.0"}

var fuzzedTokens = []string{DemoToken, "", DemoTokenReadOnly, DemoTokenAdmin, DemoTokenExpired, DemoTokenNoGroups, "unknown"}

// fuzzedServer has somebody signed in with a browser, a code to exchange and a
// device that waits.
func fuzzedServer(t testing.TB, release string) *Server {
	t.Helper()
	now := time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)
	c := Sized(30, now)
	s, err := Start(c, Options{Version: release, Path: "/git", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	user, _ := c.User(DemoUser)
	s.sessions.keep(session{id: "browser", user: user.ID, csrf: "form-token"})
	c.oauth.codes["the-code"] = &accessGrant{application: DemoClientID, user: user.ID, redirect: "http://127.0.0.1/callback", scopes: []string{"api"}, expires: now.Add(time.Minute)}
	c.oauth.devices["the-device"] = &deviceGrant{application: DemoClientID, scopes: []string{"api"}, userCode: "0A44L90H", expires: now.Add(time.Minute)}
	return s
}

// Whatever request comes in: it is answered as GitLab might, whole and without a
// fault of our own, and nothing secret is remembered of it.
func FuzzRequests(f *testing.F) {
	for i, seed := range [][4]string{
		{"GET", "/git/api/v4/projects?page=92233720368547759&per_page=100", "", ""}, {"GET", "/git/api/v4/projects?page=-1&per_page=-9223372036854775808", "", ""}, {"GET", "/git/api/v4/groups?page=9223372036854775807", "", ""},
		{"GET", "/git/api/v4/projects?pagination=keyset&order_by=id&sort=desc&id_after=-1&id_before=9223372036854775807&per_page=1", "", ""}, {"GET", "/git/api/v4/groups?skip_groups=1,x&skip_groups[]=2&search=%00", "", ""},
		{"GET", "/git/api/v4/projects/1/repository/commits?since=2026-13-01&page=4611686018427387905&per_page=2", "", ""}, {"GET", "/git/api/v4/projects/acme%2Fapi/issues?%zz&a;b", "", ""}, {"GET", "/git/api/v4/groups/1/members/99999999999999999999", "", ""},
		{"POST", "/git/api/v4/projects/0/hooks", "Content-Type: application/json", `{"url":1}`}, {"POST", "/git/api/v4/projects/1/hooks", "Content-Type: application/x-www-form-urlencoded", "url=x&%zz"}, {"HEAD", "/git/api/v4/projects", "", ""}, {"DELETE", "/git/api/v4/user", "", ""},
		{"GET", "/git/oauth/authorize?client_id=" + DemoClientID + "&redirect_uri=http://127.0.0.1/callback&response_type=code&scope=api&state=<zq7>", "Cookie: _gitlab_session=browser", ""},
		{"POST", "/git/oauth/authorize", "Cookie: _gitlab_session=browser\nContent-Type: application/x-www-form-urlencoded", "authenticity_token=form-token&client_id=" + DemoClientID + "&redirect_uri=http://127.0.0.1/callback&response_type=code&scope=api&code_challenge=x&code_challenge_method=S256&state=%0d%0aX:1"},
		{"POST", "/git/oauth/authorize", "Cookie: _gitlab_session=browser\nContent-Type: application/x-www-form-urlencoded", "_method=delete&authenticity_token=form-token&client_id=" + DemoClientID + "&redirect_uri=http://127.0.0.1/callback"},
		{"POST", "/git/oauth/token", "Content-Type: application/json", `{"grant_type":"authorization_code","code":"the-code","client_id":"` + DemoClientID + `","client_secret":"` + DemoClientSecret + `","redirect_uri":"http://127.0.0.1/callback"}`},
		{"POST", "/git/oauth/token", "Content-Type: application/x-www-form-urlencoded\nAuthorization: Basic !!", "grant_type=refresh_token&refresh_token=x"}, {"POST", "/git/oauth/token", "", "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=the-device"},
		{"POST", "/git/oauth/device/confirm", "Cookie: _gitlab_session=browser\nContent-Type: application/x-www-form-urlencoded", "authenticity_token=form-token&user_code=0A44L90H"}, {"POST", "/git/oauth/authorize_device", "Content-Type: application/x-www-form-urlencoded", "client_id=" + DemoPublicClientID + "&scope=api api"},
		{"POST", "/git/oauth/applications", "Cookie: _gitlab_session=browser\nContent-Type: application/x-www-form-urlencoded", "authenticity_token=form-token&doorkeeper_application[name]=<zq7>&doorkeeper_application[redirect_uri]=http://x%0ajavascript:1%0a:&doorkeeper_application[scopes][]=api"},
		{"POST", "/git/users/sign_in", "Content-Type: application/x-www-form-urlencoded", "user[login]=flow-bot&user[password]=<zq7>"}, {"GET", "/git/%zz", "", ""}, {"GET", "/git", "X-Forwarded-Proto: https", ""}, {"GET", "/other", "", ""}, {"GET", "/git/../x", "", ""}, {"GET", "*", "", ""},
		{"GET", "/git/.well-known/openid-configuration", "X-Forwarded-For: 1, ::1", ""}, {"GET", "/git/api/v3/user", "", ""}, {"GET", "/git//api//v4//user", "", ""}, {"GET", "/git/oauth/device?user_code=%22%3E%3Czq7%3E", "Cookie: _gitlab_session=browser", ""}, {"POST", "/git/oauth/revoke", "Content-Type: multipart/form-data; boundary=x", "--x\r\n\r\n--x--"},
	} {
		f.Add(uint8(i), uint8(0), seed[0], seed[1], seed[2], seed[3])
		f.Add(uint8(0), uint8(i), seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, release, token uint8, method, target, headers, body string) {
		if len(target)+len(headers)+len(body) > 1<<14 {
			return
		}
		s := fuzzedServer(t, fuzzedReleases[int(release)%len(fuzzedReleases)])
		defer s.Close()
		raw := method + " " + target + " HTTP/1.1\r\nHost: gitlab.example.com\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
		if sent := fuzzedTokens[int(token)%len(fuzzedTokens)]; sent != "" {
			raw += "PRIVATE-TOKEN: " + sent + "\r\n"
		}
		for line := range strings.SplitSeq(headers, "\n") {
			if name, _, ok := strings.Cut(line, ":"); ok && !strings.EqualFold(name, "Content-Length") && !strings.EqualFold(name, "Transfer-Encoding") {
				raw += strings.TrimRight(line, "\r") + "\r\n"
			}
		}
		req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw + "\r\n" + body)))
		if err != nil {
			return
		}
		req.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		func() {
			defer func() {
				if p := recover(); p != nil && p != http.ErrAbortHandler {
					t.Fatalf("%q panics: %v", raw, p)
				}
			}()
			s.handle(w, req)
		}()
		checkAnswer(t, raw+body, method, w)
		for _, r := range s.Requests() {
			text := fmt.Sprintf("%+v", r)
			for _, secret := range []string{DemoToken, DemoTokenAdmin, DemoClientSecret, "the-code", "the-device", "form-token"} {
				// Where it stands in a path or in the name of a parameter it is none.
				if strings.Contains(text, secret) && !strings.Contains(target, secret) && !strings.Contains(body, secret+"=") && !strings.Contains(method, secret) && strings.Contains(r.Path+r.Query.Encode(), secret) {
					t.Fatalf("%q is remembered as %s", raw, text)
				}
			}
		}
	})
}

func checkAnswer(t *testing.T, asked, method string, w *httptest.ResponseRecorder) {
	t.Helper()
	body := w.Body.Bytes()
	if w.Code < 200 || w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
		t.Fatalf("%q is answered with %d: %.200q", asked, w.Code, body)
	}
	switch kind := w.Header().Get("Content-Type"); {
	case strings.HasPrefix(kind, "application/json"):
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("%q is answered with what is no JSON: %q", asked, body)
		}
	case strings.HasPrefix(kind, "text/html"):
		if bytes.Contains(body, []byte("<zq7")) || !utf8.Valid(body) && utf8.ValidString(asked) && !strings.Contains(asked, "%") {
			t.Fatalf("%q puts markup into the page: %.500q", asked, body)
		}
	}
	for name, values := range w.Header() {
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n\x00") {
				t.Fatalf("%q is answered with the header %s: %q", asked, name, value)
			}
		}
	}
	if at := w.Header().Get("Location"); at != "" {
		if _, err := url.Parse(at); err != nil {
			t.Fatalf("%q leads to %q: %v", asked, at, err)
		}
	}
	for link := range strings.SplitSeq(w.Header().Get("Link"), ", <") {
		address, _, found := strings.Cut(strings.TrimPrefix(link, "<"), ">; rel=")
		if u, err := url.Parse(address); link != "" && (!found || err != nil || u.Host == "") {
			t.Fatalf("%q has the link %q: %v", asked, link, err)
		}
	}
	for _, name := range []string{"X-Page", "X-Per-Page", "X-Next-Page", "X-Prev-Page", "X-Total", "X-Total-Pages"} {
		if text := w.Header().Get(name); text != "" {
			if n, err := strconv.Atoi(text); err != nil || n < 0 {
				t.Fatalf("%q has %s: %q", asked, name, text)
			}
		}
	}
}

// Whatever is registered and asked for: nobody is sent elsewhere than where was
// registered, and what is added to an address leaves it the same place.
func FuzzRedirectURI(f *testing.F) {
	for _, pair := range [][2]string{
		{"http://127.0.0.1/callback", "http://127.0.0.1:7171/callback"}, {"http://[::1]:80/callback", "http://[::1]:1/callback"}, {"https://flow.example.com/callback?a=b", "https://flow.example.com/callback?a=b&c"}, {"http://localhost/", "http://localhost:1/"},
		{"https://a@h/", "https://h/"}, {"https://h/x", "https://h/x/../y"}, {"https://h", "https://h#"}, {"urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob"}, {"https://H/%2e", "https://h/."}, {"myapp://x", "myapp://x"}, {"https://h:443/", "https://h/"}, {":", ":"},
	} {
		f.Add(pair[0], pair[1], "17.5.2", "state\x00\r\n&=#")
		f.Add(pair[0], pair[1], "13.3.0", "")
	}
	f.Fuzz(func(t *testing.T, registered, asked, version, state string) {
		r, err := parseRelease(version)
		if err != nil {
			return
		}
		a := Application{Redirects: []string{registered}}
		if !a.mayRedirect(r, asked) {
			return
		}
		from, err1 := url.Parse(registered)
		to, err2 := url.Parse(asked)
		if err1 != nil || err2 != nil || from.Scheme != to.Scheme || !strings.EqualFold(from.Hostname(), to.Hostname()) || from.Path != to.Path || to.Fragment != "" {
			t.Fatalf("%q may lead to %q", registered, asked)
		}
		if port(from) != port(to) && !(loopbackLiteral(to) && r.since(13, 4)) {
			t.Fatalf("%q may lead to the port of %q", registered, asked)
		}
		there, err := url.Parse(withQuery(asked, "code", "c0de", "state", state))
		if err != nil || there.Host != to.Host || there.Path != to.Path || there.Query().Get("code") != "c0de" || there.Query().Get("state") != state && (state != "" || !to.Query().Has("state")) {
			t.Fatalf("%q leads on to %q, %v", asked, there, err)
		}
	})
}

// A verifier meets the challenge that was made of it, and no other one does.
func FuzzChallenge(f *testing.F) {
	f.Add("17.5.2", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "S256", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
	f.Add("13.7.0", "x", "S256", "x")
	f.Add("17.5.2", "", "plain", "")
	f.Add("17.5.2", "x", "plain", "x")
	f.Add("17.5.2", "x", "s256", "x")
	f.Fuzz(func(t *testing.T, version, verifier, method, value string) {
		r, err := parseRelease(version)
		if err != nil {
			return
		}
		c := r.challenge(value, method)
		if !c.valid() {
			if slices.Contains([]string{"plain", "S256"}, method) {
				t.Fatalf("%q with %q is not valid", value, method)
			}
			return
		}
		if c.value == "" && c.meets(verifier) != (verifier == "") {
			t.Fatalf("%q meets %+v", verifier, c)
		}
		if c.value != "" && c.method == "plain" && c.meets(verifier) != (verifier == value) {
			t.Fatalf("%q meets %+v", verifier, c)
		}
		if c.value != "" && c.meets("") && value != "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" {
			t.Fatalf("nothing meets %+v", c)
		}
	})
}

// A release is one that can be compared, or refused.
func FuzzParseRelease(f *testing.F) {
	for _, text := range []string{"17.5.2-ee", "9.0", "10", "", "a.b", "-1.0", "1.99999999999999999999", "17.5-pre", "+1.+2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRelease(text)
		if err != nil {
			return
		}
		if !r.since(r.major, r.minor) || r.since(r.major, r.minor) && r.minor < 1<<40 && r.since(r.major, r.minor+1) || len(r.revision()) != 11 || r.enterprise != strings.HasSuffix(text, "-ee") {
			t.Fatalf("%q is %+v", text, r)
		}
	})
}
