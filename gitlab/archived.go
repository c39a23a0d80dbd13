package gitlab

import (
	"context"
	"net/url"
	"slices"
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

// projectsByPage walks over all projects that the account is a member of, each
// of them once, where there is no keyset.
func projectsByPage(ctx context.Context, s *session, each func([]projectRow) error) error {
	if s.version.has(archivedByDefault) {
		_, err := byNumber(ctx, projectList(s, memberQuery()), each)
		return err
	}
	var seen idSet
	each = unseen(&seen, func(p *projectRow) int64 { return p.ID }, each)
	pass := func(archived bool) error {
		query := memberQuery("archived", strconv.FormatBool(archived))
		_, err := byNumber(ctx, projectList(s, query), func(rows []projectRow) error {
			for i := range rows {
				if rows[i].Archived != archived {
					return s.odd("repos", "archived=%t brings project %d", archived, rows[i].ID)
				}
			}
			return each(rows)
		})
		return err
	}
	for _, archived := range []bool{false, true} {
		if err := pass(archived); err != nil {
			return err
		}
	}
	// A project that was archived while the first list was read, and no longer
	// while the second was, came with neither. How long the lists are does not tell:
	// another one may have gone.
	missed := false
	_, err := byNumber(ctx, idList(s, memberQuery("archived", "false")), func(rows []idRow) error {
		missed = missed || slices.ContainsFunc(rows, func(r idRow) bool { return !seen.has(r.ID) })
		return nil
	})
	if err == nil && missed {
		err = pass(false)
	}
	return err
}
