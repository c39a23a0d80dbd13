package gitlab

import (
	"cmp"
	"iter"
	"slices"

	"flow"
)

// A roleBook brings together what is known of the account's role in each
// project. What a project tells of itself is a lower bound: before 18.1 a list
// says nothing of the groups above the direct one, and no release of shares. So
// roles are inherited here, and, since 11.2, held against GitLab's own table of
// authorisations, from which the two walks by role come.
type roleBook struct {
	noted      []noted
	inGroup    map[int64]flow.Role // what the account is in a group, where anything said so; NoRole: it did
	walked     bool                // the two lists were asked for
	reporter   []int64             // projects with Reporter or more
	maintainer []int64
}

// noted is a project as its row shows it.
type noted struct {
	id     int64
	group  int64
	role   flow.Role
	shares []share
}

// note keeps what a project's row tells, and returns the role to hand on. A low
// role says little before the walks are complete.
func (b *roleBook) note(row *projectRow) flow.Role {
	n := noted{id: row.ID, group: row.Namespace.ID, role: row.role(), shares: row.Shares}
	b.noted = append(b.noted, n)
	b.inGroup[n.group] = max(b.inGroup[n.group], row.Permissions.Group.role())
	return handed(n.role)
}

func handed(role flow.Role) flow.Role {
	if !role.CanImport() {
		return flow.RoleUnknown
	}
	return role
}

// A reckoning works out roles from what is known of groups.
type reckoning struct {
	*roleBook
	tree *tree
	ids  map[string]int64
	memo map[int64]flow.Role
}

func (b *roleBook) reckon(t *tree) *reckoning {
	slices.Sort(b.reporter)
	slices.Sort(b.maintainer)
	return &reckoning{roleBook: b, tree: t, ids: t.byPath(), memo: map[int64]flow.Role{}}
}

// role is what the account has in a project: its own role, one that comes with
// its group, or one that comes with a group that the project is shared with.
func (r *reckoning) role(n noted) flow.Role {
	role := max(n.role, r.inherited(n.group))
	for _, s := range n.shares {
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

// final is the role that is told in the end.
func (r *reckoning) final(n noted) flow.Role {
	role := r.role(n)
	if r.walked {
		return corrected(role, contains(r.reporter, n.id), contains(r.maintainer, n.id))
	}
	return cmp.Or(role, flow.Guest)
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

// corrections yields the roles that differ from those handed on, at most n at once.
func (r *reckoning) corrections(n int) iter.Seq[map[int64]flow.Role] {
	return func(yield func(map[int64]flow.Role) bool) {
		batch := map[int64]flow.Role{}
		for _, p := range r.noted {
			role := r.final(p)
			if role == handed(p.role) {
				continue
			}
			if batch[p.id] = role; len(batch) == n {
				if !yield(batch) {
					return
				}
				batch = map[int64]flow.Role{}
			}
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// contains looks an ID up in a sorted list.
func contains(ids []int64, id int64) bool {
	_, found := slices.BinarySearch(ids, id)
	return found
}
