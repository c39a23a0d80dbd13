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
	later := flow.NewReview(p.Integration, c.Apply(p.Settings), slices.Clone(p.Groups), slices.Clone(p.Repos)).Decisions(today)
	stored := p.Review.Decisions(today)
	for i := range p.Repos {
		repo := &p.Repos[i]
		if p.Will(i) != fresh.Will(i) || p.Will(i) != later[i] || p.Saved(i) != stored[i] {
			t.Fatalf("%s will be %+v; planned anew %+v, once saved %+v", repo.Path, p.Will(i), fresh.Will(i), later[i])
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
	keptOut := 0
	for _, n := range p.KeptOutBy() {
		keptOut += n
	}
	if keptOut != planned[flow.Excluded] {
		t.Fatalf("rules keep out %d, %d are excluded", keptOut, planned[flow.Excluded])
	}
	checkGroups(t, p)
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
		p.Below(g, func(i int) { count(&want, i) })
		if counts[g] != want {
			t.Fatalf("%s counts %+v, want %+v", p.Groups[g].Path, counts[g], want)
		}
	}
	var top flow.GroupCount
	for _, g := range p.Top {
		top.All, top.In, top.GoIn, top.GoOut = top.All+counts[g].All, top.In+counts[g].In, top.GoIn+counts[g].GoIn, top.GoOut+counts[g].GoOut
	}
	for _, i := range p.Ungrouped {
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
			rs[i].ImportedAt = today.AddDate(0, 0, -r.IntN(100)-1)
		}
		if chance(10) {
			rs[i].LostAt = today
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

var someRules = []string{"name:legacy-*", "is:archived", "is:fork", "path:acme/**", "re:^beta/", "name:tmp-?", "name:tmp-*"}

func TestPlansHoldTogetherWhateverIsDone(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := saved(world(t, r))
		var done []string
		for range 25 {
			g, i, text := r.IntN(len(p.Groups)), r.IntN(len(p.Repos)), someRules[r.IntN(len(someRules))]
			switch op := r.IntN(9); op {
			case 0, 1:
				done = append(done, fmt.Sprint("toggle ", p.Repos[i].Path))
				p.Toggle(i)
			case 2:
				pin := pins[r.IntN(3)]
				done = append(done, fmt.Sprint("pin ", p.Repos[i].Path, pin))
				p.SetPin(i, pin)
			case 3, 4:
				done = append(done, fmt.Sprint("auto ", p.Groups[g].Path))
				p.SetAuto(g, p.NextAuto(g))
			case 5:
				in, n := p.GroupToggle(g)
				done = append(done, fmt.Sprint("group ", p.Groups[g].Path, in))
				if changed := p.PutGroup(g, in); changed != n {
					t.Fatalf("seed %d, %q: %d changed, %d announced", seed, done, changed, n)
				}
			case 6, 7:
				done = append(done, fmt.Sprint("add ", text))
				if err := p.AddRule(rule(t, text)); err != nil && !flow.CausedBy(err, flow.RuleTwice) {
					t.Fatal(err)
				}
			case 8:
				done = append(done, fmt.Sprint("remove ", text))
				p.RemoveRule(text)
			}
			if checkPlan(t, p); t.Failed() {
				t.Fatalf("seed %d, %q", seed, done)
			}
		}
		checkTree(t, p.Review)
		p.Discard()
		if p.IsChanged() || p.SavedCounts() != p.PlannedCounts() {
			t.Fatalf("seed %d: discarding leaves %+v", seed, p.Changes())
		}
		checkPlan(t, p)
	}
}

// manyRepos is a review of a large company, with ten rules of all kinds.
func manyRepos(b *testing.B) *flow.Review {
	const repos, perGroup = 100_000, 50
	var gs []flow.Group
	rs := make([]flow.Repo, repos)
	for i := range rs {
		if i%perGroup == 0 {
			n := len(gs)
			gs = append(gs, flow.Group{ID: int64(n + 1), Path: fmt.Sprintf("acme-%d/division-%d/team-%d", n%10, n%100, n)})
		}
		g := gs[len(gs)-1]
		rs[i] = flow.Repo{ID: int64(i + 1), GroupID: g.ID, Path: fmt.Sprintf("%s/service-%d", g.Path, i), Role: flow.Developer, ActiveAt: today.AddDate(0, 0, -i%1000)}
	}
	for n := range 10 {
		gs = append(gs, flow.Group{ID: int64(100_000 + n), Path: fmt.Sprintf("acme-%d", n)})
	}
	settings := flow.Settings{Auto: map[int64]bool{}}
	for n := range 10 {
		settings.Auto[int64(100_000+n)] = true
	}
	for _, text := range []string{"name:legacy-*", "name:*-old", "name:tmp-?", "path:acme-1/**/sandbox-*", "path:**/archive/**", "re:^infra/.*-old$", "re:(?i)deprecated", "inactive:990d", "before:2020-01-01", "is:archived"} {
		settings.Rules = append(settings.Rules, rule(b, text))
	}
	return flow.NewReview(flow.Integration{}, settings, gs, rs)
}

func BenchmarkNewPlan(b *testing.B) {
	r := manyRepos(b)
	for b.Loop() {
		flow.NewPlan(r, flow.Changes{}, today)
	}
}

// A rule that is added and removed again decides about every repo twice.
func BenchmarkRuleChange(b *testing.B) {
	p := saved(manyRepos(b))
	more := rule(b, "name:service-7*")
	for b.Loop() {
		if err := p.AddRule(more); err != nil {
			b.Fatal(err)
		}
		p.RemoveRule(more.String())
	}
}

func BenchmarkCountGroups(b *testing.B) {
	p := saved(manyRepos(b))
	for b.Loop() {
		p.CountGroups()
	}
}
