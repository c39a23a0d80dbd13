package gitlab

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"flow"
)

// testFactor times Options.Timeout bounds a whole test.
const testFactor = 12

// Test tries everything that Flow will need. See [flow.GitLab].
func (c *Client) Test(whole context.Context, conn flow.Connection, tell func(flow.Check)) (flow.Report, error) {
	bound := testFactor * c.options.Timeout
	ctx, cancel := context.WithTimeoutCause(whole, bound, errSlow{bound})
	defer cancel()
	t := &test{
		whole: whole, method: conn.Method(), tell: tell,
		versionTried: make(chan struct{}), accountTried: make(chan struct{}),
		report: flow.Report{At: c.options.Now(), Readable: flow.EveryService},
	}
	for _, name := range flow.CheckNames {
		t.report.Checks = append(t.report.Checks, flow.Check{Name: name, Status: flow.Waiting})
	}
	var err error
	if t.session, err = c.session(conn); err != nil {
		t.session = &session{client: c, site: siteOf(conn), method: conn.Method()}
		t.unsigned = flow.FaultOf(err)
	}
	if conn.BaseURL.IsZero() {
		t.unsigned = &flow.Fault{Cause: flow.NoAddress}
	}
	if flow.CausedBy(err, flow.PlainAddress) || conn.BaseURL.IsZero() {
		t.set(t.failure(flow.CheckAddress, t.unsigned))
		t.skip("needs an address that the " + t.credential() + " may be sent to")
		return t.report, nil
	}
	t.run(ctx)
	if t.cancelled() {
		return t.report, context.Cause(whole)
	}
	return t.report, nil
}

// A test is one call of Test. What its checks find out together is in report
// and is written under mu.
type test struct {
	*session
	whole  context.Context // the caller's
	method flow.Method
	said   announcement
	span   span // of the version

	// What the version's check writes (span) and the account's (who) is for
	// another goroutine to read once these are closed.
	versionTried, accountTried chan struct{}

	unsigned  *flow.Fault // there is nothing to sign in with: only the way and the server are checked
	lacksAPI  bool        // the token may not even read
	onlyReads bool        // GitLab is in maintenance: what may be written can't be tried
	who       holder
	info      tokenInfo
	infoErr   error // why there is none

	mu     sync.Mutex
	tell   func(flow.Check)
	report flow.Report
}

// cancelled reports whether nobody waits for the test any more. What it has left
// open stays so: with all checks ended it would count as passed.
func (t *test) cancelled() bool { return t.whole.Err() != nil }

// run tries one thing after the other where one needs the other, else at the
// same time.
func (t *test) run(ctx context.Context) {
	before := t.client.budgets.of(t.base).seen()
	if !t.reach(ctx) {
		t.skip("needs the server")
		return
	}
	if t.unsigned != nil {
		t.endUnsigned()
		return
	}
	var first sync.WaitGroup
	version, account, endExpiry := flow.Failed, flow.Failed, func() {}
	first.Go(func() {
		defer close(t.accountTried)
		account = t.do(ctx, flow.CheckAccount, "signing in", t.account)
	})
	first.Go(func() {
		version = t.do(ctx, flow.CheckVersion, "asking for its version", t.versionCheck)
		close(t.versionTried)
		// How a token is asked about depends on the version.
		if version != flow.Failed {
			t.noteTokens()
			endExpiry = t.askToken(ctx)
		}
	})
	first.Wait()
	endExpiry()
	switch {
	case version == flow.Failed:
		t.skip("needs the version", flow.CheckLimits)
	case account == flow.Failed:
		t.skip(t.needsCredential(), flow.CheckLimits)
	case t.lacksAPI:
		t.skip("needs the scope api", flow.CheckLimits)
	default:
		t.tryReading(ctx)
	}
	t.limits(before)
}

// tryReading tries what Flow reads, all at the same time.
func (t *test) tryReading(ctx context.Context) {
	maintained := sync.OnceValues(func() (total, error) {
		return t.countProjects(ctx, "min_access_level", number(flow.Maintainer))
	})
	var all sync.WaitGroup
	for _, check := range []struct {
		name, doing string
		try         func(context.Context) flow.Check
	}{
		{flow.CheckFound, "counting groups and repos", t.found},
		{flow.CheckRole, "counting where the account may import", func(ctx context.Context) flow.Check { return t.role(ctx, maintained) }},
		{flow.CheckWebhooks, "looking where the account may add one", func(ctx context.Context) flow.Check { return t.webhooks(ctx, maintained) }},
	} {
		all.Go(func() { t.do(ctx, check.name, check.doing, check.try) })
	}
	t.services(ctx, &all)
	all.Wait()
}

// endUnsigned ends a test without a token, once all is checked that needs none.
func (t *test) endUnsigned() {
	check := flow.Check{Name: flow.CheckVersion, Status: flow.Skipped, Text: "GitLab tells it to a token"}
	if bound := t.span.lower.String(); bound != "" {
		check.Text = bound + " or newer; GitLab tells the rest to a token"
	}
	t.set(check)
	if t.unsigned.Cause == flow.NoToken {
		t.skip("needs a token") // none was given, which is no failure
		return
	}
	t.set(t.failure(flow.CheckAccount, t.unsigned))
	t.skip(t.needsCredential())
}

