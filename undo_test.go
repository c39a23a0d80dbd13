package flow_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"flow"
)

// all is what a plan would save and show, in one comparable text.
func all(p *flow.Plan) string {
	c := p.Changes()
	byText := func(a, b flow.Rule) int { return cmp.Compare(a.String(), b.String()) }
	slices.SortFunc(c.Add, byText)
	slices.SortFunc(c.Remove, byText)
	return fmt.Sprint(c.Auto, c.Pins, c.Add, c.Remove, p.PlannedCounts())
}

func TestEverythingCanBeUndoneAndDoneAgain(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		p := saved(world(t, r))
		states, names := []string{all(p)}, []string{}
		for range 30 {
			done := doSomething(t, p, r)
			for p.CanRedo() {
				p.Redo()
			}
			if now := all(p); now != states[len(states)-1] {
				states, names = append(states, now), append(names, done)
			}
		}
		for p.CanUndo() {
			p.Undo()
		}
		if got := all(p); got != states[0] || p.IsChanged() {
			t.Fatalf("seed %d: with all undone %s, want %s", seed, got, states[0])
		}
		checkPlan(t, p)
		for p.CanRedo() {
			p.Redo()
		}
		if got, want := all(p), states[len(states)-1]; got != want {
			t.Fatalf("seed %d, %q: with all done again %s, want %s", seed, names, got, want)
		}
		checkPlan(t, p)
	}
}

func TestWhatIsUndone(t *testing.T) {
	tests := []struct {
		name string
		do   func(p *flow.Plan)
		want string // "": there is nothing to undo
	}{
		{"auto-import on", func(p *flow.Plan) { p.SetAuto(3, flow.AutoOn) }, "auto-import on for beta"},
		{"auto-import off", func(p *flow.Plan) { p.SetAuto(0, flow.AutoOff) }, "auto-import off for acme"},
		{"as above", func(p *flow.Plan) { p.SetAuto(0, flow.AsAbove) }, "auto-import as above for acme"},
		{"as it was", func(p *flow.Plan) { p.SetAuto(0, flow.AutoOn) }, ""},
		{"a repo by hand", func(p *flow.Plan) { p.Toggle(at(p, "beta/tool")) }, "importing beta/tool by hand"},
		{"and out", func(p *flow.Plan) { p.SetPin(at(p, "beta/tool"), flow.PinOut) }, "keeping out beta/tool"},
		{"an imported one out", func(p *flow.Plan) { p.Toggle(at(p, "acme/api")) }, "pausing acme/api"},
		{"back to what its group says", func(p *flow.Plan) { p.Toggle(at(p, "acme/api")); p.Toggle(at(p, "acme/api")) }, "letting acme/api follow its group"},
		{"a pin that is there already", func(p *flow.Plan) { p.SetPin(at(p, "beta/tool"), flow.NoPin) }, ""},
		{"a group by hand", func(p *flow.Plan) { p.PutGroup(3, true) }, "importing 2 repos of beta by hand"},
		{"a group out", func(p *flow.Plan) { p.PutGroup(0, false) }, "keeping out 1 repo of acme"},
		{"some by hand", func(p *flow.Plan) { p.PutAll([]int{at(p, "beta/tool"), at(p, "alone")}, true) }, "importing 2 repos by hand"},
		{"a rule", func(p *flow.Plan) { _ = p.AddRule(rule(t, "is:fork")) }, "adding the rule is:fork"},
		{"a rule that is there already", func(p *flow.Plan) { _ = p.AddRule(rule(t, "name:legacy-*")) }, ""},
		{"no rule", func(p *flow.Plan) { p.RemoveRule("name:legacy-*") }, "removing the rule name:legacy-*"},
		{"a rule that is not there", func(p *flow.Plan) { p.RemoveRule("is:fork") }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := house(t)
			i := slices.IndexFunc(r.Repos, func(r flow.Repo) bool { return r.Path == "acme/api" })
			r.Repos[i].ImportedAt = flow.MomentOf(today)
			p := saved(r)
			test.do(p)
			what, ok := p.Undo()
			if what != test.want || ok != (test.want != "") {
				t.Errorf("%q is undone, want %q", what, test.want)
			}
			again, ok := p.Redo()
			if again != what || ok != (what != "") {
				t.Errorf("%q is done again, want %q", again, what)
			}
			if _, ok := p.Redo(); ok {
				t.Error("more is done again than was undone")
			}
		})
	}
}

func TestWhatWasUndoneIsOverOnceSomethingElseIsDone(t *testing.T) {
	p := saved(house(t))
	p.Toggle(at(p, "beta/tool"))
	p.Toggle(at(p, "alone"))
	p.Undo()
	p.Toggle(at(p, "beta/tool"))
	if what, ok := p.Redo(); ok {
		t.Errorf("%s is done again", what)
	}
	if p.Undo(); p.Changes().Pins[p.Repos[at(p, "beta/tool")].ID] != flow.PinIn || !p.CanUndo() {
		t.Errorf("undoing once leaves %s", all(p))
	}
}

func at(p *flow.Plan, path string) int {
	return slices.IndexFunc(p.Repos, func(r flow.Repo) bool { return r.Path == path })
}

// A refresh in the middle: repos and groups come and go, and come again. Changes
// and what can be undone go on, by ID.
func TestHistoryOutlivesARefresh(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		first := world(t, r)
		p := saved(first)
		for range 15 {
			doSomething(t, p, r)
		}
		for p.CanRedo() {
			p.Redo()
		}
		want := all(p)
		gs, rs := slices.Clone(first.Groups), slices.Clone(first.Repos)
		gs = slices.DeleteFunc(gs, func(flow.Group) bool { return r.IntN(4) == 0 })
		rs = slices.DeleteFunc(rs, func(flow.Repo) bool { return r.IntN(4) == 0 })
		for i := range rs {
			if r.IntN(4) == 0 {
				rs[i].Path = "moved/" + rs[i].Path
			}
		}
		rs = append(rs, flow.Repo{ID: 999, Path: "acme/brand-new", Role: flow.Owner})
		changes := p.Changes()
		p = p.Over(flow.NewReview(first.Integration, first.Settings, gs, rs), today)
		if checkPlan(t, p); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		if got := p.Changes(); fmt.Sprint(got) != fmt.Sprint(changes) {
			t.Fatalf("seed %d: the changes are %+v, want %+v", seed, got, changes)
		}
		for p.CanUndo() {
			p.Undo()
		}
		if checkPlan(t, p); p.IsChanged() {
			t.Fatalf("seed %d: with all undone %s is left", seed, all(p))
		}
		p = p.Over(flow.NewReview(first.Integration, first.Settings, slices.Clone(first.Groups), slices.Clone(first.Repos)), today)
		for p.CanRedo() {
			p.Redo()
		}
		if got := all(p); got != want {
			t.Fatalf("seed %d: with all done again %s, want %s", seed, got, want)
		}
	}
}
