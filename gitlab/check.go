package gitlab

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"flow"
)

// together bounds how many requests of a test run at the same time.
const together = 4

// Test tries everything that Flow will need. See [flow.GitLab].
func (c *Client) Test(ctx context.Context, conn flow.Connection, tell func(flow.Check)) (flow.Report, error) {
	t := &test{method: conn.Method(), tell: tell, report: flow.Report{At: c.options.Now(), Readable: flow.EveryService}}
	for _, name := range flow.CheckNames {
		t.report.Checks = append(t.report.Checks, flow.Check{Name: name, Status: flow.Waiting})
	}
	var err error
	if t.session, err = c.session(conn); err != nil {
		t.set(t.failure(flow.CheckServer, flow.FaultOf(err)))
		t.skip(ctx, "needs an address and a "+t.credential())
		return t.report, nil
	}
	t.run(ctx)
	if ctx.Err() != nil {
		return t.report, context.Cause(ctx)
	}
	return t.report, nil
}

// A test is one call of Test. What its checks find out together is in report
// and is written under mu.
type test struct {
	*session
	method flow.Method
	said   announcement
	span   span // of the version

	lacksAPI bool // the token may not even read

	mu     sync.Mutex
	tell   func(flow.Check)
	report flow.Report
}

// run tries one thing after the other where one needs the other, else at the
// same time.
func (t *test) run(ctx context.Context) {
	if t.do(ctx, flow.CheckServer, "asking for its version", t.server) == flow.Failed {
		t.skip(ctx, "needs the server")
		return
	}
	var first errgroup.Group
	var account flow.CheckStatus
	first.Go(func() error {
		account = t.do(ctx, flow.CheckAccount, "signing in", t.account)
		return nil
	})
	first.Go(func() error { t.token(ctx); return nil })
	first.Wait()
	switch {
	case account == flow.Failed:
		t.skip(ctx, t.needsCredential())
		return
	case t.lacksAPI:
		t.skip(ctx, "needs the scope api")
		return
	}
	var second errgroup.Group
	second.SetLimit(together)
	t.counts(ctx, &second)
	t.services(ctx, &second)
	second.Wait()
}

// do runs one check and tells it, as running and as it ended. What ends because
// ctx does is not told.
func (t *test) do(ctx context.Context, name, doing string, try func(context.Context) flow.Check) flow.CheckStatus {
	if ctx.Err() != nil {
		return flow.Failed
	}
	t.set(flow.Check{Name: name, Status: flow.Running, Text: doing})
	start := time.Now()
	check := try(ctx)
	if ctx.Err() != nil {
		return flow.Failed
	}
	check.Name, check.Took = name, time.Since(start)
	t.set(check)
	return check.Status
}

func (t *test) set(check flow.Check) {
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

// skip ends every check that has not ended, and says what it waits for. A test
// that is cancelled leaves them open: with all of them ended it would count as
// passed.
func (t *test) skip(ctx context.Context, why string) {
	if ctx.Err() != nil {
		return
	}
	t.mu.Lock()
	waiting := []string{}
	for _, check := range t.report.Checks {
		if !check.Status.Done() {
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
	check := flow.Check{Name: name, Status: flow.Failed, Text: phrase(f.Sentence()), Hint: f.Next(), Says: f.Says}
	switch f.Cause {
	case flow.ScopeMissing:
		if check.Field = flow.FieldToken; t.method == flow.OAuth {
			t.needsTicks(&check, f)
		}
	case flow.TokenUnknown, flow.TokenExpired, flow.TokenRevoked, flow.NoToken:
		check.Field = flow.FieldToken
	case flow.SignInOver, flow.SignInLost, flow.SignInNotKept, flow.SecretWrong, flow.SecretMissing, flow.ClientRefused:
		check.Field = flow.FieldSignIn
	case flow.RateLimit, flow.ServerFault, flow.Maintenance, flow.Blocked, flow.Forbidden:
		// Nothing that the user typed is wrong.
	case flow.Reconnected, flow.StoreFull, flow.StoreFailed, flow.StoreUnreadable, flow.NoIntegration,
		flow.KeyTooOpen, flow.KeyMissing, flow.KeyWrong, flow.SealBroken:
		// Nor where a sign-in was to be renewed and could not be read or kept.
	default:
		check.Field = flow.FieldBaseURL
	}
	return check
}

// phrase makes the text of a check of a sentence: it stands in a column, beside
// others without a period.
func phrase(sentence string) string { return strings.TrimSuffix(sentence, ".") }
