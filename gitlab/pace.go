package gitlab

import (
	"math"
	"time"
)

const (
	// leastRate is what a search begins with: refusals come sooner than answers,
	// so what was seen to get through until the first is too little.
	leastRate = 2.0 // requests a second

	growUnknown = 0.1   // of the rate in a second, before the second refusal
	growBelow   = 0.015 // well below the rate that was refused
	growNear    = 0.002 // beyond that
	near        = 0.95  // of the rate that was refused

	// short is how far a rate that the server told is kept to: its windows and
	// ours do not begin at the same time.
	short = 0.98
)

// A pace is how fast requests may leave for a host that has refused some of them
// as too many. Before that it is as fast as they come.
//
// The rate that is allowed is the one that the server told, or is searched for:
// what got through from the end of one wait to the end of the next can be had, what
// was asked for when a request was refused can't. Both are true of windows of any
// length, and of buckets that fill evenly.
type pace struct {
	rate   float64   // requests a second; 0: as fast as they come
	next   time.Time // when the next one may leave
	top    float64   // that was refused last; 0: none
	most   float64   // by what the server told; 0: it has not
	raised time.Time // when rate was looked at last

	refusals int
	refused  time.Time // the last of them
	until    time.Time // what it asked to wait for; zero: that is over
	begin    time.Time // of counting
	went     int       // requests that got through since
	through  float64   // requests a second that got through before; 0: not known
	lot      int       // of them at once, where most of the time was waited for; 0: none
}

// leave is when the next request may leave.
func (p *pace) leave(now time.Time) time.Time {
	p.resume(now)
	if p.begin.IsZero() {
		p.begin = now
	}
	if p.rate == 0 {
		return now
	}
	gap := time.Duration(float64(time.Second) / p.rate)
	at := p.next
	if late := now.Add(-gap); at.Before(late) {
		at = late // what was not used is lost
	}
	if at.After(now) {
		p.raise(now)
	}
	p.raised, p.next = now, at.Add(gap)
	if at.Before(now) {
		return now
	}
	return at
}

// raise makes the rate higher, where it holds requests up.
func (p *pace) raise(now time.Time) {
	grow, end := growUnknown, math.Inf(1)
	switch {
	case p.top > 0 && p.rate < near*p.top:
		grow, end = growBelow, near*p.top
	case p.top > 0:
		grow = growNear
	}
	p.rate = min(p.rate*math.Exp(grow*max(0, now.Sub(p.raised).Seconds())), end)
	if p.most > 0 {
		p.rate = min(p.rate, p.most)
	}
}

// pass counts a request that got through.
func (p *pace) pass() { p.went++ }

// refuse takes in that a request, which left at a time, was refused as one of too
// many until another. Those that were on their way together are refused together.
func (p *pace) refuse(left, now, until time.Time) {
	if p.refusals > 0 && left.Before(p.refused) {
		if !p.until.IsZero() && until.After(p.until) {
			p.until = until
		}
		return
	}
	p.refusals++
	p.refused, p.until, p.top = now, until, p.rate
}

// resume finds a new rate once the wait is over that a refusal asked for: only
// then it is known how much got through.
func (p *pace) resume(now time.Time) {
	if p.until.IsZero() || now.Before(p.until) {
		return
	}
	if time := p.until.Sub(p.begin).Seconds(); time > 0 {
		p.through = float64(p.went) / time
	}
	if p.lot = 0; p.until.Sub(p.refused) > p.refused.Sub(p.begin) {
		p.lot = p.went
	}
	switch {
	case p.most > 0 && p.refusals == 1:
		p.rate = p.most
	case p.rate == 0:
		p.rate = max(leastRate, p.through)
	default:
		p.rate = max(p.through, min(math.Sqrt(p.rate*p.through), near*p.rate), 1.0/60)
	}
	p.until, p.begin, p.went = time.Time{}, now, 0
	p.next, p.raised = now, now
}

// tell takes in how many requests the server allows in a minute.
func (p *pace) tell(perMinute int) { p.most = short * float64(perMinute) / 60 }

// keep is tell where nothing else says when to leave.
func (p *pace) keep(perMinute int, now time.Time) {
	if p.tell(perMinute); p.rate == 0 {
		p.rate, p.next, p.raised = p.most, now, now
	}
}
