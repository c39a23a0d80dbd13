package gitlabtest

import "strconv"

var mergeRequestParameters = declare(itemParameters, []parameter{
	{name: "view", allowed: []string{"simple"}},
	{name: "wip", since: since{13, 0}, allowed: []string{"yes", "no"}},
	{name: "with_labels_details", kind: boolean, initial: "false"},
	{name: "with_merge_status_recheck", kind: boolean, initial: "false"},
})

var mergeRequestSettings = []setting{
	{key: "labels", value: "[]"},
	{key: "milestone", value: "null"},
	{key: "work_in_progress", value: "false"},
	{key: "merge_when_pipeline_succeeds", value: "false"},
	{key: "merge_status", value: `"can_be_merged"`},
	{key: "should_remove_source_branch", value: "null"},
	{key: "force_remove_source_branch", value: "true"},
	{key: "approvals_before_merge", value: "null", enterprise: true},
	{key: "discussion_locked", value: "null", since: since{10, 3}},
	{key: "time_stats", value: noTimeSpent, since: since{10, 7}},
	{key: "squash", value: "false", since: since{11, 0}},
	{key: "closed_by", value: "null", since: since{11, 2}},
	{key: "closed_at", value: "null", since: since{11, 2}},
	{key: "task_completion_status", value: noTasks, since: since{12, 0}},
	{key: "has_conflicts", value: "false", since: since{12, 4}},
	{key: "blocking_discussions_resolved", value: "true", since: since{12, 7}},
	{key: "squash_commit_sha", value: "null", since: since{13, 0}},
	{key: "draft", value: "false", since: since{13, 2}},
	{key: "reviewers", value: "[]", since: since{13, 5}},
	{key: "squash_on_merge", value: "false", since: since{15, 8}},
	{key: "imported", value: "false", since: since{16, 10}},
	{key: "imported_from", value: `"none"`, since: since{16, 10}},
	{key: "merge_after", value: "null", since: since{17, 2}},
}

var mergeRequestTitles = []string{
	"Add pagination to the list", "Draft: new login page", "Bump the base image", "Fix a race in the cache",
	"Move settings into one file", "Return 404 for unknown ids", "Add dashboards", "Split the worker",
}

// serveMergeRequests answers 403, not an empty list, where merge requests are
// off or not for the caller.
func serveMergeRequests(k *call) answer {
	p, a := k.findProject()
	if p == nil {
		return a
	}
	if !k.readsMergeRequests(p) {
		return forbidden()
	}
	count := p.ID % 7
	if p.Empty {
		count = 0
	}
	rows := k.chosen(k.company.items(p, count, 2, mergeRequestTitles, "merged"))
	s := k.section(len(rows))
	var e entity
	e.open('[')
	for _, it := range rows[s.from:s.to] {
		k.writeMergeRequest(&e, p, it)
	}
	e.shut(']')
	return k.sendSection(s, e.buf)
}

func (k *call) writeMergeRequest(e *entity, p *Project, it item) {
	path, short := k.company.projectPath(p), "!"+strconv.Itoa(it.iid)
	e.open('{')
	e.number("id", p.ID*100+it.iid)
	e.number("iid", it.iid)
	e.number("project_id", p.ID)
	e.text("title", it.title)
	e.textOrNull("description", "")
	e.text("state", it.state)
	e.time("created_at", it.created)
	e.time("updated_at", it.updated)
	if k.values.get("view") != "simple" {
		k.writeMerge(e, p, it)
		k.writeReferences(e, short, path)
		if k.release.since(12, 3) {
			e.text("reference", short)
		}
	}
	e.text("web_url", k.external, "/", path, k.release.dash(), "/merge_requests/", strconv.Itoa(it.iid))
	e.shut('}')
}

func (k *call) writeMerge(e *entity, p *Project, it item) {
	if k.release.since(11, 2) {
		k.writeCloser(e, "merged_by", it)
		e.time("merged_at", it.closed)
	}
	if k.release.since(14, 7) {
		k.writeCloser(e, "merge_user", it)
	}
	e.text("target_branch", "main")
	e.text("source_branch", "change-"+strconv.Itoa(it.iid))
	k.writeItemCounts(e)
	k.writeItemPeople(e, it, since{11, 11})
	e.number("source_project_id", p.ID)
	e.number("target_project_id", p.ID)
	e.rest(k.constants.mergeRequest)
	if k.release.since(15, 6) {
		e.text("detailed_merge_status", detailedStatus(it))
		e.time("prepared_at", it.created)
	}
	e.text("sha", commitID(p, it.iid))
	if it.closed.IsZero() {
		e.null("merge_commit_sha")
	} else {
		e.text("merge_commit_sha", commitID(p, it.iid+1))
	}
	if k.release.enterprise && !k.release.since(11, 0) {
		e.flag("squash", false) // in the other edition since 11.0
	}
}

func detailedStatus(it item) string {
	if it.closed.IsZero() {
		return "mergeable"
	}
	return "not_open"
}
