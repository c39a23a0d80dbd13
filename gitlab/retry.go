package gitlab

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"flow"
)

const (
	maxTries     = 4
	maxWalkTries = 6 // of a page of a walk: half a minute, in which a GitLab restarts
	firstPause   = 500 * time.Millisecond
)

// do sends a request when its host's budget allows it, follows its redirects
// and, where it only reads, tries again what a moment may mend. A failure of the
// way is a fault; every status that GitLab answers is an answer.
func (c *Client) do(ctx context.Context, r *request) (answer, error) {
	if r.base.IsZero() {
		return answer{}, &flow.Fault{Cause: flow.NoAddress}
	}
	t := &turn{request: r, client: c, budget: c.budgets.of(r.base)}
	for try := 1; ; try++ {
		waited := t.waited
		a, err := t.send(ctx)
		a.tries = try
		if err != nil && ended(ctx) != nil || !t.again(a, err, try) {
			return a, t.end(ctx, err)
		}
		if r.patient && a.status == http.StatusTooManyRequests && t.waited > waited {
			try-- // it waited as it was asked to, and others were faster: how long it may is bounded
		}
		if pause := t.pause(try); pause > 0 {
			if err := c.options.Sleep(ctx, pause); err != nil {
				return a, t.end(ctx, err)
			}
		}
	}
}

// A turn is one request on its way through the budget of its host.
type turn struct {
	*request
	client *Client
	budget *budget
	heeded time.Time     // the end of the last hold that it has waited for
	waited time.Duration // for holds, in all
}

// send sends the request once.
func (t *turn) send(ctx context.Context) (answer, error) {
	if err := t.enter(ctx); err != nil {
		return answer{}, err
	}
	defer t.budget.slots.give()
	left := t.budget.slots.leave(t.client.options.Now())
	a, err := t.client.follow(ctx, t.request)
	var slow errSlow
	switch {
	case err == nil:
		t.budget.note(a, t.request, left, t.client.options.Now())
	case errors.As(err, &slow):
		t.budget.slow(left)
	}
	return a, err
}

// enter waits until the request may leave. While it waits for a hold it has no
// slot; one that begins while it waits for its slot counts too. A write waits for
// nothing: there are few, a code or a sign-in gets too old meanwhile, and one that
// ran out of time here could not be told from one that GitLab has had.
func (t *turn) enter(ctx context.Context) error {
	if t.verb() != http.MethodGet {
		t.budget.slots.add()
		return nil
	}
	for {
		if err := t.heed(ctx); err != nil {
			return err
		}
		if err := t.keepPace(ctx); err != nil {
			return err
		}
		if t.held().until.IsZero() {
			return nil
		}
		t.budget.slots.give()
	}
}

// keepPace waits for the time when the request may leave, and takes a slot then.
// Pages of walks do that one by one. Others go past them: who looks at a screen
// waits for them, and they are few.
func (t *turn) keepPace(ctx context.Context) error {
	if !t.patient {
		return t.budget.slots.take(ctx)
	}
	line := t.budget.line(t.request)
	if err := line.take(ctx); err != nil {
		return err
	}
	defer line.give()
	if !t.held().until.IsZero() {
		return t.budget.slots.take(ctx) // to be given back: it waits outside the line
	}
	now := t.client.options.Now()
	t.budget.open(now)
	if wait := t.budget.leave(t.request, now).Sub(now); wait > 0 {
		if err := t.client.options.Sleep(ctx, wait); err != nil {
			return err
		}
	}
	return t.budget.slots.take(ctx)
}

// again reports whether to try once more. What changes something is only sent a
// second time if nothing of it has left this machine.
func (t *turn) again(a answer, err error, try int) bool {
	most := maxTries
	switch {
	case t.once:
		return false
	case t.patient:
		most = maxWalkTries
	}
	if try >= most {
		return false
	}
	var slow errSlow
	_, wrote, _ := t.passage.ended()
	switch {
	case t.verb() != http.MethodGet && (err == nil || wrote):
		return false
	case errors.As(err, &slow):
		return t.patient && try == 1 && t.may()
	case err != nil:
		return brokeOff(err) && t.may()
	case a.status == http.StatusTooManyRequests:
		return true // the wait is what it costs
	}
	return (mayPass(a.status) || t.patient && a.status == http.StatusInternalServerError) && t.may()
}

// end is the error that a request ends with: the caller's own reason, if it has
// given up. Of a write that ran out of time nobody knows whether GitLab has had
// it, as of others that are not answered.
func (t *turn) end(ctx context.Context, err error) error {
	if cause := ended(ctx); err != nil && cause != nil {
		if t.verb() == http.MethodGet {
			return cause
		}
		err = cause
	}
	return t.client.wayFault(t.request, err)
}

// may takes one of the retries that the requests to the host share.
func (t *turn) may() bool { return t.budget.retries.spend(t.client.options.Now()) }

// mayPass knows the statuses of a front that finds no GitLab behind it, those of
// Cloudflare among them.
func mayPass(status int) bool {
	return status >= http.StatusBadGateway && status <= http.StatusGatewayTimeout || status >= 520 && status <= 527
}

// pause is how long to wait before the next try, where no hold says it.
func (t *turn) pause(try int) time.Duration {
	if !t.held().until.IsZero() {
		return 0
	}
	pause := firstPause << max(try-1, 0)
	return pause + rand.N(pause)
}

// ended is why the caller wants no answer any more, nil where it does, or where
// only the request's own time is over.
func ended(ctx context.Context) error {
	var slow errSlow
	if cause := context.Cause(ctx); cause != nil && !errors.As(cause, &slow) {
		return cause
	}
	return nil
}

// brokeOff reports whether a connection ended in the middle.
func brokeOff(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		slices.ContainsFunc(brokenWords, func(words string) bool { return strings.Contains(err.Error(), words) })
}

// brokenWords are those of net/http where its errors have no types that are
// exported.
var brokenWords = []string{
	"GOAWAY", "http2: client connection lost", "http2: client connection force closed",
	"http2: client conn could not be established", "http2: client conn not usable", "http2: client conn is closed",
	"stream error", "server closed idle connection", "server closed connection",
}
