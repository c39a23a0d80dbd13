package gitlab

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// worthStealing is how many rows half of a shard should have for another worker
// to take it over: it costs a request to see where it ends.
const worthStealing = pageSize / 2

// shards walk over a list by keyset from several places at once. IDs have holes
// and lie unevenly, so that ranges of one size are of very different lengths:
// who has come to the end of one takes the upper half of the longest that is
// left. A row is in exactly one shard, and each of them is walked to its end.
type shards[Row any] struct {
	list list[Row]

	// each takes the rows of a page, one page at a time; rest are the ranges that are
	// left after it, and how many rows they may have.
	each func(ctx context.Context, rows []Row, rest func() ([]idRange, int)) error

	mu      sync.Mutex
	moved   sync.Cond // a shard has moved or come to its end
	open    []*shard
	over    bool // a worker has failed
	rows    int
	covered int64 // IDs that were walked over
}

// A shard is one range of a walk.
type shard struct {
	idRange
	busy  bool
	reach int64 // how many IDs a page may go over, by the last one; 0: not known
}

// walk walks over ranges, which do not overlap, with a number of workers.
func (w *shards[Row]) walk(ctx context.Context, ranges []idRange, workers int) error {
	w.moved.L = &w.mu
	for _, s := range ranges {
		w.open = append(w.open, &shard{idRange: s})
	}
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error { return w.work(ctx) })
	}
	return g.Wait()
}

// work walks over shards until none is left.
func (w *shards[Row]) work(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			w.mu.Lock()
			w.over = true
			w.moved.Broadcast()
			w.mu.Unlock()
		}
	}()
	for {
		s := w.take()
		if s == nil {
			return nil
		}
		for done := false; !done; {
			w.mu.Lock()
			asked := s.idRange
			w.mu.Unlock()
			rows, rest, end, err := w.list.next(ctx, asked)
			if err != nil {
				return err
			}
			if done, err = w.advance(ctx, s, rows, rest, end); err != nil {
				return err
			}
		}
	}
}

// take returns a shard that nobody walks over, or half of one that somebody
// does; it waits for one as long as there may be some. nil: the walk is over.
func (w *shards[Row]) take() *shard {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ; !w.over && len(w.open) > 0; w.moved.Wait() {
		if at := slices.IndexFunc(w.open, func(s *shard) bool { return !s.busy }); at >= 0 {
			w.open[at].busy = true
			return w.open[at]
		}
		if s := w.steal(); s != nil {
			return s
		}
	}
	return nil
}

// advance takes in what a page has brought.
func (w *shards[Row]) advance(ctx context.Context, s *shard, rows []Row, rest idRange, end bool) (done bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// What lies beyond the shard's end by now is somebody else's.
	for s.Before < rest.Before && len(rows) > 0 && w.list.id(&rows[len(rows)-1]) >= s.Before {
		rows, end = rows[:len(rows)-1], true
	}
	after := rest.After
	if end = end || after >= s.Before-1; end {
		after = s.Before - 1
	}
	w.covered += after - s.After
	if n := int64(len(rows)); n > 0 && !end {
		s.reach = max(1, (after-s.After)*pageSize/n)
	}
	s.After = after
	w.rows += len(rows)
	if end {
		w.open = slices.DeleteFunc(w.open, func(o *shard) bool { return o == s })
	}
	w.moved.Broadcast()
	if len(rows) == 0 {
		return end, nil
	}
	return end, w.each(ctx, rows, w.rest)
}

// steal takes the upper half of what is longest beyond the pages that are being
// read. It is called with mu held.
func (w *shards[Row]) steal() *shard {
	var longest *shard
	most := 0.0
	for _, s := range w.open {
		if n := w.expected(s.Before-s.After-s.reach, s); s.reach > 0 && n > most {
			longest, most = s, n
		}
	}
	if most < 2*worthStealing {
		return nil
	}
	begin := longest.After + longest.reach
	middle := begin + (longest.Before-begin)/2
	taken := &shard{idRange: idRange{middle - 1, longest.Before}, busy: true, reach: longest.reach}
	longest.Before = middle
	w.open = append(w.open, taken)
	return taken
}

// expected is how many rows so many IDs of a shard may have: as many as where
// they are densest, on its own last page or everywhere so far.
func (w *shards[Row]) expected(ids int64, s *shard) float64 {
	density := 0.0
	if w.covered > 0 {
		density = float64(w.rows) / float64(w.covered)
	}
	if s.reach > 0 {
		density = max(density, pageSize/float64(s.reach))
	}
	return max(0, float64(ids)) * density
}

// rest is what is left, in the order of the IDs, and how many rows it may have by
// what is known of them. It is called with mu held.
func (w *shards[Row]) rest() (ranges []idRange, rows int) {
	ids := int64(0)
	for _, s := range w.open {
		ranges = append(ranges, s.idRange)
		ids += s.Before - s.After - 1
	}
	slices.SortFunc(ranges, func(a, b idRange) int { return cmp.Compare(a.After, b.After) })
	if w.covered > 0 {
		rows = int(float64(ids) * float64(w.rows) / float64(w.covered))
	}
	return ranges, rows
}
