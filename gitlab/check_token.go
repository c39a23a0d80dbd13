package gitlab

import (
	"context"
	"time"

	"flow"
)

// warnDays is how long before the end of a token Flow begins to warn.
const warnDays = 30

// A tokenInfo is what a token tells about itself.
type tokenInfo struct {
	Scopes  flow.Scopes `json:"scopes"`
	Expires string      `json:"expires_at"` // 2027-01-14; null: never

	endless bool // of a sign-in: its tokens do not run out
}

// askToken runs the two checks that one request answers. The second is ended by
// the function returned, once it is known whose token it is.
func (t *test) askToken(ctx context.Context) (endExpiry func()) {
	start := t.begin(flow.CheckExpiry, "asking until when it is valid")
	t.do(ctx, flow.CheckScopes, "asking what the "+t.credential()+" may do", func(ctx context.Context) flow.Check {
		t.info, t.infoErr = t.tokenInfo(ctx)
		<-t.accountTried
		if t.infoErr != nil {
			return t.linked(t.tokenFailure(flow.CheckScopes, t.infoErr))
		}
		t.mu.Lock()
		t.report.Scopes = t.info.Scopes
		t.mu.Unlock()
		return t.scopes(ctx, t.info.Scopes)
	})
	return func() { t.finish(flow.CheckExpiry, start, t.expiry()) }
}

// tokenInfo asks the token what it may do. Older releases are asked for that
// one request at a time.
func (t *test) tokenInfo(ctx context.Context) (tokenInfo, error) {
	if t.method == flow.OAuth {
		return t.signInInfo(ctx)
	}
	if t.span.possibly(tokenSelf) {
		var info tokenInfo
		_, err := t.read(ctx, t.request("personal_access_tokens/self", nil), "the token", &info)
		if err == nil {
			for i, s := range info.Scopes {
				info.Scopes[i] = flow.Scope(clean(t.redact, string(s), 40))
			}
			return info, nil
		}
		if t.version.has(tokenSelf) || !flow.CausedBy(err, flow.NotFound) {
			return tokenInfo{}, err
		}
	}
	scopes, err := t.probeScopes(ctx)
	return tokenInfo{Scopes: scopes}, err
}

// tokenFailure leaves it to the account's check to say that a token is refused.
func (t *test) tokenFailure(name string, err error) flow.Check {
	if aboutToken(err) {
		return flow.Check{Status: flow.Skipped, Text: t.needsCredential()}
	}
	return t.failure(name, flow.FaultOf(err))
}

// withoutAPI is which services a token without api, and without read_api, which
// is part of it, leaves out: GitLab lists no repos, commits, merge requests or
// issues for read_user and read_repository.
const withoutAPI = "Without api GitLab shows Flow no repos, PRs or tickets. "

// scopes checks whether the token may do what Flow needs. api has read_api in it
// and that read_user; read_api reads all that Flow reads.
func (t *test) scopes(ctx context.Context, have flow.Scopes) flow.Check {
	switch {
	case have.Allow(flow.ScopeAPI):
		return flow.Check{Status: flow.OK, Text: have.String()}
	case have.Allow(flow.ScopeReadAPI) && t.onlyReads:
		return flow.Check{
			Status: flow.Warning, Text: "read_api at least; GitLab is in maintenance",
			Hint: "Whether it has api is found out by a request that changes nothing, but that GitLab refuses now. Test again when it is over.",
		}
	case have.Allow(flow.ScopeReadAPI):
		check := flow.Check{Status: flow.Warning, Text: "read_api reads everything; webhooks will need api.", Hint: "A token with api, read_user and read_repository does both."}
		if t.method == flow.OAuth {
			check.Hint = "A sign-in with api, read_user and read_repository does both."
		}
		return check
	}
	list := have.String()
	if len(have) == 0 {
		list = "no scope"
	}
	t.lacksAPI = true
	fault := &flow.Fault{Cause: flow.ScopeMissing, Detail: string(flow.ScopeAPI), Where: list}
	refusal := t.refused(ctx)
	if refusal.Cause == flow.Granular {
		fault = refusal
	}
	check := t.failure(flow.CheckScopes, fault)
	if t.method == flow.AccessToken {
		check.Hint = withoutAPI + "Make a token with api, read_user and read_repository:"
	}
	check.Says = refusal.Says
	return t.linked(check)
}

// refused is what GitLab says to what the scopes do not allow.
func (t *test) refused(ctx context.Context) *flow.Fault {
	_, err := t.session.read(ctx, t.request("projects", memberQuery("per_page", "1")), "repos", &[]struct{}{})
	if err == nil {
		return &flow.Fault{}
	}
	return flow.FaultOf(err)
}

// expiry checks how long the token will do.
func (t *test) expiry() flow.Check {
	now := t.client.options.Now()
	switch {
	case t.infoErr != nil:
		return flow.Check{Status: flow.Skipped, Text: "needs what GitLab tells of the " + t.credential()}
	case t.method == flow.OAuth:
		return t.renewal(t.info)
	case t.info.Expires == "" && !t.version.has(tokenSelf) && !t.span.certainly(tokenSelf):
		return flow.Check{Status: flow.Skipped, Text: "GitLab tells no date before 15.5; note it yourself"}
	case t.info.Expires == "":
		return flow.Check{Status: flow.OK, Text: "never"}
	}
	end, err := time.Parse(time.DateOnly, t.info.Expires)
	if err != nil {
		return t.failure(flow.CheckExpiry, t.unreadable("the end of the token", err))
	}
	t.mu.Lock()
	t.report.Expires = end
	t.mu.Unlock()
	check := flow.Check{Status: flow.OK, Text: flow.Expiry(now, end)}
	switch {
	case !now.Before(end):
		check = t.failure(flow.CheckExpiry, &flow.Fault{Cause: flow.TokenExpired, When: end})
	case flow.DaysUntil(now, end) < warnDays:
		check.Status, check.Hint = flow.Warning, "Make a new token before that day; this one stops then."
		if t.who.bot {
			check.Hint = "This one stops then. A maintainer of the project or an owner of the group makes a new one there, under Settings, Access tokens."
		}
	}
	return t.linked(check)
}