// do runs one check and tells it, as running and as it ended. What ends because
// the test is cancelled is not told.
func (t *test) do(ctx context.Context, name, doing string, try func(context.Context) flow.Check) flow.CheckStatus {
	if t.cancelled() {
		return flow.Failed
	}
	start := t.begin(name, doing)
	return t.finish(name, start, try(t.watching(ctx, name)))
}

// watching has the check of that name tell what a request with the context waits
// for.
func (t *test) watching(ctx context.Context, name string) context.Context {
	return withWait(ctx, func(until time.Time) {
		t.set(flow.Check{Name: name, Status: flow.Running, Text: "waits until " + until.Local().Format(time.TimeOnly) + ", as GitLab asks"})
	})
}

func (t *test) begin(name, doing string) time.Time {
	t.set(flow.Check{Name: name, Status: flow.Running, Text: doing})
	return time.Now()
}

func (t *test) finish(name string, start time.Time, check flow.Check) flow.CheckStatus {
	if t.cancelled() {
		return flow.Failed
	}
	check.Name, check.Took = name, time.Since(start)
	t.set(check)
	return check.Status
}

// set keeps a check and tells it. A name that GitLab sent may hold the token.
func (t *test) set(check flow.Check) {
	for _, text := range []*string{&check.Text, &check.Hint, &check.Says} {
		*text = t.redact(*text)
	}
	if len(check.Certificates) > 0 {
		check.Certificates = flow.Redacted(check.Certificates, t.redact)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.report.Checks {
		if t.report.Checks[i].Name == check.Name {
			t.report.Checks[i] = check
		}
	}
	if t.tell != nil {
		t.tell(check)
	}
}

// skip ends every check that has not ended, but for some, and says what it waits
// for.
func (t *test) skip(why string, but ...string) {
	if t.cancelled() {
		return
	}
	t.mu.Lock()
	waiting := []string{}
	for _, check := range t.report.Checks {
		if !check.Status.Done() && !slices.Contains(but, check.Name) {
			waiting = append(waiting, check.Name)
		}
	}
	t.mu.Unlock()
	for _, name := range waiting {
		t.set(flow.Check{Name: name, Status: flow.Skipped, Text: why})
	}
}

// credential is what the method signs in with.
func (t *test) credential() string {
	if t.method == flow.OAuth {
		return "sign-in"
	}
	return "token"
}

func (t *test) needsCredential() string { return "needs a " + t.credential() + " that GitLab accepts" }

// failure is the check that failed by a fault.
func (t *test) failure(name string, f *flow.Fault) flow.Check {
	check := flow.Check{
		Name: name, Status: flow.Failed, Text: phrase(f.Sentence()), Hint: f.Next(), Says: f.Says,
		Cause: f.Cause, Field: fieldOf(f.Cause), Certificates: f.Offered(),
	}
	if f.Cause == flow.ScopeMissing && t.method == flow.OAuth {
		t.needsTicks(&check, f)
	}
	return check
}

// fieldOf is the answer of the user that a cause leads back to.
func fieldOf(cause flow.Cause) flow.Field {
	switch cause {
	case flow.ScopeMissing, flow.TokenUnknown, flow.TokenExpired, flow.TokenRevoked, flow.NoToken, flow.Granular, flow.DPoPWanted:
		return flow.FieldToken
	case flow.SignInOver, flow.SignInLost, flow.SignInNotKept, flow.SecretWrong, flow.SecretMissing, flow.ClientRefused:
		return flow.FieldSignIn
	case flow.UnknownCA, flow.SelfSigned, flow.CertExpired, flow.CertWanted, flow.CertDenied,
		flow.ProxyAuth, flow.ProxyDenied, flow.ProxyFailed, flow.BadProxy, flow.BadCertificate:
		return flow.FieldNetwork
	case flow.Blocked, flow.ShutOut, flow.Forbidden:
		return flow.FieldAccount
	case flow.RateLimit, flow.ServerFault, flow.Maintenance,
		flow.Captive, flow.Firewall, flow.FrontAuth, flow.CertEarly, flow.OldTLS, flow.Downgrade, flow.Circle:
		// Nothing that the user typed is wrong.
		return ""
	case flow.Reconnected, flow.StoreFull, flow.StoreFailed, flow.StoreUnreadable, flow.NoIntegration,
		flow.KeyTooOpen, flow.KeyMissing, flow.KeyWrong, flow.SealBroken:
		// Nor where a sign-in was to be renewed and could not be read or kept.
		return ""
	}
	return flow.FieldBaseURL
}

// phrase makes the text of a check of a sentence: it stands in a column, beside
// others without a period.
func phrase(sentence string) string { return strings.TrimSuffix(sentence, ".") }
