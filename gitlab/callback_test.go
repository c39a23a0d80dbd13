package gitlab_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"flow"
	"flow/gitlab/gitlabtest"
)

// A forward may begin at another port of the laptop than it ends at here.
func TestAForwardFromAnotherPortSignsIn(t *testing.T) {
	s := open(t, gitlabtest.Options{})
	d := s.attempt.Doors()
	forward := forwardTo(t, d.Local.Port)
	address := strings.Replace(d.Local.Address, strconv.Itoa(d.Local.Port), strconv.Itoa(forward), 1)
	landing := s.approve(address)
	if !strings.HasPrefix(landing.URL, fmt.Sprintf("http://127.0.0.1:%d/callback?", forward)) {
		t.Errorf("the browser ends on %s", landing.URL)
	}
	s.signedIn()
}

// Where the port has to be a registered one, the address leads to that one.
func TestBefore134TheRedirectKeepsARegisteredPort(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "12.3.5"})
	status, header, _ := s.get(http.MethodGet, pathOf(t, s.attempt.Doors().Local.Address), "127.0.0.1:9999")
	u, err := url.Parse(header.Get("Location"))
	if err != nil || status != http.StatusFound {
		t.Fatal(status, err)
	}
	if got, want := u.Query().Get("redirect_uri"), fmt.Sprintf("http://127.0.0.1:%d/callback", s.attempt.Doors().Local.Port); got != want {
		t.Errorf("redirect URI %s, want %s", got, want)
	}
}

func pathOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}

// forwardTo takes connections on another port to one of this machine, as ssh -L
// does.
func forwardTo(t *testing.T, port int) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
			if err != nil {
				from.Close()
				continue
			}
			go func() { io.Copy(to, from); to.Close() }()
			go func() { io.Copy(from, to); from.Close() }()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// Whoever asks on the local port gets an answer of the right kind, and changes
// nothing unless the answer is valid.
func TestStrayRequestsChangeNothing(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "16.11.0"})
	s.until("no code", func(d flow.Doors) bool { return d.Code.State == flow.NoCode })
	d := s.attempt.Doors()
	short := pathOf(t, d.Local.Address)
	state := stateOf(t, d.Address)
	here := fmt.Sprintf("127.0.0.1:%d", d.Local.Port)
	for _, test := range []struct {
		name, method, target, host string
		want                       int
	}{
		{"a favicon", "GET", "/favicon.ico", here, 404},
		{"the root", "GET", "/", here, 404},
		{"half the short address", "GET", short[:5], here, 404},
		{"more than the short address", "GET", short + "/", here, 404},
		{"below the callback", "GET", "/callback/?code=c&state=" + state, here, 404},
		{"an encoded callback", "GET", "/callbac%6B?code=c&state=" + state, here, 404},
		{"another method", "POST", "/callback?code=c&state=" + state, here, 405},
		{"HEAD", "HEAD", "/callback?code=c&state=" + state, here, 405},
		{"another method on the short address", "POST", short, here, 405},
		{"another host", "GET", short, "flow.evil.example", 400},
		{"another host that looks local", "GET", short, "127.0.0.1.evil.example", 400},
		{"no state", "GET", "/callback?code=c", here, 400},
		{"another state", "GET", "/callback?code=c&state=A8fArOOV2AGC2weuLDDwNA", here, 400},
		{"a denial with another state", "GET", "/callback?error=access_denied&state=x", here, 400},
		{"another issuer", "GET", "/callback?code=c&iss=https://evil.example&state=" + state, here, 400},
		{"no code", "GET", "/callback?state=" + state, here, 400},
		{"a broken query", "GET", "/callback?code=%zz&state=" + state, here, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, header, body := s.get(test.method, test.target, test.host)
			if status != test.want {
				t.Errorf("%d, want %d:\n%s", status, test.want, body)
			}
			for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Location": ""} {
				if got := header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if !strings.HasPrefix(header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("Content-Security-Policy: %q", header.Get("Content-Security-Policy"))
			}
			if got := s.attempt.Doors(); got.Stage != flow.BrowserAwaited || got.Said != nil {
				t.Errorf("the doors have changed: %+v", got)
			}
		})
	}
	if n := s.requests("/oauth/token"); n != 0 {
		t.Errorf("GitLab was asked for tokens %d times", n)
	}
	s.approve(d.Local.Address)
	s.signedIn()
}

func stateOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state")
}

