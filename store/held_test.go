package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"flow"
)

// company is a group with so many repos, 1 and up.
func company(repos int) flow.Page {
	p := flow.Page{Groups: []flow.Group{group(1, "acme")}}
	for i := 1; i <= repos; i++ {
		p.Repos = append(p.Repos, repo(int64(i), 1, fmt.Sprintf("acme/repo-%03d", i)))
	}
	return p
}

func first(n int) (ids []int64) {
	for i := 1; i <= n; i++ {
		ids = append(ids, int64(i))
	}
	return ids
}

// completes ends a walk like past.walks, and returns what that gives.
func (p *past) completes(after time.Duration, page flow.Page) error {
	p.t.Helper()
	p.at.pass(after)
	ctx := context.Background()
	stage := must[flow.Stage](p.t)(p.s.Stage(ctx, p.in.ID, p.at.now()))
	if err := stage.Add(ctx, page); err != nil {
		p.t.Fatal(err)
	}
	_, err := stage.Complete(ctx)
	if err != nil {
		// Whoever walks cleans up behind a failure.
		if err := stage.Abandon(ctx); err != nil {
			p.t.Fatal(err)
		}
	}
	return err
}

func less(page flow.Page, without int) flow.Page {
	page.Repos = page.Repos[without:]
	return page
}

func TestTooManyMissingAtOnceFreezes(t *testing.T) {
	for _, test := range []struct {
		known, missing int
		frozen         string // "" for not
	}{
		{100, 19, ""}, {100, 20, "20 of 100 repos"}, {19, 19, ""}, {200, 20, ""}, {200, 21, "21 of 200 repos"}, {20, 20, "20 of 20 repos"},
	} {
		t.Run(fmt.Sprintf("%d of %d", test.missing, test.known), func(t *testing.T) {
			p := newPast(t)
			p.walks(0, company(test.known))
			before := latest(t, p.s, p.in.ID)
			err := p.completes(time.Hour, less(company(test.known), test.missing))
			held, waits, heldErr := p.s.Held(context.Background(), p.in.ID)
			if heldErr != nil || waits != (test.frozen != "") {
				t.Fatalf("held: %+v, %v, %v", held, waits, heldErr)
			}
			if test.frozen == "" {
				if err != nil || len(p.lost()) != test.missing {
					t.Errorf("got %v, %d lost", err, len(p.lost()))
				}
				return
			}
			if f := wantCause(t, err, flow.Frozen); f.Detail != test.frozen {
				t.Errorf("got %q", f.Detail)
			}
			if len(p.lost()) > 0 || latest(t, p.s, p.in.ID) != before {
				t.Errorf("%v are lost, logged %q", p.lost(), latest(t, p.s, p.in.ID))
			}
			if held.Known != test.known || held.Lost != test.missing || held.Repos != test.known-test.missing || held.Groups != 1 ||
				!held.At.Equal(p.at.now()) || fmt.Sprint(held.Examples) != "[acme/repo-001 acme/repo-002 acme/repo-003 acme/repo-004 acme/repo-005]" {
				t.Errorf("got %+v", held)
			}
		})
	}
}

