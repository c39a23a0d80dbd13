package flow

import (
	"context"
	"maps"
	"slices"
	"time"
)

// A Plan is a review with changes that are not saved yet. Everything that a
// screen shows of the future comes from it: it holds what is stored and what
// would be, side by side. What a change moves is worked out at once, and nothing
// else is; all sums are kept up to date.
type Plan struct {
	*Review
	now time.Time

	// What differs from the stored settings, beside pins.
	auto     map[int64]AutoSetting // by group ID
	add      []Rule
	remove   []Rule
	lostPins map[int64]Pin // of repos that are no longer there, by their IDs

	savedAutos, autos autoImports // by group
	rules             []Rule      // planned
	book              ruleBook
	standing          []standing // this and the following by repo
	savedPin, pin     []Pin
	saved, will       []verdict
	sums
	history

	found  finds // only while it grows
	shared bool  // a clone looks at the review, too
}

// NewPlan starts a plan with changes made on an earlier state of the same
// integration, or with none. Those that are no longer a change are dropped.
func NewPlan(r *Review, c Changes, now time.Time) *Plan {
	p := &Plan{Review: r, now: r.matches.settleTime(now), auto: map[int64]AutoSetting{}, lostPins: map[int64]Pin{}}
	p.takeChanges(c)
	p.takePins(c.Pins)
	p.savedAutos = r.savedAutos()
	p.autos = slices.Clone(p.savedAutos)
	if len(p.auto) > 0 {
		p.resolve(p.autos, 0, len(p.Groups), p.Auto)
	}
	p.decideAll()
	return p
}

func (p *Plan) takeChanges(c Changes) {
	for id, s := range c.Auto {
		if s != settingOf(p.Settings.Auto, id) {
			p.auto[id] = s
		}
	}
	for _, rule := range rulesIn(&p.Tree, c.Add) {
		if !hasRule(p.Review.Rules, rule.text) {
			p.add = append(p.add, rule)
		}
	}
	for _, rule := range rulesIn(&p.Tree, c.Remove) {
		if hasRule(p.Review.Rules, rule.text) {
			p.remove = append(p.remove, rule)
		}
	}
}

func (p *Plan) takePins(changed map[int64]Pin) {
	p.savedPin = make([]Pin, len(p.Repos))
	if len(p.Pins) > 0 {
		for i := range p.Repos {
			p.savedPin[i] = p.Pins[p.Repos[i].ID]
		}
	}
	p.pin = slices.Clone(p.savedPin)
	for id, pin := range changed {
		p.putPin(p.handle(id), pin)
	}
}

// decideAll works out every decision, as stored and as planned.
func (p *Plan) decideAll() {
	p.planRules()
	n := len(p.Repos)
	p.standing, p.saved, p.will = make([]standing, n), make([]verdict, n), make([]verdict, n)
	stored := p.book.numbers(p.Review.Rules)
	same := !p.IsChanged()
	p.sums = newSums(p)
	for i := range p.Repos {
		p.standing[i] = standingOf(&p.Repos[i])
		p.saved[i] = p.judge(i, p.savedPin[i], p.savedAutos.of(p.owner[i]).On, stored)
		p.will[i] = p.saved[i]
		if !same {
			p.will[i] = p.judge(i, p.pin[i], p.autos.of(p.owner[i]).On, p.book.active)
		}
	}
	p.sums.addAll(p)
}

func (p *Plan) judge(i int, pin Pin, auto bool, rules []ruleNumber) verdict {
	v := decide(p.standing[i], pin, auto, 0)
	if v.by != ByAutoImport {
		return v
	}
	if n := p.book.first(p, rules, i); n != 0 {
		return decide(p.standing[i], pin, auto, n)
	}
	return v
}

func (p *Plan) judgeWith(i int, pin Pin) verdict {
	return p.judge(i, pin, p.autos.of(p.owner[i]).On, p.book.active)
}

// decideAgain works out what is planned for the repos from one to before another.
func (p *Plan) decideAgain(from, to int) {
	t := p.sums.tally()
	for i := from; i < to; i++ {
		t.put(p, i, p.judgeWith(i, p.pin[i]))
	}
	t.flush(p)
}

func hasRule(rules []Rule, text string) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool { return r.text == text })
}

// Changes returns what is not saved. It belongs to the caller.
func (p *Plan) Changes() Changes {
	c := Changes{Version: p.Integration.Version, Auto: maps.Clone(p.auto), Pins: maps.Clone(p.lostPins)}
	for i, pin := range p.pin {
		if pin != p.savedPin[i] {
			c.Pins[p.Repos[i].ID] = pin
		}
	}
	c.Add, c.Remove = slices.Clone(p.add), slices.Clone(p.remove)
	return c
}

// IsChanged reports whether there is something to save.
func (p *Plan) IsChanged() bool { return p.changed() > 0 }

func (p *Plan) changed() int {
	return len(p.auto) + len(p.add) + len(p.remove) + len(p.lostPins) + p.pinned
}

// Auto returns the planned setting of group g itself.
func (p *Plan) Auto(g int) AutoSetting { return p.autoByID(p.Groups[g].ID) }

func (p *Plan) autoByID(id int64) AutoSetting {
	if s, ok := p.auto[id]; ok {
		return s
	}
	return settingOf(p.Settings.Auto, id)
}

