package gitlabtest

import (
	"fmt"
	"slices"
	"time"
)

// Hook is a webhook of a project. Its zero value sends nothing.
type Hook struct {
	ID          int
	URL         string
	Name        string   // since 17.1
	Description string   // since 17.1
	Events      []string // what it is sent for, by GitLab's names without _events, such as "push" or "merge_requests"
	NoVerify    bool     // does not look at the target's certificate
	HasToken    bool     // sends a secret token
	Signs       bool     // signs what it sends (19.0)
	CreatedAt   time.Time
	// DisabledUntil is when GitLab tries again after failures; Disabled is
	// for good.
	DisabledUntil time.Time
	Disabled      bool
}

// AddHook adds a webhook to a project and returns its id. An ID of 0 means the
// next free one.
func (c *Company) AddHook(project int, h Hook) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.project(project) == nil {
		return 0, fmt.Errorf("add a hook to project %d: no such project", project)
	}
	for _, event := range h.Events {
		if !slices.ContainsFunc(hookEvents, func(e hookEvent) bool { return e.name == event }) {
			return 0, fmt.Errorf("add a hook to project %d: no event %q", project, event)
		}
	}
	if h.ID == 0 {
		h.ID = c.lastID.hook + 1
	}
	c.lastID.hook = max(c.lastID.hook, h.ID)
	h.CreatedAt = otherwise(h.CreatedAt, founded)
	h.Events = slices.Clone(h.Events)
	c.hooks[project] = append(c.hooks[project], &h)
	return h.ID, nil
}

// RemoveHook removes a webhook from its project.
func (c *Company) RemoveHook(id int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for project, hooks := range c.hooks {
		at := slices.IndexFunc(hooks, func(h *Hook) bool { return h.ID == id })
		if at >= 0 {
			c.hooks[project] = slices.Delete(hooks, at, at+1)
			return nil
		}
	}
	return fmt.Errorf("remove hook %d: no such hook", id)
}
