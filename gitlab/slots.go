package gitlab

import (
	"context"
	"slices"
	"sync"
)

// maxFlying is how many requests to one host are on their way at the same time.
// More than the threads of a small GitLab would only queue up there.
const maxFlying = 8

// together is how many of them one task sends at the same time, such as a walk
// over many lists, so that others get their turn.
const together = 4

// slots bound how many requests are on their way. Who waits for one gets it in
// the order of asking. The zero value lets maxFlying through.
type slots struct {
	mu    sync.Mutex
	most  int // 0: maxFlying. It may change while requests wait
	taken int
	queue []chan struct{} // who waits, oldest first; closed when it is its turn
}

func (s *slots) limit() int {
	if s.most == 0 {
		return maxFlying
	}
	return s.most
}

// take waits for a slot; the error is that of the context.
func (s *slots) take(ctx context.Context) error {
	s.mu.Lock()
	if s.taken < s.limit() && len(s.queue) == 0 {
		s.taken++
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	s.queue = append(s.queue, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(s.queue, turn); at >= 0 {
		s.queue = slices.Delete(s.queue, at, at+1)
	} else {
		s.taken-- // its turn came at the same moment
		s.next()
	}
	return context.Cause(ctx)
}

// add takes a slot that there may be none of.
func (s *slots) add() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken++
}

// give gives a slot back.
func (s *slots) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	s.next()
}

// next lets in whoever is first. It is called with mu held.
func (s *slots) next() {
	for s.taken < s.limit() && len(s.queue) > 0 {
		close(s.queue[0])
		s.queue = s.queue[1:]
		s.taken++
	}
}
