package gitlab

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"flow"
)

// budgets hold one budget for each host.
type budgets struct {
	mu  sync.Mutex
	all map[string]*budget // by origin: whatever way leads there, it is one server
}

func (b *budgets) of(base flow.BaseURL) *budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = map[string]*budget{}
	}
	at := base.Origin()
	if b.all[at] == nil {
		b.all[at] = &budget{}
	}
	return b.all[at]
}

// A budget is what all requests to one host share: how many of them are on their
// way, until when none may leave, how many may be tried again, and what the
// server has told of its limits.
type budget struct {
	slots   slots
	retries allowance

	mu   sync.Mutex
	hold hold
	told seenLimits
}

// seenLimits are what a server has told about how often it may be asked.
type seenLimits struct {
	requests  int // answered so far
	held      int // of them refused for being too many
	perMinute int // 0: nothing was told
	left      int
	reset     time.Time // when left is full again; zero: not told
}

func (b *budget) seen() seenLimits {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.told
}

// note takes in what an answer to r tells. GitLab has RateLimit headers on a 429
// since 13.8 and on every answer since 18.6; RateLimit-Limit is per minute,
// whatever the period is.
func (b *budget) note(a answer, r *request, now time.Time) {
	if a.status < http.StatusInternalServerError && a.status != http.StatusTooManyRequests {
		b.retries.earn()
	}
	until := a.notBefore(r, now)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told.requests++
	if a.status == http.StatusTooManyRequests {
		b.told.held++
	}
	limit, err := strconv.Atoi(a.header.Get("RateLimit-Limit"))
	left, problem := strconv.Atoi(a.header.Get("RateLimit-Remaining"))
	if err == nil && problem == nil && limit > 0 && left >= 0 {
		reset, _ := a.reset(now)
		if reset.Equal(b.told.reset) && b.told.perMinute == limit {
			left = min(left, b.told.left) // answers may overtake each other
		}
		b.told.perMinute, b.told.left, b.told.reset = limit, left, reset
	}
	if until.After(b.hold.until) {
		b.hold = hold{until, wordsOf(a).line(a.status, r)}
		if a.status == http.StatusOK {
			b.hold.says = ""
		}
	}
}
