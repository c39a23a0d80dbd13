package scale

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A gate stands before the API: it refuses what is too much, has the rest wait
// for a thread, and counts.
type gate struct {
	Options

	mu      sync.Mutex
	told    Counts
	bucket  bucket
	busy    int             // threads
	waiting []chan struct{} // for one, oldest first; closed when it is its turn
}

// Counts are what came to the API. Of the times, the first is when a request
// arrived, the last when an answer was on its way.
type Counts struct {
	Requests   int // all of these
	Answered   int // with something else than 429 and 502
	Limited    int // with 429
	Broken     int // with 502
	Left       int // given up by the client while they waited
	Flying     int // not answered yet
	MostFlying int // at the same time
	Queued     int // waiting for a thread
	MostQueued int
	First      time.Time
	Last       time.Time

	Full  Stretch // of these, pages of projects
	Short Stretch // the same with simple=true
}

// A Stretch is a part of what came.
type Stretch struct {
	Requests int
	First    time.Time // arrived
	Last     time.Time // answered
}

// Took is the time from the first request to the last answer.
func (s Stretch) Took() time.Duration { return s.Last.Sub(s.First) }

// of is the stretch that a request belongs to, nil if to none. One row is no page:
// it is asked for to learn the highest id.
func (c *Counts) of(r *http.Request) *Stretch {
	if r.URL.Path != "/api/v4/projects" || strings.Contains(r.URL.RawQuery, "per_page=1&") || strings.HasSuffix(r.URL.RawQuery, "per_page=1") {
		return nil
	}
	if strings.Contains(r.URL.RawQuery, "simple=true") {
		return &c.Short
	}
	return &c.Full
}

func (c Counts) String() string {
	return fmt.Sprintf("%d requests in %.2f s: %d answered, %d limited, %d broken, %d left; at most %d in flight and %d queued",
		c.Requests, c.Last.Sub(c.First).Seconds(), c.Answered, c.Limited, c.Broken, c.Left, c.MostFlying, c.MostQueued)
}

func (g *gate) counts() Counts {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.told
}

func (g *gate) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told = Counts{Flying: g.told.Flying, Queued: g.told.Queued}
	g.bucket = bucket{}
}

// before puts the gate before a handler.
func (g *gate) before(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			api.ServeHTTP(w, r)
			return
		}
		part := g.told.of(r)
		number, limited := g.arrive(part, w.Header(), time.Now())
		fate := &g.told.Answered
		defer func() { g.leave(part, fate, time.Now()) }()
		if limited {
			fate = &g.told.Limited
			g.Limit.refuse(w)
			return
		}
		if !g.take(r.Context()) {
			fate = &g.told.Left
			panic(http.ErrAbortHandler)
		}
		defer g.give()
		switch {
		case !g.work(r.Context(), number):
			fate = &g.told.Left
			panic(http.ErrAbortHandler)
		case g.breaks(number):
			fate = &g.told.Broken
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			w.Write([]byte("<html><head><title>GitLab is not responding</title></head><body><h1>502</h1></body></html>"))
		default:
			api.ServeHTTP(w, r)
		}
	})
}

func (g *gate) arrive(part *Stretch, h http.Header, now time.Time) (number int, limited bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.told.Requests++; g.told.Requests == 1 {
		g.told.First = now
	}
	if part != nil {
		if part.Requests++; part.Requests == 1 {
			part.First = now
		}
	}
	g.told.Flying++
	g.told.MostFlying = max(g.told.MostFlying, g.told.Flying)
	return g.told.Requests, g.bucket.take(g.Limit, h, now)
}

func (g *gate) leave(part *Stretch, fate *int, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	*fate++
	g.told.Flying--
	g.told.Last = now
	if part != nil {
		part.Last = now
	}
}

// take waits for a thread, in the order of asking, and reports whether the
// client is still there.
func (g *gate) take(ctx context.Context) bool {
	g.mu.Lock()
	if g.Threads <= 0 || g.busy < g.Threads {
		g.busy++
		g.mu.Unlock()
		return true
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.told.Queued = len(g.waiting)
	g.told.MostQueued = max(g.told.MostQueued, g.told.Queued)
	g.mu.Unlock()
	select {
	case <-turn:
		return true
	case <-ctx.Done():
	}
	g.mu.Lock()
	at := slices.Index(g.waiting, turn)
	if at >= 0 {
		g.waiting = slices.Delete(g.waiting, at, at+1)
		g.told.Queued = len(g.waiting)
	}
	g.mu.Unlock()
	if at < 0 {
		g.give() // its turn came at the same moment
	}
	return false
}

// give hands a thread on to who is first.
func (g *gate) give() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.busy--
		return
	}
	close(g.waiting[0])
	g.waiting = g.waiting[1:]
	g.told.Queued = len(g.waiting)
}

// work takes the time that an answer takes, and reports whether the client is
// still there.
func (g *gate) work(ctx context.Context, number int) bool {
	if g.Latency <= 0 {
		return true
	}
	timer := time.NewTimer(time.Duration(float64(g.Latency) * (0.9 + 0.2*float64(mix(number, 40)%1000)/1000)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// breaks picks the requests that end with 502.
func (g *gate) breaks(number int) bool {
	return float64(mix(number, 41)%10_000) < 10_000*g.Broken
}
