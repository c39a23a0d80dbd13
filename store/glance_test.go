package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// wantGlance compares the first rows with those that the whole review gives.
func wantGlance(t *testing.T, s *store.Store, id int64, now time.Time, rows int) {
	t.Helper()
	glance := must[flow.Glance](t)(s.Glance(context.Background(), id, rows))
	whole := flow.NewPlan(review(t, s, id), flow.Changes{}, now)
	part := flow.NewPlan(glance.Review, flow.Changes{}, now)
	counts := whole.CountGroups()
	want := firstRows(whole, rows, func(g int) flow.GroupCount { return counts[g] })
	got := firstRows(part, rows, func(g int) flow.GroupCount { return glance.Below[part.Groups[g].ID] })
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("the first rows are\n%v, want\n%v", got, want)
	}
	if glance.Review.Integration.Counts != whole.Integration.Counts || whole.Integration.Counts != whole.SavedCounts() {
		t.Errorf("counts %v, want %v", glance.Review.Integration.Counts, whole.SavedCounts())
	}
	if len(part.Groups)+len(part.Repos) > rows {
		t.Errorf("%d groups and %d repos in %d rows", len(part.Groups), len(part.Repos), rows)
	}
}

// firstRows are those of a tree whose top groups are open, as a screen shows them.
func firstRows(p *flow.Plan, n int, count func(g int) flow.GroupCount) (rows []string) {
	repo := func(i int) {
		rows = append(rows, fmt.Sprintf("%s: %v %v %v\n", p.Repos[i].Path, p.Saved(i).State, p.Saved(i).Reason(), p.Repos[i].LostWhy))
	}
	group := func(g int) {
		c := count(g)
		rows = append(rows, fmt.Sprintf("%s: %d %d %d %v %v\n", p.Groups[g].Path, c.All, c.Can, c.Imported, p.Auto(g), p.EffectiveAuto(g)))
	}
	walkRows(p, group, repo)
	return rows[:min(n, len(rows))]
}

// walkRows goes over the rows of a tree whose top groups are open and people's are
// not.
func walkRows(p *flow.Plan, group, repo func(int)) {
	each := func(from, to int) {
		for i := from; i < to; i++ {
			repo(i)
		}
	}
	for g := range p.Top() {
		group(g)
		if p.Groups[g].Personal {
			continue
		}
		for below := range p.GroupsIn(g) {
			group(below)
		}
		each(p.ReposIn(g))
	}
	each(p.Ungrouped())
}

func TestGlance(t *testing.T) {
	for seed := range uint64(5) {
		p := newPast(t)
		random := rand.New(rand.NewPCG(seed, 9))
		for range 8 {
			if random.IntN(2) == 0 {
				page := anyPage(random)
				page.Groups = append(page.Groups, flow.Group{ID: 7, Path: "ana", Personal: true}, group(8, "zoo"))
				page.Repos = append(page.Repos, repo(71, 7, "ana/dots"), repo(81, 8, "zoo/ape"), repo(91, 99, "hidden/one"), repo(92, 98, "acme/hidden/two"))
				p.walks(time.Hour, page)
			} else {
				p.saves(anyChanges(t, random))
			}
			for _, rows := range []int{3, 100} {
				wantGlance(t, p.s, p.in.ID, p.at.now(), rows)
			}
		}
	}
}

func TestAGlanceBeforeTheFirstDiscovery(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	in := create(t, s, "acme")
	glance := must[flow.Glance](t)(s.Glance(ctx, in.ID, 40))
	if glance.Review.Integration.Name != "acme" || len(glance.Review.Groups)+len(glance.Review.Repos) > 0 {
		t.Errorf("got %+v", glance)
	}
	_, err := s.Glance(ctx, 99, 40)
	wantCause(t, err, flow.NoIntegration)
}

// More repos than are looked at together, and more groups and repos than are
// shown.
func TestALargeDiscoveryAddsUp(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	stage := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	for p := range crowd(10, 5_500) {
		if err := stage.Add(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	must[flow.Discovery](t)(stage.Complete(ctx))
	in = must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: in.Version,
		Auto: map[int64]flow.AutoSetting{1: flow.AutoOn, 6: flow.AutoOn}, Add: []flow.Rule{rule(t, "is:archived")}, Pins: map[int64]flow.Pin{1: flow.PinOut}}))
	if in.Counts.All() != 5_500 || in.Counts[flow.Imported] == 0 || in.Counts[flow.Excluded] == 0 || in.Counts[flow.KeptOut] != 1 {
		t.Errorf("counts %v", in.Counts)
	}
	imported := 0
	for _, repo := range review(t, s, in.ID).Repos {
		if !repo.ImportedAt.IsZero() {
			imported++
		}
		if repo.Name != repo.Slug() {
			t.Fatalf("%s has the name %q", repo.Path, repo.Name)
		}
	}
	if imported != in.Counts[flow.Imported] {
		t.Errorf("%d imported, counted %d", imported, in.Counts[flow.Imported])
	}
	for _, rows := range []int{10, 200} {
		wantGlance(t, s, in.ID, at.now(), rows)
	}
}
