package gitlab

import (
	"context"
	"maps"
	"net/url"
	"strconv"
)

// projectPasses are the walks that together see every project: one, or two
// where archived projects are a list of their own. In this order a project that
// is archived meanwhile is on one of them.
func projectPasses(v version) []func(url.Values) {
	if v.has(archivedByDefault) {
		return []func(url.Values){func(url.Values) {}}
	}
	return []func(url.Values){
		func(q url.Values) { q.Set("archived", "false") },
		func(q url.Values) { q.Set("archived", "true") },
	}
}

// memberProjects walks over all projects that the account is a member of, each
// of them once.
func memberProjects(ctx context.Context, s *session, each func([]projectRow) error) error {
	id := func(p *projectRow) int64 { return p.ID }
	if s.version.has(archivedByDefault) {
		_, err := projects(ctx, s, memberQuery(), id, each)
		return err
	}
	each = unseen(id, each)
	pass := func(archived bool) (extent, error) {
		query := memberQuery("archived", strconv.FormatBool(archived))
		return projects(ctx, s, query, id, func(rows []projectRow) error {
			for _, row := range rows {
				if row.Archived != archived {
					return s.odd("repos", "archived=%t brings project %d", archived, row.ID)
				}
			}
			return each(rows)
		})
	}
	open, err := pass(false)
	if err == nil {
		_, err = pass(true)
	}
	if err != nil {
		return err
	}
	// A project that was archived when the first list was read, and no longer when
	// the second was, came with neither. It has made the first one longer.
	if longer, err := s.longer(ctx, memberQuery("archived", "false"), open.rows); err != nil || !longer {
		return err
	}
	_, err = pass(false)
	return err
}

// longer reports whether a list of projects has more rows than that by now.
func (s *session) longer(ctx context.Context, query url.Values, rows int) (bool, error) {
	next := with(maps.Clone(query), []string{"page", strconv.Itoa(rows + 1), "per_page", "1", "simple", "true"})
	more, err := readPage[idRow](ctx, walk{session: s, path: "projects", what: "repos"}, next)
	return len(more) > 0, err
}
