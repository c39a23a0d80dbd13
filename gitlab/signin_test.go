package gitlab_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// A signIn is an attempt to sign in to a built-in GitLab.
type signIn struct {
	t       *testing.T
	server  *gitlabtest.Server
	client  *gitlab.Client
	clock   *clock
	asked   flow.SignIn
	attempt flow.Attempt

	mu   sync.Mutex
	held func(*http.Request) // called before every request to GitLab
	news chan struct{}
	end  chan struct{}

	grant flow.Grant
	err   error
}

// open starts a GitLab of one release and an attempt to sign in to it.
func open(t *testing.T, o gitlabtest.Options, change ...func(*flow.SignIn)) *signIn {
	t.Helper()
	s := prepare(t, o)
	for _, f := range change {
		f(&s.asked)
	}
	s.begin()
	return s
}

func prepare(t *testing.T, o gitlabtest.Options) *signIn {
	t.Helper()
	s := &signIn{t: t, clock: newClock(), news: make(chan struct{}, 1), end: make(chan struct{})}
	o.Now = s.clock.Now
	var err error
	if s.server, err = gitlabtest.Start(gitlabtest.Demo(today), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Close)
	options := gitlab.Options{Now: s.clock.Now, Sleep: s.clock.sleep, Timeout: 5 * time.Second, Proxy: s.pass}
	if ca := s.server.CA(); ca != nil {
		options.Roots = x509.NewCertPool()
		options.Roots.AppendCertsFromPEM(ca)
	}
	s.client = gitlab.New(options)
	t.Cleanup(s.client.Close)
	found, err := s.client.Find(t.Context(), s.server.URL(), false)
	if err != nil {
		t.Fatal(err)
	}
	s.asked = flow.SignIn{Server: found, App: flow.Application{
		ClientID: gitlabtest.DemoClientID, Secret: flow.NewSecret(gitlabtest.DemoClientSecret),
	}}
	return s
}

func (s *signIn) begin() {
	s.t.Helper()
	var err error
	if s.attempt, err = s.client.SignIn(s.t.Context(), s.asked); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.attempt.Close)
	go func() {
		defer close(s.end)
		s.grant, s.err = s.attempt.Wait(context.Background(), func(flow.Doors) {
			select {
			case s.news <- struct{}{}:
			default:
			}
		})
	}()
}

