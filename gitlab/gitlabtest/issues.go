package gitlabtest

import "strconv"

var issueParameters = declare(itemParameters, []parameter{
	{name: "confidential", kind: boolean},
	{name: "with_labels_details", kind: boolean, initial: "false"},
	{name: "non_archived", kind: boolean, initial: "false"},
	{name: "issue_type", since: since{13, 12}, allowed: []string{"issue", "incident", "test_case", "requirement", "task", "ticket"}},
})

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
	e.time("closed_at", it.closed)
	if it.closed.IsZero() {
		e.null("closed_by")
	} else {
		e.key("closed_by")
		k.writeUser(e, it.author)
	}
	e.raw("labels", "[]")
	e.null("milestone")
	k.writeItemPeople(e, it)
	if k.release.since(13, 12) {
		e.text("type", "ISSUE")
	}
	k.writeItemCounts(e)
	e.number("merge_requests_count", 0)
	e.null("due_date")
	e.flag("confidential", false)
	e.null("discussion_locked")
	if k.release.since(13, 12) {
		e.text("issue_type", "issue")
	}
	e.text("web_url", k.external, "/", path, "/-/issues/", number)
	e.raw("time_stats", noTimeSpent)
	e.raw("task_completion_status", noTasks)
	e.flag("has_tasks", false)
	k.writeIssueLinks(e, p, number)
	k.writeReferences(e, "#"+number, path)
	if k.release.since(14, 3) {
		e.text("severity", "UNKNOWN")
	}
	e.null("moved_to_id")
	if k.release.since(16, 10) {
		e.flag("imported", false)
		e.text("imported_from", "none")
	}
	if k.release.since(14, 9) {
		e.null("service_desk_reply_to")
	}
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
