package gitlab

import (
	"bufio"
	"context"
	"encoding/json"
	"html"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"flow"
)

// fuzzedAttempt is an attempt whose doors are open, but which takes no code to
// anybody: it is over.
func fuzzedAttempt(base flow.BaseURL, version string, redirect string) *attempt {
	a := &attempt{
		client: fuzzedClient(), state: "A8fArOOV2AGC2weuLDDwNA", short: "/k7qm2xvd", verifier: strings.Repeat("v", 43),
		signIn: flow.SignIn{
			Server: flow.Server{BaseURL: base, Issuer: "https://git.internal/git", Ports: flow.AnyPort},
			App:    flow.Application{ClientID: "948fe603", Redirect: redirect, Secret: flow.NewSecret("gloas-0123456789")},
		},
		tried: map[string]bool{}, changed: make(chan struct{}, 1), newCode: make(chan struct{}, 1), ended: make(chan struct{}),
		over: true,
	}
	if v, ok := parseVersion(version); ok {
		a.span = exactly(v)
	}
	a.whole, a.abort = context.WithCancel(context.Background())
	a.running, a.stop = context.WithCancel(a.whole)
	return a
}

const fuzzedCode = "c0de" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"

// What is pasted is an answer only if it proves to belong to this attempt, or if
// PKCE does that for a code alone; else it is said what is wrong with it.
func FuzzPaste(f *testing.F) {
	const query = "code=" + fuzzedCode + "&state=A8fArOOV2AGC2weuLDDwNA"
	for _, text := range []string{
		"http://127.0.0.1:7171/callback?" + query, query, "?" + query, fuzzedCode, "  <http://localhost/callback?" + query + ">\r\n", "http://127.0.0.1:7171/callback?state=A8fArOOV2AGC2weuLDDwNA&error=access_denied",
		"http://127.0.0.1:7171/callback?code=" + fuzzedCode, "http://127.0.0.1:7171/callback?code=" + fuzzedCode + "&state=A8fA", "https://gitlab.example.com/git/oauth/authorize?client_id=948fe603", "http://127.0.0.1:7171/k7qm2xvd",
		"https://flow.example.com/callback#" + query, "\x1b[200~" + query + "\x1b[201~", "code=x%", "code=%zz&state=", "http://[::1", "?", "=", "://", query + "&iss=https%3A%2F%2Fevil.example", query + "&iss=https%3A%2F%2Fgitlab.example.com%2Fgit",
		"state=A8fArOOV2AGC2weuLDDwNA&error=invalid_scope&error_description=%1b%5b2J", "code=a&code=b&state=A8fArOOV2AGC2weuLDDwNA;x", strings.Repeat("https://", 500),
	} {
		f.Add(text, "17.5", "")
		f.Add(text, "", "https://flow.example.com/callback")
	}
	base := fuzzedBase(f, "https://gitlab.example.com/git")
	f.Fuzz(func(t *testing.T, text, version, redirect string) {
		if redirect != "" && flow.CheckRedirect(redirect) != nil {
			return
		}
		a := fuzzedAttempt(base, version, redirect)
		err := a.Paste(text)
		if err == nil {
			mended := mendPaste(text)
			decoded, _ := url.QueryUnescape(mended)
			proves := strings.Contains(mended+decoded, a.state)
			alone := a.span.certainly(pkceStored) && (codeShape.MatchString(mended) || strings.Contains(mended, "code="))
			if !proves && !alone && a.span.certainly(pkceStored) {
				alone = strings.Contains(decoded, "code") // it may be encoded, as may all of it
			}
			if !proves && !alone {
				t.Fatalf("%q is taken", text)
			}
			return
		}
		if !flow.CausedBy(err, flow.OwnAddress, flow.OtherAttempt, flow.CutPaste, flow.BareCode, flow.Denied, flow.ScopeRefused, flow.AnswerRefused) {
			t.Fatalf("%q is refused for another reason: %v", text, err)
		}
		fault := flow.FaultOf(err)
		for _, said := range []string{fault.Sentence(), fault.Next(), fault.Says} {
			if !isShown(said, 400) || strings.Contains(said, a.state) || strings.Contains(said, fuzzedCode) {
				t.Fatalf("%q: it says %q", text, said)
			}
		}
	})
}

