package gitlab

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"flow"
)

// reach checks the way to the server and that a GitLab answers at its end, with
// what that tells before anybody signs in.
func (t *test) reach(ctx context.Context) bool {
	ctx = t.watching(ctx, flow.CheckGitLab)
	a, err, ok := t.way(ctx)
	if !ok {
		return false
	}
	check := flow.Check{Name: flow.CheckGitLab, Status: flow.OK, Text: "answers in " + inDigits(a.took), Took: a.took}
	said, ours := announcementOf(a)
	if err == nil && ours && sameOrigin(t.base, a.at) {
		t.said, t.span = said, said.span()
	} else if fault := t.provesItself(ctx, &a); fault != nil {
		check = t.failure(flow.CheckGitLab, fault)
		check.Took = a.took
	}
	if t.cancelled() {
		return false
	}
	if check.Status == flow.OK {
		t.tellOwnURL()
		t.tellClock(a)
	}
	t.set(check)
	return check.Status != flow.Failed
}

// provesItself tells a GitLab whose announcement is hidden, by something before
// it, from what is none. What it finds out takes the place of a.
func (t *test) provesItself(ctx context.Context, a *answer) *flow.Fault {
	r := &request{site: t.site, path: "/api/v4/version", secrets: t.tokensSent(), once: a.status >= http.StatusInternalServerError}
	b, err := t.client.do(ctx, r)
	b.took += a.took
	switch {
	case err != nil:
		return flow.FaultOf(err)
	case asksToSignIn(b) && !sameOrigin(t.base, b.at):
		return &flow.Fault{Cause: flow.Elsewhere, Host: t.base.Host(), Detail: b.at.Scheme + "://" + flow.CleanLine(b.at.Host, 80)}
	case asksToSignIn(b):
		*a = b
		return nil
	}
	if f := r.front(b); f != nil {
		return f
	}
	if b.status >= http.StatusInternalServerError || b.status == http.StatusTooManyRequests {
		b.tries = max(a.tries, b.tries)
		return t.client.refusal(b, r, "the version of GitLab")
	}
	if a.header == nil {
		*a = b // the announcement's place leads elsewhere
	}
	return &flow.Fault{Cause: flow.NotGitLab, Host: t.base.Host(), Detail: a.look()}
}

// tellOwnURL checks whether the GitLab believes to be where it is spoken to.
// Behind a reverse proxy it often does not, and then its links lead elsewhere.
func (t *test) tellOwnURL() {
	start := time.Now()
	check := flow.Check{Status: flow.OK, Text: "the same as the address"}
	other := t.said.otherName(t.base)
	switch {
	case t.said.Issuer == "":
		check.Status, check.Text = flow.Skipped, "something before GitLab hides it"
	case other != "":
		check.Status = flow.Warning
		check.Text = "this GitLab calls itself " + other
		check.Hint = "Flow goes on using the address that you typed. Links in GitLab's own mails and pages lead to the other one."
		t.mu.Lock()
		t.report.OwnURL = other
		t.mu.Unlock()
	}
	t.finish(flow.CheckOwnURL, start, check)
}

// maxSkew is how far two clocks may lie apart. Dates of certificates and tokens
// are days, sign-ins take minutes.
const maxSkew = time.Minute

// tellClock compares this machine's clock with the server's, which tells whole
// seconds.
func (t *test) tellClock(a answer) {
	start := time.Now()
	check := flow.Check{Status: flow.OK, Text: "agrees with the server's"}
	theirs, err := http.ParseTime(a.header.Get("Date"))
	skew := a.arrived.Sub(theirs)
	switch {
	case err != nil:
		check.Status, check.Text = flow.Skipped, "the server tells no time"
	case skew.Abs() > maxSkew:
		side := "behind"
		if skew > 0 {
			side = "ahead of"
		}
		check.Status = flow.Warning
		check.Text = "this machine's clock is " + inWords(skew.Abs()) + " " + side + " the server's"
		check.Hint = "Certificates and sign-ins are judged by it. Set the clock that is wrong, best by NTP."
	}
	t.finish(flow.CheckClock, start, check)
}

// inWords writes a span in its largest unit: 4 minutes.
func inWords(d time.Duration) string {
	switch {
	case d < time.Hour:
		return flow.Plural(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < 48*time.Hour:
		return flow.Plural(int(d.Round(time.Hour)/time.Hour), "hour")
	}
	return flow.Plural(int(d/(24*time.Hour)), "day")
}

// versionCheck learns the version. Before 12.9 GitLab tells it to tokens with the
// scope api only, and to none that it refuses: what is wrong with the token is
// for the checks that follow to say.
func (t *test) versionCheck(ctx context.Context) flow.Check {
	release, _, err := t.readVersion(ctx)
	switch {
	case err == nil:
	case flow.CausedBy(err, flow.ScopeMissing):
		return flow.Check{Status: flow.Skipped, Text: "GitLab tells it to the scope api only, before 12.9"}
	case aboutToken(err):
		return flow.Check{Status: flow.Skipped, Text: t.needsCredential()}
	default:
		return t.failure(flow.CheckVersion, flow.FaultOf(err))
	}
	t.span = exactly(t.version)
	lacks := t.version.lacks()
	t.mu.Lock()
	t.report.Server, t.report.Version, t.report.Lacks = release.name(), release.Version, lacks
	t.mu.Unlock()
	check := flow.Check{Status: flow.OK, Text: release.name()}
	if len(lacks) > 0 {
		check.Hint = "A GitLab of this version can't tell " + strings.Join(lacks, "; ") + "."
	}
	return check
}

// aboutToken reports whether an error is one of the token, or of the account
// that it belongs to. The account's check tells it.
func aboutToken(err error) bool {
	var none errToken
	return errors.As(err, &none) || flow.CausedBy(err, tokenCauses...)
}

// tokenCauses are refusals of the token or the account, not of the address.
var tokenCauses = []flow.Cause{
	flow.TokenUnknown, flow.TokenExpired, flow.TokenRevoked, flow.SignInOver, flow.SignInLost, flow.DPoPWanted,
	flow.ScopeMissing, flow.Granular, flow.Blocked, flow.ShutOut, flow.Forbidden,
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

// inDigits writes a short time with as many digits as mean something.
func inDigits(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", max(1, int(math.Round(float64(d)/float64(time.Millisecond)))))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
