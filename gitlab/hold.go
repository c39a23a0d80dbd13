package gitlab

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"flow"
)

const (
	// maxWait is how long a request waits because the server asks for that, in
	// all; what is asked to wait longer is told to the user. Most of GitLab's
	// limits are per minute.
	maxWait = time.Minute

	// maxWalkWait is that of a page of a walk: the limit on lists of projects is
	// per ten minutes, that on all requests per hour by default.
	maxWalkWait = 2 * longestHold

	// assumedWait is that of a 429 that names none: GitLab's own before 18.5.
	assumedWait = time.Minute

	longestHold = time.Hour   // a server is asked again after that, whatever it said
	overload    = time.Minute // the same of one that has too much to do

	spread = time.Second // over which those who have waited leave
)

// A hold is until when no request may leave for a host or for one endpoint of it,
// because the server said so.
type hold struct {
	until time.Time
	says  string // its words
}

// heed waits until the hold of the host is over, without a slot. A request waits
// once for one hold, and no longer in all than it may: then the fault is
// RateLimit, and it was never sent.
func (t *turn) heed(ctx context.Context) error {
	held := t.held()
	if held.until.IsZero() {
		return nil
	}
	wait := held.until.Sub(t.client.options.Now())
	late := &flow.Fault{Cause: flow.RateLimit, Host: t.base.Host(), When: roundUp(held.until), Says: held.says}
	if end, ok := ctx.Deadline(); t.waited+wait > t.patience() || ok && wait > time.Until(end) {
		return late
	}
	t.heeded, t.waited = held.until, t.waited+wait
	tellWait(ctx, held.until)
	if !t.patient {
		wait += rand.N(spread) // pages of walks have a pace then
	}
	if err := t.client.options.Sleep(ctx, wait); err != nil {
		if ended(ctx) == nil {
			return late // it ran out of its own time, unsent
		}
		return err
	}
	return nil
}

// held is the hold that the request has still to wait for.
func (t *turn) held() hold {
	t.budget.mu.Lock()
	defer t.budget.mu.Unlock()
	h := t.budget.host.hold
	if own := t.budget.endpoints[t.endpoint()]; own != nil && own.hold.until.After(h.until) {
		h = own.hold
	}
	if t.patient && t.budget.rest.until.After(h.until) {
		h = t.budget.rest
	}
	if !h.until.After(t.heeded) || !h.until.After(t.client.options.Now()) {
		return hold{}
	}
	return h
}

// patience is how long a request may wait for holds.
func (r *request) patience() time.Duration {
	if r.patient {
		return maxWalkWait
	}
	return maxWait
}

// notBefore is until when an answer to r asks to send nothing more; zero if it
// does not. What a GitLab in maintenance answers to a write holds no reading up.
func (a answer) notBefore(r *request, now time.Time) time.Time {
	wait, most := time.Duration(0), longestHold
	switch {
	case a.status == http.StatusTooManyRequests:
		wait = a.askedToWait(now)
	case a.status == http.StatusServiceUnavailable && r.verb() == http.MethodGet:
		wait, _ = a.retryAfter(now)
		most = overload
	case a.header.Get("RateLimit-Remaining") == "0":
		if reset, ok := a.reset(now); ok {
			wait = reset.Sub(now)
		}
	}
	if wait <= 0 {
		return time.Time{}
	}
	return now.Add(min(wait, most))
}

// askedToWait is how long a 429 asks to wait. GitLab tells Retry-After since
// 13.7 and, for limits of single endpoints, since 18.5.
func (a answer) askedToWait(now time.Time) time.Duration {
	if wait, ok := a.retryAfter(now); ok {
		return wait
	}
	if reset, ok := a.reset(now); ok {
		return reset.Sub(now)
	}
	return assumedWait
}

// retryAfter reads Retry-After, in seconds or as a date (RFC 9110, 10.2.3).
func (a answer) retryAfter(now time.Time) (time.Duration, bool) {
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(a.clock(now)), 0), true
	}
	return 0, false
}

// reset reads RateLimit-Reset: GitLab's is a time in seconds since 1970, that of
// gateways that follow the draft of a standard the seconds that are left.
func (a answer) reset(now time.Time) (time.Time, bool) {
	n, err := strconv.ParseInt(a.header.Get("RateLimit-Reset"), 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, false
	}
	if n > aYear {
		n = max(n-a.clock(now).Unix(), 0)
	}
	return now.Add(time.Duration(min(n, aYear)) * time.Second), true
}

const aYear = 366 * 24 * 60 * 60 // seconds: what is more is no time to wait

// clock is the time by the clock that a server's times are told by: its own.
func (a answer) clock(now time.Time) time.Time {
	if theirs, err := http.ParseTime(a.header.Get("Date")); err == nil {
		return theirs
	}
	return now
}

// roundUp is the first whole second that is not before a time.
func roundUp(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second) }

type waitKey struct{}

// withWait has a function told until when a request with the context waits for
// its server.
func withWait(ctx context.Context, tell func(until time.Time)) context.Context {
	return context.WithValue(ctx, waitKey{}, tell)
}

func tellWait(ctx context.Context, until time.Time) {
	if tell, ok := ctx.Value(waitKey{}).(func(time.Time)); ok {
		tell(until)
	}
}
