package gitlabtest

import (
	"fmt"
	"slices"
	"time"
)

// ChangeProject edits a project in place. A new Path, Group or Owner renames
// or moves it, and GitLab remembers the old path; its ID stays whatever change
// does to it.
func (c *Company) ChangeProject(id int, change func(*Project)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.project(id)
	if p == nil {
		return fmt.Errorf("change project %d: no such project", id)
	}
	before, _ := c.parentOf(p)
	oldKey := pathKey{before, fold(p.Path)}
	edited := *p
	change(&edited)
	edited.ID = id
	parent, err := c.parentOf(&edited)
	if err != nil {
		return fmt.Errorf("change project %d: %w", id, err)
	}
	key := pathKey{parent, fold(edited.Path)}
	if key != oldKey {
		if err := c.free(key); err != nil {
			return fmt.Errorf("change project %d: %w", id, err)
		}
		left := map[string]redirect{fold(c.projectPath(p)): {project: id}}
		delete(c.projectPaths, oldKey)
		c.projectPaths[key] = p
		*p = edited
		c.leave(left)
		c.occupy(c.projectPath(p))
	}
	*p = edited
	c.generation++
	return nil
}

// RenameProject gives a project another display name and path.
func (c *Company) RenameProject(id int, name, path string) error {
	return c.ChangeProject(id, func(p *Project) { p.Name, p.Path = name, path })
}

// MoveProject puts a project into another group; its id stays, as in GitLab.
func (c *Company) MoveProject(id, group int) error {
	return c.ChangeProject(id, func(p *Project) { p.Group = group })
}

// ArchiveProject archives a project or brings it back.
func (c *Company) ArchiveProject(id int, archived bool) error {
	return c.ChangeProject(id, func(p *Project) { p.Archived = archived })
}

// DeleteProject removes a project for good.
func (c *Company) DeleteProject(id int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, found := c.position(id)
	if !found {
		return fmt.Errorf("delete project %d: no such project", id)
	}
	p := c.projects[at]
	parent, _ := c.parentOf(p)
	delete(c.projectPaths, pathKey{parent, fold(p.Path)})
	c.projects = slices.Delete(c.projects, at, at+1)
	delete(c.hooks, id)
	for user := range c.projectMembers {
		delete(c.projectMembers[user], id)
	}
	c.generation++
	return nil
}

// ChangeGroup edits a group in place. A new Path or Parent renames or moves it
// with everything below, and GitLab remembers the old paths of all of it.
func (c *Company) ChangeGroup(id int, change func(*Group)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.groups[id]
	if g == nil {
		return fmt.Errorf("change group %d: no such group", id)
	}
	edited := *g
	change(&edited)
	edited.ID = id
	if edited.Parent != 0 && (c.groups[edited.Parent] == nil || c.below(edited.Parent, id)) {
		return fmt.Errorf("change group %d: can't be put below %d", id, edited.Parent)
	}
	oldKey, key := pathKey{g.Parent, fold(g.Path)}, pathKey{edited.Parent, fold(edited.Path)}
	if key != oldKey {
		if err := c.free(key); err != nil {
			return fmt.Errorf("change group %d: %w", id, err)
		}
		left := c.pathsOf(id)
		delete(c.namespaces, oldKey)
		c.namespaces[key] = namespace{group: g}
		*g = edited
		c.leave(left)
		c.occupy(c.groupPath(g))
	}
	*g = edited
	c.noteRestriction(g)
	c.generation++
	return nil
}

// RenameGroup gives a group another display name and path.
func (c *Company) RenameGroup(id int, name, path string) error {
	return c.ChangeGroup(id, func(g *Group) { g.Name, g.Path = name, path })
}

// MoveGroup puts a group, with everything below it, into another one; parent 0
// makes it a top-level group.
func (c *Company) MoveGroup(id, parent int) error {
	return c.ChangeGroup(id, func(g *Group) { g.Parent = parent })
}

// SetUserState blocks an account, or lets it in again with Active.
func (c *Company) SetUserState(user int, state UserState) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.users[user]
	if u == nil {
		return fmt.Errorf("set the state of user %d: no such user", user)
	}
	u.State = state
	return nil
}

// SetGroupRole makes a user a direct member of a group; NoAccess ends it.
func (c *Company) SetGroupRole(group, user int, role Role) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.groups[group] == nil || c.users[user] == nil {
		return fmt.Errorf("set the role of user %d in group %d: no such user or group", user, group)
	}
	setRole(c.groupMembers, user, group, role)
	c.generation++
	return nil
}

// SetProjectRole makes a user a direct member of a project; NoAccess ends it.
func (c *Company) SetProjectRole(project, user int, role Role) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.project(project) == nil || c.users[user] == nil {
		return fmt.Errorf("set the role of user %d in project %d: no such user or project", user, project)
	}
	setRole(c.projectMembers, user, project, role)
	c.generation++
	return nil
}

// ShareGroup invites the members of another group to a group, with at most
// this role; NoAccess ends it.
func (c *Company) ShareGroup(group, with int, most Role) error {
	if c.lacksGroup(with) {
		return fmt.Errorf("share group %d: no group %d to share it with", group, with)
	}
	return c.ChangeGroup(group, func(g *Group) { g.Shares = setShare(g.Shares, with, most) })
}

// ShareProject invites the members of a group to a project, with at most this
// role; NoAccess ends it.
func (c *Company) ShareProject(project, with int, most Role) error {
	if c.lacksGroup(with) {
		return fmt.Errorf("share project %d: no group %d to share it with", project, with)
	}
	return c.ChangeProject(project, func(p *Project) { p.Shares = setShare(p.Shares, with, most) })
}

func (c *Company) lacksGroup(id int) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.groups[id] == nil
}

// setShare copies, since callers hold copies of the project or group.
func setShare(shares []Share, with int, most Role) []Share {
	kept := slices.DeleteFunc(slices.Clone(shares), func(s Share) bool { return s.Group == with })
	if most == NoAccess {
		return kept
	}
	return append(kept, Share{Group: with, Max: most})
}

// RevokeToken makes GitLab refuse the token with this value from now on.
func (c *Company) RevokeToken(value string) error {
	return c.ChangeToken(value, func(t *Token) { t.Revoked = true })
}

// SetTokenScopes replaces what a token may do.
func (c *Company) SetTokenScopes(value string, scopes ...string) error {
	return c.ChangeToken(value, func(t *Token) { t.Scopes = slices.Clone(scopes) })
}

// SetTokenExpiry sets the first day on which a token is refused; the zero time
// means never.
func (c *Company) SetTokenExpiry(value string, day time.Time) error {
	return c.ChangeToken(value, func(t *Token) { t.ExpiresOn = day })
}

// ChangeToken edits the token with this value; the value itself stays.
func (c *Company) ChangeToken(value string, change func(*Token)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.tokens[value]
	if t == nil {
		return fmt.Errorf("change a token: no token with this value")
	}
	change(t)
	t.Value = value
	return nil
}
