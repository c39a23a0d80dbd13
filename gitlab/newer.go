package gitlab

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"flow"
)

// Newer walks over the projects above an ID. See [flow.GitLab]. Where nothing is
// new that is one request beside those for the version.
func (c *Client) Newer(ctx context.Context, conn flow.Connection, above int64, add func(flow.Page) error) error {
	s, err := c.session(conn)
	if err != nil {
		return err
	}
	if err := s.learnVersion(ctx); err != nil {
		return err
	}
	n := newer{session: s, seen: map[int64]bool{}}
	each := func(rows []projectRow) error {
		page, err := n.page(ctx, rows)
		if err != nil {
			return err
		}
		return add(page)
	}
	if s.version.has(keysetProjects) {
		return projectList(s, memberQuery()).within(ctx, idRange{After: max(0, above)}, each)
	}
	return newest(ctx, s, above, each)
}

// newest reads a list from its newest end by page numbers, until it comes to what
// is known. Rows that go meanwhile may hide others until the next time.
func newest(ctx context.Context, s *session, above int64, each func([]projectRow) error) error {
	query := memberQuery("order_by", "id", "sort", "desc", "per_page", strconv.Itoa(pageSize))
	list, lowest := projectList(s, query), int64(0)
	for number := 1; ; number++ {
		query.Set("page", strconv.Itoa(number))
		page, err := list.page(ctx, query)
		if err != nil {
			return fmt.Errorf("walk repos from the newest, page %d: %w", number, err)
		}
		for i := range page.rows {
			if id := page.rows[i].ID; id <= 0 || i > 0 && id > page.rows[i-1].ID {
				return s.odd("repos", "id %d came out of order", id)
			}
		}
		length := len(page.rows)
		fresh := slices.DeleteFunc(page.rows, func(p projectRow) bool { return p.ID <= above || lowest > 0 && p.ID >= lowest })
		if len(fresh) == 0 {
			return nil
		}
		lowest = fresh[len(fresh)-1].ID
		if err := each(fresh); err != nil {
			return err
		}
		if length < pageSize {
			return nil
		}
	}
}

// newer gathers what is to be said of new projects.
type newer struct {
	*session
	seen map[int64]bool // groups that were handed on
}

func (n *newer) page(ctx context.Context, rows []projectRow) (flow.Page, error) {
	var page flow.Page
	book := newRoleBook()
	for i := range rows {
		repo := rows[i].repo()
		if repo.Path == "" || repo.GroupID <= 0 {
			return page, n.odd("repos", "project %d has no path or no namespace", repo.ID)
		}
		repo.Role = book.note(&rows[i])
		page.Repos = append(page.Repos, repo)
		groups, err := n.homes(ctx, rows[i].home())
		if err != nil {
			return page, err
		}
		page.Groups = append(page.Groups, groups...)
	}
	if !n.version.has(keysetProjects) {
		return page, nil
	}
	// They lie close together, so that the lists by role are as short.
	book.sort()
	levels := []flow.Role{flow.Reporter, flow.Developer, flow.Maintainer, flow.Owner}
	in, err := n.rated(ctx, book.noted, idsOf(book.noted), func() {}, levels...)
	if err != nil {
		return page, err
	}
	for i := range page.Repos {
		page.Repos[i].Role = corrected(book.noted[i].told(), in[0][i], in[2][i])
		for at, level := range levels {
			if in[at][i] {
				page.Repos[i].Role = level
			}
		}
	}
	return page, nil
}

// homes are the group of a project and those above it, as far as they were not
// handed on yet. Whoever asks for what is new may not know them, and a namespace
// does not name the groups above the one above it.
func (n *newer) homes(ctx context.Context, home flow.Group) (groups []flow.Group, err error) {
	for g := home; !n.seen[g.ID]; {
		n.seen[g.ID] = true
		if g.ParentID <= 0 && !g.Personal && strings.Contains(g.Path, "/") {
			// A namespace does not name its parent in 9.0.
			if g, err = n.group(ctx, g.ID, g); err != nil {
				return nil, err
			}
		}
		groups = append(groups, g)
		if g.ParentID <= 0 || n.seen[g.ParentID] {
			break
		}
		if g, err = n.group(ctx, g.ParentID, parentOf(g)); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// group asks for a group; one that can't be seen is what its child tells of it.
func (n *newer) group(ctx context.Context, id int64, told flow.Group) (flow.Group, error) {
	r := n.request("groups/"+strconv.FormatInt(id, 10), url.Values{"with_projects": {"false"}})
	r.patient = true
	var row groupRow
	switch _, err := n.read(ctx, r, "a group", &row); {
	case flow.CausedBy(err, flow.NotFound):
		return told, nil
	case err != nil:
		return flow.Group{}, err
	case row.ID != id || row.Path == "":
		return flow.Group{}, n.odd("groups", "group %d came for %d", row.ID, id)
	}
	return row.group(), nil
}
