package gitlabtest

import "strings"

// Project returns a copy of the project at a full path such as
// "acme/platform/api".
func (c *Company) Project(fullPath string) (Project, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if p := c.projectAt(fullPath); p != nil {
		return *p, true
	}
	return Project{}, false
}

// Group returns a copy of the group at a full path such as "acme/platform".
func (c *Company) Group(fullPath string) (Group, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if g := c.namespaceAt(fullPath).group; g != nil {
		return *g, true
	}
	return Group{}, false
}

// User returns a copy of the account with this username.
func (c *Company) User(username string) (User, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if u := c.namespaceAt(username).user; u != nil {
		return *u, true
	}
	return User{}, false
}

// Roles is what a complete discovery must find: every project that the user is
// a member of in any way (direct, inherited, shared), with the highest role.
func (c *Company) Roles(user int) map[int]Role {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v := c.viewOf(user)
	roles := make(map[int]Role, len(v.member))
	for _, at := range v.member {
		roles[c.projects[at].ID] = Role(v.role[at])
	}
	return roles
}

// Counts is the number of groups and projects, visible or not.
func (c *Company) Counts() (groups, projects int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.groups), len(c.projects)
}

// FullPath is where a project is, such as "acme/platform/api"; empty where the
// id is unknown.
func (c *Company) FullPath(project int) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	p := c.project(project)
	if p == nil {
		return ""
	}
	return c.projectPath(p)
}

func (c *Company) projectAt(fullPath string) *Project {
	key, found := c.projectKey(fullPath)
	if !found {
		return nil
	}
	return c.projectPaths[key]
}

// projectCopy is a copy of the project with this id.
func (c *Company) projectCopy(id int) (Project, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if p := c.project(id); p != nil {
		return *p, true
	}
	return Project{}, false
}

// movedFrom is the project that was at a path which is free now.
func (c *Company) movedFrom(fullPath string) *Project {
	if c.projectAt(fullPath) != nil {
		return nil
	}
	return c.project(c.redirects[fold(fullPath)].project)
}

func (c *Company) projectKey(fullPath string) (pathKey, bool) {
	parent, path, _ := cutLast(fullPath)
	n := c.namespaceAt(parent)
	switch {
	case n.group != nil:
		return pathKey{n.group.ID, fold(path)}, true
	case n.user != nil:
		return pathKey{n.user.NamespaceID, fold(path)}, true
	}
	return pathKey{}, false
}

func (c *Company) namespaceAt(fullPath string) namespace {
	at, parent := namespace{}, 0
	for part := range strings.SplitSeq(fullPath, "/") {
		var found bool
		if at, found = c.namespaces[pathKey{parent, fold(part)}]; !found {
			return namespace{}
		}
		if at.group == nil {
			parent = -1 // nothing but projects lives below a user
			continue
		}
		parent = at.group.ID
	}
	return at
}

func (c *Company) groupPath(g *Group) string {
	if parent := c.groups[g.Parent]; parent != nil {
		return c.groupPath(parent) + "/" + g.Path
	}
	return g.Path
}

// groupName is the breadcrumb of display names, "Acme / Platform".
func (c *Company) groupName(g *Group) string {
	if parent := c.groups[g.Parent]; parent != nil {
		return c.groupName(parent) + " / " + g.Name
	}
	return g.Name
}

func (c *Company) projectPath(p *Project) string {
	if g := c.groups[p.Group]; g != nil {
		return c.groupPath(g) + "/" + p.Path
	}
	return c.users[p.Owner].Username + "/" + p.Path
}

func (c *Company) projectName(p *Project) string {
	if g := c.groups[p.Group]; g != nil {
		return c.groupName(g) + " / " + p.Name
	}
	return c.users[p.Owner].Name + " / " + p.Name
}

// below reports whether a group is root or lies below it.
func (c *Company) below(group, root int) bool {
	for group != 0 {
		if group == root {
			return true
		}
		g := c.groups[group]
		if g == nil {
			return false
		}
		group = g.Parent
	}
	return false
}

func cutLast(path string) (before, after string, found bool) {
	at := strings.LastIndexByte(path, '/')
	if at < 0 {
		return "", path, false
	}
	return path[:at], path[at+1:], true
}
