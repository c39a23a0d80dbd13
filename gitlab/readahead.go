package gitlab

import (
	"context"
	"maps"
	"strconv"
	"sync"
)

// A readAhead asks for the pages that a walk by page numbers will turn to next
// if nothing changes meanwhile: after each full page for twice as many. What turns
// out to be not wanted is dropped.
type readAhead[Row any] struct {
	list[Row]
	most   int
	window int
	total  int            // rows of the list, as far as the server tells; 0: it does not
	coming []*coming[Row] // in the order of the list
	all    sync.WaitGroup
}

// coming is a page on its way.
type coming[Row any] struct {
	pageAt
	cancel context.CancelFunc
	there  chan struct{}
	page   page[Row]
	err    error
}

// read waits for a page.
func (r *readAhead[Row]) read(ctx context.Context, at pageAt) ([]Row, error) {
	if len(r.coming) == 0 || r.coming[0].pageAt != at {
		r.drop()
		r.ask(ctx, at)
	}
	wanted := r.coming[0]
	last := r.coming[len(r.coming)-1].pageAt
	for len(r.coming) <= r.window && (r.total == 0 || last.page*last.size < r.total) {
		last = reaching(last.page * last.size)
		r.ask(ctx, last)
	}
	<-wanted.there
	wanted.cancel()
	r.coming = r.coming[1:]
	switch {
	case wanted.err != nil:
		return nil, wanted.err
	case len(wanted.page.rows) == at.size && wanted.page.next:
		r.window, r.total = min(max(1, 2*r.window), r.most), wanted.page.total
	default:
		r.window = 0
	}
	return wanted.page.rows, nil
}

func (r *readAhead[Row]) ask(ctx context.Context, at pageAt) {
	ctx, cancel := context.WithCancel(ctx)
	c := &coming[Row]{pageAt: at, cancel: cancel, there: make(chan struct{})}
	r.coming = append(r.coming, c)
	query := maps.Clone(r.query)
	query.Set("page", strconv.Itoa(at.page))
	query.Set("per_page", strconv.Itoa(at.size))
	r.all.Go(func() {
		defer close(c.there)
		c.page, c.err = r.list.page(ctx, query)
	})
}

// drop gives up what is coming.
func (r *readAhead[Row]) drop() {
	for _, c := range r.coming {
		c.cancel()
	}
	r.coming = nil
}

// stop drops what is coming, and leaves nothing behind.
func (r *readAhead[Row]) stop() {
	r.drop()
	r.all.Wait()
}
