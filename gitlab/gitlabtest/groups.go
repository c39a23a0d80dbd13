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
		{name: "order_by", initial: "name", allowed: []string{"name", "path", "id", "similarity"},
			newer: map[string]since{"id": {11, 1}, "similarity": {14, 1}}},
		{name: "sort", initial: "asc", allowed: []string{"asc", "desc"}},
		{name: "statistics", kind: boolean, initial: "false"},
		{name: "min_access_level", kind: integer, since: since{11, 2}, allowed: levels, newer: newLevels},
		{name: "top_level_only", kind: boolean, since: since{13, 1}},
		{name: "with_custom_attributes", kind: boolean, since: since{10, 0}, initial: "false"},
		{name: "repository_storage", since: since{16, 0}},
		{name: "visibility", since: since{17, 0}, allowed: visibilities},
		{name: "marked_for_deletion_on", kind: moment, since: since{17, 0}},
		{name: "active", kind: boolean, since: since{18, 0}},
		{name: "archived", kind: boolean, since: since{18, 0}},
	})

	groupParameters = []parameter{
		{name: "with_projects", kind: boolean, since: since{11, 4}, initial: "true"},
		{name: "with_custom_attributes", kind: boolean, since: since{10, 0}, initial: "false"},
	}
)

// serveGroups has no keyset paging for those who sign in, on any release, and
// an end of its offsets only for those who don't (since 14.6, when there was
// something to go on with).
func serveGroups(k *call) answer {
	if k.anonymous && k.release.since(14, 6) {
		if a, refused := k.offsetRefused("Group"); refused {
			return a
		}
	}
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

// findGroup reads the :id of the path: a number, or the full path. An old path
// is not found on any release: only projects lead on from there.
func (k *call) findGroup() (*Group, answer) {
	var g *Group
	if id, err := strconv.Atoi(k.id); err == nil {
		g = k.company.groups[id]
	} else {
		g = k.company.namespaceAt(k.id).group
	}
	if g == nil || !k.view.sees(g) || k.shutOut(g.ID) && k.view.groupRole[g.ID] < Owner {
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

// groupBase follows GitLab's finder, which lists use since 10.3. owned looks at
// own memberships; min_access_level at own memberships and all below, but at no
// invitations; all_available is off unless asked for, except for
// administrators. Anonymous calls get what is public.
func (k *call) groupBase() func(*Group) bool {
	v := k.view
	if k.anonymous {
		return func(g *Group) bool { return !k.values.yes("owned") && g.Visibility == Public }
	}
	if k.values.yes("owned") {
		return func(g *Group) bool { return v.direct[g.ID] == Owner }
	}
	if !k.release.since(10, 3) {
		return k.oldGroupBase()
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

// oldGroupBase: up to 10.2 a list has the groups that one is a member of
// oneself, neither what is below nor what is above; administrators get all. What
// is available is that, the groups of one's projects, and what is open to
// everybody (9.0; some of the releases after it look further up and down, but
// which is not known).
func (k *call) oldGroupBase() func(*Group) bool {
	v := k.view
	if v.user.Admin {
		return v.sees
	}
	own := func(g *Group) bool { return v.direct[g.ID] > NoAccess }
	if !k.values.yes("all_available") {
		return own
	}
	homes := map[int]bool{}
	for _, at := range v.member {
		homes[k.company.projects[at].Group] = true
	}
	return func(g *Group) bool { return own(g) || homes[g.ID] || v.admits(g.Visibility) }
}

func (k *call) groupFilter() func(*Group) bool {
	skipped := k.values.numbers("skip_groups")
	search := strings.ToLower(k.values.get("search"))
	return func(g *Group) bool {
		switch {
		case slices.Contains(skipped, g.ID),
			k.values.yes("archived"),
			k.values.has("visibility") && g.Visibility.String() != k.values.get("visibility"),
			k.values.has("active") && k.company.dying(g.ID) == k.values.yes("active"):
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
