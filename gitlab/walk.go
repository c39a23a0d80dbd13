package gitlab

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
)

const pageSize = 100 // GitLab's maximum

// A walk reads a list to its end. Only an empty page is the end: GitLab tells
// no totals above 10,000 rows, and clients that believed them stopped at the
// first page. The next request is always built from what was read, never from
// a Link, which may name a host that only the server knows.
type walk struct {
	*session
	path  string
	query url.Values
	what  string
}

// byID walks by keyset: every request asks for the rows after the last ID. A
// release or proxy that drops that parameter is noticed by its answer.
func byID[Row any](ctx context.Context, w walk, id func(*Row) int64, each func([]Row) error) error {
	query := maps.Clone(w.query)
	maps.Copy(query, url.Values{"order_by": {"id"}, "sort": {"asc"}, "pagination": {"keyset"}, "per_page": {strconv.Itoa(pageSize)}})
	for after := int64(0); ; {
		query.Set("id_after", strconv.FormatInt(after, 10))
		rows, err := readPage[Row](ctx, w, query)
		if err != nil {
			return fmt.Errorf("walk %s after id %d: %w", w.what, after, err)
		}
		if len(rows) == 0 {
			return nil
		}
		kept, last := rows[:0], after
		for i := range rows {
			switch n := id(&rows[i]); {
			case n <= after, n < last:
				return w.unreadable(w.what, fmt.Errorf("id %d came after id %d was asked for", n, after))
			case n > last:
				kept, last = append(kept, rows[i]), n
			}
		}
		if err := each(kept); err != nil {
			return err
		}
		after = last
	}
}

// byPage walks by page numbers, where there is no keyset. A row may come twice
// when others are added meanwhile; a page with nothing but rows that came
// before is not an end but a server that goes in a circle.
func byPage[Row any](ctx context.Context, w walk, id func(*Row) int64, each func([]Row) error) error {
	query := maps.Clone(w.query)
	query.Set("per_page", strconv.Itoa(pageSize))
	seen := map[int64]bool{}
	for page := 1; ; page++ {
		query.Set("page", strconv.Itoa(page))
		rows, err := readPage[Row](ctx, w, query)
		if err != nil {
			return fmt.Errorf("walk %s, page %d: %w", w.what, page, err)
		}
		if len(rows) == 0 {
			return nil
		}
		for i := range rows {
			if id(&rows[i]) <= 0 {
				return w.unreadable(w.what, fmt.Errorf("id %d", id(&rows[i])))
			}
		}
		fresh := slices.DeleteFunc(rows, func(row Row) bool {
			known := seen[id(&row)]
			seen[id(&row)] = true
			return known
		})
		if len(fresh) == 0 {
			return w.unreadable(w.what, fmt.Errorf("page %d brings nothing new", page))
		}
		if err := each(fresh); err != nil {
			return err
		}
	}
}

func readPage[Row any](ctx context.Context, w walk, query url.Values) ([]Row, error) {
	r := w.request(w.path, query)
	r.patient = true
	var rows []Row
	if _, err := w.read(ctx, r, w.what, &rows); err != nil {
		return nil, err
	}
	if rows == nil {
		// null is no list; taking it for the end would lose what follows.
		return nil, w.unreadable(w.what, fmt.Errorf("no list"))
	}
	return rows, nil
}

// projects walks over projects that the account is a member of, by the way
// that the release allows.
func projects[Row any](ctx context.Context, s *session, query url.Values, id func(*Row) int64, each func([]Row) error) error {
	w := walk{session: s, path: "projects", query: query, what: "repos"}
	if s.version.has(keysetProjects) {
		return byID(ctx, w, id, each)
	}
	for _, pass := range projectPasses(s.version) {
		w.query = maps.Clone(query)
		maps.Copy(w.query, url.Values{"order_by": {"id"}, "sort": {"asc"}})
		pass(w.query)
		if err := byPage(ctx, w, id, each); err != nil {
			return err
		}
	}
	return nil
}

// groups walks over the groups that the account is a member of. With a token
// GitLab pages them by number only.
func groups(ctx context.Context, s *session, each func([]groupRow) error) error {
	w := walk{session: s, path: "groups", query: groupQuery("sort", "asc"), what: "groups"}
	w.query.Set("order_by", "name")
	if s.version.has(groupsByID) {
		w.query.Set("order_by", "id")
	}
	return byPage(ctx, w, func(g *groupRow) int64 { return g.ID }, each)
}
