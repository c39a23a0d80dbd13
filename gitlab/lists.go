package gitlab

import (
	"context"
	"maps"
	"net/url"
	"path"

	"flow"
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

// projects walks over the projects of a query by the way that the release allows.
func projects[Row any](ctx context.Context, s *session, query url.Values, id func(*Row) int64, each func([]Row) error) (extent, error) {
	w := walk{session: s, path: "projects", query: query, what: "repos"}
	if s.version.has(keysetProjects) {
		return extent{}, byID(ctx, w, id, each)
	}
	w.query = with(maps.Clone(query), []string{"order_by", "id", "sort", "asc"})
	return byPage(ctx, w, order[Row]{id: id}, each)
}

type idRow struct {
	ID int64 `json:"id"`
}

// projectsByRole walks over the IDs of the projects in which the account has a
// role or a higher one, by GitLab's own table, since 11.2.
func projectsByRole(ctx context.Context, s *session, least flow.Role, each func(int64)) error {
	query := memberQuery("simple", "true", "min_access_level", number(least))
	_, err := projects(ctx, s, query, func(p *idRow) int64 { return p.ID }, func(rows []idRow) error {
		for _, row := range rows {
			each(row.ID)
		}
		return nil
	})
	return err
}

// groups walks over a list of groups. With a token GitLab pages them by number
// only, and before 11.1 they can't be sorted by ID. Groups of one name are then
// in no order, and one that is renamed meanwhile may move to where the walk has
// been, so that a list of several pages is read by path once more.
func groups(ctx context.Context, s *session, query url.Values, each func([]groupRow) error) error {
	id := func(g *groupRow) int64 { return g.ID }
	by := func(column string, ties func(a, b *groupRow) bool) (extent, error) {
		sorted := with(maps.Clone(query), []string{"order_by", column, "sort", "asc"})
		return byPage(ctx, walk{session: s, path: "groups", query: sorted, what: "groups"}, order[groupRow]{id, ties}, each)
	}
	if s.version.has(groupsByID) {
		_, err := by("id", nil)
		return err
	}
	each = unseen(id, each)
	list, err := by("name", func(a, b *groupRow) bool { return a.Name == b.Name })
	if err == nil && list.pages > 1 {
		_, err = by("path", func(a, b *groupRow) bool { return path.Base(a.Path) == path.Base(b.Path) })
	}
	return err
}

// unseen keeps rows that came before from being handed on once more.
func unseen[Row any](id func(*Row) int64, each func([]Row) error) func([]Row) error {
	seen := map[int64]bool{}
	return func(rows []Row) error {
		var fresh []Row
		for i := range rows {
			if n := id(&rows[i]); !seen[n] {
				seen[n] = true
				fresh = append(fresh, rows[i])
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		return each(fresh)
	}
}
