package gitlab

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"golang.org/x/sync/errgroup"

	"flow"
)

// An account is whom a session speaks for.
type account struct {
	ID    int64 `json:"id"`
	Admin bool  `json:"is_admin"` // 9.0 tells everybody, later releases administrators only
}

func (s *session) readAccount(ctx context.Context) (account, error) {
	var a account
	_, err := s.read(ctx, s.request("user", nil), "the account", &a)
	if err == nil && a.ID <= 0 {
		err = s.unreadable("the account", fmt.Errorf("id %d", a.ID))
	}
	return a, err
}

// askRoles asks for the account's role in groups of which no project tells it:
// those that hold none themselves, but are above one, or are let into one. Since
// 11.2 GitLab lists groups by role. Before, it is asked group by group; asking
// for the projects one by one would tell no more than their list, for until 11.7
// that, too, shows the direct group only.
func (d *discovery) askRoles(ctx context.Context) error {
	byRole := d.version.has(roleFilter)
	if !byRole {
		if err := d.placeShares(ctx); err != nil {
			return err
		}
	}
	untold := d.untold()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	switch {
	case len(untold) == 0:
	case byRole:
		// The walks over projects tell on which side of Reporter and Maintainer
		// a role is; these, what is between.
		for _, least := range []flow.Role{flow.Developer, flow.Owner} {
			g.Go(func() error { return d.walkGroupsByRole(ctx, least) })
		}
	default:
		for _, group := range untold {
			g.Go(func() error { return d.askRoleInGroup(ctx, group) })
		}
	}
	return g.Wait()
}

// untold are the groups to ask about. Before 10.3 the account is in no group but
// those that are listed, and since 18.1 a project tells of all groups above.
func (d *discovery) untold() []int64 {
	r := d.roles.reckon(&d.tree)
	looked, untold := map[int64]bool{}, map[int64]bool{}
	look := func(group int64) {
		if looked[group] {
			return
		}
		looked[group] = true
		for _, id := range r.chain(group) {
			_, told := r.inGroup[id]
			_, listed := d.tree.listed[id]
			if !told && (listed || d.version.has(treeListed) || d.me.Admin) {
				untold[id] = true
			}
		}
	}
	for _, n := range r.noted {
		if r.role(n) >= flow.Owner {
			continue
		}
		if !d.version.has(inheritedRoles) {
			look(r.groups[n.group])
		}
		for _, s := range r.sharesOf(n) {
			look(s.Group)
		}
	}
	return slices.Sorted(maps.Keys(untold))
}

// walkGroupsByRole walks over the groups in which the account has a role or a
// higher one, itself or from a group above.
func (d *discovery) walkGroupsByRole(ctx context.Context, least flow.Role) error {
	return groups(ctx, d.session, url.Values{"min_access_level": {number(least)}}, func(rows []groupRow) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, row := range rows {
			d.roles.inGroup[row.ID] = max(d.roles.inGroup[row.ID], least)
		}
		return nil
	})
}

// askRoleInGroup asks what the account is in a group itself.
func (d *discovery) askRoleInGroup(ctx context.Context, group int64) error {
	r := d.request(fmt.Sprintf("groups/%d/members/%d", group, d.me.ID), nil)
	r.patient = true
	var member access
	if _, err := d.read(ctx, r, "the role in a group", &member); err != nil && !flow.CausedBy(err, flow.NotFound) {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.roles.inGroup[group] = member.Level
	return nil
}

// placeShares finds out where groups are that let the account into a project,
// but that no list brought.
func (d *discovery) placeShares(ctx context.Context) error {
	asked := map[int64]bool{}
	r := d.roles.reckon(&d.tree)
	for _, n := range r.noted {
		for _, s := range r.sharesOf(n) {
			if _, known := d.tree.group(s.Group); known || asked[s.Group] || s.Most <= r.role(n) {
				continue
			}
			asked[s.Group] = true
			var row groupRow
			_, err := d.read(ctx, d.request(fmt.Sprintf("groups/%d", s.Group), url.Values{"with_projects": {"false"}}), "a group that a repo is shared with", &row)
			switch {
			case flow.CausedBy(err, flow.NotFound): // so the account is in none above it either
			case err != nil:
				return err
			default:
				d.tree.visible[s.Group] = row.group()
			}
		}
	}
	return nil
}
