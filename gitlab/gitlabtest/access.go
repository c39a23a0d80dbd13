package gitlabtest

import "sync"

// view is what one account may see and do, worked out once and kept until the
// company changes. Projects are named by their position in Company.projects.
type view struct {
	generation uint64
	user       *User        // nil for anonymous
	direct     map[int]Role // group memberships of its own
	role       []uint8      // by position: the highest role through any way
	member     []int32      // positions with a role, by ascending id
	visible    []int32      // positions that may be seen, by ascending id
	groupRole  map[int]Role // by group: own, inherited or through a share
	listed     map[int]bool // groups that GET /groups lists without all_available
	forks      map[int]int  // by project: how many were forked from it

	mu    sync.Mutex
	lists map[string][]int32 // answers to list queries, before paging
}

type viewCache struct {
	mu    sync.Mutex
	users map[viewKey]*view
}

// viewOf is viewFor the account with this id.
func (c *Company) viewOf(user int) *view { return c.viewFor(c.users[user]) }

// viewFor needs c.mu to be held for reading. No user is anonymous. An
// administrator has a second view, for tokens that don't make use of that.
func (c *Company) viewFor(u *User) *view {
	key := viewKey{}
	if u != nil {
		key = viewKey{u.ID, u.Admin}
	}
	c.views.mu.Lock()
	defer c.views.mu.Unlock()
	if v := c.views.users[key]; v != nil && v.generation == c.generation {
		return v
	}
	if c.views.users == nil {
		c.views.users = map[viewKey]*view{}
	}
	v := c.newView(u)
	c.views.users[key] = v
	return v
}

type viewKey struct {
	user  int
	admin bool
}

func (c *Company) newView(u *User) *view {
	v := &view{
		generation: c.generation,
		user:       u,
		role:       make([]uint8, len(c.projects)),
		groupRole:  map[int]Role{},
		listed:     map[int]bool{},
		forks:      map[int]int{},
		lists:      map[string][]int32{},
	}
	if u != nil {
		v.direct = c.groupMembers[u.ID]
	}
	for at, p := range c.projects {
		role := c.projectRole(v, p)
		if role > Minimal {
			v.role[at] = uint8(role)
			v.member = append(v.member, int32(at))
		}
		if role > Minimal || v.admits(p.Visibility) {
			v.visible = append(v.visible, int32(at))
		}
		if p.ForkedFrom != 0 {
			v.forks[p.ForkedFrom]++
		}
	}
	for id := range c.groups {
		c.roleInGroup(v, id) // complete from here on: calls only read it
	}
	c.listGroups(v)
	return v
}

// admits reports whether something of this visibility is open to the account
// without any membership.
func (v *view) admits(visibility Visibility) bool {
	switch {
	case v.user == nil:
		return visibility == Public
	case v.user.Admin:
		return true
	case v.user.External:
		return visibility == Public
	}
	return visibility != Private
}

// projectRole is the highest of: own membership, the role in the group, and,
// for every group that the project is shared with, the role there cut to the
// share's maximum. A group role counts there however it came about.
func (c *Company) projectRole(v *view, p *Project) Role {
	if v.user == nil {
		return NoAccess
	}
	role := c.projectMembers[v.user.ID][p.ID]
	if p.Group != 0 {
		role = max(role, c.roleInGroup(v, p.Group))
	}
	for _, share := range p.Shares {
		role = max(role, min(share.Max, c.roleInGroup(v, share.Group)))
	}
	return role
}

// roleInGroup counts own and inherited membership, and invitations of groups
// that the account is a direct member of: GitLab's table of authorisations
// does not follow an invitation to the parents of the invited group.
func (c *Company) roleInGroup(v *view, group int) Role {
	if role, known := v.groupRole[group]; known {
		return role
	}
	g := c.groups[group]
	if g == nil {
		return NoAccess
	}
	role := v.direct[group]
	for _, share := range g.Shares {
		role = max(role, min(share.Max, v.direct[share.Group]))
	}
	if g.Parent != 0 {
		role = max(role, c.roleInGroup(v, g.Parent))
	}
	v.groupRole[group] = role
	return role
}

// listGroups collects the groups of GitLab's finder when only "my" groups are
// asked for: direct memberships and all below; groups that invited one of
// these; groups of projects with a role; and the parents of all of them. So a
// private parent appears although only its child is open to the account.
func (c *Company) listGroups(v *view) {
	for _, at := range v.member {
		c.listUpwards(v, c.projects[at].Group)
	}
	if len(v.direct) == 0 {
		return
	}
	for id, g := range c.groups {
		own := v.direct[id] > NoAccess
		for _, share := range g.Shares {
			own = own || v.direct[share.Group] > NoAccess
		}
		for parent := g.Parent; parent != 0 && !own; parent = c.groups[parent].Parent {
			own = v.direct[parent] > NoAccess
		}
		if own {
			c.listUpwards(v, id)
		}
	}
}

func (c *Company) listUpwards(v *view, group int) {
	for group != 0 && !v.listed[group] {
		v.listed[group] = true
		group = c.groups[group].Parent
	}
}

// sees reports whether the account may read a group at all.
func (v *view) sees(g *Group) bool {
	return v.admits(g.Visibility) || v.listed[g.ID] || v.groupRole[g.ID] > NoAccess
}

func (c *Company) seesProject(v *view, p *Project) bool {
	return v.admits(p.Visibility) || c.roleOn(v, p) > NoAccess
}

func (c *Company) roleOn(v *view, p *Project) Role {
	at, found := c.position(p.ID)
	if !found {
		return NoAccess
	}
	return Role(v.role[at])
}

// highestDirect is the highest own membership in a group or one above it,
// which is what permissions.group_access shows for a single project.
func (c *Company) highestDirect(v *view, group int) Role {
	role := NoAccess
	for g := c.groups[group]; g != nil; g = c.groups[g.Parent] {
		role = max(role, v.direct[g.ID])
	}
	return role
}
