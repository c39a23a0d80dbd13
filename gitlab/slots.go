package gitlab

import (
	"context"
	"slices"
	"sync"
	"time"
)

// together is how many of them one task sends at the same time, such as a walk
// over many lists, so that others get their turn.
const together = 4

// slots bound how many requests are on their way: to the level that was found,
// and to what the server says that it will still take. Who waits for one gets it
// in the order of asking.
type slots struct {
	mu    sync.Mutex
	level level
	room  int // 0: as many as the level
	taken int
	queue []chan struct{} // who waits, oldest first; closed when it is its turn
}

func (s *slots) limit() int {
	if s.room > 0 {
		return min(s.room, s.level.limit())
	}
	return s.level.limit()
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

// leave is what is known when a request leaves, which has a slot.
func (s *slots) leave(now time.Time) sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sent{now, s.level.gen, s.taken >= s.level.limit()}
}

// learn changes the level or the room, and lets in whom that lets in.
func (s *slots) learn(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.next()
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
