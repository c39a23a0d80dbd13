package scale

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// visit sends n requests through a gate at once, in time that is not real, and
// reports how long they took.
func visit(g *gate, n int) time.Duration {
	entered := time.Now()
	pass := g.before(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			pass.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/v4/projects", nil))
		})
	}
	all.Wait()
	return time.Since(entered)
}

// TestThreadsBound: of ten requests four are worked on at a time.
func TestThreadsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{Options: Options{Threads: 4, Latency: 100 * time.Millisecond}}
		took := visit(g, 10)
		if c := g.counts(); c.Answered != 10 || c.MostFlying != 10 || c.MostQueued != 6 || c.Queued != 0 || g.busy != 0 {
			t.Errorf("%v, %d threads still busy", c, g.busy)
		}
		if took < 270*time.Millisecond || took > 335*time.Millisecond {
			t.Errorf("ten requests took %v, want three times 100 ms, 10 %% more or less", took)
		}
	})
}

// TestWhoLeavesTheQueueTakesNoThread has the third of three, for one thread,
// leave while it waits, and the fourth take its place.
func TestWhoLeavesTheQueueTakesNoThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{Options: Options{Threads: 1}}
		if !g.take(t.Context()) {
			t.Fatal("no thread for the first")
		}
		leaving, leave := context.WithCancel(t.Context())
		order := make(chan string, 3)
		wait := func(name string, ctx context.Context) {
			if !g.take(ctx) {
				name += " left"
			}
			order <- name
		}
		go wait("second", t.Context())
		synctest.Wait()
		go wait("third", leaving)
		synctest.Wait()
		go wait("fourth", t.Context())
		synctest.Wait()
		leave()
		synctest.Wait()
		g.give()
		synctest.Wait()
		g.give()
		for _, want := range []string{"third left", "second", "fourth"} {
			if got := <-order; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		if g.give(); g.busy != 0 {
			t.Errorf("%d threads still busy", g.busy)
		}
	})
}

func TestAShareIsBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{Options: Options{Broken: 0.25}}
		visit(g, 4_000)
		if c := g.counts(); c.Broken < 900 || c.Broken > 1_100 || c.Broken+c.Answered != 4_000 {
			t.Errorf("%v", c)
		}
	})
}

// TestLimits counts what gets through of 15 requests a second for ten seconds.
func TestLimits(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	for _, test := range []struct {
		limit   Limit
		through int
		last    string // headers of the last answer
	}{
		{Limit{}, 150, "map[]"},
		{Limit{PerSecond: 10}, 109, "map[]"},
		{Limit{PerSecond: 10, Window: time.Minute}, 150, "map[]"},
		{Limit{PerSecond: 10, Window: time.Second}, 100, "map[Retry-After:[1]]"},
		{Limit{PerSecond: 1, Window: 5 * time.Second, Headers: true}, 10,
			"map[Ratelimit-Limit:[60] Ratelimit-Name:[throttle_authenticated_api] Ratelimit-Observed:[75] Ratelimit-Remaining:[0] Ratelimit-Reset:[1800000010] Retry-After:[1]]"},
	} {
		var b bucket
		through, h := 0, http.Header{}
		for i := range 150 {
			h = http.Header{}
			if !b.take(test.limit, h, at.Add(time.Duration(i)*time.Second/15)) {
				through++
			}
		}
		if through != test.through || fmt.Sprint(h) != test.last {
			t.Errorf("%+v: %d of 150 got through, the last with %v; want %d, %s", test.limit, through, h, test.through, test.last)
		}
	}
}

// TestAThreadIsNotLost: who leaves at the moment when its turn comes hands it on.
func TestAThreadIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 50 {
			g := &gate{Options: Options{Threads: 1}}
			g.take(t.Context())
			leaving, leave := context.WithCancel(t.Context())
			go func() {
				if g.take(leaving) {
					g.give()
				}
			}()
			synctest.Wait()
			leave()
			g.give()
			synctest.Wait()
			if g.busy != 0 {
				t.Fatalf("%d threads still busy", g.busy)
			}
		}
	})
}
