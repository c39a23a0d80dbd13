package flow

import "time"

// History is what was done to a plan, and can be undone and done again, without
// limit. It outlives a plan that is made anew by [Plan.Over].
type history struct {
	done, undone []step
	doing        *step   // nil: changes are not written down
	lost         []int64 // IDs of repos that are not there; the handle ^n means the nth
}

// A step is one thing that a person did. One over a whole group changes many pins.
type step struct {
	what  string // importing acme/api by hand
	pins  []pinChange
	autos []autoChange
	rules []ruleChange
}

type pinChange struct {
	repo     int32 // handle: its position, or see history.lost
	was, now Pin
}

type autoChange struct {
	group    int64 // ID
	was, now AutoSetting
}

type ruleChange struct {
	rule  Rule
	added bool
}

// act makes all that f changes one step, which f names.
func (p *Plan) act(f func() string) {
	if p.doing != nil {
		f()
		return
	}
	var s step
	p.doing = &s
	s.what = f()
	p.doing = nil
	if len(s.pins)+len(s.autos)+len(s.rules) > 0 {
		p.done, p.undone = append(p.done, s), nil
	}
}

func (h *history) notePin(c pinChange) {
	if h.doing != nil {
		h.doing.pins = append(h.doing.pins, c)
	}
}

func (h *history) noteAuto(c autoChange) {
	if h.doing != nil {
		h.doing.autos = append(h.doing.autos, c)
	}
}

func (h *history) noteRule(c ruleChange) {
	if h.doing != nil {
		h.doing.rules = append(h.doing.rules, c)
	}
}

// CanUndo and CanRedo report whether there is something to.
func (p *Plan) CanUndo() bool { return len(p.done) > 0 }
func (p *Plan) CanRedo() bool { return len(p.undone) > 0 }

// Undo takes back what was done last, and says what that was: auto-import on for
// acme/sandbox.
func (p *Plan) Undo() (what string, ok bool) {
	if !p.CanUndo() {
		return "", false
	}
	s := pop(&p.done)
	p.undone = append(p.undone, s)
	for n := range s.rules {
		c := s.rules[len(s.rules)-1-n]
		p.setRule(c.rule, !c.added)
	}
	for n := range s.autos {
		c := s.autos[len(s.autos)-1-n]
		p.setAuto(c.group, c.was)
	}
	p.replay(len(s.pins), func(n int) (int32, Pin) {
		c := s.pins[len(s.pins)-1-n]
		return c.repo, c.was
	})
	return s.what, true
}

// Redo does once more what was undone last, and says what that is.
func (p *Plan) Redo() (what string, ok bool) {
	if !p.CanRedo() {
		return "", false
	}
	s := pop(&p.undone)
	p.done = append(p.done, s)
	for _, c := range s.rules {
		p.setRule(c.rule, c.added)
	}
	for _, c := range s.autos {
		p.setAuto(c.group, c.now)
	}
	p.replay(len(s.pins), func(n int) (int32, Pin) { return s.pins[n].repo, s.pins[n].now })
	return s.what, true
}

func pop(steps *[]step) step {
	last := len(*steps) - 1
	s := (*steps)[last]
	*steps = (*steps)[:last]
	return s
}

// replay sets n pins.
func (p *Plan) replay(n int, pin func(n int) (int32, Pin)) {
	t := p.sums.tally()
	for n := range n {
		handle, pin := pin(n)
		p.putPin(handle, pin)
		if handle >= 0 {
			t.put(p, int(handle), p.judgeWith(int(handle), pin))
		}
	}
	t.flush(p)
}

// handle is what history calls a repo by.
func (p *Plan) handle(id int64) int32 {
	if i, ok := p.RepoByID(id); ok {
		return int32(i)
	}
	p.lost = append(p.lost, id)
	return ^int32(len(p.lost) - 1)
}

// Over makes the plan anew over another review of the same integration, with the
// changes that are not saved, and with all that can be undone. The old plan is
// not to be used any more.
func (p *Plan) Over(r *Review, now time.Time) *Plan {
	q := NewPlan(r, p.Changes(), now)
	q.done, q.undone = p.done, p.undone
	known := map[int32]int32{}
	q.history.rename(func(handle int32) int32 { return q.adopt(p, handle, known) })
	return q
}

// rename gives repos other handles.
func (h *history) rename(handle func(int32) int32) {
	for _, steps := range [][]step{h.done, h.undone} {
		for _, s := range steps {
			for n := range s.pins {
				s.pins[n].repo = handle(s.pins[n].repo)
			}
		}
	}
}

// adopt makes a handle of another plan one of this.
func (p *Plan) adopt(from *Plan, handle int32, known map[int32]int32) int32 {
	if now, ok := known[handle]; ok {
		return now
	}
	var id int64
	if handle < 0 {
		id = from.lost[^handle]
	} else {
		id = from.Repos[handle].ID
	}
	known[handle] = p.handle(id)
	return known[handle]
}
