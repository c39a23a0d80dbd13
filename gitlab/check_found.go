package gitlab

import (
	"context"
	"net/url"
	"strconv"

	"flow"
)

// maxCounted is where GitLab stops telling totals, since 11.8.
const maxCounted = 10_000

// A total is a number of rows, or its lower bound.
type total struct {
	n    int
	over bool
}

func (t total) of(noun string) string {
	if t.over {
		return "over " + flow.Plural(t.n, noun)
	}
	return flow.Plural(t.n, noun)
}

// found counts what the account sees. To see nothing is no success.
func (t *test) found(ctx context.Context) flow.Check {
	groups, err := t.count(ctx, "groups", groupQuery("per_page", "1"), "groups")
	if err != nil {
		return t.failure(flow.CheckFound, flow.FaultOf(err))
	}
	repos, err := t.countProjects(ctx)
	if err != nil {
		return t.failure(flow.CheckFound, flow.FaultOf(err))
	}
	t.mu.Lock()
	t.report.Groups, t.report.Repos, t.report.AtLeast = groups.n, repos.n, repos.over
	t.mu.Unlock()
	check := flow.Check{Status: flow.OK, Text: groups.of("group") + ", " + repos.of("repo")}
	sees, hint := "", "Add it to them as Reporter, then press r."
	switch {
	case groups.n+repos.n == 0:
		sees = "no groups"
	case groups.n == 0:
		sees = "no groups, only " + repos.of("repo")
	case repos.n == 0:
		sees, hint = "no repos in "+groups.of("group"), "Give it the role Reporter there, then press r."
	default:
		return check
	}
	if t.who.bot {
		hint = "It sees that alone. A token of a group, or of a user, shows more."
	}
	check.Status = flow.Warning
	check.Text = "Signed in, but " + t.called() + " sees " + sees + "."
	check.Hint = hint
	return check
}

// role checks where the account may import, and where it could add webhooks.
func (t *test) role(ctx context.Context, maintained func() (total, error)) flow.Check {
	if !t.version.has(roleFilter) {
		return flow.Check{Status: flow.Skipped, Text: "GitLab counts by role since 11.2; the list of repos will tell"}
	}
	reporter, err := t.countProjects(ctx, "min_access_level", number(flow.Reporter))
	if err != nil {
		return t.failure(flow.CheckRole, flow.FaultOf(err))
	}
	if reporter.n == 0 {
		return flow.Check{Status: flow.Warning, Text: "Reporter or more in no repo", Hint: "Importing needs Reporter. Give the account that role in its groups, then press r."}
	}
	maintainer, err := maintained()
	if err != nil {
		return t.failure(flow.CheckRole, flow.FaultOf(err))
	}
	check := flow.Check{Status: flow.OK, Text: "Reporter or more in " + reporter.of("repo") + "; Maintainer or more in "}
	switch {
	case maintainer.n == 0:
		check.Text += "none"
		check.Hint = "Reading needs no more. Webhooks will need Maintainer."
	case maintainer.over:
		check.Text += "over " + flow.Number(maintainer.n)
	default:
		check.Text += flow.Number(maintainer.n)
	}
	return check
}

// countProjects counts the projects that the account is a member of.
func (t *test) countProjects(ctx context.Context, more ...string) (total, error) {
	sum := total{}
	for _, pass := range projectPasses(t.version) {
		query := memberQuery(more...)
		query.Set("simple", "true")
		query.Set("per_page", "1")
		pass(query)
		one, err := t.count(ctx, "projects", query, "repos")
		if err != nil {
			return total{}, err
		}
		sum.n, sum.over = sum.n+one.n, sum.over || one.over
	}
	return sum, nil
}

// count reads the total of a list. GitLab leaves it out above 10,000 rows.
func (t *test) count(ctx context.Context, path string, query url.Values, what string) (total, error) {
	var rows []struct{}
	a, err := t.read(ctx, t.request(path, query), what, &rows)
	if err != nil {
		return total{}, err
	}
	if n, err := strconv.Atoi(a.header.Get("X-Total")); err == nil && n >= 0 {
		return total{n: n}, nil
	}
	if a.header.Get("X-Next-Page") != "" {
		return total{maxCounted, true}, nil
	}
	return total{n: len(rows)}, nil
}

func number(r flow.Role) string { return strconv.Itoa(int(r)) }
