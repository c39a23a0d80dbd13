package gitlab

import (
	"math"
	"time"
)

const (
	// firstFlying is how many a budget begins with.
	firstFlying = 4

	fewestSamples = 8  // that a level is judged by
	shortestRest  = 4  // stretches between two trials of another level
	longestRest   = 32 // the same
)

// A level is how many requests may be on their way to a host. It is searched for:
// one that is higher is kept if more requests get through by it, which is to say
// if they do not take longer in proportion, and one that is lower if no fewer do.
// So it ends at what the server works on at the same time, where more would only
// wait there. What a server refuses or fails halves it.
//
// Times are compared between two stretches that follow each other, each of
// requests that left while all of the level was in use: what the network, the
// time of day and the kind of request add is in both.
type level struct {
	most int // it never gets higher; 0: DefaultConcurrency
	at   int // 0: it has not begun
	gen  int // counts the changes: requests that left before the last one say nothing

	from   int     // the level that is compared with; 0: none, this is no trial
	before stretch // how long requests took there, or when last measured
	now    stretch
	warm   bool // a trial of a lower level goes on for long enough to be counted

	sure   int  // up to here it may grow fast
	rest   int  // stretches until the next trial
	pause  int  // how many there were before the last
	lower  bool // the next trial is of a lower level
	doubt  bool // the last trial of a higher one failed
	halved int  // the change that was the last halving
	back   bool // after it, to where it was sure
	went   int  // requests that went well since then
}

// limit is how many requests may be on their way.
func (l *level) limit() int {
	if l.at == 0 {
		if l.most == 0 {
			l.most = DefaultConcurrency
		}
		l.at, l.sure = min(firstFlying, l.most), l.most
	}
	return l.at
}

// A sent is what was known when a request left.
type sent struct {
	at   time.Time
	gen  int  // of the level
	full bool // all of the level was in use
}

// took counts a request of one kind that went well.
func (l *level) took(kind string, s sent, took time.Duration) {
	l.went++
	if s.gen != l.gen || !s.full || took <= 0 {
		return
	}
	l.now.add(kind, took)
	if l.from > l.at && l.now.n == l.at && !l.warm {
		// Of the requests that left together the short ones end first: a trial that
		// counted them would seem to be faster.
		l.now, l.warm = stretch{}, true
	}
	if least := l.enough(); l.now.n < least || !l.back && l.now.n < 8*least && l.now.blur() > l.step()/5 {
		return
	}
	if l.back && l.at < l.sure {
		l.turn(min(2*l.at, l.sure))
		return
	}
	l.back = false
	if l.from == 0 {
		l.before, l.now = l.now, stretch{}
		l.settle()
		return
	}
	l.judge()
}

// enough is how many requests a stretch is long: a small difference shows in many
// only, and to have too few on their way is what costs most.
func (l *level) enough() int {
	switch {
	case l.back:
		return l.at
	case l.from > l.at:
		return max(2*fewestSamples, 4*l.at)
	case l.at < l.sure:
		return max(fewestSamples, l.at)
	default:
		return max(2*fewestSamples, 3*l.at)
	}
}

// step is how far the level is from the next one, or from the one that it is
// compared with, as a logarithm.
func (l *level) step() float64 {
	other := l.from
	if other == 0 {
		other = l.next()
	}
	return math.Abs(math.Log(float64(l.at) / float64(other)))
}

// settle ends a stretch that was no trial.
func (l *level) settle() {
	if l.rest > 0 {
		l.rest--
		return
	}
	if next := l.next(); next != l.at {
		l.from = l.at
		l.turn(next)
	}
}

// next is the level that is tried next.
func (l *level) next() int {
	up := min(l.at+max(1, l.at/4), l.most)
	if l.at < l.sure {
		up = min(2*l.at, l.sure)
	}
	if up > l.at && (!l.lower || l.at == 1) {
		return up
	}
	return max(1, min(l.at-1, l.at*3/4))
}

func (l *level) turn(at int) {
	l.at, l.now, l.warm = at, stretch{}, false
	l.gen++
}

// judge ends a trial.
func (l *level) judge() {
	longer, blur, ok := l.now.over(l.before)
	last := l.from
	l.before, l.now, l.from = l.now, stretch{}, 0
	if !ok {
		return // other requests than before: nothing is known
	}
	step := float64(l.at) / float64(last)
	gain := step / longer // of requests in the same time
	switch up := step > 1; {
	case up && gain >= 1+(step-1)/2, !up && gain >= (1-(1-step)/4)*math.Exp(blur):
		l.pause, l.lower, l.doubt = 0, false, false
		if l.at == l.most {
			l.wait()
		}
		if up {
			l.settle()
		}
	case up:
		// By Little's law that is how many of them are worked on.
		busy := int(math.Ceil(float64(l.at) / longer))
		if l.lower = true; l.doubt {
			l.sure = min(l.sure, last)
		}
		l.doubt = true
		l.turn(min(max(busy, last), l.at))
		l.wait()
	default:
		l.lower = false
		l.turn(last)
		l.wait()
	}
}

// wait puts the next trial off, twice as long as the last one.
func (l *level) wait() {
	l.pause = min(max(shortestRest, 2*l.pause), longestRest)
	l.rest = l.pause
}

// halve lowers the level because the server could not cope with a request, once
// for all that were on their way together.
func (l *level) halve(s sent) {
	if s.gen < l.halved {
		return
	}
	at := l.limit()
	switch {
	case l.halved == 0 || at > l.sure:
		l.sure = at
	case l.went < l.sure:
		l.sure = max(at, l.sure*3/4) // it is too much again and again
	}
	l.from, l.pause, l.rest, l.lower, l.went = 0, 0, 0, false, 0
	l.turn(max(1, at/2))
	l.halved, l.back = l.gen, true
}

// A stretch is how long requests took, by their kinds. Logarithms are added up:
// one that takes a minute must not outweigh all others.
type stretch struct {
	n     int
	kinds map[string]logs
}

type logs struct {
	n           int
	sum, square float64
}

func (s *stretch) add(kind string, took time.Duration) {
	if s.kinds == nil {
		s.kinds = map[string]logs{}
	}
	l, log := s.kinds[kind], math.Log(took.Seconds())
	s.kinds[kind] = logs{l.n + 1, l.sum + log, l.square + log*log}
	s.n++
}

// blur is the standard error of how long requests took, as a logarithm.
func (s *stretch) blur() float64 {
	square := 0.0
	for _, l := range s.kinds {
		square += l.square - l.sum*l.sum/float64(l.n)
	}
	n := float64(s.n)
	return math.Sqrt(max(0, square) / n / max(1, n-float64(len(s.kinds))))
}

// over is how many times longer requests took than those of another stretch, and
// the standard error of that, as a logarithm; not ok where too few of both are of
// the same kinds.
func (s *stretch) over(other stretch) (longer, blur float64, ok bool) {
	sum, n := 0.0, 0
	for kind, mine := range s.kinds {
		if theirs := other.kinds[kind]; theirs.n > 0 {
			sum += float64(mine.n) * (mine.sum/float64(mine.n) - theirs.sum/float64(theirs.n))
			n += mine.n
		}
	}
	if 2*n < s.n || n == 0 {
		return 1, 0, false
	}
	return math.Exp(sum / float64(n)), math.Hypot(s.blur(), other.blur()), true
}
