package gitlabtest

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// founded is when everything was made that does not say otherwise: GitLab has
// no project, group or account without dates.
var founded = time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC)

// otherwise is the first time unless it is zero.
func otherwise(t, fallback time.Time) time.Time {
	if t.IsZero() {
		return fallback
	}
	return t
}

// AddUser adds an account and its personal namespace, and returns its id. An
// ID or NamespaceID of 0 means the next free one.
func (c *Company) AddUser(u User) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := pathKey{0, fold(u.Username)}
	if err := c.free(key); err != nil {
		return 0, fmt.Errorf("add user %q: %w", u.Username, err)
	}
	if u.ID == 0 {
		u.ID = c.lastID.user + 1
	}
	if u.NamespaceID == 0 {
		u.NamespaceID = c.lastID.namespace + 1
	}
	if c.users[u.ID] != nil || c.groups[u.NamespaceID] != nil {
		return 0, fmt.Errorf("add user %q: id %d or namespace id %d is taken", u.Username, u.ID, u.NamespaceID)
	}
	u.CreatedAt = otherwise(u.CreatedAt, founded)
	c.lastID.user = max(c.lastID.user, u.ID)
	c.lastID.namespace = max(c.lastID.namespace, u.NamespaceID)
	c.users[u.ID] = &u
	if u.of == (botOf{}) {
		c.people = append(c.people, u.ID)
	}
	c.namespaces[key] = namespace{user: &u}
	c.occupy(u.Username)
	c.generation++
	return u.ID, nil
}

// AddGroup adds a group and returns its id. An ID of 0 means the next free one.
func (c *Company) AddGroup(g Group) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := pathKey{g.Parent, fold(g.Path)}
	if err := c.free(key); err != nil {
		return 0, fmt.Errorf("add group %q: %w", g.Path, err)
	}
	if g.Parent != 0 && c.groups[g.Parent] == nil {
		return 0, fmt.Errorf("add group %q: no group %d to put it in", g.Path, g.Parent)
	}
	if g.ID == 0 {
		g.ID = c.lastID.namespace + 1
	}
	if c.groups[g.ID] != nil {
		return 0, fmt.Errorf("add group %q: id %d is taken", g.Path, g.ID)
	}
	g.CreatedAt = otherwise(g.CreatedAt, founded)
	c.lastID.namespace = max(c.lastID.namespace, g.ID)
	c.groups[g.ID] = &g
	c.namespaces[key] = namespace{group: &g}
	c.noteRestriction(&g)
	c.occupy(c.groupPath(&g))
	c.generation++
	return g.ID, nil
}

// AddProject adds a project and returns its id. An ID of 0 means the next free
// one; an owner of a personal project becomes its member, as in GitLab.
func (c *Company) AddProject(p Project) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parent, err := c.parentOf(&p)
	if err != nil {
		return 0, fmt.Errorf("add project %q: %w", p.Path, err)
	}
	key := pathKey{parent, fold(p.Path)}
	if err := c.free(key); err != nil {
		return 0, fmt.Errorf("add project %q: %w", p.Path, err)
	}
	if p.ID == 0 {
		p.ID = c.lastID.project + 1
	}
	at, taken := c.position(p.ID)
	if taken {
		return 0, fmt.Errorf("add project %q: id %d is taken", p.Path, p.ID)
	}
	if p.Group == 0 {
		setRole(c.projectMembers, p.Owner, p.ID, Owner)
	}
	p.CreatedAt = otherwise(p.CreatedAt, founded)
	p.LastActivityAt = otherwise(p.LastActivityAt, p.CreatedAt)
	p.UpdatedAt = otherwise(p.UpdatedAt, p.LastActivityAt)
	c.lastID.project = max(c.lastID.project, p.ID)
	c.projects = slices.Insert(c.projects, at, &p)
	c.projectPaths[key] = &p
	c.occupy(c.projectPath(&p))
	c.generation++
	return p.ID, nil
}

// AddToken adds a personal access token and returns its id.
func (c *Company) AddToken(t Token) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users[t.User] == nil {
		return 0, fmt.Errorf("add token %q: no user %d", t.Name, t.User)
	}
	if t.Value == "" || c.tokens[t.Value] != nil {
		return 0, fmt.Errorf("add token %q: its value is empty or in use", t.Name)
	}
	if t.ID == 0 {
		t.ID = c.lastID.token + 1
	}
	t.CreatedAt = otherwise(t.CreatedAt, founded)
	c.lastID.token = max(c.lastID.token, t.ID)
	t.Scopes = slices.Clone(t.Scopes)
	c.tokens[t.Value] = &t
	return t.ID, nil
}

// free refuses a path that a group, user or project of the same parent has.
func (c *Company) free(key pathKey) error {
	if key.path == "" {
		return fmt.Errorf("its path is empty")
	}
	if _, taken := c.namespaces[key]; taken || c.projectPaths[key] != nil {
		return fmt.Errorf("the path %q is taken there", key.path)
	}
	return nil
}

// parentOf is the id of the namespace that holds a project.
func (c *Company) parentOf(p *Project) (int, error) {
	if p.Group != 0 {
		if c.groups[p.Group] == nil {
			return 0, fmt.Errorf("no group %d to put it in", p.Group)
		}
		return p.Group, nil
	}
	owner := c.users[p.Owner]
	if owner == nil {
		return 0, fmt.Errorf("it has neither a group nor an owner")
	}
	return owner.NamespaceID, nil
}

// position is where a project with this id is, or would be, in c.projects.
func (c *Company) position(id int) (int, bool) {
	at := sort.Search(len(c.projects), func(i int) bool { return c.projects[i].ID >= id })
	return at, at < len(c.projects) && c.projects[at].ID == id
}

func (c *Company) project(id int) *Project {
	if at, found := c.position(id); found {
		return c.projects[at]
	}
	return nil
}

// fold makes paths comparable: GitLab's are unique without regard to case.
func fold(path string) string { return strings.ToLower(path) }

func setRole(members map[int]map[int]Role, user, source int, role Role) {
	if role == NoAccess {
		delete(members[user], source)
		return
	}
	if members[user] == nil {
		members[user] = map[int]Role{}
	}
	members[user][source] = role
}
