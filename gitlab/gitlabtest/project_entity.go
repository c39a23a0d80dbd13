package gitlabtest

import (
	"strconv"
	"time"
)

// projectShape is which of GitLab's project entities is sent.
type projectShape uint8

const (
	basicDetails   projectShape = iota // simple=true, and everything anonymous
	fullDetails                        // in a group's list: no permissions
	withListAccess                     // in /projects
	withAccess                         // /projects/:id
)

// size is about how many bytes one takes.
func (s projectShape) size() int {
	if s == basicDetails {
		return 1400
	}
	return 5400
}

// writeProject follows the order of GitLab's entities: the basic details, the
// links, the features, the settings, the roles.
func (k *call) writeProject(e *entity, p *Project, shape projectShape) {
	e.open('{')
	path, code := k.company.projectPath(p), k.readsCode(p)
	k.writeBasics(e, p, path, code)
	if shape != basicDetails {
		admin := k.administers(p)
		k.writeLinks(e, p, path)
		k.writeFeatures(e, p)
		k.writeState(e, p, shape, path, code, admin)
		e.rest(k.settings.forEveryone)
		if admin {
			e.rest(k.settings.forMaintainers)
		}
	}
	if shape == withListAccess || shape == withAccess {
		k.writePermissions(e, p, shape)
	}
	e.shut('}')
}