func TestWhatBecomesOfAHeldList(t *testing.T) {
	ctx := context.Background()
	waits := func(p *past) bool {
		t.Helper()
		_, waits, err := p.s.Held(ctx, p.in.ID)
		if err != nil {
			t.Fatal(err)
		}
		return waits
	}
	for _, test := range []struct {
		name   string
		then   func(p *past) error
		waits  bool
		lost   int
		logged string
	}{
		{"it is accepted", func(p *past) error {
			d, err := p.s.AcceptHeld(ctx, p.in.ID)
			if d.Lost != 30 || d.New != 1 || d.Repos != 71 || d.Taken != 1 {
				t.Errorf("got %+v", d)
			}
			return err
		}, false, 30, "discovery: 1 new repo, 30 no longer found, 1 imported"},
		{"it is accepted twice", func(p *past) error {
			if _, err := p.s.AcceptHeld(ctx, p.in.ID); err != nil {
				return err
			}
			_, err := p.s.AcceptHeld(ctx, p.in.ID)
			if f := wantCause(t, err, flow.StoreFailed); f.Detail != "no list waits to be accepted any more" {
				t.Errorf("got %q", f.Detail)
			}
			return nil
		}, false, 30, "discovery: 1 new repo, 30 no longer found, 1 imported"},
		{"it is dropped", func(p *past) error { return p.s.DropHeld(ctx, p.in.ID) }, false, 0, ""},
		{"nothing", func(*past) error { return nil }, true, 0, ""},
		{"long after", func(p *past) error {
			p.at.pass(48 * time.Hour)
			stage, err := p.s.Stage(ctx, p.in.ID, p.at.now())
			if err != nil {
				return err
			}
			return stage.Abandon(ctx)
		}, true, 0, ""},
		{"the next walk finds all", func(p *past) error { return p.completes(time.Hour, company(100)) }, false, 0, ""},
		{"the next walk misses as many", func(p *past) error {
			err := p.completes(time.Hour, less(company(100), 40))
			if f := wantCause(t, err, flow.Frozen); f.Detail != "40 of 100 repos" {
				t.Errorf("got %v", f)
			}
			return nil
		}, true, 0, ""},
		{"the same account gets another token", func(p *past) error {
			_, err := p.s.SetConnection(ctx, p.in.ID, p.in.Version, connection(t), passed(p.at.now()))
			return err
		}, true, 0, "ana@build-07 put in a new token"},
		{"another account signs in", func(p *past) error {
			r := passed(p.at.now())
			r.Account = "@ana"
			_, err := p.s.SetConnection(ctx, p.in.ID, p.in.Version, connection(t), r)
			return err
		}, false, 0, "ana@build-07 put in a new token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPast(t)
			p.walks(0, company(100))
			p.saves(flow.Changes{Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}, Add: []flow.Rule{rule(t, "name:repo-*")}})
			saved := latest(t, p.s, p.in.ID)
			page := less(company(100), 30)
			page.Repos = append(page.Repos, repo(101, 1, "acme/new"))
			wantCause(t, p.completes(time.Hour, page), flow.Frozen)
			if err := test.then(p); err != nil {
				t.Fatal(err)
			}
			if got := waits(p); got != test.waits {
				t.Errorf("waits: %v", got)
			}
			if got := len(p.lost()); got != test.lost {
				t.Errorf("%d lost", got)
			}
			want := test.logged
			if want == "" {
				want = saved
			}
			if got := latest(t, p.s, p.in.ID); got != strings.TrimPrefix(want, "ana@build-07 ") {
				t.Errorf("logged %q, want %q", got, want)
			}
		})
	}
}

// What a person has accepted does not freeze the next walk.
func TestAnAcceptedListIsTheNewMeasure(t *testing.T) {
	ctx := context.Background()
	p := newPast(t)
	p.walks(0, company(100))
	wantCause(t, p.completes(time.Hour, less(company(100), 50)), flow.Frozen)
	must[flow.Discovery](t)(p.s.AcceptHeld(ctx, p.in.ID))
	events := must[[]flow.Event](t)(p.s.Events(ctx, p.in.ID, 2))
	if events[1].By != "ana@build-07" || events[1].Text != "accepted that 50 repos are missing" {
		t.Errorf("logged %+v", events)
	}
	if err := p.completes(24*time.Hour, less(company(100), 52)); err != nil {
		t.Fatal(err)
	}
	if got := must[[]int64](t)(p.s.ToConfirm(ctx, p.in.ID, 3)); fmt.Sprint(got) != fmt.Sprint(first(3)) {
		t.Errorf("asks about %v", got)
	}
	if got := len(p.lost()); got != 52 {
		t.Errorf("%d lost", got)
	}
	err := p.completes(time.Hour, less(company(100), 52+20))
	if f := wantCause(t, err, flow.Frozen); f.Detail != "20 of 48 repos" {
		t.Errorf("got %v", f)
	}
}
