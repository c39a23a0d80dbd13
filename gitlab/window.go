package gitlab

import (
	"strconv"
	"time"
)

// A window is what a server has told of the time in which it counts requests.
// GitLab's begin at multiples of their length and do not slide; it has
// RateLimit headers on a 429 since 13.8 and on every answer since 18.6.
type window struct {
	name      string
	perMinute int       // whatever its length is; 0: nothing was told
	total     int       // requests in all of it, as far as seen
	left      int       // of them
	end       int64     // as told; 0: not told
	slides    bool      // its end moves on with every answer: nothing begins anew there
	until     time.Time // the same here
}

// windowOf reads what an answer tells; ok if it does.
func windowOf(a answer) (w window, ok bool) {
	w.name = a.header.Get("RateLimit-Name")
	limit, err := strconv.Atoi(a.header.Get("RateLimit-Limit"))
	left, problem := strconv.Atoi(a.header.Get("RateLimit-Remaining"))
	if err != nil || problem != nil || limit <= 0 || left < 0 {
		return window{}, false
	}
	w.perMinute, w.left, w.total = limit, left, left
	if observed, err := strconv.Atoi(a.header.Get("RateLimit-Observed")); err == nil && observed > 0 && left > 0 {
		w.total = left + min(observed, maxTold)
	}
	if end, err := strconv.ParseInt(a.header.Get("RateLimit-Reset"), 10, 64); err == nil && end > 0 {
		w.end = end
	}
	return w, true
}

const maxTold = 1 << 30 // a count that is worth to be believed

// follow is the window to go by after one more answer, which was written at a time
// of the server, zero if it does not say: answers may overtake each other. Some
// gateways tell of a bucket that fills evenly as if it were a window.
func (w window) follow(next window, written time.Time) window {
	if next.name != w.name || next.perMinute != w.perMinute {
		return next
	}
	switch {
	case next.end < w.end && next.end > aYear: // of a window that is over
		return w
	case next.end == w.end:
		next.left = min(next.left, w.left)
	}
	next.total = max(next.total, w.total)
	next.slides = w.slides || w.end > aYear && next.end > w.end && !written.IsZero() && written.Unix() < w.end
	return next
}

// spare is how many requests of a window a walk leaves to others who want to look
// at something meanwhile: one in fifty.
func (w window) spare() int { return w.total / 50 }
