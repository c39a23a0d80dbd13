package gitlab

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestEndpointsAreCountedByTheirPaths(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v4/projects":               "/api/v4/projects",
		"/api/v4/projects/123":           "/api/v4/projects/:id",
		"/api/v4/groups/9/members/all/1": "/api/v4/groups/:id/members/all/:id",
		"/api/v4/user":                   "/api/v4/user",
		"":                               "",
	} {
		if got := (&request{path: path}).endpoint(); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

// GitLab limits its endpoints one by one, the server in front of it all of them.
func TestWhatALimitIsFor(t *testing.T) {
	for _, test := range []struct {
		name, kind string
		others     bool // wait, too
	}{
		{"inside GitLab", "application/json", false},
		{"in front of it", "text/plain", true},
		{"a proxy", "text/html", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			var once sync.Once
			world := newBusyWorld(t, &busyServer{}, 8)
			world.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/api/v4/groups" {
					once.Do(func() {
						w.Header().Set("Retry-After", "300")
						w.Header().Set("Content-Type", test.kind)
						w.WriteHeader(http.StatusTooManyRequests)
					})
				}
			})
			ask := func(path string) (took time.Duration) {
				start := time.Now()
				a, err := world.client.do(t.Context(), &request{site: world.site, path: path, patient: true, on: world.way})
				if err != nil || a.status != http.StatusOK {
					t.Errorf("%s, %s: %d, %v", test.name, path, a.status, err)
				}
				return time.Since(start)
			}
			var all sync.WaitGroup
			all.Go(func() {
				if took := ask("/api/v4/groups"); took < 300*time.Second || took > 310*time.Second {
					t.Errorf("%s: it waited %s itself", test.name, took)
				}
			})
			time.Sleep(time.Second)
			if took := ask("/api/v4/projects"); (took > time.Minute) != test.others {
				t.Errorf("%s: others waited %s", test.name, took)
			}
			all.Wait()
			world.close()
		})
	}
}

// Who gives up while he waits for his pace leaves nothing behind.
func TestWhoGivesUpInTheLineLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := newBusyWorld(t, &busyServer{latency: time.Millisecond}, 8)
		b := world.budget()
		b.host.pace.rate, b.host.pace.next = 0.1, time.Now()
		late := time.Now().Add(15 * time.Second)
		ctx, cancel := context.WithDeadline(t.Context(), late)
		defer cancel()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				world.client.do(ctx, &request{site: world.site, path: "/api/v4/projects", patient: true, on: world.way})
			})
		}
		all.Wait()
		if now := time.Now(); now.After(late.Add(time.Second)) {
			t.Errorf("they ended %s late", now.Sub(late))
		}
		if line := b.line(&request{path: "/api/v4/projects"}); line.taken != 0 || line.waiting() != 0 || b.slots.taken != 0 || b.slots.waiting() != 0 {
			t.Errorf("%d and %d taken, %d and %d wait", line.taken, b.slots.taken, line.waiting(), b.slots.waiting())
		}
		world.close()
	})
}
