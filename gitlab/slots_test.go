package gitlab

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"flow"
)

// until waits until a condition holds, which only what runs meanwhile can make
// true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !is(); runtime.Gosched() {
		if time.Now().After(late) {
			t.Fatalf("never %s", what)
		}
	}
}

func (s *slots) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// However many ask, whichever way they go, no more than eight requests are at a
// server at the same time; a write is one more.
func TestNoMoreThanEightRequestsAreOnTheirWay(t *testing.T) {
	const asking = 40
	var inside, most atomic.Int32
	hold := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := inside.Add(1)
		defer inside.Add(-1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
		}
		<-hold
	}))
	defer s.Close()
	base, err := flow.ParseBaseURL(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{})
	defer c.Close()
	var all sync.WaitGroup
	budget := c.budgets.of(base)
	budget.slots.learn(func() { budget.slots.level.limit(); budget.slots.level.turn(DefaultConcurrency) })
	for i := range asking {
		n := flow.Network{Unverified: i%2 == 0} // other connections, the same server
		all.Go(func() {
			if _, err := c.do(t.Context(), &request{site: site{base, n}, path: "/api"}); err != nil {
				t.Error(err)
			}
		})
	}
	until(t, "are the others in the queue", func() bool {
		return inside.Load() == DefaultConcurrency && budget.slots.waiting() == asking-DefaultConcurrency
	})
	all.Go(func() {
		if _, err := c.do(t.Context(), &request{site: site{base: base}, method: http.MethodPost, path: "/oauth/token"}); err != nil {
			t.Error(err)
		}
	})
	until(t, "does the write get there", func() bool { return inside.Load() == DefaultConcurrency+1 })
	close(hold)
	all.Wait()
	if n := most.Load(); n != DefaultConcurrency+1 {
		t.Errorf("%d requests at the same time", n)
	}
	if n := budget.seen().requests; n != asking+1 || budget.slots.taken != 0 {
		t.Errorf("%d requests counted, %d slots left taken", n, budget.slots.taken)
	}
}

func TestSlotsAreGivenInTheOrderOfAsking(t *testing.T) {
	s := &slots{level: level{most: 1}}
	if err := s.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	const n = 20
	order := make(chan int, n)
	for i := range n {
		go func() {
			if s.take(t.Context()) == nil {
				order <- i
			}
		}()
		until(t, "does it wait", func() bool { return s.waiting() == i+1 })
	}
	for i := range n {
		s.give()
		if got := <-order; got != i {
			t.Fatalf("%d came at turn %d", got, i)
		}
	}
}

// More slots let more in at once; fewer take effect as requests end.
func TestTheNumberOfSlotsMayChange(t *testing.T) {
	s := &slots{level: level{most: 2}}
	in := make(chan struct{}, 10)
	for range 5 {
		go func() {
			if s.take(t.Context()) == nil {
				in <- struct{}{}
			}
		}()
	}
	<-in
	<-in
	until(t, "do three wait", func() bool { return s.waiting() == 3 })
	s.learn(func() { s.level.at = 3 })
	<-in
	s.learn(func() { s.level.at = 1 })
	s.give()
	s.give()
	if s.waiting() != 2 {
		t.Errorf("%d wait, want 2: one is still in", s.waiting())
	}
	s.give()
	<-in
}

func TestWhoGivesUpWaitingTakesNoSlot(t *testing.T) {
	s := &slots{}
	gone := errors.New("gone")
	var all sync.WaitGroup
	var had, gaveUp atomic.Int32
	for range 400 {
		ctx, cancel := context.WithCancelCause(t.Context())
		all.Go(func() {
			switch err := s.take(ctx); {
			case err == nil:
				had.Add(1)
				runtime.Gosched()
				s.give()
			case errors.Is(err, gone):
				gaveUp.Add(1)
			default:
				t.Error(err)
			}
		})
		if rand.N(2) == 0 {
			all.Go(func() { cancel(gone) })
		} else {
			defer cancel(nil)
		}
	}
	all.Wait()
	if s.taken != 0 || s.waiting() != 0 || had.Load()+gaveUp.Load() != 400 {
		t.Errorf("%d taken, %d wait, %d had one, %d gave up", s.taken, s.waiting(), had.Load(), gaveUp.Load())
	}
}

func TestAnAllowanceComesBack(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	a := &allowance{}
	spend := func() int {
		n := 0
		for a.spend(now) {
			n++
		}
		return n
	}
	if n := spend(); n != retryStock {
		t.Errorf("%d retries at once", n)
	}
	for range 10 {
		a.earn()
	}
	if n := spend(); n != 2 {
		t.Errorf("%d retries after ten requests that went well", n)
	}
	now = now.Add(31 * time.Second)
	if n := spend(); n != 3 {
		t.Errorf("%d retries after half a minute", n)
	}
	now = now.Add(time.Hour)
	for range 1000 {
		a.earn()
	}
	if n := spend(); n != retryStock {
		t.Errorf("%d retries after an hour", n)
	}
}
