package flow_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"flow"
)

// checkPlan checks what must be true of every plan.
func checkPlan(t *testing.T, p *flow.Plan) {
	t.Helper()
	c := p.Changes()
	fresh := flow.NewPlan(p.Review, c, today)
	later := decisions(flow.NewReview(p.Integration, c.Apply(p.Settings), slices.Clone(p.Groups), slices.Clone(p.Repos)))
	stored := decisions(p.Review)
	settings := c.Apply(p.Settings)
	for i := range p.Repos {
		repo := &p.Repos[i]
		if p.Will(i) != fresh.Will(i) || p.Will(i) != later[i] || p.Saved(i) != stored[i] {
			t.Fatalf("%s will be %+v; planned anew %+v, once saved %+v", repo.Path, p.Will(i), fresh.Will(i), later[i])
		}
		if want := obviously(p.Review, p.Settings, i); p.Saved(i) != want {
			t.Fatalf("%s is %+v, want %+v", repo.Path, p.Saved(i), want)
		}
		if want := obviously(p.Review, settings, i); p.Will(i) != want {
			t.Fatalf("%s will be %+v, want %+v", repo.Path, p.Will(i), want)
		}
		if !repo.ImportedAt.IsZero() && !p.Will(i).In() && p.Will(i).State != flow.NotSupported && p.Pin(i) != flow.PinOut {
			t.Fatalf("%s is imported, and would be %s", repo.Path, p.Will(i).State)
		}
		wantMark := map[bool]flow.Mark{true: flow.MarkIn, false: flow.MarkOut}[p.Will(i).In()]
		if p.Will(i).State == flow.NotSupported {
			wantMark = flow.MarkNone
		}
		if p.Mark(i) != wantMark || p.StateText(i) == "" || !strings.HasSuffix(p.Explain(i), ".") {
			t.Fatalf("%s: mark %d, %q, %q", repo.Path, p.Mark(i), p.StateText(i), p.Explain(i))
		}
	}

	in, out := p.Moves()
	plus, minus := 0, 0
	for _, d := range p.Differences() {
		plus, minus = plus+max(d.Delta, 0), minus-min(d.Delta, 0)
	}
	if plus != in || minus != out {
		t.Fatalf("%d go in and %d out, the differences say %d and %d: %+v", in, out, plus, minus, p.Differences())
	}
	if text := p.NotSaved(); (text != "") != p.IsChanged() || text != "" && !strings.HasSuffix(text, ".") {
		t.Fatalf("changed %v: %q", p.IsChanged(), text)
	}

	saved, planned := p.SavedCounts(), p.PlannedCounts()
	if saved.All() != len(p.Repos) || planned.All() != len(p.Repos) || planned[flow.Imported]-saved[flow.Imported] != in-out {
		t.Fatalf("of %d repos %v are saved and %v planned; %d go in, %d out", len(p.Repos), saved, planned, in, out)
	}
	if saved != flow.Count(p.Review.Decisions(today)) || saved != p.Review.Counts(today) {
		t.Fatalf("%v are saved, the review counts %v", saved, p.Review.Counts(today))
	}
	keptOut := 0
	for _, n := range p.KeptOutBy() {
		keptOut += n
	}
	if keptOut != planned[flow.Excluded] {
		t.Fatalf("rules keep out %d, %d are excluded", keptOut, planned[flow.Excluded])
	}
	checkGroups(t, p)
}

// obviously decides about one repo by some settings, from the beginning.
func obviously(r *flow.Review, s flow.Settings, i int) flow.Decision {
	auto := flow.AutoImport{}
	for g := r.Owner(i); g >= 0; g = r.Parent(g) {
		if on, set := s.Auto[r.Groups[g].ID]; set {
			auto = flow.AutoImport{On: on, Group: r.Groups[g].Path}
			break
		}
	}
	return flow.Decide(&r.Repos[i], s.Pins[r.Repos[i].ID], auto, s.Rules, today)
}

func decisions(r *flow.Review) []flow.Decision {
	all := make([]flow.Decision, 0, len(r.Repos))
	for _, d := range r.Decisions(today) {
		all = append(all, d)
	}
	return all
}

func checkGroups(t *testing.T, p *flow.Plan) {
	t.Helper()
	counts := p.CountGroups()
	count := func(c *flow.GroupCount, i int) {
		for n, counts := range map[*int]bool{
			&c.All: true, &c.Can: p.Will(i).State != flow.NotSupported, &c.Imported: p.Saved(i).In(), &c.In: p.Will(i).In(),
			&c.GoIn: p.Will(i).In() && !p.Saved(i).In(), &c.GoOut: p.Saved(i).In() && !p.Will(i).In(),
		} {
			if counts {
				*n++
			}
		}
	}
	for g := range p.Groups {
		var want flow.GroupCount
		for i, to := p.Below(g); i < to; i++ {
			count(&want, i)
		}
		if counts[g] != want {
			t.Fatalf("%s counts %+v, want %+v", p.Groups[g].Path, counts[g], want)
		}
	}
	var top flow.GroupCount
	for g := range p.Top() {
		top.All, top.In, top.GoIn, top.GoOut = top.All+counts[g].All, top.In+counts[g].In, top.GoIn+counts[g].GoIn, top.GoOut+counts[g].GoOut
	}
	for i, to := p.Ungrouped(); i < to; i++ {
		count(&top, i)
	}
	in, out := p.Moves()
	if top.All != len(p.Repos) || top.In != p.PlannedCounts()[flow.Imported] || top.GoIn != in || top.GoOut != out {
		t.Fatalf("the top groups sum up to %+v", top)
	}
}

