package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// walked starts a walk that hands on acme/ and repo 11, then repo 12 some time
// later, each with its checkpoint.
func walked(t *testing.T, s *store.Store, id int64, at *clock, took time.Duration) flow.Stage {
	t.Helper()
	ctx := context.Background()
	stage := must[flow.Stage](t)(s.Stage(ctx, id, at.now()))
	err := stage.Add(ctx, flow.Page{Groups: small().Groups[:1], Repos: small().Repos[:1], Left: flow.Checkpoint("one")})
	at.pass(took)
	err = errors.Join(err, stage.Add(ctx, flow.Page{Repos: small().Repos[1:2], Left: flow.Checkpoint("two")}), stage.Add(ctx, flow.Page{}))
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

func TestAnInterruptedWalkGoesOn(t *testing.T) {
	ctx := context.Background()
	release := func(s *store.Store, stage flow.Stage) error { return released(stage.Release(ctx)) }
	crash := func(s *store.Store, stage flow.Stage) error { return s.Close() }
	for _, test := range []struct {
		name  string
		took  time.Duration
		end   func(s *store.Store, stage flow.Stage) error
		later time.Duration
		then  func(t *testing.T, s *store.Store, in flow.Integration, parallel flow.Stage) error
		from  string // "" for the beginning
		rows  int    // staged repos that are left
	}{
		{"released", 61 * time.Second, release, 0, nil, "two", 2},
		{"released, most of an hour ago", 2 * time.Minute, release, 59 * time.Minute, nil, "two", 2},
		{"released, an hour ago", 2 * time.Minute, release, time.Hour, nil, "", 0},
		{"released after a minute", time.Minute, release, 0, nil, "", 0},
		{"crashed", 2 * time.Minute, crash, 31 * time.Second, nil, "two", 2},
		{"crashed after a minute", time.Minute, crash, 31 * time.Second, nil, "", 2},
		{"crashed an hour ago", time.Minute, crash, 61 * time.Minute, nil, "", 0},
		{"still running, it may be", 2 * time.Minute, crash, 30 * time.Second, nil, "", 2},
		{"abandoned", 2 * time.Minute, func(_ *store.Store, stage flow.Stage) error { return stage.Abandon(ctx) }, 0, nil, "", 0},
		{"released, then abandoned", 2 * time.Minute, func(_ *store.Store, stage flow.Stage) error {
			return errors.Join(released(stage.Release(ctx)), stage.Abandon(ctx))
		}, 0, nil, "two", 2},
		{"another walk is complete since", 2 * time.Minute, release, time.Minute, func(_ *testing.T, _ *store.Store, _ flow.Integration, parallel flow.Stage) error {
			_, err := parallel.Complete(ctx)
			return err
		}, "", 0},
		{"crashed, and another walk is complete since", 2 * time.Minute, crash, time.Minute, func(_ *testing.T, _ *store.Store, _ flow.Integration, parallel flow.Stage) error {
			_, err := parallel.Complete(ctx)
			return err
		}, "", 2},
		{"another account signed in since", 2 * time.Minute, release, time.Minute, func(t *testing.T, s *store.Store, in flow.Integration, _ flow.Stage) error {
			_, err := s.SetConnection(ctx, in.ID, in.Version, connection(t), flow.Report{Account: "@ana"})
			return err
		}, "", 0},
		{"another token since", 2 * time.Minute, release, time.Minute, func(t *testing.T, s *store.Store, in flow.Integration, _ flow.Stage) error {
			_, err := s.SetConnection(ctx, in.ID, in.Version, connection(t), in.Report)
			return err
		}, "two", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			at := newClock()
			o := defaults(t, store.Options{Now: at.now})
			began := at.now()
			own := must[*store.Store](t)(store.Open(ctx, o))
			t.Cleanup(func() { own.Close() })
			in, other := create(t, own, "acme"), create(t, own, "other")
			parallel := must[flow.Stage](t)(openStore(t, o).Stage(ctx, in.ID, began.Add(time.Second)))
			stage := walked(t, own, in.ID, at, test.took)
			if err := test.end(own, stage); err != nil {
				t.Fatal(err)
			}
			at.pass(test.later)
			s := openStore(t, o)
			if test.then != nil {
				if err := test.then(t, s, in, parallel); err != nil {
					t.Fatal(err)
				}
			}
			if test.from != "" { // else that would tidy up first
				foreign := must[flow.Stage](t)(s.Stage(ctx, other.ID, at.now()))
				if foreign.Resume() != nil {
					t.Errorf("another integration goes on from %q", foreign.Resume())
				}
			}
			next := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
			if got := string(next.Resume()); got != test.from {
				t.Errorf("goes on from %q, want %q", got, test.from)
			}
			if got := count(t, raw(t, o.Path), "staged_repos"); got != test.rows {
				t.Errorf("%d staged repos, want %d", got, test.rows)
			}
			groups, repos := next.Kept()
			if test.from == "" {
				if groups+repos > 0 {
					t.Errorf("kept %d groups, %d repos", groups, repos)
				}
				return
			}
			if groups != 1 || repos != 2 {
				t.Errorf("kept %d groups, %d repos", groups, repos)
			}
			for _, p := range []flow.Page{{Groups: small().Groups[1:], Repos: small().Repos[2:]}, {Roles: map[int64]flow.Role{11: flow.Guest}}} {
				if err := next.Add(ctx, p); err != nil {
					t.Fatal(err)
				}
			}
			d := must[flow.Discovery](t)(next.Complete(ctx))
			want := flow.Discovery{At: began, Took: at.now().Sub(began), Groups: 2, Repos: 4, Outcome: flow.Outcome{New: 4, NewGroups: 2}, Changes: 6}
			if d != want || must[flow.Integration](t)(s.Named(ctx, "acme")).Discovery != want {
				t.Errorf("got %+v, want %+v", d, want)
			}
			r := review(t, s, in.ID)
			if len(r.Repos) != 4 || repoByID(t, r, 11).Role != flow.Guest {
				t.Errorf("got %s", paths(r))
			}
		})
	}
}