func (k *call) writeBasics(e *entity, p *Project, path string, code bool) {
	web := k.external + "/" + path
	e.number("id", p.ID)
	e.textOrNull("description", p.Description)
	e.text("name", p.Name)
	e.text("name_with_namespace", k.company.projectName(p))
	e.text("path", p.Path)
	e.text("path_with_namespace", path)
	e.time("created_at", p.CreatedAt)
	if code {
		k.writeDefaultBranch(e, p)
	}
	e.texts("tag_list", p.Topics)
	if k.release.since(14, 0) {
		e.texts("topics", p.Topics)
	}
	e.text("ssh_url_to_repo", "git@", k.externalURL.Hostname(), ":", path, ".git")
	e.text("http_url_to_repo", web, ".git")
	e.text("web_url", web)
	if code || !k.release.since(16, 0) {
		k.writeReadme(e, p, web)
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
	k.writeNamespace(e, p)
}

// writeReadme: GitLab began to hide it from those who may not read code
// between 13.12 and 18.
func (k *call) writeReadme(e *entity, p *Project, web string) {
	if p.Empty {
		e.null("readme_url")
		return
	}
	e.text("readme_url", web, "/-/blob/main/README.md")
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

func (k *call) writeNamespace(e *entity, p *Project) {
	e.key("namespace")
	e.open('{')
	if g := k.company.groups[p.Group]; g != nil {
		path := k.company.groupPath(g)
		e.number("id", g.ID)
		e.text("name", g.Name)
		e.text("path", g.Path)
		e.text("kind", "group")
		e.text("full_path", path)
		e.numberOrNull("parent_id", g.Parent)
		e.null("avatar_url")
		e.text("web_url", k.external, "/groups/", path)
	} else {
		u := k.company.users[p.Owner]
		e.number("id", u.NamespaceID)
		e.text("name", u.Name)
		e.text("path", u.Username)
		e.text("kind", "user")
		e.text("full_path", u.Username)
		e.null("parent_id")
		e.text("avatar_url", k.avatar(u))
		e.text("web_url", k.external, "/", u.Username)
	}
	e.shut('}')
}

// writeLinks leaves out the links of features that the caller may not use.
func (k *call) writeLinks(e *entity, p *Project, path string) {
	self := k.external + "/api/v4/projects/" + strconv.Itoa(p.ID)
	e.text("container_registry_image_prefix", "registry.", k.externalURL.Hostname(), "/", path)
	e.key("_links")
	e.open('{')
	e.text("self", self)
	if k.readsIssues(p) {
		e.text("issues", self, "/issues")
	}
	if k.readsMergeRequests(p) {
		e.text("merge_requests", self, "/merge_requests")
	}
	e.text("repo_branches", self, "/repository/branches")
	e.text("labels", self, "/labels")
	e.text("events", self, "/events")
	e.text("members", self, "/members")
	if k.release.since(15, 0) {
		e.text("cluster_agents", self, "/cluster_agents")
	}
	e.shut('}')
}

// writeFeatures has each feature twice: as a boolean that answers for the
// caller, and (since 12.1) as the setting.
func (k *call) writeFeatures(e *entity, p *Project) {
	e.flag("issues_enabled", k.readsIssues(p))
	e.flag("merge_requests_enabled", k.can(p, p.MergeRequests, Reporter))
	e.flag("wiki_enabled", true)
	e.flag("jobs_enabled", k.can(p, p.Repository, Reporter))
	e.flag("snippets_enabled", true)
	e.flag("container_registry_enabled", true)
	e.flag("can_create_merge_request_in", k.user != nil && !p.Archived && k.readsMergeRequests(p))
	if !k.release.since(12, 1) {
		return
	}
	e.text("issues_access_level", p.Issues.String())
	e.text("repository_access_level", p.Repository.String())
	e.text("merge_requests_access_level", p.MergeRequests.String())
	e.text("forking_access_level", p.Repository.String())
	e.text("builds_access_level", p.Repository.String())
}

func (k *call) writeState(e *entity, p *Project, shape projectShape, path string, code, admin bool) {
	if k.release.since(12, 0) {
		e.flag("empty_repo", p.Empty)
	}
	e.flag("archived", p.Archived)
	if !k.release.since(18, 0) {
		e.text("visibility", p.Visibility.String())
	}
	if p.Group == 0 {
		e.key("owner")
		k.writeUser(e, k.company.users[p.Owner])
	}
	if k.release.since(16, 9) {
		format := "sha1"
		if p.SHA256 {
			format = "sha256"
		}
		e.text("repository_object_format", format)
	}
	if k.release.since(18, 0) || k.release.enterprise && k.release.since(13, 0) {
		e.date("marked_for_deletion_at", p.DeletionOn)
		e.date("marked_for_deletion_on", p.DeletionOn)
	}
	e.numberOrNull("creator_id", p.Owner)
	k.writeOrigin(e, p, admin)
	if k.readsIssues(p) {
		e.number("open_issues_count", k.openIssues(p))
	}
	e.text("description_html", descriptionHTML(p.Description))
	if k.release.since(16, 0) {
		e.time("updated_at", p.UpdatedAt)
	}
	if code {
		e.text("ci_config_path", "")
	}
	k.writeShares(e, p.Shares)
	if k.isAdmin() || k.company.roleOn(k.view, p) >= Reporter {
		e.text("service_desk_address", "incoming+", path, "@", k.externalURL.Hostname())
	}
	k.writeRetention(e, p)
}

// writeOrigin tells where a fork or mirror comes from; a fork's source is
// named only to those who see it.
func (k *call) writeOrigin(e *entity, p *Project, admin bool) {
	if source := k.company.project(p.ForkedFrom); source != nil && k.company.seesProject(k.view, source) {
		e.key("forked_from_project")
		k.writeProject(e, source, basicDetails)
	}
	if p.ForkedFrom != 0 && k.release.since(14, 4) {
		e.flag("mr_default_target_self", false)
	}
	status := "none"
	if p.Mirror || p.ForkedFrom != 0 {
		status = "finished"
	}
	e.text("import_status", status)
	if admin {
		e.null("import_url")
		e.null("import_type")
		e.null("import_error")
	}
	if !k.release.enterprise {
		return // pulling mirrors are a feature of the Enterprise Edition
	}
	e.flag("mirror", p.Mirror)
	if p.Mirror {
		e.numberOrNull("mirror_user_id", p.Owner)
		e.flag("mirror_trigger_builds", false)
		e.flag("only_mirror_protected_branches", false)
		e.flag("mirror_overwrites_diverged_branches", true)
	}
}

func (k *call) writeRetention(e *entity, p *Project) {
	e.key("container_expiration_policy")
	e.open('{')
	e.text("cadence", "1d")
	e.flag("enabled", false)
	e.number("keep_n", 10)
	e.text("older_than", "90d")
	e.text("name_regex", ".*")
	e.null("name_regex_keep")
	e.time("next_run_at", p.CreatedAt.Add(24*time.Hour))
	e.shut('}')
}

func descriptionHTML(description string) string {
	if description == "" {
		return ""
	}
	return `<p data-sourcepos="1:1-1:` + strconv.Itoa(len(description)) + `" dir="auto">` + htmlText(description) + "</p>"
}
