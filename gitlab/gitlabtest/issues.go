package gitlabtest

import "strconv"

var issueParameters = declare(itemParameters, []parameter{
	{name: "confidential", kind: boolean},
	{name: "with_labels_details", kind: boolean, initial: "false"},
	{name: "non_archived", kind: boolean, initial: "false"},
	{name: "issue_type", since: since{13, 12}, allowed: []string{"issue", "incident", "test_case", "requirement", "task", "ticket"}},
})

var issueSettings = []setting{
	{key: "labels", value: "[]"},
	{key: "milestone", value: "null"},
	{key: "due_date", value: "null"},
	{key: "confidential", value: "false"},
	{key: "discussion_locked", value: "null", since: since{10, 3}},
	{key: "time_stats", value: noTimeSpent, since: since{10, 7}},
	{key: "task_completion_status", value: noTasks, since: since{12, 0}},
	{key: "merge_requests_count", value: "0", since: since{12, 4}},
	{key: "has_tasks", value: "false", since: since{13, 0}},
	{key: "moved_to_id", value: "null", since: since{13, 0}},
	{key: "type", value: `"ISSUE"`, since: since{13, 12}},
	{key: "issue_type", value: `"issue"`, since: since{13, 12}},
	{key: "severity", value: `"UNKNOWN"`, since: since{14, 3}},
	{key: "service_desk_reply_to", value: "null", since: since{14, 9}},
	{key: "imported", value: "false", since: since{16, 10}},
	{key: "imported_from", value: `"none"`, since: since{16, 10}},
}

var issueTitles = []string{
	"Login fails behind the proxy", "The list is slow", "Export as CSV", "Wrong total after a refund",
	"Describe the release steps", "Alert on a full disk", "Crash with an empty name", "Support dark mode",
}

// serveIssues filters, like GitLab's finder: where issues are switched off or
// not for the caller, the answer is an empty list and not an error.
func serveIssues(k *call) answer {
	p, a := k.findProject()
	if p == nil {
		return a
	}
	var rows []item
	if k.readsIssues(p) && !k.values.yes("confidential") {
		rows = k.chosen(k.issues(p))
	}
	s := k.section(len(rows))
	var e entity
	e.open('[')
	for _, it := range rows[s.from:s.to] {
		k.writeIssue(&e, p, it)
	}
	e.shut(']')
	return k.sendSection(s, e.buf)
}

func (k *call) issues(p *Project) []item {
	return k.company.items(p, p.ID%8, 3, issueTitles, "closed")
}

// openIssues counts without making the items: lists of projects show it.
func (k *call) openIssues(p *Project) int {
	open := 0
	for i := range p.ID % 8 {
		if scramble(p.ID, 3, i)%3 == 0 {
			open++
		}
	}
	return open
}

func (k *call) writeIssue(e *entity, p *Project, it item) {
	number, path := strconv.Itoa(it.iid), k.company.projectPath(p)
	e.open('{')
	e.number("id", p.ID*100+it.iid)
	e.number("iid", it.iid)
	e.number("project_id", p.ID)
	e.text("title", it.title)
	e.null("description")
	e.text("state", it.state)
	e.time("created_at", it.created)
	e.time("updated_at", it.updated)
	if k.release.since(10, 3) {
		e.time("closed_at", it.closed)
	}
	if k.release.since(10, 7) {
		k.writeCloser(e, "closed_by", it)
	}
	k.writeItemPeople(e, it, since{9, 2})
	k.writeItemCounts(e)
	e.rest(k.constants.issue)
	e.text("web_url", k.external, "/", path, k.release.dash(), "/issues/", number)
	if k.release.since(12, 0) {
		k.writeIssueLinks(e, p, number)
	}
	k.writeReferences(e, "#"+number, path)
	e.shut('}')
}

func (k *call) writeIssueLinks(e *entity, p *Project, number string) {
	project := k.external + "/api/v4/projects/" + strconv.Itoa(p.ID)
	self := project + "/issues/" + number
	e.key("_links")
	e.open('{')
	e.text("self", self)
	e.text("notes", self, "/notes")
	e.text("award_emoji", self, "/award_emoji")
	e.text("project", project)
	if k.release.since(15, 1) {
		e.null("closed_as_duplicate_of")
	}
	e.shut('}')
}
