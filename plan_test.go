package flow_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"flow"
)

// reviewOf is a review of one repo in one group, saved under a circumstance.
func reviewOf(c circumstance) *flow.Review {
	settings := flow.Settings{Auto: map[int64]bool{}, Pins: map[int64]flow.Pin{}, Rules: c.rules}
	if c.auto.Group != "" {
		settings.Auto[1] = c.auto.On
	}
	if c.pin != flow.NoPin {
		settings.Pins[c.repo.ID] = c.pin
	}
	return flow.NewReview(flow.Integration{}, settings, groups("acme"), []flow.Repo{c.repo})
}

func saved(r *flow.Review) *flow.Plan { return flow.NewPlan(r, flow.Changes{}, today) }

// pending are changes that were planned before a repo is toggled.
func pending(t testing.TB) map[string]func(p *flow.Plan) {
	all := rule(t, "path:**")
	return map[string]func(p *flow.Plan){
		"nothing":          func(p *flow.Plan) {},
		"auto-import on":   func(p *flow.Plan) { p.SetAuto(0, flow.AutoOn) },
		"auto-import off":  func(p *flow.Plan) { p.SetAuto(0, flow.AutoOff) },
		"auto-import gone": func(p *flow.Plan) { p.SetAuto(0, flow.AsAbove) },
		"a rule for all": func(p *flow.Plan) {
			if err := p.AddRule(all); err != nil {
				t.Fatal(err)
			}
		},
		"no rules": func(p *flow.Plan) {
			for _, r := range slices.Clone(p.Rules()) {
				p.RemoveRule(r.String())
			}
		},
	}
}

func TestToggleTurnsInToOutAndOutToIn(t *testing.T) {
	plans := pending(t)
	for _, c := range circumstances(t) {
		for name, prepare := range plans {
			p := saved(reviewOf(c))
			prepare(p)
			before, was := p.Changes(), p.Will(0)
			where := fmt.Sprintf("%s, then %s", c, name)

			if p.Toggle(0) == (was.State == flow.NotSupported) {
				t.Fatalf("%s: toggling %s reports the opposite of what it does", where, was.State)
			}
			is := p.Will(0)
			if was.State == flow.NotSupported {
				if is != was || !same(p.Changes(), before) {
					t.Fatalf("%s: toggling what is not supported makes %+v, %+v", where, is, p.Changes())
				}
				continue
			}
			if is.In() == was.In() {
				t.Fatalf("%s: toggling %s makes %s", where, was.State, is.State)
			}
			if p.Put(0, is.In()) {
				t.Fatalf("%s: it is put where it is", where)
			}
			checkPin(t, where, p)

			p.Toggle(0)
			if back := p.Will(0); back.State != was.State || !same(p.Changes(), before) {
				t.Fatalf("%s: toggling twice makes %s of %s, with the changes %+v", where, back.State, was.State, p.Changes())
			}
		}
	}
}

// same compares changes by what they say: rules are compared by their text.
func same(a, b flow.Changes) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

// checkPin checks that a pin which is not as saved changes something.
func checkPin(t *testing.T, where string, p *flow.Plan) {
	t.Helper()
	c := p.Changes()
	pin, changed := c.Pins[p.Repos[0].ID]
	if !changed || pin == flow.NoPin {
		return
	}
	c.Pins[p.Repos[0].ID] = flow.NoPin
	if without := flow.NewPlan(p.Review, c, today).Will(0); without.In() == p.Will(0).In() {
		t.Fatalf("%s: the pin %d changes nothing: without it the repo is %s", where, pin, without.State)
	}
}

func TestToggleTwiceIsAsSaved(t *testing.T) {
	for _, c := range circumstances(t) {
		p := saved(reviewOf(c))
		if p.IsChanged() {
			t.Fatalf("%s: a new plan is changed", c)
		}
		for range 2 {
			if p.Toggle(0) != p.IsChanged() && p.Will(0) != p.Saved(0) {
				t.Fatalf("%s: changed %v, and it is %+v", c, p.IsChanged(), p.Will(0))
			}
		}
		if p.IsChanged() || p.Will(0) != p.Saved(0) {
			t.Fatalf("%s: toggled twice it is %+v with %+v", c, p.Will(0), p.Changes())
		}
	}
}

