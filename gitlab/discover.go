package gitlab

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"flow"
)

// Discover walks over all groups and projects of a connection. See
// [flow.GitLab].
func (c *Client) Discover(ctx context.Context, conn flow.Connection, add func(flow.Page) error) error {
	s, err := c.session(conn)
	if err != nil {
		return err
	}
	if err := s.learnVersion(ctx); err != nil {
		return err
	}
	d := &discovery{session: s, add: add, known: map[int64]bool{}, derived: map[int64]flow.Group{}}
	if err := d.walkAll(ctx); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	return d.finish()
}

// learnVersion reads the version. Where the scopes do not allow that, before
// 12.9, the walk is that of the oldest release, which every other answers too.
func (s *session) learnVersion(ctx context.Context) error {
	_, _, err := s.readVersion(ctx)
	if !flow.CausedBy(err, flow.ScopeMissing) {
		return err
	}
	_, told := s.announced(ctx)
	s.version = told.lower
	return nil
}

// A discovery gathers what four walks find: groups, projects, and the projects
// with at least Reporter and Maintainer. mu guards all of it and keeps add to
// one call at a time.
type discovery struct {
	*session
	mu      sync.Mutex
	add     func(flow.Page) error
	known   map[int64]bool       // groups that were handed on
	derived map[int64]flow.Group // groups that a row of another names
	roles   roleBook
}

// walkAll runs the walks at the same time. The first that fails ends the
// others: a partial walk is a failed walk.
func (d *discovery) walkAll(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	d.roles.walked = d.version.has(roleFilter)
	g.Go(func() error { return groups(ctx, d.session, d.addGroups) })
	g.Go(func() error {
		return projects(ctx, d.session, memberQuery(), func(p *projectRow) int64 { return p.ID }, d.addProjects)
	})
	if d.roles.walked {
		for _, level := range []struct {
			least flow.Role
			ids   *[]int64
		}{{flow.Reporter, &d.roles.reporter}, {flow.Maintainer, &d.roles.maintainer}} {
			query := memberQuery("simple", "true", "min_access_level", number(level.least))
			g.Go(func() error {
				return projects(ctx, d.session, query, func(p *idRow) int64 { return p.ID }, func(rows []idRow) error {
					for _, row := range rows {
						*level.ids = append(*level.ids, row.ID)
					}
					return nil
				})
			})
		}
	}
	return g.Wait()
}

type idRow struct {
	ID int64 `json:"id"`
}

func (d *discovery) addGroups(rows []groupRow) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	page := flow.Page{}
	for i := range rows {
		group := rows[i].group()
		if group.Path == "" {
			return d.unreadable("groups", fmt.Errorf("group %d has no path", group.ID))
		}
		d.known[group.ID] = true
		page.Groups = append(page.Groups, group)
		if group.ParentID > 0 {
			d.derive(parentOf(group), false)
		}
	}
	return d.add(page)
}

func (d *discovery) addProjects(rows []projectRow) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	page := flow.Page{Repos: make([]flow.Repo, 0, len(rows))}
	for i := range rows {
		repo := rows[i].repo()
		if repo.Path == "" || repo.GroupID <= 0 {
			return d.unreadable("repos", fmt.Errorf("project %d has no path or no namespace", repo.ID))
		}
		repo.Role = d.roles.note(repo)
		page.Repos = append(page.Repos, repo)
		home := rows[i].home()
		if d.derive(home, true); home.ParentID > 0 {
			d.derive(parentOf(home), false)
		}
	}
	return d.add(page)
}

// derive keeps a group for the case that no walk brings it. A row made from a
// namespace is whole; of one made from a child only ID and path are known.
func (d *discovery) derive(group flow.Group, whole bool) {
	if _, have := d.derived[group.ID]; whole || !have {
		d.derived[group.ID] = group
	}
}

// finish hands on what only the complete walks can tell: groups that GitLab
// does not list, and roles.
func (d *discovery) finish() error {
	page := flow.Page{}
	for _, id := range slices.Sorted(maps.Keys(d.derived)) {
		if !d.known[id] {
			page.Groups = append(page.Groups, d.derived[id])
		}
	}
	if len(page.Groups) > 0 {
		if err := d.add(page); err != nil {
			return err
		}
	}
	for roles := range d.roles.corrections(1000) {
		if err := d.add(flow.Page{Roles: roles}); err != nil {
			return err
		}
	}
	return nil
}
