package main

import (
	"context"
	"sync"
	"testing"
	"time"
)

// An hourglass is the time where a test lets minutes pass: whoever sleeps by it
// wakes up then, and not before.
type hourglass struct {
	t  *testing.T
	mu sync.Mutex

	now      time.Time
	sleepers map[*sleeper]bool
	changed  chan struct{} // closed and replaced when somebody falls asleep
}

type sleeper struct {
	due time.Time
	up  chan struct{}
}

func newHourglass(t *testing.T) *hourglass {
	return &hourglass{t: t, now: day, sleepers: map[*sleeper]bool{}, changed: make(chan struct{})}
}

// runOn makes a world live by the hourglass.
func (w *world) runOn(h *hourglass) *world {
	w.now, w.sleep = h.Now, h.Sleep
	return w
}

func (h *hourglass) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hourglass) Sleep(ctx context.Context, d time.Duration) error {
	h.mu.Lock()
	s := &sleeper{h.now.Add(d), make(chan struct{})}
	h.sleepers[s] = true
	close(h.changed)
	h.changed = make(chan struct{})
	h.mu.Unlock()
	select {
	case <-s.up:
		return nil
	case <-ctx.Done():
		h.mu.Lock()
		delete(h.sleepers, s)
		h.mu.Unlock()
		return context.Cause(ctx)
	}
}

// pass lets d pass, once somebody sleeps who wakes up in that time, but not
// before least of it.
func (h *hourglass) pass(least, d time.Duration) {
	h.t.Helper()
	deadline := time.After(patience)
	for {
		h.mu.Lock()
		waits := false
		for s := range h.sleepers {
			left := s.due.Sub(h.now)
			waits = waits || left >= least && left <= d
		}
		if waits {
			h.now = h.now.Add(d)
			for s := range h.sleepers {
				if !s.due.After(h.now) {
					close(s.up)
					delete(h.sleepers, s)
				}
			}
			h.mu.Unlock()
			return
		}
		changed := h.changed
		h.mu.Unlock()
		select {
		case <-changed:
		case <-deadline:
			h.t.Fatalf("nobody sleeps for %v to %v", least, d)
		}
	}
}
