package gitlab

import (
	"net/http"
	"sync"
	"time"

	"flow"
)

// budgets hold one budget for each host.
type budgets struct {
	most int // requests on their way to a host; 0: DefaultConcurrency
	mu   sync.Mutex
	all  map[string]*budget // by origin: whatever way leads there, it is one server
}

func (b *budgets) of(base flow.BaseURL) *budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = map[string]*budget{}
	}
	at := base.Origin()
	if b.all[at] == nil {
		b.all[at] = &budget{slots: slots{level: level{most: b.most}}}
	}
	return b.all[at]
}

// A budget is what all requests to one host share: how many of them are on their
// way, how fast and until when none may leave, how many may be tried again, and
// what the server has told of its limits.
type budget struct {
	slots   slots
	retries allowance

	mu        sync.Mutex
	host      gate             // what all requests wait for
	endpoints map[string]*gate // what those to one endpoint wait for
	rest      hold             // of walks, which leave something to others
	clock     serverClock
	told      seenLimits
}

// seenLimits are what a server has told about how often it may be asked.
type seenLimits struct {
	requests int // answered so far
	held     int // of them refused for being too many
	window
}

func (b *budget) seen() seenLimits {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.told
}

// note takes in what an answer to r tells, which left as s says.
func (b *budget) note(a answer, r *request, s sent, now time.Time) {
	tooMany := a.status == http.StatusTooManyRequests
	if !tooMany && a.status < http.StatusInternalServerError {
		b.retries.earn()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told.requests++
	b.clock.hear(a.header.Get("Date"), s.at, now)
	told, ok := windowOf(a)
	if ok {
		told.until = b.ends(told, now)
		written, _ := http.ParseTime(a.header.Get("Date"))
		b.told.window = b.told.follow(told, written)
		if b.told.slides {
			b.host.pace.keep(told.perMinute, now)
		}
	}
	b.putOff(a, r, s, now)
	b.slots.learn(func() {
		switch {
		case tooMany || a.status >= http.StatusInternalServerError:
			b.slots.level.halve(s)
		case r.patient && a.status == http.StatusOK && r.verb() == http.MethodGet:
			b.slots.level.took(r.kind(), s, a.served)
		}
		b.slots.room = b.room(now)
	})
}

// putOff sets until when no request may leave after an answer, and at which pace
// they go on.
func (b *budget) putOff(a answer, r *request, s sent, now time.Time) {
	g, until := &b.host, a.notBefore(r, now)
	switch tooMany := a.status == http.StatusTooManyRequests; {
	case tooMany:
		b.told.held++
		if a.ofEndpoint() {
			g = b.gate(r)
		} else if a.header.Get("RateLimit-Limit") != "" {
			g.pace.tell(b.told.perMinute)
		}
		g.pace.refuse(s.at, now, until)
	case r.patient:
		b.gate(r).pace.pass()
		b.host.pace.pass()
	default:
		b.host.pace.pass()
	}
	if a.status < http.StatusBadRequest && !until.IsZero() {
		until = b.told.until // it was the last one of its window
		if b.told.slides {
			until = time.Time{}
		}
	}
	if until.After(g.hold.until) {
		g.hold = hold{until, wordsOf(a).line(a.status, r)}
		if a.status == http.StatusOK {
			g.hold.says = ""
		}
	}
	if w := b.told.window; w.end > 0 && !w.slides && w.left <= w.spare() && w.until.After(now) {
		b.rest = hold{until: w.until}
	}
}

// ends is when a window ends, by the server's clock as far as that is known.
func (b *budget) ends(w window, now time.Time) time.Time {
	end := now
	switch {
	case w.end == 0:
		return time.Time{}
	case w.end <= aYear:
		end = now.Add(time.Duration(w.end) * time.Second)
	case b.clock.known:
		end = b.clock.here(time.Unix(w.end, 0))
	default:
		end = time.Unix(w.end, 0)
	}
	if last := now.Add(longestHold); end.After(last) {
		return last
	}
	return end
}

// room is how many more requests the server's window takes, those that are on
// their way among them, since it may not have counted them yet; 0: not known.
func (b *budget) room(now time.Time) int {
	switch w := b.told.window; {
	case w.perMinute == 0 || w.end == 0 || w.slides:
		return 0
	case w.until.After(now):
		return max(1, w.left-w.spare())
	default:
		return w.total
	}
}

// open makes room when a new window has begun.
func (b *budget) open(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if room := b.room(now); room > 0 {
		b.slots.learn(func() { b.slots.room = room })
	}
}

// leave is when a request, a page of a walk, may leave.
func (b *budget) leave(r *request, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return through(now, &b.host, b.gate(r))
}

// line is where pages of a walk wait for each other.
func (b *budget) line(r *request) *slots {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &b.gate(r).line
}

// slow takes in that a request got no answer in the time that it may take.
func (b *budget) slow(s sent) {
	b.slots.learn(func() { b.slots.level.halve(s) })
}