// AutoChanged reports whether the setting of group g is not saved yet.
func (p *Plan) AutoChanged(g int) bool {
	_, ok := p.auto[p.Groups[g].ID]
	return ok
}

// Inherited returns the setting that would count for group g if it had none.
func (p *Plan) Inherited(g int) AutoImport { return p.autos.of(p.spans[g].up) }

// EffectiveAuto returns the setting that counts for group g.
func (p *Plan) EffectiveAuto(g int) AutoImport { return p.autos[g] }

// SetAuto plans the setting of group g.
func (p *Plan) SetAuto(g int, s AutoSetting) {
	p.act(func() string { p.setAuto(p.Groups[g].ID, s); return autoDone(s, p.Groups[g].Path) })
}

func (p *Plan) setAuto(id int64, s AutoSetting) {
	was := p.autoByID(id)
	if was == s {
		return
	}
	p.noteAuto(autoChange{id, was, s})
	if s == settingOf(p.Settings.Auto, id) {
		delete(p.auto, id)
	} else {
		p.auto[id] = s
	}
	if g, ok := p.GroupByID(id); ok {
		p.resolve(p.autos, g, p.GroupEnd(g), p.Auto)
		p.decideAgain(p.Below(g))
	}
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

// Rules returns the planned rules.
func (p *Plan) Rules() []Rule { return p.rules }

// AddRule plans a new rule. Its faults: RuleTwice, and BadRule where the rule is
// on a group that is not there.
func (p *Plan) AddRule(rule Rule) error {
	rule, err := p.addable(rule)
	if err != nil {
		return err
	}
	p.act(func() string { p.setRule(rule, true); return "adding the rule " + rule.text })
	return nil
}

func (p *Plan) addable(rule Rule) (Rule, error) {
	rule, err := p.Here(rule)
	if err == nil && hasRule(p.rules, rule.text) {
		err = &Fault{Cause: RuleTwice, Detail: rule.text}
	}
	return rule, err
}

// RemoveRule plans that a rule goes.
func (p *Plan) RemoveRule(text string) {
	i := slices.IndexFunc(p.rules, func(r Rule) bool { return r.text == text })
	if i < 0 {
		return
	}
	p.act(func() string { p.setRule(p.rules[i], false); return "removing the rule " + text })
}

func (p *Plan) setRule(rule Rule, in bool) {
	rule = rule.in(&p.Tree) // it may come from an earlier plan, by history
	is := func(r Rule) bool { return r.text == rule.text }
	stored := hasRule(p.Review.Rules, rule.text)
	switch {
	case hasRule(p.rules, rule.text) == in:
		return
	case in && stored:
		p.remove = slices.DeleteFunc(p.remove, is)
	case in:
		p.add = append(p.add, rule)
	case stored:
		p.remove = append(p.remove, rule)
	default:
		p.add = slices.DeleteFunc(p.add, is)
	}
	p.noteRule(ruleChange{rule, in})
	p.planRules()
	t := p.sums.tally()
	p.book.set(p, p.book.number(rule)).each(func(i int) { t.put(p, i, p.judgeWith(i, p.pin[i])) })
	t.flush(p)
}

// planRules works out which rules are planned, in which order.
func (p *Plan) planRules() {
	p.rules = (&Changes{Add: p.add, Remove: p.remove}).rules(p.Review.Rules)
	p.book.active = p.book.numbers(p.rules)
}

// RuleAdded reports whether the rule with that text is planned, not stored.
func (p *Plan) RuleAdded(text string) bool { return hasRule(p.add, text) }

// Discard drops all changes, and with them what could be undone.
func (p *Plan) Discard() { *p = *NewPlan(p.Review, Changes{}, p.now) }

// Saved returns what is stored of repo i.
func (p *Plan) Saved(i int) Decision {
	return p.saved[i].decision(&p.Repos[i], p.savedAutos.of(p.owner[i]), p.book.text)
}

// Will returns what becomes of repo i once the changes are saved.
func (p *Plan) Will(i int) Decision {
	return p.will[i].decision(&p.Repos[i], p.autos.of(p.owner[i]), p.book.text)
}

// A ruleBook numbers all rules that were ever planned, and keeps what they match
// once that was asked for.
type ruleBook struct {
	rules  []Rule
	sets   []bitset
	active []ruleNumber // those that are planned, in their order
}

func (b *ruleBook) text(n ruleNumber) string { return b.rules[n-1].text }

func (b *ruleBook) numbers(rules []Rule) []ruleNumber {
	numbers := make([]ruleNumber, len(rules))
	for i, rule := range rules {
		numbers[i] = b.number(rule)
	}
	return numbers
}

func (b *ruleBook) number(rule Rule) ruleNumber {
	for i := range b.rules {
		if b.rules[i].text == rule.text {
			return ruleNumber(i + 1)
		}
	}
	b.rules, b.sets = append(b.rules, rule), append(b.sets, nil)
	return ruleNumber(len(b.rules))
}

// set is what a rule matches.
func (b *ruleBook) set(p *Plan, n ruleNumber) bitset {
	if b.sets[n-1] == nil {
		b.sets[n-1], _ = p.match(context.Background(), b.rules[n-1], p.now)
	}
	return b.sets[n-1]
}

// first finds the first of some rules that matches repo i.
func (b *ruleBook) first(p *Plan, rules []ruleNumber, i int) ruleNumber {
	for _, n := range rules {
		if b.set(p, n).has(i) {
			return n
		}
	}
	return 0
}
