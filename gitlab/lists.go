package gitlab

import (
	"context"
	"maps"
	"net/url"
	"path"
)

// memberQuery asks for the projects that the account is a member of, in any
// way: its own, inherited, or through a group that a project is shared with.
// more are further pairs of names and values.
func memberQuery(more ...string) url.Values {
	return with(url.Values{"membership": {"true"}}, more)
}

// groupQuery asks for the groups that the account is a member of. That is said
// in so many words, since administrators see all groups by default.
func groupQuery(more ...string) url.Values {
	return with(url.Values{"all_available": {"false"}}, more)
}

func with(query url.Values, more []string) url.Values {
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return query
}

// projectList is the list of whole projects of a query, idList that of their
// IDs alone.
func projectList(s *session, query url.Values) list[projectRow] {
	return list[projectRow]{s, "projects", query, "repos", func(p *projectRow) int64 { return p.ID }, scanProject}
}

func idList(s *session, query url.Values) list[idRow] {
	query.Set("simple", "true")
	return list[idRow]{s, "projects", query, "repos", func(p *idRow) int64 { return p.ID }, scanID}
}

// byNumber walks over a list of projects by page numbers, as it has to be before
// 12.10.
func byNumber[Row any](ctx context.Context, l list[Row], each func([]Row) error) (extent, error) {
	l.query = with(maps.Clone(l.query), []string{"order_by", "id", "sort", "asc"})
	return byPage(ctx, l, nil, each)
}

// groups walks over a list of groups. With a token GitLab pages them by number
// only, and before 11.1 they can't be sorted by ID. Groups of one name are then
// in no order, and one that is renamed meanwhile may move to where the walk has
// been, so that a list of several pages is read by path once more.
func groups(ctx context.Context, s *session, query url.Values, each func([]groupRow) error) error {
	id := func(g *groupRow) int64 { return g.ID }
	by := func(column string, ties func(a, b *groupRow) bool) (extent, error) {
		sorted := with(maps.Clone(query), []string{"order_by", column, "sort", "asc"})
		return byPage(ctx, list[groupRow]{s, "groups", sorted, "groups", id, scanGroup}, ties, each)
	}
	if s.version.has(groupsByID) {
		_, err := by("id", nil)
		return err
	}
	each = unseen(&idSet{}, id, each)
	length, err := by("name", func(a, b *groupRow) bool { return a.Name == b.Name })
	if err == nil && length.pages > 1 {
		_, err = by("path", func(a, b *groupRow) bool { return path.Base(a.Path) == path.Base(b.Path) })
	}
	return err
}

// unseen keeps rows that came before from being handed on once more.
func unseen[Row any](seen *idSet, id func(*Row) int64, each func([]Row) error) func([]Row) error {
	return func(rows []Row) error {
		var fresh []Row
		for i := range rows {
			if seen.add(id(&rows[i])) {
				fresh = append(fresh, rows[i])
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		return each(fresh)
	}
}