// What a walk had found before it was interrupted is handed on as it was kept, in
// pages; the next one of its own hands on nothing.
func TestWhatAWalkHadFoundIsHandedOn(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, defaults(t, store.Options{Now: at.now}))
	in := create(t, s, "acme")
	whole := flow.Page{Groups: small().Groups}
	for id := range int64(2_500) {
		r := repo(1+id, 1, fmt.Sprintf("acme/repo-%04d", id))
		r.Fork, r.Topics = id%3 == 0, "go"
		whole.Repos = append(whole.Repos, r)
	}
	stage := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	kept := whole
	kept.Left = flow.Checkpoint("one")
	if err := errors.Join(stage.Add(ctx, kept), stage.Found(ctx, func(p flow.Page) error { return fmt.Errorf("got %+v", p) })); err != nil {
		t.Fatal(err)
	}
	at.pass(2 * time.Minute)
	if _, err := stage.Release(ctx); err != nil {
		t.Fatal(err)
	}
	stage = must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	var found flow.Page
	err := stage.Found(ctx, func(p flow.Page) error {
		if len(p.Repos) > 1000 {
			t.Errorf("a page of %d repos", len(p.Repos))
		}
		found.Groups, found.Repos = append(found.Groups, p.Groups...), append(found.Repos, p.Repos...)
		return nil
	})
	if err != nil || !slices.Equal(found.Groups, whole.Groups) || !slices.Equal(found.Repos, whole.Repos) {
		t.Errorf("%d groups and %d repos, %v; the last one %+v", len(found.Groups), len(found.Repos), err, found.Repos[len(found.Repos)-1])
	}
	enough := errors.New("enough")
	if err := stage.Found(ctx, func(flow.Page) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

// The hour counts from when the walk ended, not from its last page; without a
// checkpoint there is nothing to keep.
func TestReleasedLongAfterTheLastPage(t *testing.T) {
	ctx, at := context.Background(), newClock()
	o := defaults(t, store.Options{Now: at.now})
	s := openStore(t, o)
	in := create(t, s, "acme")
	for _, left := range []string{"", "one"} {
		stage := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
		page := small()
		if left != "" {
			page.Left = flow.Checkpoint(left)
		}
		if err := stage.Add(ctx, page); err != nil {
			t.Fatal(err)
		}
		at.pass(50 * time.Minute)
		if _, err := stage.Release(ctx); err != nil {
			t.Fatal(err)
		}
		if got, want := count(t, raw(t, o.Path), "staged_repos"), 4*len(left)/3; got != want {
			t.Errorf("%d staged repos, want %d", got, want)
		}
		at.pass(30 * time.Minute)
		if got := string(must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now())).Resume()); got != left {
			t.Errorf("goes on from %q, want %q", got, left)
		}
	}
}