// world is a review in which everything may be, by chance.
func world(t testing.TB, r *rand.Rand) *flow.Review {
	gs := groups("acme", "acme/web", "acme/web/old", "acme/x/team", "beta", "ACME/Data", "ana", "beta/hidden/deep")
	in := append([]string{"hidden", "acme/x", "beta/hidden"}, func() (paths []string) {
		for _, g := range gs {
			paths = append(paths, g.Path)
		}
		return paths
	}()...)
	var paths []string
	for n := range 60 {
		paths = append(paths, fmt.Sprintf("%s/%s%d", in[r.IntN(len(in))], []string{"api-", "legacy-", "tmp-"}[r.IntN(3)], n))
	}
	rs := repos(gs, paths...)
	chance := func(percent int) bool { return r.IntN(100) < percent }
	settings := flow.Settings{Auto: map[int64]bool{}, Pins: map[int64]flow.Pin{}}
	for i := range rs {
		rs[i].SHA256, rs[i].Archived, rs[i].Fork = chance(5), chance(20), chance(20)
		if chance(10) {
			rs[i].Role = flow.Guest
		}
		if chance(30) {
			rs[i].ImportedAt = flow.MomentOf(today.AddDate(0, 0, -r.IntN(100)-1))
		}
		if chance(10) {
			rs[i].LostAt = flow.MomentOf(today)
		}
		if chance(30) {
			settings.Pins[rs[i].ID] = pins[1+r.IntN(2)]
		}
	}
	for _, g := range gs {
		if chance(50) {
			settings.Auto[g.ID] = chance(60)
		}
	}
	for _, text := range someRules {
		if chance(40) {
			settings.Rules = append(settings.Rules, rule(t, text))
		}
	}
	return flow.NewReview(flow.Integration{Version: 1}, settings, gs, rs)
}

var someRules = []string{"name:legacy-*", "is:archived", "is:fork", "path:acme/**", "re:^beta/", "name:tmp-?", "name:tmp-*", "group:acme/web"}

// doSomething does to a plan what a key may do, by chance, and says what.
func doSomething(t *testing.T, p *flow.Plan, r *rand.Rand) string {
	g, i, text := r.IntN(len(p.Groups)), r.IntN(len(p.Repos)), someRules[r.IntN(len(someRules))]
	switch op := r.IntN(12); op {
	case 0, 1:
		p.Toggle(i)
		return fmt.Sprint("toggle ", p.Repos[i].Path)
	case 2:
		pin := pins[r.IntN(3)]
		p.SetPin(i, pin)
		return fmt.Sprint("pin ", p.Repos[i].Path, pin)
	case 3, 4:
		p.SetAuto(g, p.NextAuto(g))
		return fmt.Sprint("auto ", p.Groups[g].Path)
	case 5:
		in, n := p.GroupToggle(g)
		if changed := p.PutGroup(g, in); changed != n {
			t.Fatalf("%d changed of %s, %d announced", changed, p.Groups[g].Path, n)
		}
		return fmt.Sprint("group ", p.Groups[g].Path, in)
	case 6, 7:
		if err := p.AddRule(rule(t, text)); err != nil && !flow.CausedBy(err, flow.RuleTwice, flow.BadRule) {
			t.Fatal(err)
		}
		return fmt.Sprint("add ", text)
	case 8:
		p.RemoveRule(text)
		return fmt.Sprint("remove ", text)
	case 9:
		some, in := r.Perm(len(p.Repos))[:r.IntN(len(p.Repos))], r.IntN(2) == 0
		p.PutAll(some, in)
		return fmt.Sprint("put ", len(some), in)
	case 10:
		p.Undo()
		return "undo"
	}
	p.Redo()
	return "redo"
}

func TestPlansHoldTogetherWhateverIsDone(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := saved(world(t, r))
		var done []string
		for range 25 {
			done = append(done, doSomething(t, p, r))
			if checkPlan(t, p); t.Failed() {
				t.Fatalf("seed %d, %q", seed, done)
			}
		}
		checkTree(t, p.Review)
		p.Discard()
		if p.IsChanged() || p.CanUndo() || p.SavedCounts() != p.PlannedCounts() {
			t.Fatalf("seed %d: discarding leaves %+v", seed, p.Changes())
		}
		checkPlan(t, p)
	}
}
