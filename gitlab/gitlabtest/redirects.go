package gitlabtest

import "strings"

// redirect is what GitLab remembers of a full path that a group or project had
// before it was renamed or moved (its table redirect_routes, since 9.1).
type redirect struct{ group, project int }

// pathsOf are the full paths of everything at or below a group.
func (c *Company) pathsOf(group int) map[string]redirect {
	paths := map[string]redirect{}
	for id, g := range c.groups {
		if c.below(id, group) {
			paths[fold(c.groupPath(g))] = redirect{group: id}
		}
	}
	for _, p := range c.projects {
		if p.Group != 0 && c.below(p.Group, group) {
			paths[fold(c.projectPath(p))] = redirect{project: p.ID}
		}
	}
	return paths
}

// leave keeps redirects at paths that were left.
func (c *Company) leave(paths map[string]redirect) {
	for path, to := range paths {
		c.redirects[path] = to
	}
}

// occupy drops the redirects at a path that is in use now, and below it.
func (c *Company) occupy(path string) {
	if len(c.redirects) == 0 {
		return
	}
	path = fold(path)
	delete(c.redirects, path)
	for old := range c.redirects {
		if strings.HasPrefix(old, path+"/") {
			delete(c.redirects, old)
		}
	}
}
