package gitlab

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// However a server counts, and whatever it tells of that: what it allows is used,
// few requests are refused, and none is lost. All of it is in time that is not real.
func TestARateThatIsAllowedIsUsed(t *testing.T) {
	const quick, slow = 80 * time.Millisecond, 400 * time.Millisecond
	for _, test := range []struct {
		name    string
		server  *busyServer
		pages   int
		share   float64 // of the allowed rate, at least
		refused int     // at most
	}{
		{"ten a second, told always", &busyServer{latency: quick, limit: 10, period: time.Second, tells: "always"}, 1000, 0.98, 0},
		{"the same, its clock ahead", &busyServer{latency: quick, limit: 10, period: time.Second, tells: "always", ahead: 7*time.Minute + 300*time.Millisecond}, 1000, 0.98, 0},
		{"the same, slow", &busyServer{latency: slow, limit: 10, period: time.Second, tells: "always"}, 1000, 0.95, 5},
		{"ten a second, told when refused", &busyServer{latency: quick, limit: 10, period: time.Second, tells: "refused"}, 1000, 0.95, 8},
		{"ten a second, Retry-After only", &busyServer{latency: quick, limit: 10, period: time.Second}, 1000, 0.9, 15},
		{"the same, slow", &busyServer{latency: slow, limit: 10, period: time.Second}, 1000, 0.85, 15},
		{"a bucket, told always", &busyServer{latency: quick, limit: 10, period: time.Second, tells: "always", bucket: true}, 1000, 0.95, 8},
		{"a bucket, told when refused", &busyServer{latency: quick, limit: 10, period: time.Second, tells: "refused", bucket: true}, 1000, 0.95, 8},
		{"a bucket, Retry-After only", &busyServer{latency: quick, limit: 10, period: time.Second, bucket: true}, 1000, 0.9, 15},
		{"600 a minute, told always", &busyServer{latency: quick, limit: 600, period: time.Minute, tells: "always"}, 5000, 0.98, 0},
		{"600 a minute, Retry-After only", &busyServer{latency: quick, limit: 600, period: time.Minute}, 5000, 0.95, 25},
		{"2,000 in ten minutes, Retry-After only", &busyServer{latency: slow, limit: 2000, period: 10 * time.Minute}, 10_000, 1.1, 25},
		{"7,200 an hour, told always", &busyServer{latency: quick, limit: 7200, period: time.Hour, tells: "always"}, 20_000, 1.3, 0},
		{"7,200 an hour, told when refused", &busyServer{latency: quick, limit: 7200, period: time.Hour, tells: "refused"}, 20_000, 0.95, 8},
	} {
		for _, concurrency := range []int{8, 32} {
			t.Run(fmt.Sprintf("%s, %d at once", test.name, concurrency), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := test.server.fresh()
					walk := walkBusy(t, s, concurrency, test.pages)
					share := float64(test.pages) / walk.took.Seconds() / (float64(s.limit) / s.period.Seconds())
					t.Logf("%.3f of the rate, %d refused", share, s.refused)
					if share < test.share || s.refused > test.refused || walk.lost > 0 || s.passed != test.pages {
						t.Errorf("%.3f of the rate, want %.2f; %d refused, at most %d; %d lost, %d of %d came through",
							share, test.share, s.refused, test.refused, walk.lost, s.passed, test.pages)
					}
				})
			})
		}
	}
}

