package gitlabtest

// can reports whether the caller may use a part of a project. GitLab's
// "private" feature asks for membership, with at least the given role.
func (k *call) can(p *Project, feature Feature, members Role) bool {
	switch feature {
	case FeatureDisabled:
		return false
	case FeatureMembers:
		return k.isAdmin() || k.company.roleOn(k.view, p) >= members
	}
	return true
}

// readsCode: in a private project code is for Reporter and above; elsewhere a
// Guest, or anybody who sees the project, reads it too.
func (k *call) readsCode(p *Project) bool {
	if k.shutOut(p.Group) || !k.can(p, p.Repository, codeRole(p)) {
		return false
	}
	return k.isAdmin() || p.Visibility != Private && k.view.admits(p.Visibility) ||
		k.company.roleOn(k.view, p) >= codeRole(p)
}

// readsMergeRequests: without a repository there are no merge requests either,
// and of a private project a Guest sees none, but a Planner does.
func (k *call) readsMergeRequests(p *Project) bool {
	if !k.can(p, p.Repository, codeRole(p)) || !k.can(p, p.MergeRequests, Reporter) {
		return false
	}
	return k.isAdmin() || p.Visibility != Private && k.view.admits(p.Visibility) ||
		k.company.roleOn(k.view, p) >= Planner
}

func (k *call) readsIssues(p *Project) bool {
	return k.can(p, p.Issues, Guest) && k.company.seesProject(k.view, p)
}

func (k *call) administers(p *Project) bool {
	return k.isAdmin() || k.company.roleOn(k.view, p) >= Maintainer && !k.shutOut(p.Group)
}

func (k *call) isAdmin() bool { return k.user != nil && k.user.Admin }

func codeRole(p *Project) Role {
	if p.Visibility == Private {
		return Reporter
	}
	return Guest
}