func TestADenialIsToldAndEndsNothing(t *testing.T) {
	s := open(t, gitlabtest.Options{})
	landing, err := s.browser().Authorize(t.Context(), s.attempt.Doors().Local.Address, false)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(landing.Body, "You denied the request in GitLab.") || strings.Contains(landing.Body, "Signed in") {
		t.Errorf("the browser shows:\n%s", landing.Body)
	}
	s.said(flow.Denied)
	s.approve(s.attempt.Doors().Local.Address)
	s.signedIn()
}

// What a browser sends twice is taken to GitLab once.
func TestAReplayChangesNothing(t *testing.T) {
	s := open(t, gitlabtest.Options{})
	s.server.Fail(gitlabtest.Fault{Path: "/oauth/token", Kind: gitlabtest.Answer, Status: 502, Times: 1})
	address := s.answer(s.attempt.Doors().Local.Address)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	status, _, body := s.get("GET", u.RequestURI(), u.Host)
	if status != http.StatusOK || !strings.Contains(body, "Not signed in") {
		t.Errorf("%d:\n%s", status, body)
	}
	s.said(flow.ServerFault)
	status, _, body = s.get("GET", u.RequestURI(), u.Host)
	if status != http.StatusGone || !strings.Contains(body, "Used before") {
		t.Errorf("%d:\n%s", status, body)
	}
	if n := s.requests("/oauth/token"); n != 1 {
		t.Errorf("GitLab was asked %d times", n)
	}
	s.approve(s.attempt.Doors().Local.Address)
	s.signedIn()
}

// What GitLab or a proxy says may hold anything.
func TestWordsOfOthersAreEscaped(t *testing.T) {
	s := open(t, gitlabtest.Options{})
	state := stateOf(t, s.attempt.Doors().Address)
	_, _, body := s.get("GET", "/callback?error=server_error&error_description="+url.QueryEscape("<script>alert(1)</script>\x1b[2J")+"&state="+state, "localhost")
	if strings.Contains(body, "<script") || strings.Contains(body, "\x1b") || !strings.Contains(body, "&lt;script&gt;") {
		t.Errorf("the page is:\n%s", body)
	}
	if d := s.said(flow.AnswerRefused); strings.Contains(d.Said.Says, "\x1b") {
		t.Errorf("says %q", d.Said.Says)
	}
}

func TestThePortIsTheSameEachTime(t *testing.T) {
	s := prepare(t, gitlabtest.Options{})
	ports := s.asked.Ports()
	taken, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(ports[0]))
	if err != nil {
		t.Skip("the port is taken by somebody else:", err)
	}
	s.begin()
	d := s.attempt.Doors()
	if d.Local.Taken != ports[0] || d.Local.Port == ports[0] {
		t.Errorf("local door %+v", d.Local)
	}
	s.attempt.Close()
	taken.Close()
	again, err := s.client.SignIn(t.Context(), s.asked)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if d := again.Doors(); d.Local.Port != ports[0] || d.Local.Taken != 0 {
		t.Errorf("local door %+v, want port %d", d.Local, ports[0])
	}
	other := s.asked
	other.Port = ports[0]
	if _, err := s.client.SignIn(t.Context(), other); !flow.CausedBy(err, flow.PortTaken) {
		t.Errorf("a second attempt on the same port: %v", err)
	}
}

// Behind the company's own callback there is nothing to listen for.
func TestWithACallbackOfItsOwnNothingListens(t *testing.T) {
	const own = "https://flow.acme.example/done?tool=flow"
	s := prepare(t, gitlabtest.Options{})
	app, err := s.server.Company().AddApplication(gitlabtest.Application{Name: "Flow", Owner: 1, Redirects: []string{own}, Scopes: []string{"api", "read_user", "read_repository"}})
	if err != nil {
		t.Fatal(err)
	}
	s.asked.App = flow.Application{ClientID: app.UID, Secret: flow.NewSecret(app.Secret), Redirect: own}
	s.begin()
	if d := s.attempt.Doors(); d.Local != (flow.LocalDoor{}) {
		t.Errorf("local door %+v", d.Local)
	}
	b := s.browser()
	b.StopBefore = func(u *url.URL) bool { return u.Host == "flow.acme.example" }
	landing, err := b.Authorize(t.Context(), s.attempt.Doors().Address, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.attempt.Paste(landing.URL); err != nil {
		t.Fatal(err)
	}
	s.signedIn()
}
