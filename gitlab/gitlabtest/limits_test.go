package gitlabtest

import (
	"strings"
	"testing"
	"time"
)

func TestTheRateLimitIsPerTokenAndMinute(t *testing.T) {
	now := today
	s := play(t, Demo(today), Options{RateLimit: 2, Now: func() time.Time { return now }})
	for i, want := range []int{200, 200, 429, 429} {
		if r := s.get(t, DemoToken, "/api/v4/user"); r.status != want {
			t.Errorf("request %d: status %d, want %d", i+1, r.status, want)
		}
	}
	if r := s.get(t, DemoTokenAdmin, "/api/v4/user"); r.status != 200 {
		t.Errorf("another token: status %d", r.status)
	}
	r := s.get(t, DemoToken, "/api/v4/user")
	if r.body != "Retry later" || r.header.Get("Content-Type") != "text/plain" || r.header.Get("Retry-After") != "55" {
		t.Errorf("429: %q, headers %v", r.body, r.header)
	}
	now = now.Add(55 * time.Second)
	if r := s.get(t, DemoToken, "/api/v4/user"); r.status != 200 {
		t.Errorf("in the next minute: status %d", r.status)
	}
}

func TestLimitHeadersComeWithReleases(t *testing.T) {
	for _, test := range []struct {
		version           string
		onGood, on429     bool
		retryAfter        bool
		endpointRetryTime bool
	}{
		{"13.6.0-ee", false, false, false, false},
		{"13.7.0-ee", false, false, true, false},
		{"13.8.0-ee", false, true, true, false},
		{"18.4.0-ee", false, true, true, false},
		{"18.5.0-ee", false, true, true, true},
		{"18.6.0-ee", true, true, true, true},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := play(t, Demo(today), Options{Version: test.version, RateLimit: 1})
			good, refused := s.get(t, DemoToken, "/api/v4/user"), s.get(t, DemoToken, "/api/v4/user")
			if got := good.header.Get("RateLimit-Remaining") == "0"; got != test.onGood {
				t.Errorf("RateLimit headers on a good answer: %v", got)
			}
			if got := refused.header.Get("RateLimit-Limit") == "1"; got != test.on429 {
				t.Errorf("RateLimit headers on a 429: %v", got)
			}
			if got := refused.header.Get("Retry-After") != ""; got != test.retryAfter {
				t.Errorf("Retry-After on a 429: %v", got)
			}
			s = play(t, Demo(today), Options{Version: test.version, EndpointLimit: 1})
			s.get(t, DemoToken, "/api/v4/user")
			if r := s.get(t, DemoToken, "/api/v4/version"); r.status != 200 {
				t.Errorf("another endpoint: status %d", r.status)
			}
			r := s.get(t, DemoToken, "/api/v4/user")
			if r.status != 429 || !strings.Contains(r.body, "requested too many times") {
				t.Errorf("status %d: %s", r.status, r.body)
			}
			if got := r.header.Get("Retry-After") != ""; got != test.endpointRetryTime {
				t.Errorf("Retry-After inside GitLab: %v", got)
			}
		})
	}
}

func TestTheRateLimitHoldsForOAuth(t *testing.T) {
	s := play(t, Demo(today), Options{Version: "18.6.0-ee", RateLimit: 1})
	if r := s.get(t, "", "/users/sign_in"); r.status != 200 || r.header.Get("RateLimit-Limit") != "" {
		t.Errorf("a page: %d, RateLimit-Limit %q", r.status, r.header.Get("RateLimit-Limit"))
	}
	if r := s.refresh(t, "nothing"); r.status != 400 || r.header.Get("RateLimit-Remaining") != "0" {
		t.Errorf("within: %d, RateLimit-Remaining %q", r.status, r.header.Get("RateLimit-Remaining"))
	}
	if r := s.refresh(t, "nothing"); r.status != 429 || r.body != "Retry later" || r.header.Get("Retry-After") != "55" {
		t.Errorf("over it: %d %q, Retry-After %q", r.status, r.body, r.header.Get("Retry-After"))
	}
}
