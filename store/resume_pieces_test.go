package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// However often a walk is interrupted, and in whichever way, what is complete in
// the end is what one walk would have found.
func TestWalksInPiecesFindWhatOneFinds(t *testing.T) {
	ctx := context.Background()
	resumed := 0
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 5))
		at := newClock()
		o := defaults(t, store.Options{Now: at.now})
		in := create(t, openStore(t, o), "acme")
		pages := slices.Collect(crowd(10, 500))
		for done := false; !done; {
			s := must[*store.Store](t)(store.Open(ctx, o))
			stage := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
			next := 0
			if from := stage.Resume(); from != nil {
				resumed++
				next = must[int](t)(fmt.Sscan(string(from), &next)) - 1 + next
			}
			stop := next + random.IntN(len(pages))
			for ; next < min(stop, len(pages)); next++ {
				at.pass(time.Duration(random.IntN(40)) * time.Second)
				p := pages[next]
				p.Left = fmt.Append(nil, next+1)
				if err := stage.Add(ctx, p); err != nil {
					t.Fatal(err)
				}
			}
			switch {
			case next == len(pages):
				d := must[flow.Discovery](t)(stage.Complete(ctx))
				if d.Groups != 10 || d.Repos != 500 {
					t.Errorf("seed %d: got %+v", seed, d)
				}
				done = true
			case random.IntN(2) == 0:
				if _, err := stage.Release(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil { // a crash, unless it was released
				t.Fatal(err)
			}
			at.pass(time.Duration(random.IntN(90)) * time.Minute / 2)
		}
		r := review(t, openStore(t, o), in.ID)
		want := map[int64]string{}
		for _, p := range pages {
			for _, repo := range p.Repos {
				want[repo.ID] = repo.Path
			}
		}
		for _, repo := range r.Repos {
			if want[repo.ID] != repo.Path {
				t.Fatalf("seed %d: repo %d is %q", seed, repo.ID, repo.Path)
			}
		}
		if len(r.Repos) != len(want) {
			t.Errorf("seed %d: %d repos", seed, len(r.Repos))
		}
	}
	if resumed < 4 {
		t.Errorf("only %d walks went on", resumed)
	}
}

// walkUntilKilled is a walk that began five minutes ago and dies two minutes ago,
// the hard way.
func walkUntilKilled(ctx context.Context, name string) error {
	now := time.Now()
	s, err := store.Open(ctx, store.Options{Path: os.Getenv("FLOW_STORE_TEST_PATH"), Env: os.Getenv, Who: name,
		Now: func() time.Time { return now.Add(-2 * time.Minute) }})
	if err != nil {
		return err
	}
	stage, err := s.Stage(ctx, 1, now.Add(-5*time.Minute))
	if err != nil {
		return err
	}
	if err := stage.Add(ctx, flow.Page{Groups: small().Groups, Repos: small().Repos[:3], Left: flow.Checkpoint("three")}); err != nil {
		return err
	}
	fmt.Println("kept")
	return syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

func TestTheWalkOfAKilledProcessGoesOn(t *testing.T) {
	ctx, home := context.Background(), t.TempDir()
	path := home + "/flow.db"
	s := openStore(t, store.Options{Path: path, Env: env(home)})
	in := create(t, s, "acme")
	p := launch(t, home, path, "walk", "ben@build-02")
	p.in.Close()
	if line := p.line(); line != "kept" {
		t.Fatalf("got %q", line)
	}
	if err := p.cmd.Wait(); err == nil {
		t.Fatal("it was not killed")
	}
	stage := must[flow.Stage](t)(s.Stage(ctx, in.ID, time.Now()))
	if groups, repos := stage.Kept(); string(stage.Resume()) != "three" || groups != 2 || repos != 3 {
		t.Fatalf("goes on from %q with %d groups, %d repos", stage.Resume(), groups, repos)
	}
	if err := stage.Add(ctx, flow.Page{Repos: small().Repos[3:]}); err != nil {
		t.Fatal(err)
	}
	if d := must[flow.Discovery](t)(stage.Complete(ctx)); d.Repos != 4 || d.Took < 5*time.Minute {
		t.Errorf("got %+v", d)
	}
}
