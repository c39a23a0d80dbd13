package gitlab_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
)

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
