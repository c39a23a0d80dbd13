package gitlab_test

import (
	"context"
	"crypto/x509"
	"io"
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
	found, err := s.client.Find(t.Context(), s.server.URL(), flow.Network{})
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
	s.clock.pass(2 * time.Minute) // what GitLab may have asked to wait
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
