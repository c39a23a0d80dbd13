package gitlab

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"sync"

	"flow"
)

const (
	maxAttempts    = 3 // repos tried for one service
	candidatePages = 2
	candidateSize  = 50
)

// A trial is how one service is tried: by the request that reading it begins
// with.
type trial struct {
	name    string
	service flow.Service
	path    string // below a project
	what    string
}

var trials = []trial{
	{flow.CheckRepo, flow.RepoService, "repository/commits", "commits"},
	{flow.CheckPR, flow.PRService, "merge_requests", "merge requests"},
	{flow.CheckTicket, flow.TicketService, "issues", "issues"},
}

// services starts the checks of what can be read. They share the list of repos
// to try it on.
func (t *test) services(ctx context.Context, all *sync.WaitGroup) {
	candidates := sync.OnceValues(func() ([]flow.Repo, error) { return t.candidates(ctx) })
	for _, tr := range trials {
		all.Go(func() {
			t.do(ctx, tr.name, "looking for a repo to try", func(ctx context.Context) flow.Check {
				repos, err := candidates()
				if err != nil {
					return t.failure(tr.name, flow.FaultOf(err))
				}
				return t.try(ctx, tr, fitting(repos, tr.service))
			})
		})
	}
}

// candidates are repos that the account may read, those with the latest
// activity first.
func (t *test) candidates(ctx context.Context) ([]flow.Repo, error) {
	query := memberQuery("order_by", "last_activity_at", "sort", "desc", "per_page", strconv.Itoa(candidateSize))
	if t.version.has(roleFilter) {
		query.Set("min_access_level", number(flow.Reporter))
	}
	var repos []flow.Repo
	for page := 1; page <= candidatePages; page++ {
		query.Set("page", strconv.Itoa(page))
		var rows rowsOf[projectRow]
		if _, err := t.read(ctx, t.request("projects", query), "repos", &rows); err != nil {
			return nil, err
		}
		for i := range rows {
			repos = append(repos, rows[i].repo())
		}
		if len(rows) < candidateSize || enough(repos) {
			break
		}
	}
	return repos, nil
}

func enough(repos []flow.Repo) bool {
	for _, tr := range trials {
		if len(fitting(repos, tr.service)) < maxAttempts {
			return false
		}
	}
	return true
}

// fitting are the first repos on which a service is on.
func fitting(repos []flow.Repo, service flow.Service) []flow.Repo {
	var fit []flow.Repo
	for _, r := range repos {
		if r.ID <= 0 || r.Off.Has(service) || service == flow.RepoService && r.Empty {
			continue
		}
		if fit = append(fit, r); len(fit) == maxAttempts {
			break
		}
	}
	return fit
}

const (
	canBeRead = " can be read"
	textWidth = 57 // columns for the text of a check, on a screen of 80
)

// refusesOne reports whether a fault is about one thing that was asked for, and
// not about the account, the token or the way.
func refusesOne(f *flow.Fault) bool {
	return flow.CausedBy(f, flow.Forbidden, flow.NotFound, flow.ScopeMissing, flow.Granular, flow.Firewall)
}

// try reads one row of a service, on the first repo that lets it.
func (t *test) try(ctx context.Context, tr trial, repos []flow.Repo) flow.Check {
	if len(repos) == 0 {
		return flow.Check{Status: flow.Skipped, Text: "no repo to try"}
	}
	var refusal, last *flow.Fault
	for _, repo := range repos {
		what := tr.what + " of " + repo.Path
		if len(what)+len(canBeRead) > textWidth {
			what = tr.what + " of " + path.Base(repo.Path)
		}
		t.set(flow.Check{Name: tr.name, Status: flow.Running, Text: "reading " + what})
		r := t.request(fmt.Sprintf("projects/%d/%s", repo.ID, tr.path), map[string][]string{"per_page": {"1"}})
		_, err := t.read(ctx, r, what, &[]struct{}{})
		if err == nil {
			return flow.Check{Status: flow.OK, Text: what + canBeRead}
		}
		if t.cancelled() {
			return flow.Check{}
		}
		last = flow.FaultOf(err)
		if refusesOne(last) {
			refusal = last
		}
	}
	if refusal == nil {
		return t.failure(tr.name, last)
	}
	t.mu.Lock()
	t.report.Readable = t.report.Readable.Without(tr.service)
	t.mu.Unlock()
	return flow.Check{
		Status: flow.Warning, Text: "the account may not read " + tr.what,
		Hint: fmt.Sprintf("Tried in %s, where they are switched on. %s stays off until the account may read them.", flow.Plural(len(repos), "repo"), tr.service),
		Says: refusal.Says,
	}
}
