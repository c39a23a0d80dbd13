package gitlabtest

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

var commitParameters = declare(paging, []parameter{
	{name: "ref_name"},
	{name: "since", kind: moment},
	{name: "until", kind: moment},
	{name: "path"},
	{name: "author", since: since{15, 10}},
	{name: "all", kind: boolean, since: since{10, 6}},
	{name: "with_stats", kind: boolean, since: since{11, 1}},
	{name: "first_parent", kind: boolean, since: since{12, 4}},
	{name: "order", since: since{13, 4}, initial: "default", allowed: []string{"default", "topo"}},
	{name: "trailers", kind: boolean, since: since{13, 12}, initial: "false"},
})

var commitTitles = []string{
	"Fix the build", "Update dependencies", "Add a test for empty input", "Rename a helper", "Document the setup",
	"Retry on timeouts", "Remove dead code", "Merge branch 'main' into 'feature'", "Speed up the list", "Log less",
}

// serveCommits never tells totals. It only knows whether a page is full, so a
// full last page names a next one, which is empty.
func serveCommits(k *call) answer {
	p, a := k.findProject()
	if p == nil {
		return a
	}
	if !k.can(p, p.Repository, codeRole(p)) {
		return notFound("Repository")
	}
	if !k.readsCode(p) {
		return forbidden()
	}
	rows := k.commits(p)
	s := k.section(len(rows))
	s.counted = false
	s.next = s.to-s.from == s.perPage
	var e entity
	e.open('[')
	for _, n := range rows[s.from:s.to] {
		k.writeCommit(&e, p, n)
	}
	e.shut(']')
	return k.sendSection(s, e.buf)
}

// commits are numbers that count down to 1, newest first.
func (k *call) commits(p *Project) []int {
	if p.Empty || k.values.has("ref_name") && k.values.get("ref_name") != "main" && k.values.get("ref_name") != "HEAD" {
		return nil
	}
	count := 4 + p.ID%9
	since, hasSince := k.values.moment("since")
	until, hasUntil := k.values.moment("until")
	var rows []int
	for n := count; n >= 1; n-- {
		at := commitTime(p, n, count)
		if hasSince && at.Before(since) || hasUntil && at.After(until) {
			continue
		}
		rows = append(rows, n)
	}
	return rows
}

func commitTime(p *Project, n, count int) time.Time {
	return p.LastActivityAt.Add(-time.Duration(count-n) * 29 * time.Hour)
}

// commitID has 64 digits in a SHA-256 repository.
func commitID(p *Project, n int) string {
	text := fmt.Appendf(nil, "commit %d of project %d", n, p.ID)
	if p.SHA256 {
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum(text)
	return hex.EncodeToString(sum[:])
}

func (k *call) writeCommit(e *entity, p *Project, n int) {
	id := commitID(p, n)
	seed := scramble(p.ID, 1, n)
	title := commitTitles[seed%uint64(len(commitTitles))]
	who := k.company.someone(seed >> 8)
	at := commitTime(p, n, 4+p.ID%9).UTC().Format("2006-01-02T15:04:05.000+00:00")
	var parents []string
	if n > 1 {
		parents = []string{commitID(p, n-1)}
	}
	e.open('{')
	e.text("id", id)
	e.text("short_id", id[:8])
	e.text("created_at", at)
	e.texts("parent_ids", parents)
	e.text("title", title)
	e.text("message", title, "\n")
	e.text("author_name", who.Name)
	e.text("author_email", who.Email)
	e.text("authored_date", at)
	e.text("committer_name", who.Name)
	e.text("committer_email", who.Email)
	e.text("committed_date", at)
	if k.release.since(13, 12) {
		e.raw("trailers", "{}")
	}
	if k.release.since(15, 11) {
		e.raw("extended_trailers", "{}")
	}
	if k.release.since(12, 9) {
		e.text("web_url", k.external, "/", k.company.projectPath(p), "/-/commit/", id)
	}
	if k.values.yes("with_stats") {
		added, deleted := int(seed%120), int(seed>>16%40)
		e.key("stats")
		e.open('{')
		e.number("additions", added)
		e.number("deletions", deleted)
		e.number("total", added+deleted)
		e.shut('}')
	}
	e.shut('}')
}