func TestTheNextAutoImport(t *testing.T) {
	const at, beta = "acme", "beta"
	tests := []struct {
		name  string
		group string // whose key is pressed
		above flow.AutoSetting
		want  []string // what the State column says, press by press
	}{
		{"at the top: on, off, as above", beta, flow.AsAbove, []string{"auto-import on", "auto-import off", "", "auto-import on"}},
		{"below on: off, on, as above", "acme/web", flow.AutoOn, []string{"auto-import off", "auto-import on", "auto-import, inherited"}},
		{"below off: on, off, as above", "acme/web", flow.AutoOff, []string{"auto-import on", "auto-import off", "auto-import off, inherited"}},
		{"below nothing: on, off, as above", "acme/web", flow.AsAbove, []string{"auto-import on", "auto-import off", ""}},
		{"two below on, nothing in between", "acme/web/old", flow.AutoOn, []string{"auto-import off", "auto-import on", "auto-import, inherited"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := house(t)
			r.Settings.Auto = map[int64]bool{}
			p := saved(r)
			index := func(path string) int {
				return slices.IndexFunc(p.Groups, func(g flow.Group) bool { return g.Path == path })
			}
			p.SetAuto(index(at), test.above)
			g := index(test.group)
			for press, want := range test.want {
				p.SetAuto(g, p.NextAuto(g))
				if got := p.AutoText(g); got != want {
					t.Fatalf("press %d makes %q, want %q", press+1, got, want)
				}
				if auto := p.EffectiveAuto(g); auto.On != (strings.HasSuffix(want, "on") || want == "auto-import, inherited") {
					t.Fatalf("press %d: %q, and it counts as %+v", press+1, want, auto)
				}
			}
			if c := p.Changes(); c.Auto[p.Groups[g].ID] != p.Auto(g) || p.AutoChanged(g) != (p.Auto(g) != flow.AsAbove) {
				t.Errorf("the changes are %+v", c)
			}
		})
	}
}

func TestSettingAutoImportBackIsNoChange(t *testing.T) {
	r := house(t)
	for g, stored := range []flow.AutoSetting{flow.AutoOn, flow.AutoOff, flow.AsAbove, flow.AsAbove} {
		for _, s := range []flow.AutoSetting{flow.AsAbove, flow.AutoOn, flow.AutoOff} {
			p := saved(r)
			p.SetAuto(g, s)
			if p.Auto(g) != s || p.IsChanged() != (s != stored) || p.AutoChanged(g) != (s != stored) {
				t.Errorf("%s from %d to %d: set to %d, changed %v", r.Groups[g].Path, stored, s, p.Auto(g), p.IsChanged())
			}
			p.SetAuto(g, stored)
			if p.IsChanged() {
				t.Errorf("%s to %d and back is a change: %+v", r.Groups[g].Path, s, p.Changes())
			}
		}
	}
}

func TestAGroupGoesInUnlessAllOfItIsIn(t *testing.T) {
	p := saved(house(t)) // acme: 1 of 4 in; beta: none of 2
	const acme, beta = 0, 3
	steps := []struct {
		name  string
		group int
		in    bool
		repos int
	}{
		{"some are in: the rest goes in", acme, true, 3},
		{"all are in: all go out", acme, false, 4},
		{"none is in: all go in", beta, true, 2},
	}
	for _, step := range steps {
		in, n := p.GroupToggle(step.group)
		if in != step.in || n != step.repos {
			t.Errorf("%s: would put %d in %v, want %d, %v", step.name, n, in, step.repos, step.in)
		}
		if changed := p.PutGroup(step.group, in); changed != n {
			t.Errorf("%s: %d were put, %d were announced", step.name, changed, n)
		}
		if changed := p.PutGroup(step.group, in); changed != 0 {
			t.Errorf("%s: %d were put twice", step.name, changed)
		}
	}
	p = saved(house(t))
	p.PutGroup(acme, true)
	p.Toggle(0)
	if in, n := p.GroupToggle(acme); !in || n != 1 {
		t.Errorf("all but one are in: %v, %d", in, n)
	}
	if in, n := saved(flow.NewReview(flow.Integration{}, flow.Settings{}, groups("acme"), nil)).GroupToggle(0); in || n != 0 {
		t.Errorf("an empty group: %v, %d", in, n)
	}
}

