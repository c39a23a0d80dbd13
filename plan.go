package flow

import (
	"maps"
	"slices"
	"time"
)

// A Plan is a review with changes that are not saved yet. Everything that a
// screen shows of the future comes from it: it holds what is stored and what
// would be, side by side.
type Plan struct {
	*Review
	now     time.Time
	changes Changes
	autos   autoImports // planned, by group
	rules   []Rule      // planned
	saved   []Decision  // by repo, as stored
	will    []Decision  // by repo, once saved
}

// NewPlan starts a plan with changes made on an earlier state of the same
// integration, or with none. Those that are no longer a change are dropped.
func NewPlan(r *Review, c Changes, now time.Time) *Plan {
	p := &Plan{Review: r, now: now, saved: r.Decisions(now)}
	p.changes = Changes{Version: r.Integration.Version, Auto: map[int64]AutoSetting{}, Pins: map[int64]Pin{}}
	for id, s := range c.Auto {
		if s != p.savedAuto(id) {
			p.changes.Auto[id] = s
		}
	}
	for id, pin := range c.Pins {
		if pin != r.Pins[id] {
			p.changes.Pins[id] = pin
		}
	}
	for _, rule := range c.Add {
		if !hasRule(r.Rules, rule.text) {
			p.changes.Add = append(p.changes.Add, rule)
		}
	}
	for _, text := range c.Remove {
		if hasRule(r.Rules, text) {
			p.changes.Remove = append(p.changes.Remove, text)
		}
	}
	p.decide()
	return p
}

func hasRule(rules []Rule, text string) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool { return r.text == text })
}

// Changes returns a copy of what is not saved.
func (p *Plan) Changes() Changes {
	c := p.changes
	c.Auto, c.Pins = maps.Clone(c.Auto), maps.Clone(c.Pins)
	c.Add, c.Remove = slices.Clone(c.Add), slices.Clone(c.Remove)
	return c
}

// IsChanged reports whether there is something to save.
func (p *Plan) IsChanged() bool { return !p.changes.IsEmpty() }

func (p *Plan) savedAuto(id int64) AutoSetting {
	on, set := p.Settings.Auto[id]
	switch {
	case !set:
		return AsAbove
	case on:
		return AutoOn
	}
	return AutoOff
}

// Auto returns the planned setting of group g itself.
func (p *Plan) Auto(g int) AutoSetting {
	id := p.Groups[g].ID
	if s, ok := p.changes.Auto[id]; ok {
		return s
	}
	return p.savedAuto(id)
}

// AutoChanged reports whether the setting of group g is not saved yet.
func (p *Plan) AutoChanged(g int) bool {
	_, ok := p.changes.Auto[p.Groups[g].ID]
	return ok
}

// Inherited returns the setting that would count for group g if it had none.
func (p *Plan) Inherited(g int) AutoImport { return p.autos.of(p.parent[g]) }

// EffectiveAuto returns the setting that counts for group g.
func (p *Plan) EffectiveAuto(g int) AutoImport { return p.autos[g] }

// SetAuto plans the setting of group g.
func (p *Plan) SetAuto(g int, s AutoSetting) {
	id := p.Groups[g].ID
	if s == p.savedAuto(id) {
		delete(p.changes.Auto, id)
	} else {
		p.changes.Auto[id] = s
	}
	p.decide()
}

// NextAuto is what the auto-import key does to group g: from "as above" to the
// opposite of what is above, then to the same as above but set here, then back.
func (p *Plan) NextAuto(g int) AutoSetting {
	opposite, same := AutoOn, AutoOff
	if p.Inherited(g).On {
		opposite, same = AutoOff, AutoOn
	}
	switch p.Auto(g) {
	case AsAbove:
		return opposite
	case opposite:
		return same
	}
	return AsAbove
}

// Pin returns the planned pin of repo i.
func (p *Plan) Pin(i int) Pin {
	id := p.Repos[i].ID
	if pin, ok := p.changes.Pins[id]; ok {
		return pin
	}
	return p.Pins[id]
}

// SetPin plans the pin of repo i.
func (p *Plan) SetPin(i int, pin Pin) {
	id := p.Repos[i].ID
	if pin == p.Pins[id] {
		delete(p.changes.Pins, id)
	} else {
		p.changes.Pins[id] = pin
	}
	p.will[i] = p.decideWith(i, pin)
}

func (p *Plan) decideWith(i int, pin Pin) Decision {
	return Decide(&p.Repos[i], pin, p.autos.of(p.owner[i]), p.rules, p.now)
}

// Put plans that repo i is in or out. It goes back to what is saved where that
// is enough, and leaves no pin that changes nothing: if group and rules give the
// wanted state, the pin is removed. It reports whether anything changed; a repo
// that is not supported never does.
func (p *Plan) Put(i int, in bool) bool {
	if p.will[i].State == NotSupported || p.will[i].In() == in {
		return false
	}
	byHand := PinOut
	if in {
		byHand = PinIn
	}
	for _, pin := range []Pin{p.Pins[p.Repos[i].ID], NoPin, byHand} {
		if p.decideWith(i, pin).In() == in {
			p.SetPin(i, pin)
			return true
		}
	}
	return false
}