// An address is the same wherever a terminal or a mail program has wrapped it,
// and whatever it has put around it.
func FuzzMendedPaste(f *testing.F) {
	f.Add("", "", uint16(40), "\n", false)
	f.Add("Open this: ", " .", uint16(1), "\r\n    ", true)
	f.Add("> <", ">", uint16(79), "\n> ", false)
	f.Add("\x1b[200~\"", "\"\x1b[201~", uint16(200), "\t", true)
	f.Add("", "", uint16(60), "\u00a0\u200b\u2028", false)
	address := "http://127.0.0.1:7171/callback?code=" + fuzzedCode + "&state=A8fArOOV2AGC2weuLDDwNA"
	f.Fuzz(func(t *testing.T, before, after string, width uint16, margin string, escaped bool) {
		for _, text := range []string{before, after, margin} {
			if !utf8.ValidString(text) || len(text) > 1000 {
				return // as Bubble Tea hands a paste on
			}
		}
		if strings.TrimSpace(flow.Clean(margin)) != "" || strings.Trim(flow.Clean(pasteMarks.Replace(after)), wrappings+" ") != "" {
			return // something else than a margin, or than what stands behind an address
		}
		if lead := strings.ToLower(strings.Join(strings.Fields(before), "")); strings.Contains(lead, "https:/") || strings.Contains(lead, "http:/") || strings.ContainsAny(before, "\x1b") && !strings.Contains(before, "\x1b[200~") {
			return // another address
		}
		whole := address
		if escaped {
			whole = html.EscapeString(address)
		}
		n := int(width)%(len(whole)-len("http://")) + len("http://")
		var wrapped strings.Builder
		for i, c := range whole {
			if wrapped.WriteRune(c); i >= len("http://") && i%n == n-1 {
				wrapped.WriteString(margin)
			}
		}
		if got := mendPaste(before + " " + wrapped.String() + after); got != address {
			t.Fatalf("%q becomes %q", before+" "+wrapped.String()+after, got)
		}
	})
}

// Whoever asks on the local port without the state of the attempt changes
// nothing, learns nothing, and leads no browser anywhere else.
func FuzzCallback(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "/callback?code=abc&state=A8fArOOV2AGC2weuLDDwNA", "127.0.0.1:7171"}, {"GET", "/callback?code=abc&state=wrong", "localhost"}, {"GET", "/k7qm2xvd", "127.0.0.1:8080"}, {"GET", "/k7qm2xvd", "[::1]:0"},
		{"GET", "/callback?state=A8fArOOV2AGC2weuLDDwNA&error=%3Cscript%3E&error_description=%1b<b>", "127.0.0.1"}, {"POST", "/callback", "127.0.0.1"}, {"GET", "/callback?a;b&%zz", "evil.example"}, {"GET", "//callback", "127.0.0.1"},
		{"HEAD", "/", "127.0.0.1"}, {"GET", "http://evil.example/callback?state=A8fArOOV2AGC2weuLDDwNA", ""}, {"GET", "/callback?state=A8fArOOV2AGC2weuLDDwNA&iss=x&code=1", "127.0.0.1"}, {"OPTIONS", "*", "127.0.0.1"}, {"GET", "/k7qm2xvd?x=%0d%0aA:b", "127.0.0.1:99999"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	base := fuzzedBase(f, "https://gitlab.example.com/git")
	f.Fuzz(func(t *testing.T, method, target, host string) {
		req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")))
		if err != nil {
			return
		}
		a := fuzzedAttempt(base, "17.5", "")
		a.listener = closedListener{}
		a.over = false
		a.doors.Until = fuzzedNow.Add(attemptLife)
		before := a.Doors()
		query, err := url.ParseQuery(req.URL.RawQuery)
		knows := err == nil && query.Get("state") == a.state
		if knows && query.Get("code") != "" && query.Get("error") == "" {
			a.over = true // it would be taken to GitLab
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, req)
		body, after := w.Body.String(), a.Doors()
		if w.Code < 200 || w.Code >= 500 || !utf8.ValidString(body) {
			t.Fatalf("%s %q at %q is answered with %d", method, target, host, w.Code)
		}
		if w.Header().Get("Content-Security-Policy") != policy || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Fatalf("%s %q: nothing guards the answer: %v", method, target, w.Header())
		}
		if !knows && (after.Said != before.Said || len(a.tried) > 0 || w.Code == http.StatusOK || after.Stage == flow.BrowserBack) {
			t.Fatalf("%s %q changes %+v without knowing the state: %d", method, target, after, w.Code)
		}
		for _, secret := range []string{a.verifier, "gloas-0123456789"} {
			if strings.Contains(body, secret) || strings.Contains(w.Header().Get("Location"), secret) {
				t.Fatalf("%s %q shows a secret", method, target)
			}
		}
		if strings.Count(body, "<") != strings.Count(body, ">") || strings.Contains(body, "<script") {
			t.Fatalf("%s %q puts markup into the page: %s", method, target, body)
		}
		at := w.Header().Get("Location")
		if at == "" {
			return
		}
		to, err := url.Parse(at)
		if err != nil || !strings.HasPrefix(at, "https://gitlab.example.com/git/oauth/authorize?") || req.URL.EscapedPath() != a.short {
			t.Fatalf("%s %q at %q leads to %q", method, target, host, at)
		}
		back, err := url.Parse(to.Query().Get("redirect_uri"))
		if err != nil || back.Hostname() != "127.0.0.1" || back.EscapedPath() != callbackPath || to.Query().Get("state") != a.state {
			t.Fatalf("%s %q at %q leads back to %q", method, target, host, to.Query().Get("redirect_uri"))
		}
	})
}

