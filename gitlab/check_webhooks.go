package gitlab

import (
	"context"
	"fmt"
	"net/url"

	"flow"
)

// webhooks checks where the account could add webhooks: it needs Maintainer and
// the scope api. They are no service, so that nothing here stops anybody; reading
// the hooks of one repo proves the right without changing anything.
func (t *test) webhooks(ctx context.Context, maintained func() (total, error)) flow.Check {
	t.mu.Lock()
	scopes := t.report.Scopes
	t.mu.Unlock()
	if !scopes.Allow(flow.ScopeAPI) {
		return flow.Check{Status: flow.Skipped, Text: "needs the scope api"}
	}
	repo, sum, err := t.hookable(ctx, maintained)
	switch {
	case err != nil:
		return t.failure(flow.CheckWebhooks, flow.FaultOf(err))
	case repo == nil:
		return flow.Check{Status: flow.Skipped, Text: "needs Maintainer in a repo", Hint: "Reading needs no more than Reporter. Without webhooks new data is there after the next refresh."}
	}
	what := "webhooks of " + repo.Path
	t.set(flow.Check{Name: flow.CheckWebhooks, Status: flow.Running, Text: "reading " + what})
	r := t.request(fmt.Sprintf("projects/%d/hooks", repo.ID), url.Values{"per_page": {"1"}})
	if _, err := t.read(ctx, r, what, &[]struct{}{}); err != nil {
		f := flow.FaultOf(err)
		if refusesOne(f) {
			return flow.Check{Status: flow.Skipped, Text: "GitLab does not let the account see " + what, Says: f.Says}
		}
		return t.failure(flow.CheckWebhooks, f)
	}
	return flow.Check{Status: flow.OK, Text: "can be added in " + sum}
}

// hookable finds a repo in which the account is Maintainer, nil for none, and
// says in how many it is.
func (t *test) hookable(ctx context.Context, maintained func() (total, error)) (*flow.Repo, string, error) {
	query := memberQuery("order_by", "last_activity_at", "sort", "desc", "per_page", "20")
	pass := projectPasses(t.version)[0]
	pass(query)
	if t.version.has(roleFilter) {
		query.Set("min_access_level", number(flow.Maintainer))
	}
	var rows rowsOf[projectRow]
	if _, err := t.read(ctx, t.request("projects", query), "repos", &rows); err != nil {
		return nil, "", err
	}
	for i := range rows {
		repo := rows[i].repo()
		// The filter is GitLab's own word, which the row may not repeat for shares.
		if repo.ID <= 0 || repo.Archived || !t.version.has(roleFilter) && !repo.Role.CanHook() {
			continue
		}
		if !t.version.has(roleFilter) {
			return &repo, "at least " + repo.Path, nil
		}
		sum, err := maintained()
		return &repo, sum.of("repo"), err
	}
	return nil, "", nil
}
