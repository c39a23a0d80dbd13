package gitlab

import (
	"context"
	"net/url"
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
	d := &discovery{session: s, add: add, tree: newTree(), roles: roleBook{inGroup: map[int64]flow.Role{}}}
	for _, step := range []func(context.Context) error{d.walkAll, d.finishGroups, d.finishRoles} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		}
	}
	return nil
}

// A discovery gathers what the walks find: groups, projects, and the projects
// with at least Reporter and Maintainer. mu guards all of it and keeps add to
// one call at a time.
type discovery struct {
	*session
	me    account // known before 11.2 only
	mu    sync.Mutex
	add   func(flow.Page) error
	tree  tree
	roles roleBook
}

// walkAll runs the walks at the same time. The first that fails ends the
// others: a partial walk is a failed walk.
func (d *discovery) walkAll(ctx context.Context) error {
	d.roles.walked = d.version.has(roleFilter)
	if !d.roles.walked {
		var err error
		if d.me, err = d.readAccount(ctx); err != nil {
			return err
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.walkGroups(ctx) })
	g.Go(func() error { return memberProjects(ctx, d.session, d.addProjects) })
	if d.roles.walked {
		byRole := func(least flow.Role, ids *[]int64) {
			g.Go(func() error {
				return projectsByRole(ctx, d.session, least, func(id int64) { *ids = append(*ids, id) })
			})
		}
		byRole(flow.Reporter, &d.roles.reporter)
		byRole(flow.Maintainer, &d.roles.maintainer)
	}
	return g.Wait()
}

// walkGroups walks over the groups that the account is in. Since 10.3 GitLab
// lists what is above and below them, too; before, that is cut out of all that
// the account can see once the walks are complete.
func (d *discovery) walkGroups(ctx context.Context) error {
	if d.version.has(treeListed) {
		return groups(ctx, d.session, groupQuery(), d.addGroups)
	}
	own := groupQuery()
	if d.me.Admin {
		// Until 10.2 administrators are shown all groups, whatever they ask for.
		own = url.Values{"owned": {"true"}}
	}
	if err := groups(ctx, d.session, own, d.addGroups); err != nil {
		return err
	}
	return groups(ctx, d.session, url.Values{"all_available": {"true"}}, func(rows []groupRow) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		for i := range rows {
			d.tree.visible[rows[i].ID] = rows[i].group()
		}
		return nil
	})
}

func (d *discovery) addGroups(rows []groupRow) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	page := flow.Page{}
	for i := range rows {
		group := rows[i].group()
		if group.Path == "" {
			return d.odd("groups", "group %d has no path", group.ID)
		}
		d.tree.listed[group.ID] = group
		page.Groups = append(page.Groups, group)
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
			return d.odd("repos", "project %d has no path or no namespace", repo.ID)
		}
		repo.Role = d.roles.note(&rows[i])
		d.tree.homes[repo.GroupID] = rows[i].home()
		page.Repos = append(page.Repos, repo)
	}
	return d.add(page)
}

// finishGroups hands on groups that GitLab does not list.
func (d *discovery) finishGroups(context.Context) error {
	if page := (flow.Page{Groups: d.tree.complete()}); len(page.Groups) > 0 {
		return d.add(page)
	}
	return nil
}

// finishRoles hands on the roles that only the complete walks can tell.
func (d *discovery) finishRoles(ctx context.Context) error {
	if err := d.askRoles(ctx); err != nil {
		return err
	}
	r := d.roles.reckon(&d.tree)
	if err := d.checkFilters(ctx, r); err != nil {
		return err
	}
	for roles := range r.corrections(1000) {
		if err := d.add(flow.Page{Roles: roles}); err != nil {
			return err
		}
	}
	return nil
}
