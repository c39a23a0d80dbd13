package gitlab

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"flow"
)

const (
	maxTries = 3
	maxWait  = time.Minute // what is asked to wait longer is told to the user
)

// do sends a request, follows its redirects and, where it only reads, tries
// again what a moment may mend. A failure of the way is a fault; every status
// that GitLab answers is an answer.
func (c *Client) do(ctx context.Context, r *request) (answer, error) {
	if r.base.IsZero() {
		return answer{}, &flow.Fault{Cause: flow.NoAddress}
	}
	for try := 1; ; try++ {
		a, err := c.follow(ctx, r)
		if ctx.Err() != nil {
			return answer{}, context.Cause(ctx)
		}
		wait, again := c.waitBefore(a, err, try)
		if !again || r.verb() != http.MethodGet || try == maxTries {
			return a, c.wayFault(r, err)
		}
		if err := c.options.Sleep(ctx, wait); err != nil {
			return answer{}, err
		}
	}
}

// waitBefore says whether to try again, and after how long.
func (c *Client) waitBefore(a answer, err error, try int) (time.Duration, bool) {
	pause := 500 * time.Millisecond << (try - 1)
	pause += rand.N(pause)
	if err != nil {
		return pause, brokeOff(err)
	}
	switch a.status {
	case http.StatusTooManyRequests:
		pause = c.askedToWait(a) + rand.N(time.Second)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if asked, ok := retryAfter(a, c.options.Now()); ok {
			pause = asked + rand.N(time.Second)
		}
	default:
		return 0, false
	}
	return pause, pause <= maxWait+time.Second
}

// brokeOff reports whether a connection ended in the middle.
func brokeOff(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		// HTTP/2 has its own words for it, of types that are not exported.
		strings.Contains(err.Error(), "http2: server sent GOAWAY") ||
		strings.Contains(err.Error(), "stream error")
}

// askedToWait is how long a 429 asks to wait. GitLab tells Retry-After since
// 13.7 and, for limits of single endpoints, since 18.5; those count per minute.
func (c *Client) askedToWait(a answer) time.Duration {
	if wait, ok := retryAfter(a, c.options.Now()); ok {
		return wait
	}
	if reset, err := strconv.ParseInt(a.header.Get("RateLimit-Reset"), 10, 64); err == nil {
		return max(time.Unix(reset, 0).Sub(c.options.Now()), 0)
	}
	return time.Minute
}

// retryAfter reads Retry-After, in seconds or as a date (RFC 9110, 10.2.3).
func retryAfter(a answer, now time.Time) (time.Duration, bool) {
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}
