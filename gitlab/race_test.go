package gitlab_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"flow"
	"flow/gitlab/gitlabtest"
)

// together has n requests for tokens wait for each other, so that all are on
// their way before any is answered.
func (s *signIn) together(n int) {
	var all sync.WaitGroup
	all.Add(n)
	s.gate(func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/oauth/token") {
			all.Done()
			all.Wait()
		}
	})
}

// opened opens an address as the browser does, in the background.
func (s *signIn) opened(wait *sync.WaitGroup, address string) {
	s.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		s.t.Fatal(err)
	}
	wait.Go(func() { _, _, _ = s.get("GET", u.RequestURI(), u.Host) })
}

// The browser and the code answer at the same moment: one sign-in is used, the
// other is given back.
func TestTwoDoorsAtOnce(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "18.9.0-pre"})
	s.enter(s.code().Code, true)
	address := s.answer(s.attempt.Doors().Local.Address)
	s.together(2)
	var browser sync.WaitGroup
	s.opened(&browser, address)
	s.clock.next(t, pollPause)
	browser.Wait()
	s.over()
	s.attempt.Close()
	s.gate(nil)
	s.signedIn()
	if n := s.requests("/oauth/revoke"); n != 1 {
		t.Errorf("%d revocations", n)
	}
	if n := s.live(); n != 1 {
		t.Errorf("%d sign-ins are left in GitLab", n)
	}
}

// Two tabs approve, and both answers are on their way. From 11.1 to 15.1 both
// bring the same tokens, which must not be given back.
func TestTwoAnswersAtOnce(t *testing.T) {
	for version, revocations := range map[string]int{"11.0.0": 1, "13.12.0": 0, "15.1.0": 0, "15.2.0": 1, "17.5.2-ee": 1} {
		t.Run(version, func(t *testing.T) {
			s := open(t, gitlabtest.Options{Version: version})
			first, second := s.answer(s.attempt.Doors().Local.Address), s.answer(s.attempt.Doors().Local.Address)
			s.together(2)
			var browser sync.WaitGroup
			s.opened(&browser, first)
			s.opened(&browser, second)
			browser.Wait()
			s.over()
			s.attempt.Close()
			s.gate(nil)
			s.signedIn()
			if n := s.requests("/oauth/revoke"); n != revocations {
				t.Errorf("%d revocations, want %d", n, revocations)
			}
			if n := s.live(); n != 1 {
				t.Errorf("%d sign-ins are left in GitLab", n)
			}
		})
	}
}

// Cancelled while GitLab makes the tokens: nobody has them, so they are given
// back, except where that might end a sign-in that is in use.
func TestCancelledWhileTheTokensAreMade(t *testing.T) {
	for version, left := range map[string]int{"9.0.13": 0, "10.8.7": 1, "14.9.5-ee": 1, "17.5.2-ee": 0} {
		t.Run(version, func(t *testing.T) {
			s := open(t, gitlabtest.Options{Version: version})
			address := s.answer(s.attempt.Doors().Local.Address)
			asking, goOn := make(chan struct{}), make(chan struct{})
			s.gate(func(r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/oauth/token") {
					close(asking)
					<-goOn
				}
			})
			if err := s.attempt.Paste(address); err != nil {
				t.Fatal(err)
			}
			<-asking
			closed := make(chan struct{})
			go func() {
				s.attempt.Close()
				close(closed)
			}()
			if _, err := s.over(); !flow.CausedBy(err, flow.Cancelled) {
				t.Error(err)
			}
			s.gate(nil)
			close(goOn)
			<-closed
			if n := s.live(); n != left {
				t.Errorf("%d sign-ins are left in GitLab, want %d", n, left)
			}
		})
	}
}

// Whoever has cancelled takes no sign-in, also where it came a moment before.
func TestACancelledWaitTakesNothing(t *testing.T) {
	s := prepare(t, gitlabtest.Options{Version: "17.5.2-ee"})
	attempt, err := s.client.SignIn(t.Context(), s.asked)
	if err != nil {
		t.Fatal(err)
	}
	s.attempt = attempt
	s.approve(attempt.Doors().Local.Address) // returns with the last page
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if g, err := attempt.Wait(ctx, nil); !flow.CausedBy(err, flow.Cancelled) || !g.IsZero() {
		t.Errorf("%v, a grant %t", err, !g.IsZero())
	}
	attempt.Close()
	if n := s.live(); n != 0 {
		t.Errorf("%d sign-ins are left in GitLab", n)
	}
}

// Where every registered port is taken the other doors still do.
func TestWithoutAPortTheOtherDoorsDo(t *testing.T) {
	for _, port := range flow.FixedPorts {
		if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			defer l.Close()
		}
	}
	s := open(t, gitlabtest.Options{Version: "12.3.5"})
	d := s.attempt.Doors()
	if d.Local != (flow.LocalDoor{}) {
		t.Fatalf("local door %+v", d.Local)
	}
	if err := s.attempt.Paste(s.answer(d.Address)); err != nil {
		t.Fatal(err)
	}
	s.signedIn()
}

func TestPlainHTTPIsRefused(t *testing.T) {
	s := prepare(t, gitlabtest.Options{})
	base, err := flow.ParseBaseURL("http://gitlab.example.com")
	if err != nil {
		t.Fatal(err)
	}
	s.asked.Server.BaseURL = base
	if attempt, err := s.client.SignIn(t.Context(), s.asked); !flow.CausedBy(err, flow.PlainAddress) {
		attempt.Close()
		t.Errorf("%v", err)
	}
}
