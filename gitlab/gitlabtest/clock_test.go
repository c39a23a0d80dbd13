package gitlabtest

import (
	"net/http"
	"testing"
	"time"
)

func TestTheDateIsThatOfGitLabsClock(t *testing.T) {
	for skew, want := range map[time.Duration]string{
		0:               "Sun, 22 Nov 2026 15:04:05 GMT",
		-47 * time.Hour: "Fri, 20 Nov 2026 16:04:05 GMT",
		time.Hour:       "Sun, 22 Nov 2026 16:04:05 GMT",
	} {
		s := play(t, Demo(today), Options{ClockSkew: skew})
		undo := s.Fail(Fault{Status: http.StatusBadGateway, Path: "/api/v4/version"})
		for _, path := range []string{"/api/v4/user", "/users/sign_in", "/api/v4/nothing", "/api/v4/version"} {
			if got := s.get(t, DemoToken, path).header.Values("Date"); len(got) != 1 || got[0] != want {
				t.Errorf("skew %v: %s has the dates %q, want %q", skew, path, got, want)
			}
		}
		undo()
	}
}

// TestASlowClockKeepsTokensAlive: it is GitLab's clock that ends them.
func TestASlowClockKeepsTokensAlive(t *testing.T) {
	for skew, want := range map[time.Duration]int{0: 401, -5 * 24 * time.Hour: 200} {
		if r := play(t, Demo(today), Options{ClockSkew: skew}).get(t, DemoTokenExpired, "/api/v4/user"); r.status != want {
			t.Errorf("skew %v: %d, want %d", skew, r.status, want)
		}
	}
}
