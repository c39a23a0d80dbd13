package gitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
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
				return w.odd(w.what, "id %d came after id %d", n, last)
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

func readPage[Row any](ctx context.Context, w walk, query url.Values) ([]Row, error) {
	r := w.request(w.path, query)
	r.patient = true
	var rows rowsOf[Row]
	if _, err := w.read(ctx, r, w.what, &rows); err != nil {
		return nil, err
	}
	if rows == nil {
		// null is no list; taking it for the end would lose what follows.
		return nil, w.odd(w.what, "it is no list")
	}
	return rows, nil
}

// rowsOf is a page of a list. It is read to GitLab's maximum only: a row takes a
// hundred times the room of the {} that a server may send in its place.
type rowsOf[Row any] []Row

func (rows *rowsOf[Row]) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('[') {
		return errors.New("it is no list")
	}
	*rows = rowsOf[Row]{}
	for decoder.More() {
		if len(*rows) == pageSize {
			return fmt.Errorf("more than %d rows on a page", pageSize)
		}
		var row Row
		if err := decoder.Decode(&row); err != nil {
			return err
		}
		*rows = append(*rows, row)
	}
	return nil
}
