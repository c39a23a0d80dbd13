package gitlabtest

import "math"

// maxEmbedded is how many projects GET /groups/:id shows inside the group, since
// about 12.4; before, it shows all of them.
func (r release) maxEmbedded() int {
	if r.since(12, 4) {
		return 100
	}
	return math.MaxInt
}

func (k *call) writeGroup(e *entity, g *Group, details bool) {
	path := k.company.groupPath(g)
	e.open('{')
	e.number("id", g.ID)
	e.text("web_url", k.external, "/groups/", path)
	e.text("name", g.Name)
	e.text("path", g.Path)
	e.text("description", g.Description)
	e.text("visibility", g.Visibility.String())
	e.rest(k.constants.group)
	e.null("avatar_url")
	e.text("full_name", k.company.groupName(g))
	e.text("full_path", path)
	if k.release.since(12, 8) {
		e.time("created_at", g.CreatedAt)
	}
	e.numberOrNull("parent_id", g.Parent)
	if k.release.since(18, 0) || k.release.enterprise && k.release.since(13, 0) {
		e.date("marked_for_deletion_on", g.DeletionOn)
	}
	if k.isAdmin() && k.release.since(13, 0) {
		e.text("repository_storage", "default")
	}
	if details {
		k.writeGroupDetails(e, g)
	}
	e.shut('}')
}

func (k *call) writeGroupDetails(e *entity, g *Group) {
	if k.release.since(12, 7) { // before, groups could not be shared with groups
		k.writeShares(e, g.Shares)
	}
	if k.release.since(14, 1) {
		e.flag("prevent_sharing_groups_outside_hierarchy", false)
	}
	if k.values.get("with_projects") == "false" {
		return
	}
	e.key("projects")
	e.open('[')
	var shared []*Project
	count := 0
	for _, at := range k.view.visible {
		p := k.company.projects[at]
		if p.Group == g.ID && count < k.release.maxEmbedded() {
			k.writeProject(e, p, fullDetails)
			count++
		}
		if p.sharedWith(g.ID) && len(shared) < k.release.maxEmbedded() {
			shared = append(shared, p)
		}
	}
	e.shut(']')
	e.key("shared_projects")
	e.open('[')
	for _, p := range shared {
		k.writeProject(e, p, fullDetails)
	}
	e.shut(']')
}
