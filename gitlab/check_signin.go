package gitlab

import (
	"context"

	"flow"
)

const (
	infoPath        = "/oauth/token/info" // no part of the API
	applicationPath = "/oauth/applications"
)

// signInInfo asks what a sign-in may do. personal_access_tokens/self answers
// OAuth tokens with 400. Where something in front hides the page of the OAuth
// provider, what came with the tokens counts.
func (t *test) signInInfo(ctx context.Context) (tokenInfo, error) {
	// Doorkeeper 4, before GitLab 12.8, has the second names only, and calls a
	// token that does not end null.
	var page struct {
		Scope   []string `json:"scope"`
		Scopes  []string `json:"scopes"`
		Left    *float64 `json:"expires_in"`
		LeftToo *float64 `json:"expires_in_seconds"`
	}
	r := t.request("", nil)
	r.path = infoPath
	_, err := t.read(ctx, r, "the sign-in", &page)
	if err == nil {
		if page.Scope == nil {
			page.Scope = page.Scopes
		}
		if page.Scope != nil {
			return tokenInfo{Scopes: scopesOf(page.Scope), endless: page.Left == nil && page.LeftToo == nil}, nil
		}
	} else if !flow.CausedBy(err, notThere...) {
		return tokenInfo{}, err
	}
	info := tokenInfo{Scopes: t.grant.Scopes, endless: t.grant.Expires.IsZero()}
	if len(info.Scopes) == 0 {
		info.Scopes, err = t.probeScopes(ctx)
		return info, err
	}
	return info, nil
}

// notThere are the ways in which a page is hidden by what stands before GitLab.
var notThere = append([]flow.Cause{
	flow.NotFound, flow.Forbidden, flow.Firewall, flow.FrontAuth, flow.Captive, flow.ServerFault, flow.Maintenance,
}, hidingCauses...)

// renewal is the check of how long a sign-in will do. Its access token ends after
// two hours, which is no concern of anybody's; before 14.3 it does not end.
func (t *test) renewal(info tokenInfo) flow.Check {
	switch {
	case info.endless:
		return flow.Check{Status: flow.OK, Text: "never; the sign-in does not run out"}
	case t.grant.Refresh.IsZero():
		return flow.Check{Status: flow.Warning, Text: "the sign-in ends within two hours", Hint: "GitLab gave Flow nothing to renew it with. Sign in again when it has ended."}
	}
	return flow.Check{Status: flow.OK, Text: "the sign-in renews itself"}
}

// needsTicks rewrites a check that failed for a scope: those of a sign-in are
// ticked at the application.
func (t *test) needsTicks(check *flow.Check, f *flow.Fault) {
	check.Text = f.Detail + " is missing; the sign-in has " + f.Where
	check.Hint = "Without api GitLab shows Flow no repos, PRs or tickets. Tick api, read_user and read_repository at the application in GitLab, then sign in again:"
	check.Link, check.Field = t.base.At(applicationPath), flow.FieldSignIn
}

// noteTokens keeps whether sign-ins of this GitLab share their tokens.
func (t *test) noteTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report.OneToken = t.method == flow.OAuth && t.span.possibly(reusedTokens) && !t.span.certainly(ownTokens)
}
