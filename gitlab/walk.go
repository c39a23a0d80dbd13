package gitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"sync"

	"flow"
)

const pageSize = 100 // GitLab's maximum

// A list is one of GitLab's, as it is asked for. Whoever walks over it reads to
// its end, and only an empty page is the end: GitLab tells no totals above
// 10,000 rows, and clients that believed them stopped at the first page. The
// next request is always built from what was read, never from a Link, which may
// name a host that only the server knows.
type list[Row any] struct {
	*session
	path  string
	query url.Values
	what  string
	id    func(*Row) int64
	scan  func(*scanner, *Row)
}

// An idRange is the IDs between two others. Before is 0 where there is no end.
type idRange struct{ After, Before int64 }

// next reads the page that a range begins with, by keyset. rest is what is left
// of the range, done whether that is nothing. A row is never taken without being
// held against the range: a release or proxy that drops id_after is a fault, and
// where id_before is dropped a row beyond the range shows its end, since all that
// is in the range has come before it.
func (l list[Row]) next(ctx context.Context, s idRange) (rows []Row, rest idRange, done bool, err error) {
	query := maps.Clone(l.query)
	maps.Copy(query, url.Values{"order_by": {"id"}, "sort": {"asc"}, "pagination": {"keyset"}, "per_page": {strconv.Itoa(pageSize)}})
	query.Set("id_after", strconv.FormatInt(s.After, 10))
	if s.Before > 0 {
		query.Set("id_before", strconv.FormatInt(s.Before, 10))
	}
	page, err := l.page(ctx, query)
	if err != nil {
		return nil, s, false, fmt.Errorf("walk %s after id %d: %w", l.what, s.After, err)
	}
	rows, last := page.rows[:0], s.After
	for i := range page.rows {
		n := l.id(&page.rows[i])
		if n <= s.After || n < last {
			return nil, s, false, l.outOfOrder(n, last)
		}
		if n == last {
			continue
		}
		last = n
		if s.Before > 0 && n >= s.Before {
			done = true
			continue
		}
		rows, rest.After = append(rows, page.rows[i]), n
	}
	done = done || len(page.rows) == 0 || last+1 == s.Before
	return rows, idRange{max(rest.After, s.After), s.Before}, done, nil
}

// outOfOrder is the fault of a server that does not sort as it was asked to. Which
// IDs it was is for the log: of several workers any may be the first to see it.
func (l list[Row]) outOfOrder(id, after int64) *flow.Fault {
	which := l.odd(l.what, "id %d came after id %d", id, after)
	if id <= 0 {
		return which // at once, whoever asks
	}
	f := l.odd(l.what, "ids come out of order")
	f.Err = which.Err
	return f
}

// within walks over a range from its beginning to its end.
func (l list[Row]) within(ctx context.Context, s idRange, each func([]Row) error) error {
	for {
		rows, rest, done, err := l.next(ctx, s)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := each(rows); err != nil {
				return err
			}
		}
		if done {
			return nil
		}
		s = rest
	}
}

// A page is one of a list, and what the server says of the rest, which nothing
// relies on.
type page[Row any] struct {
	rows  []Row
	next  bool // another one follows
	total int  // rows; 0: not told
}

// bodies keep the room in which pages come: half a megabyte each.
var bodies = sync.Pool{New: func() any { return &bytes.Buffer{} }}

func (l list[Row]) page(ctx context.Context, query url.Values) (page[Row], error) {
	r := l.request(l.path, query)
	r.patient = true
	r.into = bodies.Get().(*bytes.Buffer)
	defer bodies.Put(r.into)
	a, err := l.get(ctx, r, l.what)
	if err != nil {
		return page[Row]{}, err
	}
	rows, err := rowsIn(a.body, l.scan)
	if err != nil {
		return page[Row]{}, l.unreadable(l.what, err)
	}
	total, _ := strconv.Atoi(a.header.Get("X-Total"))
	return page[Row]{rows, a.header.Get("X-Next-Page") != "", total}, nil
}

// rowsOf is a short list that is read by the names of its rows' fields.
type rowsOf[Row any] []Row

func (rows *rowsOf[Row]) UnmarshalJSON(text []byte) error {
	raw, err := rowsIn(text, func(s *scanner, row *json.RawMessage) { *row = s.value() })
	if err != nil {
		return err
	}
	*rows = make(rowsOf[Row], len(raw))
	for i := range raw {
		if err := json.Unmarshal(raw[i], &(*rows)[i]); err != nil {
			return err
		}
	}
	return nil
}
