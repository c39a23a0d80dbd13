package gitlabtest

import "strconv"

var mergeRequestParameters = declare(itemParameters, []parameter{
	{name: "view", allowed: []string{"simple"}},
	{name: "wip", since: since{13, 0}, allowed: []string{"yes", "no"}},
	{name: "with_labels_details", kind: boolean, initial: "false"},
	{name: "with_merge_status_recheck", kind: boolean, initial: "false"},
})

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
		return forbidden("")
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
		e.text("reference", short)
	}
	e.text("web_url", k.external, "/", path, "/-/merge_requests/", strconv.Itoa(it.iid))
	e.shut('}')
}

func (k *call) writeMerge(e *entity, p *Project, it item) {
	keys := []string{"merged_by"}
	if k.release.since(14, 7) {
		keys = append(keys, "merge_user")
	}
	for _, key := range keys {
		if it.closed.IsZero() {
			e.null(key)
			continue
		}
		e.key(key)
		k.writeUser(e, it.author)
	}
	e.time("merged_at", it.closed)
	e.null("closed_by")
	e.null("closed_at")
	e.text("target_branch", "main")
	e.text("source_branch", "change-"+strconv.Itoa(it.iid))
	k.writeItemCounts(e)
	k.writeItemPeople(e, it)
	if k.release.since(13, 5) {
		e.raw("reviewers", "[]")
	}
	e.number("source_project_id", p.ID)
	e.number("target_project_id", p.ID)
	e.raw("labels", "[]")
	if k.release.since(13, 2) {
		e.flag("draft", false)
	}
	e.flag("work_in_progress", false)
	if k.release.since(16, 10) {
		e.flag("imported", false)
		e.text("imported_from", "none")
	}
	e.null("milestone")
	e.flag("merge_when_pipeline_succeeds", false)
	e.text("merge_status", "can_be_merged")
	if k.release.since(15, 6) {
		e.text("detailed_merge_status", detailedStatus(it))
	}
	if k.release.since(17, 2) {
		e.null("merge_after")
	}
	k.writeMergeCommits(e, p, it)
}

func (k *call) writeMergeCommits(e *entity, p *Project, it item) {
	e.text("sha", commitID(p, it.iid))
	if it.closed.IsZero() {
		e.null("merge_commit_sha")
	} else {
		e.text("merge_commit_sha", commitID(p, it.iid+1))
	}
	e.null("squash_commit_sha")
	e.null("discussion_locked")
	e.null("should_remove_source_branch")
	e.flag("force_remove_source_branch", true)
	if k.release.since(15, 6) {
		e.time("prepared_at", it.created)
	}
	e.raw("time_stats", noTimeSpent)
	e.flag("squash", false)
	if k.release.since(15, 8) {
		e.flag("squash_on_merge", false)
	}
	e.raw("task_completion_status", noTasks)
	e.flag("has_conflicts", false)
	e.flag("blocking_discussions_resolved", true)
	if k.release.enterprise {
		e.null("approvals_before_merge")
	}
}

func detailedStatus(it item) string {
	if it.closed.IsZero() {
		return "mergeable"
	}
	return "not_open"
}