// closedListener only has an address.
type closedListener struct{ net.Listener }

func (closedListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7171} }

// Whatever a server gives as a device code: it can be shown, it is asked about at
// a measured pace, and it ends.
func FuzzDeviceCode(f *testing.F) {
	for _, body := range []string{
		`{"device_code":"d","user_code":"0A44L90H","expires_in":300,"interval":5}`, `{"device_code":"d","user_code":"\u001b[2Jx","expires_in":1e308,"interval":-1}`, `{"error":"invalid_client"}`, `{"error":"invalid_scope","device_code":"d","user_code":"u"}`,
		`{"device_code":"d","user_code":"u","expires_in":0.5,"interval":1e-300}`, `{"device_code":" ","user_code":" "}`, `<html>`, `null`, `{"device_code":"d","user_code":"u","interval":3600.0001}`,
	} {
		f.Add(200, body)
	}
	f.Add(401, `{"error":"invalid_client","user_code":"x"}`)
	base := fuzzedBase(f, "https://gitlab.example.com/git")
	f.Fuzz(func(t *testing.T, status int, body string) {
		a := fuzzedAttempt(base, "17.5", "")
		a.over = false
		a.doors.Until = fuzzedNow.Add(attemptLife)
		code, found := a.codeIn(answer{status: status, header: http.Header{}, body: []byte(body)})
		if said := a.Doors().Said; said != nil && (!isShown(said.Sentence(), 200) || said.Says != "" && !isShown(said.Says, 200)) {
			t.Fatalf("%q: it says %q", body, said.Sentence())
		}
		if !found {
			return
		}
		if !isShown(code.user, 32) || code.interval < time.Second || code.interval > time.Hour || code.until.Before(fuzzedNow) || code.until.After(fuzzedNow.Add(time.Hour)) {
			t.Fatalf("%q is %+v", body, code)
		}
	})
}

// Whatever a token page answers to a device code: a grant can be sent on, and
// ends after it came.
func FuzzGrantIn(f *testing.F) {
	for _, body := range []string{
		`{"access_token":"a","token_type":"Bearer","refresh_token":"r","scope":"api read_user","expires_in":7200}`, `{"access_token":"a\nb","token_type":"bearer"}`, `{"error":"authorization_pending"}`, `{"access_token":"a","token_type":"MAC"}`,
		`{"access_token":"a","expires_in":-5}`, `{"access_token":"a","expires_in":9e9,"scope":"\u001b[2J  x"}`, `{"access_token":" a ","refresh_token":"\u0000"}`, `<html>`, `{}`,
	} {
		f.Add(200, body)
	}
	base := fuzzedBase(f, "https://gitlab.example.com/git")
	f.Fuzz(func(t *testing.T, status int, body string) {
		a := fuzzedAttempt(base, "17.5", "")
		grant, instead := a.grantIn(answer{status: status, header: http.Header{}, body: []byte(body)})
		if (instead == "") == grant.IsZero() {
			t.Fatalf("%q gives %+v and says %q", body, grant, instead)
		}
		if grant.IsZero() {
			return
		}
		for _, secret := range []flow.Secret{grant.Access, grant.Refresh} {
			if !isSendable(secret.Reveal()) {
				t.Fatalf("%q: %q can't stand in a header", body, secret.Reveal())
			}
		}
		for _, scope := range grant.Scopes {
			if !isShown(string(scope), 40) || strings.Contains(string(scope), " ") {
				t.Fatalf("%q: the scope %q", body, scope)
			}
		}
		if !grant.Expires.IsZero() && !grant.Expires.After(grant.At) && !isAbsurd(body) {
			t.Fatalf("%q: it ends at %s, before it began", body, grant.Expires)
		}
	})
}

// isAbsurd reports whether an answer speaks of more seconds than can be counted in
// nanoseconds: 292 years.
func isAbsurd(body string) bool {
	var said struct {
		Expires float64 `json:"expires_in"`
	}
	_ = json.Unmarshal([]byte(body), &said)
	return said.Expires > math.MaxInt64/1e9
}
