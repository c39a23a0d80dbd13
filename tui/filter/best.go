package filter

import (
	"context"
	"sync"
)

// mostRated bounds the work of rating hits, in characters of the pattern: about
// 10 ms of one core.
const mostRated = 50_000

// bestOf finds the hit that fzf would show first. Where there are too many to
// rate, it is the best of those that look best at a glance.
func (s *search) bestOf(ctx context.Context, hits []int32) (int, error) {
	if !s.p.ranked {
		return int(hits[0]), nil
	}
	glances := make([]glance, len(hits))
	err := s.share(ctx, len(hits), blockSize, func(m *matcher, from, to int) {
		for i, at := range hits[from:to] {
			b := &s.x.blocks[at/blockSize]
			glances[from+i] = m.glance(b.path(int(at%blockSize)), b.masks[at%blockSize])
		}
	})
	if err != nil {
		return -1, err
	}
	order := mostPromising(glances, mostRated/(s.p.length+1))
	found := best{hit: noHit}
	err = s.share(ctx, len(order), 128, func(m *matcher, from, to int) {
		top := found.now()
		for _, n := range order[from:to] {
			at := int(hits[n])
			b := &s.x.blocks[at/blockSize]
			if h := m.rate(b.path(at%blockSize), b.masks[at%blockSize].isOdd(), at, glances[n].score(), top); h.before(top) {
				top = found.improve(h)
			}
		}
	})
	return found.at, err
}

// mostPromising returns the positions of at most so many of the highest values,
// those first, and equal ones in their order.
func mostPromising(values []glance, most int) []int32 {
	highest := 0
	for _, v := range values {
		highest = max(highest, int(v))
	}
	place := make([]int, highest+2) // how many are higher
	for _, v := range values {
		place[highest-int(v)+1]++
	}
	for i := range highest {
		place[i+1] += place[i]
	}
	order := make([]int32, min(most, len(values)))
	for i, v := range values {
		at := &place[highest-int(v)]
		if *at < len(order) {
			order[*at] = int32(i)
		}
		*at++
	}
	return order
}

// best is the best hit so far.
type best struct {
	sync.Mutex
	hit
}

func (b *best) now() hit {
	b.Lock()
	defer b.Unlock()
	return b.hit
}

// improve takes a hit if it is better than the best, and returns the best.
func (b *best) improve(h hit) hit {
	b.Lock()
	defer b.Unlock()
	if h.before(b.hit) {
		b.hit = h
	}
	return b.hit
}
