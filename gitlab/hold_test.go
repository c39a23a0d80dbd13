package gitlab_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// sleeping waits until so many requests wait for their time.
func (c *clock) sleeping(t *testing.T, n int) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		now := len(c.sleepers)
		c.mu.Unlock()
		if now == n {
			return
		}
		select {
		case <-c.asleep:
		case <-late:
			t.Fatalf("%d wait, want %d", now, n)
		}
	}
}

// timed is a GitLab and a client that share a clock of their own.
func timed(t *testing.T, o gitlabtest.Options) (*gitlabtest.Server, *gitlab.Client, *clock) {
	t.Helper()
	clock := newClock()
	o.Now = clock.Now
	s, err := gitlabtest.Start(gitlabtest.Demo(today), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := gitlab.New(gitlab.Options{Now: clock.Now, Sleep: clock.sleep})
	t.Cleanup(c.Close)
	return s, c, clock
}

// One request is refused, and until the time that GitLab says nobody asks: not
// those that go another way either.
func TestAllRequestsToAHostWaitTogether(t *testing.T) {
	for name, fault := range map[string]gitlabtest.Fault{
		"Retry-After":     weather.RackAttack(30*time.Second, 0),
		"JSON, no header": weather.EndpointLimit(),
		"overloaded":      weather.Overloaded(30 * time.Second),
		"the last one": {Status: 200, Body: "{}", Header: http.Header{
			"RateLimit-Remaining": {"0"}, "RateLimit-Limit": {"60"}, "RateLimit-Reset": {strconv.FormatInt(today.Add(30*time.Second).Unix(), 10)},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, clock := timed(t, gitlabtest.Options{})
			fault.Match = nil
			s.Fail(weather.Once(fault))
			const others = 20
			var all sync.WaitGroup
			ask := func(n flow.Network) {
				all.Go(func() {
					if _, err := c.Find(t.Context(), s.URL(), n); err != nil {
						t.Error(err)
					}
				})
			}
			ask(flow.Network{})
			clock.sleeping(t, 1)
			for i := range others {
				ask(flow.Network{Unverified: i%2 == 0})
			}
			clock.sleeping(t, 1+others)
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests were sent meanwhile", n-1)
			}
			clock.pass(2 * time.Minute)
			all.Wait()
			if n := len(s.Requests()); n < 1+others {
				t.Errorf("%d requests in all", n)
			}
		})
	}
}

// A write waits for nothing: a code or a sign-in gets too old meanwhile.
func TestAWriteDoesNotWait(t *testing.T) {
	s, c, _ := timed(t, gitlabtest.Options{})
	conn := signedIn(t, s, c, confidential)
	s.Fail(weather.Once(weather.RackAttack(time.Hour, 0)))
	if _, err := c.Find(t.Context(), s.URL(), flow.Network{}); !flow.CausedBy(err, flow.RateLimit) {
		t.Fatal(err)
	}
	if _, err := c.Renew(t.Context(), conn); err != nil {
		t.Error(err)
	}
}

func TestALongWaitIsToldAndNothingIsSent(t *testing.T) {
	s, c, clock := timed(t, gitlabtest.Options{})
	undo := s.Fail(weather.RackAttack(10*time.Minute, 0))
	for try := range 3 {
		_, err := c.Find(t.Context(), s.URL(), flow.Network{})
		f := flow.FaultOf(orNone(err))
		if f.Cause != flow.RateLimit || !f.When.Equal(today.Add(10*time.Minute)) || f.Says != "429 Retry later" || len(s.Requests()) != 1 {
			t.Errorf("try %d: %d requests, until %s, says %s, error %v", try, len(s.Requests()), f.When, f.Says, err)
		}
	}
	undo()
	clock.pass(9 * time.Minute)
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := c.Find(t.Context(), s.URL(), flow.Network{}); err != nil {
			t.Error(err)
		}
	})
	clock.sleeping(t, 1) // what is left of it is not too long
	clock.pass(2 * time.Minute)
	all.Wait()
}

// A server that says to come back in a year is asked again after an hour.
func TestNoWaitIsLongerThanAnHour(t *testing.T) {
	s, c, _ := timed(t, gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"99999999"}}})
	_, err := c.Find(t.Context(), s.URL(), flow.Network{})
	if f := flow.FaultOf(orNone(err)); f.Cause != flow.RateLimit || !f.When.Equal(today.Add(time.Hour)) {
		t.Errorf("told to wait until %s: %v", f.When, err)
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	s, c, clock := timed(t, gitlabtest.Options{})
	s.Fail(weather.RackAttack(30*time.Second, 0))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { _, err := c.Find(ctx, s.URL(), flow.Network{}); ended <- err }()
	clock.sleeping(t, 1)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	// Whoever has less time than it takes is told at once.
	soon, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if _, err := c.Find(soon, s.URL(), flow.Network{}); !flow.CausedBy(err, flow.RateLimit) {
		t.Errorf("error %v", err)
	}
}

// Where most requests fail, trying again must not multiply what the server has
// to do.
func TestRequestsShareTheirRetries(t *testing.T) {
	var count atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	})
	c, _ := newClient(t, gitlab.Options{})
	var all sync.WaitGroup
	const asking = 100
	for range asking {
		all.Go(func() {
			if _, err := c.Find(t.Context(), s.URL, flow.Network{}); !flow.CausedBy(err, flow.ServerFault) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	// Each looks at two addresses of the one place.
	if n := count.Load(); n != 2*asking+20 {
		t.Errorf("%d requests for %d", n, 2*asking)
	}
}
