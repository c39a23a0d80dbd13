package gitlab

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"flow"
)

// A reckoning works out roles from what is known of groups.
type reckoning struct {
	*roleBook
	tree *tree
	ids  map[string]int64
	memo map[int64]flow.Role
}

func (b *roleBook) reckon(t *tree) *reckoning {
	b.sort()
	return &reckoning{roleBook: b, tree: t, ids: t.byPath(), memo: map[int64]flow.Role{}}
}

// role is what the account has in a project: its own role, one that comes with
// its group, or one that comes with a group that the project is shared with.
func (r *reckoning) role(n noted) flow.Role {
	role := max(n.told(), r.inherited(r.groups[n.group]))
	for _, s := range r.sharesOf(n) {
		role = max(role, min(s.Most, r.inherited(s.Group)))
	}
	return role
}

// inherited is the highest role in a group and those above it.
func (r *reckoning) inherited(group int64) flow.Role {
	if role, ok := r.memo[group]; ok {
		return role
	}
	role := flow.NoRole
	for _, id := range r.chain(group) {
		role = max(role, r.inGroup[id])
	}
	r.memo[group] = role
	return role
}

// chain is a group and those above it, as far as they are known: of one that it
// can't see the account is no member. A personal namespace has no members.
func (r *reckoning) chain(group int64) []int64 {
	g, ok := r.tree.group(group)
	if !ok || g.Personal {
		return nil
	}
	ids := []int64{group}
	for _, path := range above(g.Path) {
		if id, ok := r.ids[path]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// corrected fits a role between the bounds. Who is below Reporter and of no
// known role came in through a share, and has at least Guest.
func corrected(role flow.Role, reporter, maintainer bool) flow.Role {
	switch {
	case maintainer:
		return max(role, flow.Maintainer)
	case reporter:
		return min(max(role, flow.Reporter), flow.Developer)
	case role == flow.NoRole || role >= flow.Reporter:
		return flow.Guest
	}
	return role
}

const (
	// leastChunk and mostChunk bound how many projects one step tells the roles of.
	leastChunk = pageSize
	mostChunk  = 10 * pageSize
)

// tellRoles hands on the roles that only GitLab's table can tell: by the lists of
// projects with Reporter and with Maintainer, stretch by stretch and so that what
// is told is final. The stretches are of as many projects each, whose IDs are
// known by now.
func (d *discovery) tellRoles(ctx context.Context) error {
	d.mu.Lock()
	r := d.roles.reckon(&d.tree)
	d.mu.Unlock()
	if !r.walked {
		return d.tellReckoned(ctx, r)
	}
	if !d.version.has(keysetProjects) {
		return d.tellWithin(ctx, r, r.noted, idRange{})
	}
	ranges := d.left.roles
	if ranges == nil {
		ranges = []idRange{{}}
	}
	var chunks [][]noted
	size := min(max(leastChunk, len(r.noted)/(2*d.client.workers())), mostChunk)
	for _, s := range ranges {
		chunks = slices.AppendSeq(chunks, slices.Chunk(r.within(s), size))
	}
	if err := d.begin(ctx, chunks); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(d.client.workers())
	for _, chunk := range chunks {
		g.Go(func() error { return d.tellWithin(ctx, r, chunk, idsOf(chunk)) })
	}
	return g.Wait()
}

// idsOf is the narrowest one around some projects.
func idsOf(chunk []noted) idRange { return idRange{chunk[0].id - 1, chunk[len(chunk)-1].id + 1} }

// begin notes which roles are left to be told, and says so.
func (d *discovery) begin(ctx context.Context, chunks [][]noted) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left.roles, d.left.rows = []idRange{}, 0
	for _, chunk := range chunks {
		d.left.roles = append(d.left.roles, idsOf(chunk))
		d.left.rows += len(chunk)
	}
	return d.hand(ctx, flow.Page{})
}

// tellWithin reads which of some projects are in the lists by role, and tells
// the roles in them.
func (d *discovery) tellWithin(ctx context.Context, r *reckoning, chunk []noted, s idRange) error {
	pages := 0
	in, err := d.rated(ctx, chunk, s, func() {
		d.mu.Lock()
		pages++
		d.progress.pages++
		d.mu.Unlock()
	}, flow.Reporter, flow.Maintainer)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	page := flow.Page{Roles: map[int64]flow.Role{}}
	for i, n := range chunk {
		role := r.role(n)
		d.roles.signs.count(role, in[0][i], in[1][i])
		if final := corrected(role, in[0][i], in[1][i]); final != handed(n.told()) {
			page.Roles[n.id] = final
		}
	}
	d.left.rows -= len(chunk)
	d.progress.rated += len(chunk)
	d.progress.forRoles += pages
	d.left.roles = slices.DeleteFunc(d.left.roles, func(left idRange) bool { return left == s })
	return d.hand(ctx, page)
}

// rated reads which projects of a chunk, which is in the order of their IDs and
// all there are in the range, are in GitLab's lists of those with some roles or
// more. It calls read after each page.
func (s *session) rated(ctx context.Context, chunk []noted, within idRange, read func(), least ...flow.Role) ([][]bool, error) {
	in := make([][]bool, len(least))
	g, ctx := errgroup.WithContext(ctx)
	for i, role := range least {
		in[i] = make([]bool, len(chunk))
		each := func(rows []idRow) error {
			read()
			for _, row := range rows {
				at, found := slices.BinarySearchFunc(chunk, row.ID, func(n noted, id int64) int { return cmp.Compare(n.id, id) })
				if found {
					in[i][at] = true
				}
			}
			return nil
		}
		g.Go(func() error {
			list := idList(s, memberQuery("min_access_level", number(role)))
			if s.version.has(keysetProjects) {
				return list.within(ctx, within, each)
			}
			_, err := byNumber(ctx, list, each)
			return err
		})
	}
	return in, g.Wait()
}

// tellReckoned hands on what was reckoned, where GitLab has no lists by role.
func (d *discovery) tellReckoned(ctx context.Context, r *reckoning) error {
	for chunk := range slices.Chunk(r.noted, mostChunk) {
		page := flow.Page{Roles: map[int64]flow.Role{}}
		for _, n := range chunk {
			role := r.role(n)
			d.roles.signs.count(role, false, false)
			if final := cmp.Or(role, flow.Guest); final != handed(n.told()) {
				page.Roles[n.id] = final
			}
		}
		if len(page.Roles) == 0 {
			continue
		}
		d.mu.Lock()
		err := d.hand(ctx, page)
		d.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}
