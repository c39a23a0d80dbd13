package gitlabtest

import (
	"net/http"
	"sort"
)

var (
	levels       = []string{"10", "15", "20", "30", "40", "50"}
	newLevels    = map[string]since{"15": {17, 7}} // Planner
	visibilities = []string{"private", "internal", "public"}

	projectFilters = []parameter{
		{name: "archived", kind: boolean},
		{name: "visibility", allowed: visibilities},
		{name: "search"},
		{name: "owned", kind: boolean, initial: "false"},
		{name: "starred", kind: boolean, initial: "false"},
		{name: "active", kind: boolean, since: since{18, 0}},
		{name: "simple", kind: boolean, initial: "false"},
		{name: "with_custom_attributes", kind: boolean, since: since{10, 0}, initial: "false"},
	}

	// newOrders names what 12.5 did not know; which release brought each of
	// them is known from GitLab's documentation, or it is the first that has it.
	newOrders = map[string]since{"similarity": {14, 1}, "star_count": {16, 6}, "storage_size": {13, 11},
		"repository_size": {13, 11}, "wiki_size": {13, 11}, "packages_size": {13, 11}}

	projectListParameters = declare(paging, projectFilters, []parameter{
		{name: "with_issues_enabled", kind: boolean, since: since{9, 3}, initial: "false"},
		{name: "with_merge_requests_enabled", kind: boolean, since: since{9, 3}, initial: "false"},
		{name: "min_access_level", kind: integer, since: since{11, 2}, allowed: levels, newer: newLevels},
		{name: "order_by", initial: "created_at", newer: newOrders, allowed: []string{"id", "name", "path", "created_at", "updated_at",
			"last_activity_at", "similarity", "star_count", "storage_size", "repository_size", "wiki_size", "packages_size"}},
		{name: "sort", initial: "desc", allowed: []string{"asc", "desc"}},
		{name: "pagination", since: since{12, 6}},
		{name: "search_namespaces", kind: boolean, since: since{12, 10}},
		{name: "imported", kind: boolean, since: since{14, 0}, initial: "false"},
		{name: "membership", kind: boolean, initial: "false"},
		{name: "with_programming_language", since: since{12, 10}},
		{name: "id_after", kind: integer, since: since{12, 5}},
		{name: "id_before", kind: integer, since: since{12, 5}},
		{name: "last_activity_after", kind: moment, since: since{12, 10}},
		{name: "last_activity_before", kind: moment, since: since{12, 10}},
		{name: "updated_after", kind: moment, since: since{15, 11}},
		{name: "updated_before", kind: moment, since: since{15, 11}},
		{name: "repository_storage", since: since{13, 0}},
		{name: "topic", since: since{12, 10}},
		{name: "topic_id", kind: integer, since: since{15, 0}},
		{name: "include_pending_delete", kind: boolean, since: since{17, 0}, initial: "false"},
		{name: "include_hidden", kind: boolean, since: since{17, 0}, initial: "false"},
		{name: "marked_for_deletion_on", kind: moment, since: since{17, 0}},
		{name: "statistics", kind: boolean, initial: "false"},
		{name: "wiki_checksum_failed", kind: boolean, since: since{11, 2}, initial: "false"},
		{name: "repository_checksum_failed", kind: boolean, since: since{11, 2}, initial: "false"},
	})

	groupProjectParameters = declare(paging, projectFilters, []parameter{
		{name: "with_issues_enabled", kind: boolean, since: since{11, 6}, initial: "false"},
		{name: "with_merge_requests_enabled", kind: boolean, since: since{11, 6}, initial: "false"},
		{name: "min_access_level", kind: integer, since: since{12, 9}, allowed: levels, newer: newLevels},
		{name: "order_by", initial: "created_at", newer: newOrders, allowed: []string{"id", "name", "path", "created_at", "updated_at",
			"last_activity_at", "similarity", "star_count"}},
		{name: "sort", initial: "desc", allowed: []string{"asc", "desc"}},
		{name: "with_shared", kind: boolean, since: since{11, 6}, initial: "true"},
		{name: "include_subgroups", kind: boolean, since: since{11, 6}, initial: "false"},
		{name: "include_ancestor_groups", kind: boolean, since: since{15, 0}, initial: "false"},
		{name: "with_security_reports", kind: boolean, since: since{13, 0}, initial: "false"},
	})

	projectParameters = []parameter{
		{name: "statistics", kind: boolean, initial: "false"},
		{name: "license", kind: boolean, since: since{11, 2}, initial: "false"},
		{name: "with_custom_attributes", kind: boolean, since: since{10, 0}, initial: "false"},
	}
)

