package gitlab

import (
	"context"
	"net/http"
	"net/url"

	"flow"
)

// probeScopes finds out what a token may do where GitLab does not say it,
// before 15.5: by trying. Nothing is changed by that.
func (t *test) probeScopes(ctx context.Context) (flow.Scopes, error) {
	for _, probe := range []struct {
		scope flow.Scope
		try   func(context.Context) (bool, error)
	}{
		{flow.ScopeAPI, t.mayWrite},
		{flow.ScopeReadAPI, func(ctx context.Context) (bool, error) { return t.mayRead(ctx, "groups") }},
		{flow.ScopeReadUser, func(ctx context.Context) (bool, error) { return t.mayRead(ctx, "user") }},
	} {
		if may, err := probe.try(ctx); err != nil {
			return nil, err
		} else if may {
			return flow.Scopes{probe.scope}, nil
		}
	}
	return nil, nil
}

// mayWrite asks to add a hook to project 0, which there is none: GitLab looks
// at the scopes first, then for the project, and refuses in different words.
// Without the scope api it answers 403, before 10.2 with 401.
func (t *test) mayWrite(ctx context.Context) (bool, error) {
	r := t.request("projects/0/hooks", nil)
	r.method, r.body = http.MethodPost, "{}"
	a, err := t.ask(ctx, r)
	if err != nil {
		return false, err
	}
	if a.status == http.StatusNotFound {
		return true, nil
	}
	err = t.notAllowed(a, r)
	if flow.CausedBy(err, flow.Maintenance) {
		t.onlyReads, err = true, nil
	}
	return false, err
}

func (t *test) mayRead(ctx context.Context, what string) (bool, error) {
	r := t.request(what, url.Values{"per_page": {"1"}})
	a, err := t.ask(ctx, r)
	if err != nil {
		return false, err
	}
	if a.status == http.StatusOK && !isHTML(a) {
		return true, nil
	}
	return false, t.notAllowed(a, r)
}

// notAllowed is nil where an answer only says that a scope is missing.
func (t *test) notAllowed(a answer, r *request) error {
	fault := t.refusal(a, r, "the scopes of the token")
	if fault.Cause == flow.ScopeMissing || fault.Cause == flow.TokenUnknown {
		return nil
	}
	return fault
}
