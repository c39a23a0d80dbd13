package gitlabtest

// writeBasics is what every form of a project has. Up to 10.0 the short form is
// a handful of names and addresses; the long one has always had it all.
func (k *call) writeBasics(e *entity, p *Project, path string, shape projectShape, code bool) {
	web := k.external + "/" + path
	e.number("id", p.ID)
	e.text("name", p.Name)
	e.text("name_with_namespace", k.company.projectName(p))
	e.text("path", p.Path)
	e.text("path_with_namespace", path)
	e.text("http_url_to_repo", web, ".git")
	e.text("web_url", web)
	if shape == basicDetails && !k.release.since(10, 1) {
		return
	}
	e.textOrNull("description", p.Description)
	e.time("created_at", p.CreatedAt)
	if code || !k.release.since(11, 8) {
		k.writeDefaultBranch(e, p)
	}
	e.texts("tag_list", p.Topics)
	if k.release.since(14, 0) {
		e.texts("topics", p.Topics)
	}
	e.text("ssh_url_to_repo", "git@", k.externalURL.Hostname(), ":", path, ".git")
	if k.release.since(11, 0) && (code || !k.release.since(16, 0)) {
		k.writeReadme(e, p, web)
	}
	if code || !k.release.since(16, 0) {
		e.number("forks_count", k.view.forks[p.ID])
	}
	e.null("avatar_url")
	e.number("star_count", p.Stars)
	e.time("last_activity_at", p.LastActivityAt)
	if k.release.since(18, 0) {
		// Seen in 18.9. Which release moved it here is not known; the full
		// entity always had it.
		e.text("visibility", p.Visibility.String())
	}
	if shape != basicDetails || k.release.since(11, 0) {
		k.writeNamespace(e, p)
	}
}

// writeReadme: GitLab began to hide it from those who may not read code
// between 13.12 and 18.
func (k *call) writeReadme(e *entity, p *Project, web string) {
	if p.Empty {
		e.null("readme_url")
		return
	}
	e.text("readme_url", web, k.release.dash(), "/blob/main/README.md")
}

// writeDefaultBranch: an empty project has none, until GitLab began to show
// the configured name for it (seen in 18.9).
func (k *call) writeDefaultBranch(e *entity, p *Project) {
	if p.Empty && !k.release.since(15, 0) {
		e.null("default_branch")
		return
	}
	e.text("default_branch", "main")
}

// writeNamespace has no parent before 9.2, which brought nested groups to all,
// and no addresses before 12.3.
func (k *call) writeNamespace(e *entity, p *Project) {
	g, u := k.company.groups[p.Group], k.company.users[p.Owner]
	e.key("namespace")
	e.open('{')
	if g != nil {
		e.number("id", g.ID)
		e.text("name", g.Name)
		e.text("path", g.Path)
		e.text("kind", "group")
		e.text("full_path", k.company.groupPath(g))
	} else {
		e.number("id", u.NamespaceID)
		e.text("name", u.Name)
		e.text("path", u.Username)
		e.text("kind", "user")
		e.text("full_path", u.Username)
	}
	if k.release.since(9, 2) {
		parent := 0
		if g != nil {
			parent = g.Parent
		}
		e.numberOrNull("parent_id", parent)
	}
	if k.release.since(12, 3) && g != nil {
		e.null("avatar_url")
		e.text("web_url", k.external, "/groups/", k.company.groupPath(g))
	} else if k.release.since(12, 3) {
		e.text("avatar_url", k.avatar(u))
		e.text("web_url", k.external, "/", u.Username)
	}
	e.shut('}')
}