func TestMarksOfGroups(t *testing.T) {
	tests := []struct {
		name  string
		count flow.GroupCount
		want  flow.Mark
	}{
		{"empty", flow.GroupCount{}, flow.MarkOut},
		{"none in", flow.GroupCount{All: 3, Can: 2}, flow.MarkOut},
		{"some in", flow.GroupCount{All: 3, Can: 3, In: 1}, flow.MarkSome},
		{"all in", flow.GroupCount{All: 3, Can: 3, In: 3}, flow.MarkIn},
		{"all in that can be", flow.GroupCount{All: 3, Can: 2, In: 2}, flow.MarkIn},
		{"none can be", flow.GroupCount{All: 3}, flow.MarkNone},
	}
	for _, test := range tests {
		if got := test.count.Mark(); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestRulesArePlanned(t *testing.T) {
	p := saved(house(t))
	stored, added := rule(t, "name:legacy-*"), rule(t, "name:s*")
	steps := []struct {
		name    string
		do      func() error
		rules   string
		changed bool
	}{
		{"as saved", func() error { return nil }, "[name:legacy-*]", false},
		{"a new one", func() error { return p.AddRule(added) }, "[name:legacy-* name:s*]", true},
		{"the new one goes", func() error { p.RemoveRule("name:s*"); return nil }, "[name:legacy-*]", false},
		{"a stored one goes", func() error { p.RemoveRule("name:legacy-*"); return nil }, "[]", true},
		{"it goes twice", func() error { p.RemoveRule("name:legacy-*"); return nil }, "[]", true},
		{"it comes back", func() error { return p.AddRule(stored) }, "[name:legacy-*]", false},
		{"one goes that is not there", func() error { p.RemoveRule("name:unknown"); return nil }, "[name:legacy-*]", false},
		{"both", func() error { p.RemoveRule("name:legacy-*"); return p.AddRule(added) }, "[name:s*]", true},
		{"all is discarded", func() error { p.Discard(); return nil }, "[name:legacy-*]", false},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := fmt.Sprint(p.Rules()); got != step.rules || p.IsChanged() != step.changed {
			t.Errorf("%s: %s, changed %v; want %s, %v", step.name, got, p.IsChanged(), step.rules, step.changed)
		}
		if p.RuleAdded("name:s*") != (step.changed && strings.Contains(step.rules, "name:s*")) || p.RuleAdded("name:legacy-*") {
			t.Errorf("%s: RuleAdded is wrong", step.name)
		}
		checkPlan(t, p)
	}
	if err := p.AddRule(stored); !flow.CausedBy(err, flow.RuleTwice) || p.IsChanged() {
		t.Errorf("a stored rule once more: %v", err)
	}
	if err := p.AddRule(added); err != nil {
		t.Fatal(err)
	}
	if err := p.AddRule(added); !flow.CausedBy(err, flow.RuleTwice) || len(p.Rules()) != 2 {
		t.Errorf("a planned rule once more: %v", err)
	}
}

func TestARuleThatIsPlannedKeepsOut(t *testing.T) {
	p := saved(house(t))
	if err := p.AddRule(rule(t, "path:acme/**")); err != nil {
		t.Fatal(err)
	}
	if got := p.KeptOutBy(); !reflect.DeepEqual(got, map[string]int{"name:legacy-*": 1, "path:acme/**": 1}) {
		t.Errorf("rules keep out %v", got)
	}
}

func TestOldChangesOnANewerReview(t *testing.T) {
	a, b := rule(t, "name:a"), rule(t, "name:b")
	old := flow.Changes{
		Version: 3,
		Auto:    map[int64]flow.AutoSetting{1: flow.AutoOff, 2: flow.AsAbove, 4: flow.AutoOn},
		Pins:    map[int64]flow.Pin{101: flow.PinOut, 103: flow.PinIn, 105: flow.NoPin},
		Add:     []flow.Rule{a, b},
		Remove:  []flow.Rule{rule(t, "name:legacy-*"), rule(t, "name:gone")},
	}
	tests := []struct {
		name  string
		saved func(s *flow.Settings) // what somebody else saved meanwhile
		want  string
	}{
		{"nothing else: only a rule that is not there is no change", func(s *flow.Settings) { s.Pins[105] = flow.PinIn },
			"auto map[1:2 2:0 4:1], pins map[101:2 103:1 105:0], add [name:a name:b], remove [name:legacy-*]"},
		{"the same auto-import", func(s *flow.Settings) { s.Auto[1], s.Auto[4] = false, true; delete(s.Auto, 2) },
			"auto map[], pins map[101:2 103:1], add [name:a name:b], remove [name:legacy-*]"},
		{"the same pins", func(s *flow.Settings) { s.Pins[101], s.Pins[103] = flow.PinOut, flow.PinIn },
			"auto map[1:2 2:0 4:1], pins map[], add [name:a name:b], remove [name:legacy-*]"},
		{"other pins", func(s *flow.Settings) { s.Pins[101], s.Pins[105] = flow.PinIn, flow.PinOut },
			"auto map[1:2 2:0 4:1], pins map[101:2 103:1 105:0], add [name:a name:b], remove [name:legacy-*]"},
		{"the same rules", func(s *flow.Settings) { s.Rules = []flow.Rule{b} },
			"auto map[1:2 2:0 4:1], pins map[101:2 103:1], add [name:a], remove []"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := house(t)
			r.Integration.Version = 4
			test.saved(&r.Settings)
			p := flow.NewPlan(r, old, today)
			c := p.Changes()
			if got := fmt.Sprintf("auto %v, pins %v, add %v, remove %v", c.Auto, c.Pins, c.Add, c.Remove); got != test.want {
				t.Errorf("\nleft %s\nwant %s", got, test.want)
			}
			if c.Version != 4 {
				t.Errorf("they are changes of version %d", c.Version)
			}
			checkPlan(t, p)
		})
	}
	if len(old.Add) != 2 || len(old.Remove) != 2 || len(old.Auto) != 3 || len(old.Pins) != 3 {
		t.Errorf("the old changes became %+v", old)
	}
}

func TestChangesAreACopy(t *testing.T) {
	p := saved(house(t))
	p.SetAuto(3, flow.AutoOn)
	p.SetPin(0, flow.PinIn)
	if err := p.AddRule(rule(t, "name:a")); err != nil {
		t.Fatal(err)
	}
	p.RemoveRule("name:legacy-*")
	before := p.Changes()
	c := p.Changes()
	c.Auto[3], c.Pins[101], c.Add[0], c.Remove[0] = flow.AutoOff, flow.PinOut, rule(t, "name:b"), rule(t, "name:b")
	if !same(p.Changes(), before) {
		t.Errorf("changing the copy made %+v of %+v", p.Changes(), before)
	}
	checkPlan(t, p)
}
