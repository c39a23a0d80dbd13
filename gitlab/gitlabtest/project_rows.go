package gitlabtest

import (
	"cmp"
	"slices"
	"strings"
)

// maxLists bounds how many answers to list queries one account keeps.
const maxLists = 48

// projectBase is the set that a list starts from. It follows GitLab's finder:
// owned, then min_access_level, then membership, each of them by role; else
// everything visible.
func (k *call) projectBase() []int32 {
	switch {
	case k.values.yes("owned"):
		return k.view.withRole(Owner)
	case k.values.has("min_access_level"):
		return k.view.withRole(Role(k.values.number("min_access_level")))
	case k.values.yes("membership"):
		return k.view.member
	}
	return k.view.visible
}

func (v *view) withRole(least Role) []int32 {
	var rows []int32
	for _, at := range v.member {
		if Role(v.role[at]) >= least {
			rows = append(rows, at)
		}
	}
	return rows
}

// groupProjectBase is what lies in a group, and what is shared with it. Shares
// with its subgroups don't count, whatever include_subgroups says.
func (k *call) groupProjectBase(g *Group) []int32 {
	inside := k.company.groupsFor(g, k.values.yes("include_subgroups"), k.values.yes("include_ancestor_groups"))
	var rows []int32
	for _, at := range k.projectBase() {
		p := k.company.projects[at]
		// Before 11.6 nothing keeps the shared ones out.
		if inside[p.Group] || k.values.get("with_shared") != "false" && p.sharedWith(g.ID) {
			rows = append(rows, at)
		}
	}
	return rows
}

func (c *Company) groupsFor(g *Group, below, above bool) map[int]bool {
	inside := map[int]bool{g.ID: true}
	for id := range c.groups {
		if below && c.below(id, g.ID) || above && c.below(g.ID, id) {
			inside[id] = true
		}
	}
	return inside
}

func (p *Project) sharedWith(group int) bool {
	return slices.ContainsFunc(p.Shares, func(s Share) bool { return s.Group == group })
}

// projectRows filters and orders a base. Answers are kept until the company
// changes, for the next page asks the same question.
func (k *call) projectRows(declared []parameter, base func() []int32) []int32 {
	key := k.listKey(declared)
	k.view.mu.Lock()
	defer k.view.mu.Unlock()
	if rows, known := k.view.lists[key]; known {
		return rows
	}
	if len(k.view.lists) >= maxLists {
		clear(k.view.lists)
	}
	var rows []int32
	keeps := k.projectFilter()
	for _, at := range base() {
		if keeps(k.company.projects[at]) {
			rows = append(rows, at)
		}
	}
	k.orderProjects(rows)
	k.view.lists[key] = rows
	return rows
}

// listKey leaves out what changes from page to page of one walk. Servers of
// different releases may answer from one company.
func (k *call) listKey(declared []parameter) string {
	var key strings.Builder
	key.WriteString(k.release.text + "\x00" + k.route.path + "\x00" + k.id)
	for _, p := range declared {
		switch p.name {
		case "page", "per_page", "pagination", "simple", "id_after", "id_before":
		default:
			key.WriteString("\x00" + k.values.get(p.name))
		}
	}
	return key.String()
}

func (k *call) projectFilter() func(*Project) bool {
	var filters []func(*Project) bool
	add := func(wanted bool, keeps func(*Project) bool) {
		if wanted {
			filters = append(filters, keeps)
		}
	}
	v := k.values
	add(v.has("archived"), func(p *Project) bool { return p.Archived == v.yes("archived") })
	add(!v.has("archived") && !k.release.since(11, 2), func(p *Project) bool { return !p.Archived })
	add(v.has("visibility"), func(p *Project) bool { return p.Visibility.String() == v.get("visibility") })
	add(v.has("active"), func(p *Project) bool { return k.active(p) == v.yes("active") })
	add(v.yes("starred") || v.yes("imported"), func(*Project) bool { return false })
	add(v.yes("with_issues_enabled"), func(p *Project) bool { return k.can(p, p.Issues, Guest) })
	add(v.yes("with_merge_requests_enabled"), func(p *Project) bool { return p.MergeRequests != FeatureDisabled })
	if topic := v.get("topic"); topic != "" {
		for wanted := range strings.SplitSeq(topic, ",") {
			add(true, func(p *Project) bool { return slices.Contains(p.Topics, wanted) })
		}
	}
	k.addMomentFilters(add)
	if search := strings.ToLower(v.get("search")); search != "" {
		add(true, func(p *Project) bool { return k.found(p, search) })
	}
	return func(p *Project) bool {
		for _, keeps := range filters {
			if !keeps(p) {
				return false
			}
		}
		return true
	}
}

func (k *call) active(p *Project) bool {
	return !p.Archived && p.DeletionOn.IsZero() && !k.company.dying(p.Group)
}

// addMomentFilters: the "after" bounds take the moment itself, too.
func (k *call) addMomentFilters(add func(bool, func(*Project) bool)) {
	if t, given := k.values.moment("last_activity_after"); given {
		add(true, func(p *Project) bool { return !p.LastActivityAt.Before(t) })
	}
	if t, given := k.values.moment("last_activity_before"); given {
		add(true, func(p *Project) bool { return !p.LastActivityAt.After(t) })
	}
	if t, given := k.values.moment("updated_after"); given {
		add(true, func(p *Project) bool { return !p.UpdatedAt.Before(t) })
	}
	if t, given := k.values.moment("updated_before"); given {
		add(true, func(p *Project) bool { return !p.UpdatedAt.After(t) })
	}
	if t, given := k.values.moment("marked_for_deletion_on"); given {
		add(true, func(p *Project) bool { return p.DeletionOn.UTC().Format("2006-01-02") == t.Format("2006-01-02") })
	}
}

func (k *call) found(p *Project, search string) bool {
	where := p.Name + "\x00" + p.Path + "\x00" + p.Description
	if k.values.yes("search_namespaces") {
		where += "\x00" + k.company.projectPath(p)
	}
	return strings.Contains(strings.ToLower(where), search)
}

// orderProjects breaks ties by id in the same direction, as GitLab does. Names
// are in the order of their bytes, as in a database without a locale.
func (k *call) orderProjects(rows []int32) {
	projects := k.company.projects
	var compare func(a, b *Project) int
	switch k.values.get("order_by") {
	case "id": // positions are in this order already
	case "name":
		compare = func(a, b *Project) int { return strings.Compare(a.Name, b.Name) }
	case "path":
		compare = func(a, b *Project) int { return strings.Compare(a.Path, b.Path) }
	case "updated_at":
		compare = func(a, b *Project) int { return a.UpdatedAt.Compare(b.UpdatedAt) }
	case "last_activity_at":
		compare = func(a, b *Project) int { return a.LastActivityAt.Compare(b.LastActivityAt) }
	case "star_count":
		compare = func(a, b *Project) int { return cmp.Compare(a.Stars, b.Stars) }
	default: // similarity without a search and sizes without admin rights, too
		compare = func(a, b *Project) int { return a.CreatedAt.Compare(b.CreatedAt) }
	}
	if compare != nil {
		slices.SortFunc(rows, func(a, b int32) int {
			if c := compare(projects[a], projects[b]); c != 0 {
				return c
			}
			return cmp.Compare(a, b)
		})
	}
	if k.values.get("sort") == "desc" {
		slices.Reverse(rows)
	}
}
