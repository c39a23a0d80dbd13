package gitlab

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"strings"
	"time"

	"flow"
)

// server checks who answers, and learns the version. Before 12.9 GitLab tells
// that to tokens with the scope api only, and to none that it refuses: that it
// is a GitLab is clear all the same, and what is wrong with the token is for
// the checks that follow to say.
func (t *test) server(ctx context.Context) flow.Check {
	// The first request pays for the connection, so that the second one, which
	// is timed, does not.
	t.said, t.span = t.announced(ctx)
	release, a, err := t.readVersion(ctx)
	name := "GitLab"
	switch {
	case err == nil:
		t.span = exactly(t.version)
		name = release.name()
		t.mu.Lock()
		t.report.Server, t.report.Version = name, release.Version
		t.mu.Unlock()
	case flow.CausedBy(err, tokenCauses...):
	default:
		return t.failure(flow.CheckServer, flow.FaultOf(err))
	}
	t.noteTokens()
	check := flow.Check{Status: flow.OK, Text: fmt.Sprintf("%s, %s, answers in %s", name, encryption(a), inDigits(a.took))}
	if other := t.said.otherName(t.base); other != "" {
		check.Status = flow.Warning
		check.Hint = fmt.Sprintf("This GitLab calls itself %s. Flow goes on using the address that you typed.", other)
	}
	return check
}

// tokenCauses are refusals of the token or the account, not of the address.
var tokenCauses = []flow.Cause{
	flow.TokenUnknown, flow.TokenExpired, flow.TokenRevoked, flow.SignInOver, flow.SignInLost,
	flow.ScopeMissing, flow.Blocked, flow.Forbidden,
}

// name is how the server is called on screen: GitLab 17.5.2 Enterprise.
func (r release) name() string {
	number, isEnterprise := strings.CutSuffix(r.Version, "-ee")
	if r.Enterprise != nil {
		isEnterprise = *r.Enterprise
	}
	if isEnterprise {
		return "GitLab " + number + " Enterprise"
	}
	return "GitLab " + number
}

func encryption(a answer) string {
	if a.tls == 0 {
		return "no TLS"
	}
	return tls.VersionName(a.tls)
}

// inDigits writes a short time with as many digits as mean something.
func inDigits(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", max(1, int(math.Round(float64(d)/float64(time.Millisecond)))))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
