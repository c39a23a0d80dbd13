package store_test

import (
	"context"
	"testing"
	"time"

	"flow"
	"flow/store"
)

func TestAbandonedAndCrashedDiscoveries(t *testing.T) {
	ctx, at := context.Background(), newClock()
	o := defaults(t, store.Options{Now: at.now})
	s := openStore(t, o)
	in := create(t, s, "acme")
	discover(t, s, in.ID, at.now(), small())
	staged := func(want int, when string) {
		t.Helper()
		db := raw(t, o.Path)
		if got := count(t, db, "staged_repos"); got != want {
			t.Errorf("%s: %d staged repos, want %d", when, got, want)
		}
	}
	start := func() flow.Stage {
		t.Helper()
		stage := must[flow.Stage](t)(openStore(t, o).Stage(ctx, in.ID, at.now()))
		if err := stage.Add(ctx, flow.Page{Repos: small().Repos[:2]}); err != nil {
			t.Fatal(err)
		}
		return stage
	}
	abandoned := start()
	staged(2, "running")
	if err := abandoned.Abandon(ctx); err != nil {
		t.Fatal(err)
	}
	staged(0, "abandoned")
	if got := len(review(t, s, in.ID).Repos); got != 4 {
		t.Errorf("%d repos after an abandoned discovery", got)
	}

	crashed := start()
	at.pass(9 * time.Minute)
	alive := start()
	staged(4, "crashed 9 minutes ago")
	at.pass(2 * time.Minute)
	next := start()
	staged(4, "crashed 11 minutes ago, one alive")
	wantCause(t, crashed.Add(ctx, small()), flow.StoreFailed)
	_, err := crashed.Complete(ctx)
	wantCause(t, err, flow.StoreFailed)
	for _, stage := range []flow.Stage{alive, next} {
		// That one is complete takes nothing from the other.
		if err := stage.Add(ctx, flow.Page{Groups: small().Groups, Repos: small().Repos[2:]}); err != nil {
			t.Fatal(err)
		}
		must[flow.Discovery](t)(stage.Complete(ctx))
	}
	staged(0, "complete")
	_, err = alive.Complete(ctx)
	wantCause(t, err, flow.StoreFailed)
	if err := alive.Abandon(ctx); err != nil {
		t.Error(err)
	}
	if got := len(review(t, s, in.ID).Repos); got != 4 {
		t.Errorf("%d repos in the end", got)
	}
}

func TestACancelledDiscoveryIsNotStored(t *testing.T) {
	s := openStore(t, store.Options{})
	in := create(t, s, "acme")
	stage := must[flow.Stage](t)(s.Stage(context.Background(), in.ID, time.Now()))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	wantCause(t, stage.Add(ctx, small()), flow.Cancelled)
	_, err := stage.Complete(ctx)
	wantCause(t, err, flow.Cancelled)
}
