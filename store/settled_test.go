package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// A tree that has grown by the pages of a first walk, and what the store knows
// beyond them, are what the store has, with what was chosen during the walk.
func TestAGrownTreeIsTheStoredOne(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	odd := repo(31, 9, "elsewhere/hidden/odd") // its group is never listed
	odd.Topics, odd.Archived, odd.Public, odd.Off, odd.CreatedAt = "go,web", true, true, flow.Services(1), 0
	first, second := small(), flow.Page{Groups: []flow.Group{group(3, "beta")}, Repos: []flow.Repo{repo(32, 3, "beta/late"), odd}, Roles: map[int64]flow.Role{11: flow.Guest, 32: flow.Owner}}
	again := first.Repos[1]
	again.Path, again.Name = "acme/www", "www"
	pages := []flow.Page{first, second, {Repos: []flow.Repo{again}}}

	stage := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	began := stage.Began()
	plan := flow.NewPlan(flow.NewReview(in, flow.Settings{}, nil, nil), flow.Changes{}, at.now())
	for _, p := range pages {
		at.pass(time.Minute)
		if err := stage.Add(ctx, p); err != nil {
			t.Fatal(err)
		}
		plan.Grow(p.Groups, slices.Clone(p.Repos), p.Roles)
	}
	must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: in.Version, Auto: map[int64]flow.AutoSetting{1: flow.AutoOn},
		Pins: map[int64]flow.Pin{31: flow.PinIn, 22: flow.PinOut}, Add: []flow.Rule{rule(t, "name:toy")}}))
	found := must[flow.Discovery](t)(stage.Complete(ctx))
	if !found.At.Equal(began) {
		t.Errorf("it began at %v, and is of %v", began, found.At)
	}

	settled, want := must[flow.Settled](t)(s.Settled(ctx, in.ID)), review(t, s, in.ID)
	if len(settled.Imported) != 2 { // acme/www and what was pinned; Guest in acme/api is not enough
		t.Errorf("imported are %v", settled.Imported)
	}
	if !plan.Settle(settled, began, at.now()) {
		t.Fatal("it is another walk's")
	}
	if !slices.Equal(plan.Groups, want.Groups) || !slices.Equal(plan.Repos, want.Repos) {
		t.Errorf("the tree is\n%+v\n%+v\nwant\n%+v\n%+v", plan.Groups, plan.Repos, want.Groups, want.Repos)
	}
	if plan.IsChanged() || plan.SavedCounts() != want.Integration.Counts {
		t.Errorf("counts are %v, want %v", plan.SavedCounts(), want.Integration.Counts)
	}
	_, err := s.Settled(ctx, 99)
	wantCause(t, err, flow.NoIntegration)
}
