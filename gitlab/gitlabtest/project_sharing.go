package gitlabtest

// writePermissions shows own memberships only: a role that comes through a
// share, or from being an administrator, is null. Lists before 18.1, and single
// projects before 11.7, look at the parent group alone.
func (k *call) writePermissions(e *entity, p *Project, shape projectShape) {
	group := k.view.direct[p.Group]
	if shape == withAccess && k.release.since(11, 7) || k.release.since(18, 1) {
		group = k.company.highestDirect(k.view, p.Group)
	}
	e.key("permissions")
	e.open('{')
	writeRole(e, "project_access", k.company.projectMembers[k.user.ID][p.ID])
	writeRole(e, "group_access", group)
	e.shut('}')
}

func writeRole(e *entity, key string, role Role) {
	if role == NoAccess {
		e.null(key)
		return
	}
	e.key(key)
	e.open('{')
	e.number("access_level", int(role))
	e.number("notification_level", 3)
	e.shut('}')
}

// writeShares names the invited groups, since 15.0 only those that the caller
// may see.
func (k *call) writeShares(e *entity, shares []Share) {
	e.key("shared_with_groups")
	e.open('[')
	for _, share := range shares {
		g := k.company.groups[share.Group]
		if g == nil || !k.view.sees(g) && k.release.since(15, 0) {
			continue
		}
		e.open('{')
		e.number("group_id", g.ID)
		e.text("group_name", g.Name)
		if k.release.since(11, 7) {
			e.text("group_full_path", k.company.groupPath(g))
		}
		e.number("group_access_level", int(share.Max))
		if k.release.since(11, 3) {
			e.null("expires_at")
		}
		e.shut('}')
	}
	e.shut(']')
}
