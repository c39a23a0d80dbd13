package flow_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"flow"
)

// halfSaved is a company of which acme/sandbox is switched on, and not saved yet.
func halfSaved(t testing.TB, rules ...string) *flow.Plan {
	gs := groups("acme", "acme/sandbox", "acme/labs")
	var paths []string
	for n := range 8 {
		paths = append(paths, fmt.Sprintf("acme/sandbox/tmp-%d", n))
	}
	paths = append(paths, "acme/sandbox/demo", "acme/sandbox/api", "acme/labs/tmp-lab", "acme/tmp-top", "acme/web")
	rs := repos(gs, paths...)
	rs[0].ImportedAt, rs[1].ImportedAt = flow.MomentOf(today), flow.MomentOf(today)
	rs[2].Archived = true
	rs[3].Role = flow.Guest
	settings := flow.Settings{Pins: map[int64]flow.Pin{rs[4].ID: flow.PinOut}}
	for _, text := range rules {
		settings.Rules = append(settings.Rules, rule(t, text))
	}
	p := saved(flow.NewReview(flow.Integration{}, settings, gs, rs))
	g, _ := p.GroupByID(2)
	p.SetAuto(g, flow.AutoOn)
	return p
}

func previewed(t testing.TB, p *flow.Plan, text string) flow.Preview {
	t.Helper()
	v, err := p.Preview(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// told is a preview as it is read.
func told(v flow.Preview) string {
	lines := []string{fmt.Sprintf("%d of %d", v.Matches, v.Repos)}
	for _, s := range v.Shares() {
		lines = append(lines, fmt.Sprintf("%d %s", s.Repos, s.Words))
	}
	for _, line := range []string{strings.Join(v.Examples, " "), v.Effect, v.Warning} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func TestPreviews(t *testing.T) {
	twoOn := func(p *flow.Plan) {
		g, _ := p.GroupByID(3)
		p.SetAuto(g, flow.AutoOn)
	}
	for _, test := range []struct {
		name    string
		rules   []string
		prepare func(p *flow.Plan)
		text    string
		want    string
	}{
		{"all that there is", []string{"is:archived"}, nil, "name:tmp-*", `
10 of 13
3 would be kept out
2 are imported, and stay
1 is out already: is:archived
1 is out by hand
2 are in no auto-import
1 can't be imported
acme/sandbox/tmp-5 acme/sandbox/tmp-6 acme/sandbox/tmp-7
With it acme/sandbox will import 2 repos instead of 5.`},
		{"by several rules already", []string{"is:archived", "name:tmp-5"}, nil, "name:tmp-*", `
10 of 13
2 would be kept out
2 are imported, and stay
2 are out already, by other rules
1 is out by hand
2 are in no auto-import
1 can't be imported
acme/sandbox/tmp-6 acme/sandbox/tmp-7
With it acme/sandbox will import 2 repos instead of 4.`},
		{"in two groups", nil, twoOn, "path:acme/*/tmp-?*", `
9 of 13
5 would be kept out
2 are imported, and stay
1 is out by hand
1 can't be imported
acme/labs/tmp-lab acme/sandbox/tmp-2 acme/sandbox/tmp-5 acme/sandbox/tmp-6 acme/sandbox/tmp-7
With it 2 repos will be imported instead of 7.`},
		{"examples of what it matches, where it keeps out none", nil, nil, "re:tmp-(0|top)$", `
2 of 13
1 is imported, and stays
1 is in no auto-import
acme/sandbox/tmp-0 acme/tmp-top
It keeps out nothing now; it will count for repos that come.`},
		{"imported by hand", nil, func(p *flow.Plan) { p.SetPin(0, flow.PinIn) }, "id:111", `
1 of 13
1 is imported by hand, and stays
acme/labs/tmp-lab
It keeps out nothing now; it will count for repos that come.`},
		{"none", nil, nil, "topic:none", `
0 of 13
Matches none of 13 repos. Add it all the same if such repos will come.`},
		{"all", nil, nil, "path:**", `
13 of 13
6 would be kept out
2 are imported, and stay
1 is out by hand
3 are in no auto-import
1 can't be imported
acme/sandbox/api acme/sandbox/demo acme/sandbox/tmp-2 acme/sandbox/tmp-5 acme/sandbox/tmp-6
With it acme/sandbox will import 0 repos instead of 6.
Matches all 13 repos. Nothing new would be imported.`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := halfSaved(t, test.rules...)
			if test.prepare != nil {
				test.prepare(p)
			}
			if got, want := told(previewed(t, p, test.text)), strings.TrimPrefix(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	empty := saved(flow.NewReview(flow.Integration{}, flow.Settings{}, nil, nil))
	if got, want := told(previewed(t, empty, "path:**")), "0 of 0\nNo repos are known yet. It will count for those that come."; got != want {
		t.Errorf("without repos it says %q, want %q", got, want)
	}
}

func TestPreviewsAreRefusedAsRulesAre(t *testing.T) {
	p := halfSaved(t, "is:archived")
	for text, want := range map[string]flow.Cause{"tmp": flow.NoRuleKind, "re:(": flow.BadRule, "group:none": flow.BadRule, "is:archived": flow.RuleTwice} {
		if _, err := p.Preview(context.Background(), text); !flow.CausedBy(err, want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Preview(ctx, "name:tmp-*"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled one ends with %v", err)
	}
}

// What a preview announces is what adding the rule does.
func TestPreviewsComeTrue(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := saved(world(t, r))
		for range r.IntN(12) {
			doSomething(t, p, r)
		}
		text := append(someRules, "path:**", "topic:none", "is:public", "id:104", "group:beta")[r.IntN(len(someRules)+5)]
		v, err := p.Preview(context.Background(), text)
		if flow.CausedBy(err, flow.RuleTwice) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		before := p.PlannedCounts()
		goIn, _ := p.Moves()
		kept := map[string]bool{}
		was := make([]flow.Decision, len(p.Repos))
		matches := 0
		for i := range p.Repos {
			was[i] = p.Will(i)
			if v.Rule.Matches(&p.Repos[i], today) {
				matches++
			}
		}
		if err := p.AddRule(v.Rule); err != nil {
			t.Fatal(err)
		}
		for i := range p.Repos {
			if p.Will(i).State != was[i].State {
				kept[p.Repos[i].Path] = true
			}
		}
		sum := 0
		for _, s := range v.Shares() {
			sum += s.Repos
		}
		after := p.PlannedCounts()
		if v.Matches != matches || sum != matches || v.KeepsOut != len(kept) || after[flow.Excluded]-before[flow.Excluded] != v.KeepsOut {
			t.Fatalf("seed %d, %s: %d match and %d are kept out, announced was %+v", seed, text, matches, len(kept), v)
		}
		for _, path := range v.Examples {
			if v.KeepsOut > 0 && !kept[path] {
				t.Fatalf("seed %d, %s: %s is an example and is not kept out", seed, text, path)
			}
		}
		if len(v.Examples) != min(5, cmp.Or(v.KeepsOut, matches)) {
			t.Fatalf("seed %d, %s: examples %q of %+v", seed, text, v.Examples, v)
		}
		left, _ := p.Moves()
		if said := fmt.Sprintf("With it %s will be imported instead of %s.", flow.Plural(left, "repo"), flow.Number(goIn)); strings.Contains(v.Effect, "be imported") && v.Effect != said {
			t.Fatalf("seed %d, %s: %q, want %q", seed, text, v.Effect, said)
		}
		n := p.Pausable(v.Rule)
		if n != v.Stay {
			t.Fatalf("seed %d, %s: %d can be paused, %d stay", seed, text, n, v.Stay)
		}
		if paused := p.PauseMatched(v.Rule); paused != n || p.Pausable(v.Rule) != 0 {
			t.Fatalf("seed %d, %s: %d are paused of %d", seed, text, paused, n)
		}
		checkPlan(t, p)
	}
}

// A trial says the same whatever is done to the plan while it runs.
func TestTrialsRunBesideThePlan(t *testing.T) {
	p := halfSaved(t)
	trial, err := p.Try("name:tmp-*")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- trial.Run(context.Background()) }()
	p.Toggle(0)
	p.Grow(nil, []flow.Repo{{ID: 900, GroupID: 2, Path: "acme/sandbox/tmp-new", Role: flow.Developer}}, nil)
	p.Undo()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if p.Fits(trial) {
		t.Error("it went through a repo that came later")
	}
	if v := p.Weigh(trial); v.Matches != 11 || v.KeepsOut != 5 {
		t.Errorf("%s", told(v))
	}
}

func TestPausingWhatARuleMatches(t *testing.T) {
	p := halfSaved(t)
	before := p.Changes()
	hand := slices.IndexFunc(p.Repos, func(r flow.Repo) bool { return r.Path == "acme/sandbox/tmp-1" })
	p.SetPin(hand, flow.PinIn)
	tmp := rule(t, "name:tmp-*")
	paused, err := p.AddAndPause(tmp)
	if err != nil || paused != 1 {
		t.Fatalf("%d are paused, %v", paused, err)
	}
	for i := range p.Repos {
		if path := p.Repos[i].Path; (path == "acme/sandbox/tmp-0") != (p.Will(i).State == flow.Paused) {
			t.Errorf("%s is %s", path, p.Will(i).State)
		}
	}
	if _, err := p.AddAndPause(tmp); !flow.CausedBy(err, flow.RuleTwice) {
		t.Errorf("the second time it says %v", err)
	}
	checkPlan(t, p)
	for _, want := range []string{"adding the rule name:tmp-* and pausing 1 repo", "importing acme/sandbox/tmp-1 by hand"} {
		if what, _ := p.Undo(); what != want {
			t.Errorf("undone is %q, want %q", what, want)
		}
	}
	if c := p.Changes(); len(c.Pins) != len(before.Pins) || len(c.Add) != 0 {
		t.Errorf("undone, %+v is left", c)
	}
	if what, _ := p.Redo(); what != "importing acme/sandbox/tmp-1 by hand" {
		t.Errorf("done again is %q", what)
	}
}

// What is typed is a rule that was not tried before.
func BenchmarkPreview(b *testing.B) {
	p := saved(manyRepos(b))
	for _, text := range []string{"name:*-%d", "path:acme-1/**/service-?%d*", "re:^acme-[13]/.*-%d", "re:(?i)SERVICE.*%d$", "inactive:%dd", "topic:t%d"} {
		b.Run(text, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n++
				if _, err := p.Preview(context.Background(), fmt.Sprintf(text, n)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
