package store_test

import (
	"context"
	"testing"
	"time"

	"flow"
	"flow/store"
)

func TestReposThatAreNew(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	if got := must[int64](t)(s.Highest(ctx, in.ID)); got != 0 {
		t.Errorf("the highest of none is %d", got)
	}
	page := flow.Page{
		Groups: []flow.Group{group(1, "other"), group(3, "acme/labs")},
		Repos:  []flow.Repo{repo(22, 1, "acme/renamed"), repo(31, 2, "acme/sandbox/new"), repo(32, 3, "acme/labs/tmp-1"), repo(33, 3, "acme/labs/low")},
		Roles:  map[int64]flow.Role{33: flow.Guest},
	}
	// Before the first discovery nothing is known to be new.
	if news := must[flow.News](t)(s.AddNewer(ctx, in.ID, at.now(), page)); news != (flow.News{}) {
		t.Errorf("got %+v", news)
	}
	d := discover(t, s, in.ID, at.now(), small())
	in = must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: in.Version,
		Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}, Add: []flow.Rule{rule(t, "name:tmp-*")}}))
	if got := must[int64](t)(s.Highest(ctx, in.ID)); got != 22 {
		t.Errorf("the highest is %d", got)
	}
	if err := s.SetStatus(ctx, in.ID, flow.Status{Data: flow.RateLimited, Since: at.now()}); err != nil {
		t.Fatal(err)
	}
	at.pass(time.Minute)
	seen := at.now()
	if news := must[flow.News](t)(s.AddNewer(ctx, in.ID, seen, page)); news != (flow.News{Repos: 3, Imported: 1}) {
		t.Errorf("got %+v", news)
	}
	if got := latest(t, s, in.ID); got != "discovery: 3 new repos, 1 imported" {
		t.Errorf("logged %q", got)
	}
	r := review(t, s, in.ID)
	if got := paths(r); got != "acme/ acme/labs/ acme/sandbox/ acme/api acme/labs/low acme/labs/tmp-1 acme/sandbox/new acme/sandbox/toy acme/sandbox/try acme/web" {
		t.Errorf("got %s", got)
	}
	fresh := repoByID(t, r, 31)
	if !fresh.FirstSeen.Time().Equal(seen) || !fresh.ImportedAt.Time().Equal(seen) {
		t.Errorf("got %+v", fresh)
	}
	if repoByID(t, r, 33).Role != flow.Guest {
		t.Error("the role was not corrected")
	}
	if in := r.Integration; in.Discovery != d || in.Status.Data != flow.Healthy || in.Counts[flow.Imported] != 5 || in.Counts[flow.Excluded] != 1 || in.Counts[flow.NotSupported] != 1 {
		t.Errorf("got %+v", in)
	}

	// Again: nothing is told of what is known.
	if news := must[flow.News](t)(s.AddNewer(ctx, in.ID, seen, page)); news != (flow.News{}) {
		t.Errorf("got %+v", news)
	}
	if events := must[[]flow.Event](t)(s.Events(ctx, in.ID, 99)); events[1].Text == events[0].Text {
		t.Errorf("logged twice: %q", events[0].Text)
	}
	// A walk that began before they came does not bring them, and they are not lost
	// for good; one after that finds them where they are.
	at.pass(time.Hour)
	all := small()
	all.Repos = append(all.Repos, page.Repos[1:]...)
	all.Groups = append(all.Groups, page.Groups[1])
	if d := discover(t, s, in.ID, at.now(), all); d.New != 0 || d.Lost != 0 {
		t.Errorf("got %+v", d)
	}
	_, err := s.AddNewer(ctx, 99, at.now(), page)
	wantCause(t, err, flow.NoIntegration)
}
