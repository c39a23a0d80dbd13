package weather_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"syscall"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestConnectionsAreReset(t *testing.T) {
	for _, secured := range []*gitlabtest.Certificate{nil, {}} {
		s := demo(t, gitlabtest.Options{TLS: secured, Now: time.Now})
		whole, err := try(transport(t, s.CA()), s.URL()+"/api/v4/projects")
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name   string
			fault  gitlabtest.Fault
			status int
			part   int // of the body, one in part; 0 is nothing
		}{
			{"in the middle", weather.ResetMidway(), 200, 2},
			{"before the answer", weather.Reset(), 0, 0},
		} {
			t.Run(test.name, func(t *testing.T) {
				defer s.Fail(weather.At("/api/v4/projects", test.fault))()
				got, err := try(transport(t, s.CA()), s.URL()+"/api/v4/projects")
				if !errors.Is(err, syscall.ECONNRESET) || got.status != test.status {
					t.Errorf("status %d, error %v", got.status, err)
				}
				// A reset may overtake what was sent before it.
				if test.part > 0 && len(got.body) > len(whole.body)/test.part || test.part == 0 && got.body != "" {
					t.Errorf("%d of %d bytes came", len(got.body), len(whole.body))
				}
				if got, err := try(transport(t, s.CA()), s.URL()+"/api/v4/user"); err != nil || got.status != 200 {
					t.Errorf("another path: %d, %v", got.status, err)
				}
			})
		}
	}
}

func TestAStreamIsResetOverHTTP2(t *testing.T) {
	s := demo(t, gitlabtest.Options{TLS: &gitlabtest.Certificate{}, Now: time.Now})
	tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool(s.CA())}}
	defer tr.CloseIdleConnections()
	whole, err := try(tr, s.URL()+"/api/v4/projects")
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(weather.Once(weather.ResetMidway()))
	got, err := try(tr, s.URL()+"/api/v4/projects")
	if err == nil || got.status != 200 || len(got.body) != len(whole.body)/2 {
		t.Errorf("status %d, %d of %d bytes, error %v", got.status, len(got.body), len(whole.body), err)
	}
	if got, err := try(tr, s.URL()+"/api/v4/projects"); err != nil || got.body != whole.body {
		t.Errorf("afterwards: %d, %v", got.status, err)
	}
}

// The answer is whole, and the connection ends with it.
func TestAServerThatIsReplacedEndsItsConnections(t *testing.T) {
	for _, secured := range []*gitlabtest.Certificate{nil, {}} {
		s := demo(t, gitlabtest.Options{TLS: secured, Now: time.Now})
		tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool(s.CA())}}
		defer tr.CloseIdleConnections()
		reused := func() (old bool) {
			t.Helper()
			trace := &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { old = c.Reused }}
			r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "GET", s.URL()+"/users/sign_in", nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := tr.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{true: 2, false: 1}[secured != nil]; res.StatusCode != 200 || res.ProtoMajor != want {
				t.Errorf("status %d over %s", res.StatusCode, res.Proto)
			}
			drain(t, res)
			return old
		}
		reused()
		if !reused() {
			t.Error("without the fault a connection is not used again")
		}
		undo := s.Fail(weather.CloseAfter())
		reused()
		undo()
		// GOAWAY is on its way by itself, beside the answer.
		for deadline := time.Now().Add(10 * time.Second); reused(); {
			if time.Now().After(deadline) {
				t.Fatal("the connection is still used")
			}
		}
	}
}
