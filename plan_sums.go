package flow

// A GroupCount sums up the repos below one group.
type GroupCount struct {
	All      int // all of them
	Can      int // those that can be imported
	Imported int // stored as imported
	In       int // imported once saved
	GoIn     int // in once saved, and not before
	GoOut    int // out once saved, and in before
}

// Mark derives a group's mark from its repos.
func (c GroupCount) Mark() Mark {
	switch {
	case c.Can == 0 && c.All > 0:
		return MarkNone
	case c.In == 0:
		return MarkOut
	case c.In == c.Can:
		return MarkIn
	}
	return MarkSome
}

// A Mark answers: is it in?
type Mark int8

const (
	MarkOut  Mark = iota
	MarkIn        // all of it, for a group
	MarkSome      // some below are in
	MarkNone      // can't be imported
)

// Sums are all numbers that a screen shows of a plan.
type sums struct {
	groups                 []GroupCount
	savedCounts, willCount Counts
	goIn, goOut, pausing   int
	pinned                 int   // pins that differ from the stored ones
	keptOut                []int // by rule number
}

// SavedCounts and PlannedCounts tell how many repos are in which state.
func (p *Plan) SavedCounts() Counts   { return p.savedCounts }
func (p *Plan) PlannedCounts() Counts { return p.willCount }

// CountGroups sums up every group. The sums belong to the plan, and change with
// it.
func (p *Plan) CountGroups() []GroupCount { return p.groups }

// Moves counts the repos that saving would import, and those that it would
// pause or leave out.
func (p *Plan) Moves() (in, out int) { return p.goIn, p.goOut }

// KeptOutBy counts the repos that each rule keeps out, planned. A repo that two
// rules match counts for the first.
func (p *Plan) KeptOutBy() map[string]int {
	counts := map[string]int{}
	for n, kept := range p.keptOut {
		if kept > 0 {
			counts[p.book.text(ruleNumber(n))] = kept
		}
	}
	return counts
}

func newSums(p *Plan) sums {
	return sums{groups: make([]GroupCount, len(p.Groups)), pinned: p.pinned}
}

// addAll counts every repo: each in its group, then each group in the one above.
func (s *sums) addAll(p *Plan) {
	for i := range p.will {
		d := s.add(p, i, 1)
		if g := p.owner[i]; g >= 0 {
			s.groups[g].sum(d)
		}
	}
	for g := len(s.groups) - 1; g >= 0; g-- {
		if up := p.spans[g].up; up >= 0 {
			s.groups[up].sum(s.groups[g])
		}
	}
}

// count takes one repo into all sums, or with -1 out of them.
func (s *sums) count(p *Plan, i, times int) {
	d := s.add(p, i, times)
	for g := p.owner[i]; g >= 0; g = p.spans[g].up {
		s.groups[g].sum(d)
	}
}

// add takes one repo into the sums that are not of groups, and returns what it is
// in those.
func (s *sums) add(p *Plan, i, times int) GroupCount {
	saved, will := p.saved[i], p.will[i]
	s.savedCounts[saved.state] += times
	s.willCount[will.state] += times
	s.keepOut(will.rule, times)
	s.pausing += times * pausing(saved, will)
	d := moved(saved, will)
	d.All = 1
	if saved.state != NotSupported {
		d.Can = 1
	}
	if saved.in() {
		d.Imported = 1
	}
	d = GroupCount{d.All * times, d.Can * times, d.Imported * times, d.In * times, d.GoIn * times, d.GoOut * times}
	s.goIn, s.goOut = s.goIn+d.GoIn, s.goOut+d.GoOut
	return d
}

// moved is the part of a count that changes with a plan.
func moved(saved, will verdict) (c GroupCount) {
	if will.in() {
		c.In = 1
	}
	if will.in() && !saved.in() {
		c.GoIn = 1
	}
	if saved.in() && !will.in() {
		c.GoOut = 1
	}
	return c
}

func pausing(saved, will verdict) int {
	if saved.in() && will.state == Paused {
		return 1
	}
	return 0
}

func (s *sums) keepOut(n ruleNumber, repos int) {
	if n == 0 {
		return
	}
	for int(n) >= len(s.keptOut) {
		s.keptOut = append(s.keptOut, 0)
	}
	s.keptOut[n] += repos
}

func (c *GroupCount) sum(d GroupCount) {
	c.All += d.All
	c.Can += d.Can
	c.Imported += d.Imported
	c.In += d.In
	c.GoIn += d.GoIn
	c.GoOut += d.GoOut
}

// A tally takes changes of decisions into the sums. Repos of one group stand
// together, so that what is above it is told of all of them at once.
type tally struct {
	group int32
	d     GroupCount
}

func (s *sums) tally() tally { return tally{group: -1} }

func (t *tally) put(p *Plan, i int, v verdict) {
	was := p.will[i]
	if v == was {
		return
	}
	p.will[i] = v
	p.willCount[was.state]--
	p.willCount[v.state]++
	p.keepOut(was.rule, -1)
	p.keepOut(v.rule, 1)
	saved := p.saved[i]
	p.pausing += pausing(saved, v) - pausing(saved, was)
	before, after := moved(saved, was), moved(saved, v)
	d := GroupCount{In: after.In - before.In, GoIn: after.GoIn - before.GoIn, GoOut: after.GoOut - before.GoOut}
	p.goIn, p.goOut = p.goIn+d.GoIn, p.goOut+d.GoOut
	if g := p.owner[i]; g != t.group {
		t.flush(p)
		t.group = g
	}
	t.d.sum(d)
}

func (t *tally) flush(p *Plan) {
	for g := t.group; g >= 0; g = p.spans[g].up {
		p.groups[g].sum(t.d)
	}
	t.d = GroupCount{}
}
