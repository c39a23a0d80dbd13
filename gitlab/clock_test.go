package gitlab_test

import (
	"context"
	"sync"
	"testing"
	"time"
)

// A clock is the time of a test: nothing waits for real, and what waits goes on
// when the test lets the time pass.
type clock struct {
	mu       sync.Mutex
	now      time.Time
	sleepers map[chan struct{}]time.Time
	asleep   chan struct{} // holds one after somebody went to sleep
}

func newClock() *clock {
	return &clock{now: today, sleepers: map[chan struct{}]time.Time{}, asleep: make(chan struct{}, 1)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	woken := make(chan struct{})
	c.mu.Lock()
	c.sleepers[woken] = c.now.Add(d)
	c.mu.Unlock()
	select {
	case c.asleep <- struct{}{}:
	default:
	}
	select {
	case <-woken:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.sleepers, woken)
		c.mu.Unlock()
		return context.Cause(ctx)
	}
}

// pass lets the time go on and wakes whoever has slept enough.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for woken, at := range c.sleepers {
		if !at.After(c.now) {
			delete(c.sleepers, woken)
			close(woken)
		}
	}
}

// next waits until somebody sleeps for less than limit, lets that time pass and
// returns it.
func (c *clock) next(t *testing.T, limit time.Duration) time.Duration {
	t.Helper()
	d := c.await(t, limit)
	c.pass(d)
	return d
}

// await waits until somebody sleeps for less than limit.
func (c *clock) await(t *testing.T, limit time.Duration) time.Duration {
	t.Helper()
	for {
		c.mu.Lock()
		shortest := limit
		for _, at := range c.sleepers {
			shortest = min(shortest, at.Sub(c.now))
		}
		c.mu.Unlock()
		if shortest < limit {
			return shortest
		}
		select {
		case <-c.asleep:
		case <-time.After(10 * time.Second):
			t.Fatal("nobody sleeps")
		}
	}
}
