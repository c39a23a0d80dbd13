package scale

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// find is the index of a project, by its id.
func (w *world) find(id int) (int, bool) {
	return slices.BinarySearchFunc(w.ids, id, func(have int32, id int) int { return cmp.Compare(int(have), id) })
}

// project is the index of what a request names: by id, or by its full path,
// encoded.
func (w *world) project(which string) (int, bool) {
	if id, err := strconv.Atoi(which); err == nil {
		return w.find(id)
	}
	path, err := url.PathUnescape(which)
	if err != nil {
		return 0, false
	}
	// A slug ends in the index; whether it is that project's is in the full path.
	at, err := strconv.Atoi(path[strings.LastIndexByte(path, '-')+1:])
	if err != nil || at < 0 || at >= len(w.ids) {
		return 0, false
	}
	c := cast{world: w}
	c.project(at)
	return at, strings.EqualFold(string(c.of[fullPath]), path)
}

// group is the index of what a request names.
func (w *world) group(which string) (int, bool) {
	if id, err := strconv.Atoi(which); err == nil {
		at, found := w.position[id]
		return int(at), found
	}
	path, err := url.PathUnescape(which)
	at := slices.IndexFunc(w.groups, func(g group) bool { return strings.EqualFold(g.path, path) })
	return at, err == nil && at >= 0
}

// arranged is a stretch of a list with only what is searched for, in another
// order than that of the ids where one is asked for.
func (w *world) arranged(rows []int32, search, order string) []int32 {
	if search != "" {
		var hits []int32
		var slug, name []byte
		for _, at := range rows {
			slug, name = w.appendSlug(slug[:0], int(at)), w.appendName(name[:0], int(at))
			if bytes.Contains(slug, []byte(search)) || bytes.Contains(bytes.ToLower(name), []byte(search)) {
				hits = append(hits, at)
			}
		}
		rows = hits
	}
	if order == "last_activity_at" {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(w.active(int(a)), w.active(int(b))) })
	}
	return rows
}

// searched are the groups with a text in their path or name.
func (w *world) searched(groups []int32, search string) []int32 {
	if search == "" {
		return groups
	}
	return slices.DeleteFunc(slices.Clone(groups), func(at int32) bool {
		g := &w.groups[at]
		return !strings.Contains(g.slug, search) && !strings.Contains(strings.ToLower(g.name), search)
	})
}