// Pages that follow at once share a checkpoint. A crash costs what came since; who
// says that he stops loses nothing.
func TestACheckpointIsKeptOnceASecond(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		after time.Duration // from the page before the last one to the last one
		crash bool
		from  string
	}{{999 * time.Millisecond, true, "two"}, {999 * time.Millisecond, false, "three"}, {time.Second, true, "three"}} {
		at := newClock()
		o := defaults(t, store.Options{Now: at.now})
		own := must[*store.Store](t)(store.Open(ctx, o))
		in := create(t, own, "acme")
		stage := walked(t, own, in.ID, at, 2*time.Minute)
		at.pass(test.after)
		if err := stage.Add(ctx, flow.Page{Repos: small().Repos[2:], Left: flow.Checkpoint("three")}); err != nil {
			t.Fatal(err)
		}
		if !test.crash {
			if _, err := stage.Release(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := own.Close(); err != nil {
			t.Fatal(err)
		}
		at.pass(time.Minute)
		next := must[flow.Stage](t)(openStore(t, o).Stage(ctx, in.ID, at.now()))
		if _, repos := next.Kept(); string(next.Resume()) != test.from || repos != 4 {
			t.Errorf("%+v: goes on from %q with %d repos", test, next.Resume(), repos)
		}
	}
}

func TestWhoWasTakenOverHasToStop(t *testing.T) {
	ctx, at := context.Background(), newClock()
	o := defaults(t, store.Options{Now: at.now})
	s := openStore(t, o)
	in := create(t, s, "acme")
	slow := walked(t, s, in.ID, at, 2*time.Minute)
	at.pass(31 * time.Second)
	next := must[flow.Stage](t)(openStore(t, o).Stage(ctx, in.ID, at.now()))
	if next.Resume() == nil {
		t.Fatal("nothing to go on with")
	}
	wantCause(t, slow.Add(ctx, small()), flow.StoreFailed)
	_, err := slow.Complete(ctx)
	wantCause(t, err, flow.StoreFailed)
	if err := errors.Join(released(slow.Release(ctx)), slow.Abandon(ctx)); err != nil {
		t.Error(err)
	}
	// A third one begins anew: two are never at the same rows.
	third := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	if third.Resume() != nil {
		t.Errorf("a third one goes on from %q", third.Resume())
	}
	if d := must[flow.Discovery](t)(next.Complete(ctx)); d.Repos != 2 {
		t.Errorf("got %+v", d)
	}
}

// Once a page is lost no later one may say that everything up to it is kept.
func TestNoPageIsKeptAfterOneThatWasNot(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	stage := walked(t, s, in.ID, at, 2*time.Minute)
	over, cancel := context.WithCancel(ctx)
	cancel()
	wantCause(t, stage.Add(over, small()), flow.Cancelled)
	wantCause(t, stage.Add(ctx, flow.Page{Left: flow.Checkpoint("three")}), flow.Cancelled)
	_, err := stage.Complete(ctx)
	wantCause(t, err, flow.Cancelled)
	if _, err := stage.Release(ctx); err != nil {
		t.Fatal(err)
	}
	if got := string(must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now())).Resume()); got != "two" {
		t.Errorf("goes on from %q", got)
	}
}

// Of two walks the one that began later knows more, whichever is complete first.
func TestAnOlderWalkDoesNotTakeANewerOnesPlace(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	older := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	if err := older.Add(ctx, flow.Page{Groups: small().Groups, Repos: small().Repos[:3]}); err != nil {
		t.Fatal(err)
	}
	at.pass(time.Minute)
	newer := discover(t, s, in.ID, at.now(), small())
	if d := must[flow.Discovery](t)(older.Complete(ctx)); d != newer {
		t.Errorf("got %+v, want %+v", d, newer)
	}
	if r := review(t, s, in.ID); len(r.Repos) != 4 || r.Integration.Discovery != newer {
		t.Errorf("got %s of %+v", paths(r), r.Integration.Discovery)
	}
}

func TestReleaseTellsWhetherItKeepsTheWalk(t *testing.T) {
	for took, want := range map[time.Duration]bool{time.Minute: false, 61 * time.Second: true} {
		at := newClock()
		s := openStore(t, defaults(t, store.Options{Now: at.now}))
		in := create(t, s, "acme")
		if kept, err := walked(t, s, in.ID, at, took).Release(context.Background()); err != nil || kept != want {
			t.Errorf("after %s: %v, %v", took, kept, err)
		}
	}
}

// released is the error alone.
func released(_ bool, err error) error { return err }