// gate has a function called before every request to GitLab.
func (s *signIn) gate(f func(*http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = f
}

func (s *signIn) pass(r *http.Request) (*url.URL, error) {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held != nil {
		held(r)
	}
	return nil, nil
}

// until waits until the doors are as they should be.
func (s *signIn) until(what string, is func(flow.Doors) bool) flow.Doors {
	s.t.Helper()
	late := time.After(10 * time.Second)
	for {
		if d := s.attempt.Doors(); is(d) {
			return d
		}
		select {
		case <-s.news:
		case <-s.end:
			s.t.Fatalf("the attempt ended with %v before %s", s.err, what)
		case <-late:
			s.t.Fatalf("never %s: %+v", what, s.attempt.Doors())
		}
	}
}

func (s *signIn) said(cause flow.Cause) flow.Doors {
	s.t.Helper()
	return s.until(string(cause), func(d flow.Doors) bool { return d.Said != nil && d.Said.Cause == cause })
}

// over waits for the end of the attempt.
func (s *signIn) over() (flow.Grant, error) {
	s.t.Helper()
	select {
	case <-s.end:
	case <-time.After(20 * time.Second):
		s.t.Fatal("the attempt does not end")
	}
	return s.grant, s.err
}

// signedIn waits for the end, and has the tokens tried.
func (s *signIn) signedIn() flow.Grant {
	s.t.Helper()
	g, err := s.over()
	if err != nil {
		s.t.Fatal(err)
	}
	report, err := s.client.Test(s.t.Context(), flow.Connection{BaseURL: s.asked.Server.BaseURL, App: s.asked.App, Grant: g}, nil)
	if err != nil || !report.Passed() || report.Account != "@ana" {
		s.t.Fatalf("the tokens do not work: %v %s %+v", err, report.Account, report.Checks)
	}
	return g
}

func (s *signIn) browser() *gitlabtest.Browser {
	return gitlabtest.NewBrowser(s.server, "ana", gitlabtest.DemoPassword)
}

func (s *signIn) approve(address string) gitlabtest.Landing {
	s.t.Helper()
	landing, err := s.browser().Authorize(s.t.Context(), address, true)
	if err != nil {
		s.t.Fatal(err)
	}
	return landing
}

// answer approves, but keeps the browser from opening the callback: it returns
// the address that stands in its address bar.
func (s *signIn) answer(address string) string {
	s.t.Helper()
	b := s.browser()
	b.StopBefore = func(u *url.URL) bool { return u.Path == "/callback" }
	landing, err := b.Authorize(s.t.Context(), address, true)
	if err != nil {
		s.t.Fatal(err)
	}
	return landing.URL
}

// live counts the sign-ins that GitLab takes for valid.
func (s *signIn) live() int {
	n := 0
	for _, token := range s.server.Company().OAuthTokens() {
		if !token.Revoked {
			n++
		}
	}
	return n
}

// get asks the local door for something, as any program of this machine can.
func (s *signIn) get(method, target, host string) (int, http.Header, string) {
	s.t.Helper()
	d := s.attempt.Doors()
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://127.0.0.1:"+strconv.Itoa(d.Local.Port)+target, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Host = host
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(body)
}

func TestABrowserOnThisMachineSignsIn(t *testing.T) {
	for _, version := range []string{"9.0.13", "10.8.7", "12.9.10", "13.5.7", "13.12.0", "14.9.5-ee", "15.1.0", "15.11.13-ee", "17.5.2-ee", "18.9.0-pre"} {
		t.Run(version, func(t *testing.T) {
			s := open(t, gitlabtest.Options{Version: version, Path: "/git"})
			d := s.attempt.Doors()
			if want := fmt.Sprintf("http://127.0.0.1:%d/", d.Local.Port); !strings.HasPrefix(d.Local.Address, want) || len(d.Local.Address) != len(want)+8 {
				t.Errorf("short address %s", d.Local.Address)
			}
			landing := s.approve(d.Local.Address)
			if landing.Status != http.StatusOK || !strings.Contains(landing.Body, "Signed in") {
				t.Errorf("the browser ends with %d:\n%s", landing.Status, landing.Body)
			}
			if g := s.signedIn(); len(g.Scopes) == 0 || g.Refresh.IsZero() {
				t.Errorf("tokens %+v", g)
			}
			if _, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.Local.Port)); err == nil {
				t.Error("the port is still open")
			}
			if n := s.live(); n != 1 {
				t.Errorf("%d sign-ins are left in GitLab", n)
			}
		})
	}
}

func TestAPublicApplicationSignsIn(t *testing.T) {
	for _, version := range []string{"13.8.0", "15.11.13-ee", "18.9.0-pre"} {
		s := open(t, gitlabtest.Options{Version: version}, func(s *flow.SignIn) {
			s.App = flow.Application{ClientID: gitlabtest.DemoPublicClientID}
		})
		s.approve(s.attempt.Doors().Local.Address)
		s.signedIn()
	}
}

// From 12.8 to 13.7 GitLab refuses a verifier. Without a secret nothing else
// proves who has the code, so it is not tried without.
func TestWithoutASecretNothingIsTriedWithoutPKCE(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "13.5.7"}, func(s *flow.SignIn) {
		s.App = flow.Application{ClientID: gitlabtest.DemoPublicClientID}
	})
	s.server.Forget()
	s.approve(s.attempt.Doors().Local.Address)
	s.said(flow.AnswerRefused)
	if n := s.requests("/oauth/token"); n != 1 {
		t.Errorf("%d requests for tokens", n)
	}
}

