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
func (c *Client) Discover(ctx context.Context, conn flow.Connection, from flow.Checkpoint, add func(flow.Page) error) error {
	s, err := c.session(conn)
	if err != nil {
		return err
	}
	if err := s.learnVersion(ctx); err != nil {
		return err
	}
	d := newDiscovery(s, add)
	d.resume(from)
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error { return d.out.run(ctx) })
	g.Go(func() error {
		defer d.out.close()
		return d.walk(inner)
	})
	if err := g.Wait(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	return nil
}

// A discovery gathers what the walks find: groups, projects, and the projects
// with at least Reporter and Maintainer. mu guards all of it, and keeps pages in
// the order in which they were gathered.
type discovery struct {
	*session
	me  account // known before 11.2 only
	out *outlet

	mu       sync.Mutex
	tree     tree
	roles    roleBook
	progress progress
	left     remainder
}

func newDiscovery(s *session, add func(flow.Page) error) *discovery {
	return &discovery{
		session: s,
		out:     newOutlet(add, 2*s.client.workers()),
		tree:    newTree(), roles: newRoleBook(),
		progress: progress{began: s.client.options.Now()},
	}
}

// walk takes the steps of a discovery. The first that fails ends it: a partial
// walk is a failed walk.
func (d *discovery) walk(ctx context.Context) error {
	for _, step := range []func(context.Context) error{d.walkAll, d.finishGroups, d.askRoles, d.tellRoles, d.checkFilters} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// walkAll walks over groups and projects at the same time.
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
	g.Go(func() error { return d.walkProjects(ctx) })
	return g.Wait()
}

// walkGroups walks over the groups that the account is in. Since 10.3 GitLab
// lists what is above and below them, too; before, that is cut out of all that
// the account can see once the walks are complete.
func (d *discovery) walkGroups(ctx context.Context) error {
	add := func(rows []groupRow) error { return d.addGroups(ctx, rows) }
	if d.version.has(treeListed) {
		return groups(ctx, d.session, groupQuery(), add)
	}
	own := groupQuery()
	if d.me.Admin {
		// Until 10.2 administrators are shown all groups, whatever they ask for.
		own = url.Values{"owned": {"true"}}
	}
	if err := groups(ctx, d.session, own, add); err != nil {
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

func (d *discovery) addGroups(ctx context.Context, rows []groupRow) error {
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
	return d.hand(ctx, page)
}

// walkProjects walks over the projects that the account is a member of: since
// 12.10 from several places at once, and in the end over those that have come
// meanwhile.
func (d *discovery) walkProjects(ctx context.Context) error {
	if !d.version.has(keysetProjects) {
		return projectsByPage(ctx, d.session, func(rows []projectRow) error { return d.addProjects(ctx, rows, nil) })
	}
	if d.left.top < 0 {
		top, err := highest(ctx, d.session)
		if err != nil {
			return err
		}
		d.mu.Lock()
		if d.left.top = top; top > 0 {
			d.left.open = []idRange{{0, top + 1}}
		}
		d.mu.Unlock()
	}
	projects := projectList(d.session, memberQuery())
	shards := &shards[projectRow]{list: projects, each: d.addProjects, rows: d.progress.rows, covered: d.left.covered()}
	if err := shards.walk(ctx, d.left.open, d.client.workers()); err != nil {
		return err
	}
	d.mu.Lock()
	d.left.open, d.left.rows = nil, 0
	top := d.left.top
	d.mu.Unlock()
	err := projects.within(ctx, idRange{After: d.left.top}, func(rows []projectRow) error {
		top = rows[len(rows)-1].ID
		return d.addProjects(ctx, rows, func() ([]idRange, int) { return nil, 0 })
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil && top > d.left.top {
		if d.left.roles != nil {
			d.left.roles = append(d.left.roles, idRange{d.left.top, top + 1})
		}
		d.left.top = top
	}
	return err
}

// highest is the highest ID among the projects that the account is a member of;
// 0 if there are none. Nothing but the way of walking depends on it.
func highest(ctx context.Context, s *session) (int64, error) {
	query := memberQuery("order_by", "id", "sort", "desc", "pagination", "keyset", "per_page", "1")
	top := int64(0)
	page, err := idList(s, query).page(ctx, query)
	for _, row := range page.rows {
		top = max(top, row.ID)
	}
	return top, err
}

// addProjects takes in a page of projects. rest are the ranges that are left
// once it is, and how many rows they may have; nil: the walk is by page numbers.
func (d *discovery) addProjects(ctx context.Context, rows []projectRow, rest func() ([]idRange, int)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	page := flow.Page{Repos: make([]flow.Repo, 0, len(rows))}
	for i := range rows {
		repo := rows[i].repo()
		if repo.Path == "" || repo.GroupID <= 0 {
			return d.odd("repos", "project %d has no path or no namespace", repo.ID)
		}
		repo.Role = d.roles.note(&rows[i])
		if !d.tree.knows(repo.GroupID) {
			if home := rows[i].home(); home.Personal {
				d.tree.people.add(home.ID)
				page.Groups = append(page.Groups, home)
			} else {
				d.tree.homes[home.ID] = home
			}
		}
		page.Repos = append(page.Repos, repo)
	}
	d.progress.rows += len(rows)
	d.progress.pages++
	if rest != nil {
		d.left.open, d.left.rows = rest()
	}
	return d.hand(ctx, page)
}

// hand hands a page on. It is called with mu held.
func (d *discovery) hand(ctx context.Context, p flow.Page) error {
	now := d.client.options.Now()
	p.Ahead = d.estimate(now)
	if d.resumable() && d.progress.due(now) {
		p.Left = d.checkpoint()
	}
	return d.out.put(ctx, p)
}

// finishGroups hands on groups that GitLab does not list.
func (d *discovery) finishGroups(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if page := (flow.Page{Groups: d.tree.complete()}); len(page.Groups) > 0 {
		return d.hand(ctx, page)
	}
	return nil
}
