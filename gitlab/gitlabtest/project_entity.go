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
	k.writeBasics(e, p, path, shape, code)
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

// writeLinks leaves out the links of features that the caller may not use. There
// are none before 9.5.
func (k *call) writeLinks(e *entity, p *Project, path string) {
	self := k.external + "/api/v4/projects/" + strconv.Itoa(p.ID)
	if k.release.since(13, 11) {
		e.text("container_registry_image_prefix", "registry.", k.externalURL.Hostname(), "/", path)
	}
	if !k.release.since(9, 5) {
		return
	}
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
	if k.release.since(13, 0) {
		e.flag("can_create_merge_request_in", k.user != nil && !p.Archived && k.readsMergeRequests(p))
		e.text("forking_access_level", p.Repository.String())
	}
	if !k.release.since(12, 1) {
		return
	}
	e.text("issues_access_level", p.Issues.String())
	e.text("repository_access_level", p.Repository.String())
	e.text("merge_requests_access_level", p.MergeRequests.String())
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
	if k.release.since(15, 4) {
		e.text("description_html", descriptionHTML(p.Description))
	}
	if k.release.since(16, 0) {
		e.time("updated_at", p.UpdatedAt)
	}
	if k.release.since(9, 4) && (code || !k.release.since(11, 8)) {
		e.text("ci_config_path", "")
	}
	k.writeShares(e, p.Shares)
	if k.release.since(13, 2) && (k.isAdmin() || k.company.roleOn(k.view, p) >= Reporter) {
		e.text("service_desk_address", "incoming+", path, "@", k.externalURL.Hostname())
	}
	if k.release.since(12, 6) {
		k.writeRetention(e, p)
	}
}

// writeOrigin tells where a fork or mirror comes from; since about 12.1 a fork's
// source is named only to those who see it.
func (k *call) writeOrigin(e *entity, p *Project, admin bool) {
	source := k.company.project(p.ForkedFrom)
	if source != nil && (k.company.seesProject(k.view, source) || !k.release.since(12, 1)) {
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
	if k.release.since(9, 3) {
		e.text("import_status", status)
	}
	if admin && k.release.since(9, 4) {
		e.null("import_error")
	}
	if admin && k.release.since(14, 0) {
		e.null("import_url")
		e.null("import_type")
	}
	if !k.release.enterprise || !k.release.since(10, 3) {
		return // pulling mirrors are a feature of the Enterprise Edition
	}
	e.flag("mirror", p.Mirror)
	if p.Mirror && k.release.since(11, 0) {
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