// requests counts the requests for a path.
func (s *signIn) requests(path string) int {
	n := 0
	for _, r := range s.server.Requests() {
		if strings.HasSuffix(r.Path, path) {
			n++
		}
	}
	return n
}

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

// An exchange that can't succeed with these entries ends the attempt; everything
// else leaves it open.
func TestWhatGoesWrongAfterApproval(t *testing.T) {
	page := "<html><head><title>Blocked</title></head><body>Ask your administrator</body></html>"
	for _, test := range []struct {
		name  string
		fault gitlabtest.Fault
		want  flow.Cause
	}{
		{"a proxy's page", gitlabtest.Fault{Kind: gitlabtest.Answer, Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: page}, flow.BadAnswer},
		{"a proxy that can't", gitlabtest.Fault{Kind: gitlabtest.Answer, Status: 502, Body: page}, flow.ServerFault},
		{"a cut connection", gitlabtest.Fault{Kind: gitlabtest.Drop}, flow.Unreachable},
		{"half an answer", gitlabtest.Fault{Kind: gitlabtest.Truncate}, flow.Unreachable},
		{"too many requests", gitlabtest.Fault{Kind: gitlabtest.Answer, Status: 429, Body: "Retry later"}, flow.RateLimit},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t, gitlabtest.Options{Version: "16.11.0"})
			test.fault.Method, test.fault.Path, test.fault.Times = "POST", "/oauth/token", 1
			s.server.Fail(test.fault)
			landing := s.approve(s.attempt.Doors().Local.Address)
			if !strings.Contains(landing.Body, "Not signed in") {
				t.Errorf("the browser shows:\n%s", landing.Body)
			}
			d := s.said(test.want)
			if text := d.Said.Error(); strings.Contains(text, gitlabtest.DemoClientSecret) {
				t.Errorf("a secret in %s", text)
			}
			s.approve(d.Local.Address)
			s.signedIn()
		})
	}
}

func TestAWrongSecretEndsTheAttempt(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "16.11.0"}, func(s *flow.SignIn) { s.App.Secret = flow.NewSecret("gloas-of-another-application") })
	landing := s.approve(s.attempt.Doors().Local.Address)
	if !strings.Contains(landing.Body, "Client secret is refused by GitLab.") {
		t.Errorf("the browser shows:\n%s", landing.Body)
	}
	if _, err := s.over(); !flow.CausedBy(err, flow.SecretWrong) {
		t.Errorf("ends with %v", err)
	}
}

// Over TLS with an authority that only this client trusts.
func TestSigningInWithAPrivateAuthority(t *testing.T) {
	s := open(t, gitlabtest.Options{TLS: &gitlabtest.Certificate{}, Path: "/git"})
	s.approve(s.attempt.Doors().Local.Address)
	s.signedIn()
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

func TestAnAttemptIsOverAfterTenMinutes(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "16.11.0"})
	port := s.attempt.Doors().Local.Port
	s.clock.next(t, 10*time.Minute+1)
	if _, err := s.over(); !flow.CausedBy(err, flow.AttemptOver) {
		t.Errorf("ends with %v", err)
	}
	if _, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
		t.Error("the port is still open")
	}
}

func TestCancellingLeavesNothing(t *testing.T) {
	s := prepare(t, gitlabtest.Options{})
	attempt, err := s.client.SignIn(t.Context(), s.asked)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := attempt.Wait(ctx, nil)
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || !flow.CausedBy(err, flow.Cancelled) {
		t.Errorf("ends with %v", err)
	}
	attempt.Close()
	if _, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(attempt.Doors().Local.Port)); err == nil {
		t.Error("the port is still open")
	}
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	if n := len(s.clock.sleepers); n != 0 {
		t.Errorf("%d goroutines still wait", n)
	}
}
