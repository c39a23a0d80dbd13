package flow

import (
	"context"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A bitset is a set of positions.
type bitset []uint64

func newBits(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }

// each calls f for every position in the set, in order.
func (b bitset) each(f func(i int)) {
	for w, word := range b {
		for ; word != 0; word &= word - 1 {
			f(w*64 + bits.TrailingZeros64(word))
		}
	}
}

// Matches remembers which repos of a review each rule matches: that takes far
// longer than all the rest of a decision, and does not depend on the settings.
type matches struct {
	mu    sync.Mutex
	at    time.Time // what "inactive" counts from
	known map[string]bitset
}

// maxMatches bounds what is remembered of rules that were only tried.
const maxMatches = 64

// settleTime lets what is remembered hold for an hour, so that a review that was
// made ready is not gone through again a moment later.
func (m *matches) settleTime(now time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if age := now.Sub(m.at); m.at.IsZero() || age < 0 || age >= time.Hour {
		m.at, m.known = now, nil
	}
	return m.at
}

// emptied forgets all but the time.
func (m *matches) emptied() *matches {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &matches{at: m.at}
}

func (m *matches) recall(text string, at time.Time) bitset {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.at.Equal(at) {
		return nil
	}
	return m.known[text]
}

func (m *matches) keep(text string, at time.Time, found bitset) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.at.Equal(at) {
		return
	}
	if m.known == nil || len(m.known) >= maxMatches {
		m.known = map[string]bitset{}
	}
	m.known[text] = found
}

// match finds the repos that a rule matches, on all processors. The error is
// that of the context.
func (r *Review) match(ctx context.Context, rule Rule, now time.Time) (bitset, error) {
	if found := r.matches.recall(rule.text, now); found != nil {
		return found, nil
	}
	found := newBits(len(r.Repos))
	err := inParts(ctx, len(r.Repos), func(from, to int) {
		for i := from; i < to; i++ {
			if rule.Matches(&r.Repos[i], now) {
				found.set(i)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	r.matches.keep(rule.text, now, found)
	return found, nil
}

// inParts goes through n positions on all processors. Parts begin at multiples of
// 64, so that no two write to the same word of a set.
func inParts(ctx context.Context, n int, part func(from, to int)) error {
	const size = 64 * 64
	var next atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			from := int(next.Add(size)) - size
			if from >= n {
				return
			}
			part(from, min(from+size, n))
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+size-1)/size) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return ctx.Err()
}
