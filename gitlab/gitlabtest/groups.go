package gitlabtest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

var (
	groupListParameters = declare(paging, []parameter{
		{name: "skip_groups", kind: numbers},
		{name: "all_available", kind: boolean},
		{name: "search"},
		{name: "owned", kind: boolean, initial: "false"},
		{name: "order_by", initial: "name", allowed: []string{"name", "path", "id", "similarity"}},
		{name: "sort", initial: "asc", allowed: []string{"asc", "desc"}},
		{name: "statistics", kind: boolean, initial: "false"},
		{name: "min_access_level", kind: integer, since: since{11, 2}, allowed: levels},
		{name: "top_level_only", kind: boolean, since: since{13, 1}},
		{name: "with_custom_attributes", kind: boolean, initial: "false"},
		{name: "repository_storage", since: since{16, 0}},
		{name: "visibility", since: since{17, 0}, allowed: visibilities},
		{name: "marked_for_deletion_on", kind: moment, since: since{17, 0}},
		{name: "active", kind: boolean, since: since{18, 0}},
		{name: "archived", kind: boolean, since: since{18, 0}},
	})

	groupParameters = []parameter{
		{name: "with_projects", kind: boolean, initial: "true"},
		{name: "with_custom_attributes", kind: boolean, initial: "false"},
	}
)

// serveGroups has no keyset paging for those who sign in, on any release.
func serveGroups(k *call) answer {
	return k.sendGroups(func(g *Group) bool { return !k.values.yes("top_level_only") || g.Parent == 0 })
}

func serveSubgroups(k *call) answer {
	parent, a := k.findGroup()
	if parent == nil {
		return a
	}
	return k.sendGroups(func(g *Group) bool { return g.Parent == parent.ID })
}

func serveDescendants(k *call) answer {
	parent, a := k.findGroup()
	if parent == nil {
		return a
	}
	return k.sendGroups(func(g *Group) bool { return g.ID != parent.ID && k.company.below(g.ID, parent.ID) })
}

func serveGroup(k *call) answer {
	g, a := k.findGroup()
	if g == nil {
		return a
	}
	var e entity
	k.writeGroup(&e, g, true)
	return jsonAnswer(http.StatusOK, e.buf)
}

// findGroup reads the :id of the path: a number, or the full path.
func (k *call) findGroup() (*Group, answer) {
	var g *Group
	if id, err := strconv.Atoi(k.id); err == nil {
		g = k.company.groups[id]
	} else {
		g = k.company.namespaceAt(k.id).group
	}
	if g == nil || !k.view.sees(g) {
		return nil, notFound("Group")
	}
	return g, answer{}
}

func (k *call) sendGroups(keeps func(*Group) bool) answer {
	base := k.groupBase()
	filter := k.groupFilter()
	var groups []*Group
	for _, g := range k.company.groups {
		if base(g) && filter(g) && keeps(g) {
			groups = append(groups, g)
		}
	}
	k.orderGroups(groups)
	s := k.section(len(groups))
	e := entity{buf: make([]byte, 0, 64+1400*(s.to-s.from))}
	e.open('[')
	for _, g := range groups[s.from:s.to] {
		k.writeGroup(&e, g, false)
	}
	e.shut(']')
	return k.sendSection(s, e.buf)
}

// groupBase follows GitLab's finder. owned looks at own memberships;
// min_access_level at own memberships and all below, but at no invitations;
// all_available is off unless asked for, except for administrators. Anonymous
// calls get what is public.
func (k *call) groupBase() func(*Group) bool {
	v := k.view
	if k.anonymous {
		return func(g *Group) bool { return !k.values.yes("owned") && g.Visibility == Public }
	}
	if k.values.yes("owned") {
		return func(g *Group) bool { return v.direct[g.ID] == Owner }
	}
	if k.values.has("min_access_level") {
		least := Role(k.values.number("min_access_level"))
		return func(g *Group) bool { return k.company.highestDirect(v, g.ID) >= least }
	}
	all := k.values.yes("all_available")
	if !k.values.has("all_available") {
		all = v.user.Admin
	}
	if all {
		return v.sees
	}
	return func(g *Group) bool { return v.listed[g.ID] }
}

func (k *call) groupFilter() func(*Group) bool {
	skipped := k.values.numbers("skip_groups")
	search := strings.ToLower(k.values.get("search"))
	return func(g *Group) bool {
		switch {
		case slices.Contains(skipped, g.ID),
			k.values.yes("archived"),
			k.values.has("visibility") && g.Visibility.String() != k.values.get("visibility"),
			k.values.has("active") && g.DeletionOn.IsZero() != k.values.yes("active"):
			return false
		}
		if day, given := k.values.moment("marked_for_deletion_on"); given &&
			g.DeletionOn.UTC().Format("2006-01-02") != day.Format("2006-01-02") {
			return false
		}
		return search == "" || strings.Contains(strings.ToLower(g.Name+"\x00"+g.Path), search)
	}
}

// orderGroups breaks ties by ascending id, whatever the direction.
func (k *call) orderGroups(groups []*Group) {
	sign := 1
	if k.values.get("sort") == "desc" {
		sign = -1
	}
	slices.SortFunc(groups, func(a, b *Group) int {
		c := 0
		switch k.values.get("order_by") {
		case "path":
			c = strings.Compare(a.Path, b.Path)
		case "id":
			c = cmp.Compare(a.ID, b.ID)
		default:
			c = strings.Compare(a.Name, b.Name)
		}
		if c == 0 {
			return cmp.Compare(a.ID, b.ID)
		}
		return sign * c
	})
}

// maxEmbedded is how many projects GET /groups/:id shows inside the group.
const maxEmbedded = 100

func (k *call) writeGroup(e *entity, g *Group, details bool) {
	path := k.company.groupPath(g)
	e.open('{')
	e.number("id", g.ID)
	e.text("web_url", k.external, "/groups/", path)
	e.text("name", g.Name)
	e.text("path", g.Path)
	e.text("description", g.Description)
	e.text("visibility", g.Visibility.String())
	e.rest(k.groupSettings)
	e.null("avatar_url")
	e.text("full_name", k.company.groupName(g))
	e.text("full_path", path)
	e.time("created_at", g.CreatedAt)
	e.numberOrNull("parent_id", g.Parent)
	if k.release.since(18, 0) || k.release.enterprise && k.release.since(13, 0) {
		e.date("marked_for_deletion_on", g.DeletionOn)
	}
	if k.isAdmin() {
		e.text("repository_storage", "default")
	}
	if details {
		k.writeGroupDetails(e, g)
	}
	e.shut('}')
}

func (k *call) writeGroupDetails(e *entity, g *Group) {
	k.writeShares(e, g.Shares)
	e.flag("prevent_sharing_groups_outside_hierarchy", false)
	if !k.values.yes("with_projects") {
		return
	}
	e.key("projects")
	e.open('[')
	var shared []*Project
	count := 0
	for _, at := range k.view.visible {
		p := k.company.projects[at]
		if p.Group == g.ID && count < maxEmbedded {
			k.writeProject(e, p, fullDetails)
			count++
		}
		if p.sharedWith(g.ID) && len(shared) < maxEmbedded {
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
