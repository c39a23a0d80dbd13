package gitlab_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// ticking is a clock that goes on by as much whenever it is looked at, and as far
// as somebody waits.
type ticking struct {
	mu   sync.Mutex
	now  time.Time
	tick time.Duration
}

func (c *ticking) Now() time.Time { return c.pass(c.tick) }

func (c *ticking) pass(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

func (c *ticking) client(t *testing.T) *gitlab.Client {
	client := gitlab.New(gitlab.Options{Now: c.Now, Sleep: func(ctx context.Context, d time.Duration) error {
		c.pass(d)
		return ctx.Err()
	}})
	t.Cleanup(client.Close)
	return client
}

// What is expected of a walk is about what comes: how many pages, and how long
// they take.
func TestAWalkKnowsAboutHowLongItTakes(t *testing.T) {
	s := start(t, gitlabtest.Sized(12_000, today), gitlabtest.Options{})
	clock := &ticking{now: today, tick: 50 * time.Millisecond}
	type told struct {
		flow.Estimate
		at time.Time
	}
	var all []told
	err := clock.client(t).Discover(t.Context(), connect(t, s.URL()), nil, func(p flow.Page) error {
		all = append(all, told{p.Ahead, clock.pass(0)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last := all[len(all)-1]
	if last.Done != last.All || last.Left != 0 || last.Repos != 12_000 || last.Total != 12_000 || last.Roles != 0 {
		t.Errorf("in the end %+v is expected", last.Estimate)
	}
	known := 0
	for i, e := range all[:len(all)*9/10] {
		if e.All == 0 || i < len(all)/4 {
			continue
		}
		known++
		if e.All < last.All*2/3 || e.All > last.All*3/2 {
			t.Errorf("page %d of %d: %d pages are expected, there are %d", i, len(all), e.All, last.All)
		}
		if e.Total < e.Repos || e.Total < 9_000 || e.Total > 15_000 || e.Roles > 12_000 || e.Roles > 0 && e.Repos < 12_000 {
			t.Errorf("page %d of %d: %+v, with 12,000 repos", i, len(all), e.Estimate)
		}
		if left := last.at.Sub(e.at); e.Left < left/2 || e.Left > 3*left || e.Limited {
			t.Errorf("page %d of %d: %v are expected to be left, it is %v; limited %t", i, len(all), e.Left, left, e.Limited)
		}
	}
	if known < len(all)/3 {
		t.Errorf("%d of %d pages say what is expected", known, len(all))
	}
}

// A limit of the server is in what is expected, and named.
func TestAWalkKnowsThatItIsLimited(t *testing.T) {
	clock := &ticking{now: today, tick: time.Millisecond}
	s, err := gitlabtest.Start(gitlabtest.Sized(9_000, today), gitlabtest.Options{Version: "18.9.0-pre", RateLimit: 60, Now: func() time.Time { return clock.pass(0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	var began, half time.Time
	var expected flow.Estimate
	found := 0
	err = clock.client(t).Discover(t.Context(), connect(t, s.URL()), nil, func(p flow.Page) error {
		if began.IsZero() {
			began = clock.pass(0)
		}
		if found += len(p.Repos); half.IsZero() && found >= 4_500 {
			half, expected = clock.pass(0), p.Ahead
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if left := clock.pass(0).Sub(half); !expected.Limited || expected.Left < left/2 || expected.Left > 2*left {
		t.Errorf("%+v were expected, it was %v", expected, left)
	}
}
