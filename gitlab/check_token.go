package gitlab

import (
	"context"
	"errors"
	"time"

	"flow"
)

// warnDays is how long before the end of a token Flow begins to warn.
const warnDays = 30

// account checks whom the token belongs to.
func (t *test) account(ctx context.Context) flow.Check {
	var user struct {
		Username string `json:"username"`
	}
	_, err := t.read(ctx, t.request("user", nil), "the account", &user)
	if flow.CausedBy(err, flow.ScopeMissing) {
		return flow.Check{Status: flow.Skipped, Text: "needs the scope api"}
	}
	if err == nil && user.Username == "" {
		err = t.unreadable("the account", errors.New("no username"))
	}
	if err != nil {
		return t.linked(t.failure(flow.CheckAccount, flow.FaultOf(err)))
	}
	name := "@" + flow.CleanLine(user.Username, 80)
	t.mu.Lock()
	t.report.Account = name
	t.mu.Unlock()
	return flow.Check{Status: flow.OK, Text: "signed in as " + name}
}

// linked adds the page where a token is made to a check that needs another one.
func (t *test) linked(check flow.Check) flow.Check {
	if check.Field == flow.FieldToken {
		check.Link, _ = t.span.tokenPage(t.base)
	}
	return check
}

// A tokenInfo is what a token tells about itself.
type tokenInfo struct {
	Scopes  flow.Scopes `json:"scopes"`
	Expires string      `json:"expires_at"` // 2027-01-14; null: never

	endless bool // of a sign-in: its tokens do not run out
}

// token runs the two checks that one request answers.
func (t *test) token(ctx context.Context) {
	var info tokenInfo
	var err error
	t.do(ctx, flow.CheckScopes, "asking what the token may do", func(ctx context.Context) flow.Check {
		if info, err = t.tokenInfo(ctx); err != nil {
			return t.linked(t.tokenFailure(flow.CheckScopes, err))
		}
		t.mu.Lock()
		t.report.Scopes = info.Scopes
		t.mu.Unlock()
		return t.scopes(ctx, info.Scopes)
	})
	t.do(ctx, flow.CheckExpiry, "asking until when it is valid", func(context.Context) flow.Check {
		if err != nil {
			return flow.Check{Status: flow.Skipped, Text: "needs what GitLab tells of the " + t.credential()}
		}
		if t.method == flow.OAuth {
			return t.renewal(info)
		}
		return t.linked(t.expiry(info))
	})
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
				info.Scopes[i] = flow.Scope(flow.CleanLine(string(s), 40))
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
	if flow.CausedBy(err, tokenCauses...) {
		return flow.Check{Status: flow.Skipped, Text: t.needsCredential()}
	}
	return t.failure(name, flow.FaultOf(err))
}

// scopes checks whether the token may do what Flow needs. read_api reads all
// that Flow reads.
func (t *test) scopes(ctx context.Context, have flow.Scopes) flow.Check {
	switch {
	case have.Allow(flow.ScopeAPI):
		return flow.Check{Status: flow.OK, Text: have.String()}
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
	check := t.failure(flow.CheckScopes, &flow.Fault{Cause: flow.ScopeMissing, Detail: string(flow.ScopeAPI), Where: list})
	if t.method == flow.AccessToken {
		check.Hint = "Without api GitLab shows Flow no repos, PRs or tickets. Make a token with api, read_user and read_repository:"
	}
	check.Says = t.refusedWords(ctx)
	return t.linked(check)
}

// refusedWords are GitLab's own to what the scopes do not allow.
func (t *test) refusedWords(ctx context.Context) string {
	_, err := t.read(ctx, t.request("projects", memberQuery("per_page", "1")), "repos", &[]struct{}{})
	if err == nil {
		return ""
	}
	return flow.FaultOf(err).Says
}

// expiry checks how long the token will do.
func (t *test) expiry(info tokenInfo) flow.Check {
	now := t.client.options.Now()
	switch {
	case info.Expires == "" && !t.version.has(tokenSelf) && !t.span.certainly(tokenSelf):
		return flow.Check{Status: flow.Skipped, Text: "GitLab tells no date before 15.5; note it yourself"}
	case info.Expires == "":
		return flow.Check{Status: flow.OK, Text: "never"}
	}
	end, err := time.Parse(time.DateOnly, info.Expires)
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
	}
	return check
}
