package scale

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// A Limit is how often the API may be asked. The zero value is no limit.
//
// With a Window it is GitLab's own (Rack::Attack): so many requests in each window
// of the clock, in which those that are refused count, too. Without one it is a
// bucket that holds as many requests as come back in a second, as limits of
// gateways are: what is saved up can be asked for at once.
//
// A 429 has Retry-After. With Headers it and every other answer has the RateLimit
// headers, as GitLab sends them since 18.6: RateLimit-Limit is for a minute,
// whatever the window is, and RateLimit-Remaining for the window. With Inside a
// refusal is that of GitLab's limits on single endpoints (18.5), which is JSON.
type Limit struct {
	PerSecond float64
	Window    time.Duration
	Headers   bool
	Inside    bool
}

// refuse writes the answer to a request that is too much.
func (l Limit) refuse(w http.ResponseWriter) {
	kind, words := "text/plain", "Retry later"
	if l.Inside {
		kind, words = "application/json", `{"message":{"error":"This endpoint has been requested too many times. Try again later."}}`
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusTooManyRequests)
	w.Write([]byte(words))
}

// bucket is what is used of a limit.
type bucket struct {
	used  float64   // requests
	since time.Time // when that was so; the start of the window, where there is one
}

// take takes a request out, or refuses it, and sets the headers.
func (b *bucket) take(l Limit, h http.Header, now time.Time) (refused bool) {
	if l.PerSecond <= 0 {
		return false
	}
	room, wait, full := b.refill(l, now)
	refused = b.used+1 > room
	if !refused || l.Window > 0 {
		b.used++
	}
	if refused {
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
	}
	if l.Headers {
		h.Set("RateLimit-Name", "throttle_authenticated_api")
		h.Set("RateLimit-Limit", strconv.Itoa(int(math.Ceil(60*l.PerSecond))))
		h.Set("RateLimit-Observed", strconv.Itoa(int(math.Ceil(b.used))))
		h.Set("RateLimit-Remaining", strconv.Itoa(max(0, int(room-b.used))))
		h.Set("RateLimit-Reset", strconv.FormatInt(now.Add(full+time.Second-1).Unix(), 10))
	}
	return refused
}

// refill gives back what has come back since. It says how much there is room
// for, and how long until there is some again, and until all of it is.
func (b *bucket) refill(l Limit, now time.Time) (room float64, wait, full time.Duration) {
	if l.Window > 0 {
		if start := now.Truncate(l.Window); !start.Equal(b.since) {
			b.used, b.since = 0, start
		}
		end := b.since.Add(l.Window).Sub(now)
		return math.Floor(l.PerSecond * l.Window.Seconds()), end, end
	}
	room = max(1, math.Floor(l.PerSecond))
	b.used = max(0, b.used-l.PerSecond*now.Sub(b.since).Seconds())
	b.since = now
	seconds := func(requests float64) time.Duration {
		return time.Duration(requests / l.PerSecond * float64(time.Second))
	}
	return room, seconds(b.used + 1 - room), seconds(b.used)
}