// Toggle turns in to out and out to in.
func (p *Plan) Toggle(i int) bool { return p.Put(i, !p.will[i].In()) }

// GroupToggle says what toggling group g would do: whether its repos would go
// in, and how many would change. They go out only if all that can be are in.
func (p *Plan) GroupToggle(g int) (in bool, repos int) {
	var out, inside int
	p.Below(g, func(i int) {
		switch {
		case p.will[i].State == NotSupported:
		case p.will[i].In():
			inside++
		default:
			out++
		}
	})
	if out > 0 {
		return true, out
	}
	return false, inside
}

// PutGroup puts every repo below group g in or out by hand.
func (p *Plan) PutGroup(g int, in bool) (changed int) {
	p.Below(g, func(i int) {
		if p.Put(i, in) {
			changed++
		}
	})
	return changed
}

// Rules returns the planned rules.
func (p *Plan) Rules() []Rule { return p.rules }

// AddRule plans a new rule. One that exists already is refused.
func (p *Plan) AddRule(rule Rule) error {
	if hasRule(p.rules, rule.text) {
		return &Fault{Cause: RuleTwice, Detail: rule.text}
	}
	if i := slices.Index(p.changes.Remove, rule.text); i >= 0 {
		p.changes.Remove = slices.Delete(p.changes.Remove, i, i+1)
	} else {
		p.changes.Add = append(p.changes.Add, rule)
	}
	p.decide()
	return nil
}

// RemoveRule plans that a rule goes.
func (p *Plan) RemoveRule(text string) {
	isText := func(r Rule) bool { return r.text == text }
	if i := slices.IndexFunc(p.changes.Add, isText); i >= 0 {
		p.changes.Add = slices.Delete(p.changes.Add, i, i+1)
	} else if hasRule(p.rules, text) {
		p.changes.Remove = append(p.changes.Remove, text)
	}
	p.decide()
}

// RuleAdded reports whether the rule with that text is planned, not stored.
func (p *Plan) RuleAdded(text string) bool { return hasRule(p.changes.Add, text) }

// Discard drops all changes.
func (p *Plan) Discard() { *p = *NewPlan(p.Review, Changes{}, p.now) }

// decide works out every planned decision anew.
func (p *Plan) decide() {
	p.rules = p.changes.rules(p.Review.Rules)
	p.autos = p.autoImports(func(g int) (on, set bool) {
		s := p.Auto(g)
		return s == AutoOn, s != AsAbove
	})
	p.will = make([]Decision, len(p.Repos))
	for i := range p.Repos {
		p.will[i] = p.decideWith(i, p.Pin(i))
	}
}

// Saved returns what is stored of repo i.
func (p *Plan) Saved(i int) Decision { return p.saved[i] }

// Will returns what becomes of repo i once the changes are saved.
func (p *Plan) Will(i int) Decision { return p.will[i] }

// SavedCounts and PlannedCounts tell how many repos are in which state.
func (p *Plan) SavedCounts() Counts   { return Count(p.saved) }
func (p *Plan) PlannedCounts() Counts { return Count(p.will) }

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

// CountGroups sums up every group, deepest first, in one pass over the repos.
func (p *Plan) CountGroups() []GroupCount {
	counts := make([]GroupCount, len(p.Groups))
	for i := range p.Repos {
		if g := p.owner[i]; g >= 0 {
			counts[g].add(p.saved[i], p.will[i])
		}
	}
	for g := len(p.Groups) - 1; g >= 0; g-- {
		if up := p.parent[g]; up >= 0 {
			counts[up].sum(counts[g])
		}
	}
	return counts
}

func (c *GroupCount) add(saved, will Decision) {
	one := GroupCount{All: 1}
	if will.State != NotSupported {
		one.Can = 1
	}
	if saved.In() {
		one.Imported = 1
	}
	if will.In() {
		one.In = 1
	}
	if will.In() && !saved.In() {
		one.GoIn = 1
	}
	if saved.In() && !will.In() {
		one.GoOut = 1
	}
	c.sum(one)
}

func (c *GroupCount) sum(d GroupCount) {
	c.All += d.All
	c.Can += d.Can
	c.Imported += d.Imported
	c.In += d.In
	c.GoIn += d.GoIn
	c.GoOut += d.GoOut
}

// KeptOutBy counts the repos that each rule keeps out, planned. A repo that two
// rules match counts for the first.
func (p *Plan) KeptOutBy() map[string]int {
	counts := map[string]int{}
	for _, d := range p.will {
		if d.State == Excluded {
			counts[d.Rule]++
		}
	}
	return counts
}
