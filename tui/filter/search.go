package filter

import (
	"context"
	"math/bits"
	"runtime"
	"sync/atomic"

	"github.com/junegunn/fzf/src/util"
	"golang.org/x/sync/errgroup"
)

// A Result is what a search found.
type Result struct {
	Hits []int32 // positions, ascending
	Best int     // the hit that fzf would show first, or nearly so among very many; -1 without hits
}

// Search finds the paths that the pattern matches and keep lets through; keep
// may be nil, and is called from several goroutines. Once the context is done,
// Search returns its error within a few milliseconds.
func (x *Index) Search(ctx context.Context, p Pattern, keep func(i int) bool) (Result, error) {
	s := &search{x: x, p: p, keep: keep, found: newBitset(x.size)}
	s.among, s.known = x.recent.among(x, p)
	s.kept = s.found
	if keep != nil {
		s.kept = newBitset(x.size)
	}
	if err := s.share(ctx, x.size, blockSize, s.match); err != nil {
		return Result{Best: -1}, err
	}
	x.recent.add(p, s.found)
	r := Result{Hits: s.kept.positions(), Best: -1}
	if len(r.Hits) == 0 {
		return r, nil
	}
	var err error
	if r.Best, err = s.bestOf(ctx, r.Hits); err != nil {
		return Result{Best: -1}, err
	}
	return r, nil
}

// A search is one that runs.
type search struct {
	x     *Index
	p     Pattern
	keep  func(i int) bool
	among bitset // hits of a pattern that this one implies; nil: all
	known bool   // these are the hits of this very pattern
	found bitset // what the pattern matches, which the next search may go on from
	kept  bitset // what of it keep lets through
}

// share has several goroutines do the work of a search in parts of one size.
func (s *search) share(ctx context.Context, all, size int, part func(m *matcher, from, to int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	workers, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), (all+size-1)/size) {
		workers.Go(func() error {
			m := &matcher{p: s.p, slab: s.x.slabs.Get().(*util.Slab)}
			defer s.x.slabs.Put(m.slab)
			for ctx.Err() == nil {
				to := int(next.Add(int64(size)))
				if to-size >= all {
					return nil
				}
				part(m, to-size, min(to, all))
				// A key that was typed meanwhile goes before the next part.
				runtime.Gosched()
			}
			return ctx.Err()
		})
	}
	return workers.Wait()
}

// match searches one block.
func (s *search) match(m *matcher, first, to int) {
	b := &s.x.blocks[first/blockSize]
	for at := first; at < to; at += 64 {
		word := at / 64
		among := ^uint64(0) >> max(0, 64-(to-at))
		if s.among != nil {
			among &= s.among[word]
		}
		found := uint64(0)
		for ; among != 0; among &= among - 1 {
			bit := bits.TrailingZeros64(among)
			i := at - first + bit
			if s.known || s.p.need&^b.masks[i].has == 0 && m.matches(b.path(i), b.masks[i].has) {
				found |= 1 << bit
			}
		}
		s.found[word] = found
		if s.keep == nil {
			continue
		}
		kept := found
		for ; found != 0; found &= found - 1 {
			if bit := bits.TrailingZeros64(found); !s.keep(at + bit) {
				kept &^= 1 << bit
			}
		}
		s.kept[word] = kept
	}
}
