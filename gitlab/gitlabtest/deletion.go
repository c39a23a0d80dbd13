package gitlabtest

import (
	"fmt"
	"time"
)

// MarkProjectForDeletion has GitLab delete a project on a day; until then it
// can be read. The zero time takes the mark away. All tiers know the delay
// since 18.0, the Enterprise Edition since 12.6.
func (c *Company) MarkProjectForDeletion(id int, on time.Time) error {
	if err := c.ChangeProject(id, func(p *Project) { p.DeletionOn = on }); err != nil {
		return fmt.Errorf("mark for deletion: %w", err)
	}
	return nil
}

// MarkGroupForDeletion has GitLab delete a group on a day, with all below it.
// The zero time takes the mark away.
func (c *Company) MarkGroupForDeletion(id int, on time.Time) error {
	if err := c.ChangeGroup(id, func(g *Group) { g.DeletionOn = on }); err != nil {
		return fmt.Errorf("mark for deletion: %w", err)
	}
	return nil
}

// dying reports whether a group is marked for deletion, or one above it.
func (c *Company) dying(group int) bool {
	for g := c.groups[group]; g != nil; g = c.groups[g.Parent] {
		if !g.DeletionOn.IsZero() {
			return true
		}
	}
	return false
}
