package gitlab

import (
	"context"
	"fmt"
	"slices"
)

const (
	maxIdle  = 20 // pages in a row that bring nothing new
	maxSteps = 50 // steps back in one walk
)

// An extent is how long a list was. What came on one page is of one moment.
type extent struct{ pages, rows int }

// byPage walks by page numbers, where there is no keyset. They have a trap: a
// row that goes while the list is read moves all that follow up by one, and the
// first row of the page that comes next is the last of one that was read. So
// every page overlaps the one before. A page is one moment's stretch of the
// list; where it begins with a row that is known, and that is not tied with the
// last one that is, nothing between the two can have been missed. Where it does
// not, the walk steps back.
//
// ties reports whether the order of a list does not tell two rows apart; nil
// says that it is by ID. Only then are pages read ahead: rows that keep their
// places are covered by stretches that overlap, whichever was read first.
//
// A row that was there all the time is never lost, and none is handed on twice.
func byPage[Row any](ctx context.Context, l list[Row], ties func(a, b *Row) bool, each func([]Row) error) (extent, error) {
	pages := 0
	p := pager[Row]{list: l, ties: ties, page: 1, size: pageSize}
	ahead := readAhead[Row]{list: l}
	if ties == nil {
		// They are wanted in order, and a slow one must not leave the others idle.
		ahead.most = 2 * l.client.workers()
	}
	defer ahead.stop()
	for {
		rows, err := ahead.read(ctx, pageAt{p.page, p.size})
		if err == nil {
			err = p.check(rows)
		}
		if err != nil {
			return extent{}, fmt.Errorf("walk %s, page %d of %d rows each: %w", l.what, p.page, p.size, err)
		}
		if len(rows) == 0 && (p.page == 1 || p.short) {
			return extent{pages, p.rows}, nil
		}
		if !p.joins(rows) {
			if err := p.stepBack(); err != nil {
				return extent{}, err
			}
			continue
		}
		pages++
		fresh, err := p.take(rows)
		if err != nil {
			return extent{}, err
		}
		if len(fresh) == 0 {
			continue
		}
		if err := each(fresh); err != nil {
			return extent{}, err
		}
	}
}

// A pager is where a walk by page numbers is.
type pager[Row any] struct {
	list[Row]
	ties       func(a, b *Row) bool
	page, size int // the one to read
	seen       idSet
	last       Row  // the last row of the last page
	rows       int  // in the list as far as it was read
	join       int  // the row, counted from 1, at or before which the next page begins
	loose      bool // it may be tied with the last one
	short      bool // the last page was not full: the next one must be empty
	idle       int  // pages since one brought anything new
	back       int  // how far the last step back led
	steps      int
}

// check refuses rows that can't be: among them those of a server that ignores
// how the list was to be sorted or cut into pages.
func (p *pager[Row]) check(rows []Row) error {
	if len(rows) > p.size {
		return p.odd(p.what, "%d rows on a page of %d", len(rows), p.size)
	}
	before := int64(0)
	for i := range rows {
		id := p.id(&rows[i])
		if id <= 0 || p.ties == nil && id < before {
			return p.odd(p.what, "id %d came after id %d", id, before)
		}
		before = id
	}
	return nil
}

func (p *pager[Row]) joins(rows []Row) bool {
	if p.page == 1 {
		return true
	}
	return len(rows) > 0 && p.seen.has(p.id(&rows[0])) && (p.loose || !p.ties(&rows[0], &p.last))
}

// take keeps what is new on a page, and turns to the one that is next.
func (p *pager[Row]) take(rows []Row) ([]Row, error) {
	p.last, p.back, p.short = rows[len(rows)-1], 0, len(rows) < p.size
	p.rows = (p.page-1)*p.size + len(rows)
	p.join = p.rows - p.tied(rows)
	p.loose = p.join == p.rows
	fresh := slices.DeleteFunc(slices.Clone(rows), func(row Row) bool {
		return !p.seen.add(p.id(&row))
	})
	if p.idle++; len(fresh) > 0 {
		p.idle = 0
	}
	if p.idle > maxIdle {
		return nil, p.odd(p.what, "page %d brings nothing new", p.page)
	}
	if p.short {
		p.page++
	} else {
		p.turn()
	}
	return fresh, nil
}

// tied counts the rows at the end of a page whose order the server may change
// from one request to the next; 0 where there is no end to them on it.
func (p *pager[Row]) tied(rows []Row) int {
	if p.ties == nil {
		return 0
	}
	for n := range rows {
		if !p.ties(&rows[len(rows)-1-n], &p.last) {
			return n
		}
	}
	return 0
}

// stepBack turns to a page that begins earlier, each time twice as far.
func (p *pager[Row]) stepBack() error {
	if p.steps++; p.steps > maxSteps {
		return p.odd(p.what, "the list changes faster than it can be read")
	}
	p.back = max(2*p.back, pageSize/2)
	p.join, p.short = max(p.join-p.back, 0), false
	p.turn()
	return nil
}

func (p *pager[Row]) turn() {
	to := reaching(p.join)
	p.page, p.size = to.page, to.size
}

// A pageAt is where a page is in a list: its number, from 1, and the size of all
// of them.
type pageAt struct{ page, size int }

// reaching is the page that begins at or before row n, counted from 1, and goes
// farthest beyond it. GitLab lets pages begin at multiples of their size only.
func reaching(n int) pageAt {
	best := pageAt{1, pageSize}
	for s := pageSize; s > pageSize/2; s-- {
		if first := max(n-1, 0) / s; (first+1)*s > best.page*best.size {
			best = pageAt{first + 1, s}
		}
	}
	return best
}