// serveProjects pages by number, or by id where keyset paging is asked for.
func serveProjects(k *call) answer {
	keyset := k.keysetAsked()
	if keyset && k.values.get("order_by") != "id" {
		return keysetRefused()
	}
	if !keyset && k.deepProjectsRefused() {
		if a, refused := k.offsetRefused("Project"); refused {
			return a
		}
	}
	if a, refused := k.unpairedUpdates(); refused {
		return a
	}
	rows := k.within(k.projectRows(projectListParameters, k.projectBase))
	shape := withListAccess
	if k.anonymous || k.values.yes("simple") {
		shape = basicDetails
	}
	if !keyset {
		s := k.section(len(rows))
		return k.sendSection(s, k.renderProjects(rows[s.from:s.to], shape))
	}
	s := k.section(len(rows))
	rows = rows[:min(s.perPage, len(rows))]
	last := 0
	if len(rows) > 0 {
		last = k.company.projects[rows[len(rows)-1]].ID
	}
	return k.sendKeyset(last, k.values.get("sort") == "desc", k.renderProjects(rows, shape))
}

// serveProject shows one project with the roles of the caller.
func serveProject(k *call) answer {
	p, a := k.findProject()
	if p == nil {
		return a
	}
	shape := withAccess
	if k.anonymous {
		shape = basicDetails
	}
	var e entity
	k.writeProject(&e, p, shape)
	return jsonAnswer(http.StatusOK, e.buf)
}

// serveGroupProjects has no roles in its answer, takes neither id ranges nor
// keyset paging, and no limit of depth.
func serveGroupProjects(k *call) answer {
	g, a := k.findGroup()
	if g == nil {
		return a
	}
	rows := k.projectRows(groupProjectParameters, func() []int32 { return k.groupProjectBase(g) })
	shape := fullDetails
	if k.values.yes("simple") {
		shape = basicDetails
	}
	s := k.section(len(rows))
	return k.sendSection(s, k.renderProjects(rows[s.from:s.to], shape))
}

// unpairedUpdates: updated_after and updated_before want the list in the order
// of updated_at (15.11).
func (k *call) unpairedUpdates() (answer, bool) {
	if !k.values.has("updated_after") && !k.values.has("updated_before") || k.values.get("order_by") == "updated_at" {
		return answer{}, false
	}
	return message(http.StatusBadRequest, "400 Bad request - `updated_at` filter and `updated_at` sorting must be paired"), true
}

// within cuts rows to id_after and id_before. Rows in the order of their ids
// are cut by binary search: a walk of a large GitLab does little else.
func (k *call) within(rows []int32) []int32 {
	after, before := k.values.number("id_after"), k.values.number("id_before")
	if !k.values.has("id_after") && !k.values.has("id_before") {
		return rows
	}
	if !k.values.has("id_before") {
		before = int(^uint(0) >> 1)
	}
	id := func(i int) int { return k.company.projects[rows[i]].ID }
	if k.values.get("order_by") != "id" {
		var kept []int32
		for i, row := range rows {
			if id(i) > after && id(i) < before {
				kept = append(kept, row)
			}
		}
		return kept
	}
	from := sort.Search(len(rows), func(i int) bool { return id(i) > after })
	to := sort.Search(len(rows), func(i int) bool { return id(i) >= before })
	if k.values.get("sort") == "desc" {
		from = sort.Search(len(rows), func(i int) bool { return id(i) < before })
		to = sort.Search(len(rows), func(i int) bool { return id(i) <= after })
	}
	return rows[min(from, to):to]
}

func (k *call) renderProjects(rows []int32, shape projectShape) []byte {
	e := entity{buf: make([]byte, 0, 64+len(rows)*shape.size())}
	e.open('[')
	for _, row := range rows {
		k.writeProject(&e, k.company.projects[row], shape)
	}
	e.shut(']')
	return e.buf
}