// What is refused together is refused once.
func TestRefusalsOfOneMomentAreOne(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	after := func(seconds float64) time.Time { return at.Add(time.Duration(seconds * float64(time.Second))) }
	p := &pace{}
	for range 20 {
		p.leave(at)
		p.pass()
	}
	for _, left := range []float64{0, 0.5, 0.9} {
		p.refuse(after(left), after(1+left/10), after(2))
	}
	if p.refusals != 1 {
		t.Errorf("%d refusals", p.refusals)
	}
	if next := p.leave(after(2)); !next.Equal(after(2)) || p.rate != 10 {
		t.Errorf("20 got through in 2 s, so %.1f may a second, the next after %s", p.rate, next.Sub(at))
	}
	// The one after the next has the gap of a tenth of a second.
	if next := p.leave(after(2)); !next.Equal(after(2.1)) {
		t.Errorf("the next leaves after %s", next.Sub(at))
	}
	p.refuse(after(2.1), after(2.2), after(3))
	if p.refusals != 2 {
		t.Errorf("%d refusals", p.refusals)
	}
	if p.leave(after(3)); p.rate >= 10 {
		t.Errorf("the rate that was refused is kept: %.1f", p.rate)
	}
}

// What the server told is kept to from the first refusal on, and never exceeded.
func TestARateThatIsToldIsNotSearchedFor(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	p := &pace{}
	p.leave(at)
	p.pass()
	p.tell(600)
	p.refuse(at, at, at.Add(time.Minute))
	for i := range 1000 {
		p.leave(at.Add(time.Minute + time.Duration(i)*50*time.Millisecond))
		if p.rate < 9.79 || p.rate > 9.81 {
			t.Fatalf("%.2f a second of the 10 that were told", p.rate)
		}
	}
}

// A pace that the server does not hold up must not get faster: it would be a
// flood when that changes.
func TestAPaceThatHoldsNothingUpStays(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	p := &pace{rate: 5, next: at, raised: at}
	for i := range 1000 {
		now := at.Add(time.Duration(i) * time.Second)
		if leave := p.leave(now); leave.After(now) {
			t.Fatalf("one a second waits %s", leave.Sub(now))
		}
	}
	if p.rate != 5 {
		t.Errorf("%.2f a second", p.rate)
	}
	// What was not used is not saved up.
	now, last := at.Add(2000*time.Second), time.Time{}
	for range 10 {
		last = p.leave(now)
	}
	if wait := last.Sub(now); wait < 1500*time.Millisecond {
		t.Errorf("ten leave within %s", wait)
	}
}

// A walk leaves the last of a window to whoever wants to look at something.
func TestAWalkLeavesSomethingToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &busyServer{latency: 80 * time.Millisecond, limit: 200, period: time.Minute, tells: "always"}
		world := newBusyWorld(t, s, 8)
		ended := make(chan busyWalk)
		go func() { ended <- world.walk(t, 300) }()
		time.Sleep(30 * time.Second)
		s.mu.Lock()
		passed := s.passed
		s.mu.Unlock()
		if passed != 196 {
			t.Errorf("the walk took %d of 200", passed)
		}
		begin := time.Now()
		a, err := world.client.do(t.Context(), &request{site: world.site, path: "/api/v4/version", on: world.way})
		if took := time.Since(begin); err != nil || a.status != http.StatusOK || took > time.Second {
			t.Errorf("another waited %s: %d, %v", took, a.status, err)
		}
		if walk := <-ended; walk.lost > 0 || walk.took > 70*time.Second || s.refused > 0 {
			t.Errorf("%d lost, %d refused, took %s", walk.lost, s.refused, walk.took)
		}
		world.close()
	})
}

// Who looks at a screen does not wait behind all pages of a walk.
func TestOthersGoPastAWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &busyServer{latency: 80 * time.Millisecond, limit: 10, period: time.Second, tells: "refused"}
		world := newBusyWorld(t, s, 32)
		ended := make(chan busyWalk)
		go func() { ended <- world.walk(t, 300) }()
		time.Sleep(10 * time.Second)
		begin := time.Now()
		if a, err := world.client.do(t.Context(), &request{site: world.site, path: "/api/v4/version", on: world.way}); err != nil || a.status != http.StatusOK {
			t.Errorf("%d, %v", a.status, err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("another waited %s", took)
		}
		if walk := <-ended; walk.lost > 0 {
			t.Errorf("%d lost", walk.lost)
		}
		world.close()
	})
}
