package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/store"
)

func texts(t testing.TB, s *store.Store, id, version int64) string {
	t.Helper()
	var all []string
	for _, e := range must[[]flow.Event](t)(s.EventsSince(context.Background(), id, version)) {
		all = append(all, e.By+" "+e.Text)
	}
	return strings.Join(all, "\n")
}

func TestSave(t *testing.T) {
	const on, off, above = flow.AutoOn, flow.AutoOff, flow.AsAbove
	type autos = map[int64]flow.AutoSetting
	type pins = map[int64]flow.Pin
	// Each case goes on from the one before.
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	discover(t, s, in.ID, at.now(), small())
	for _, test := range []struct {
		name     string
		changes  flow.Changes
		log      string
		imported string
	}{
		{"nothing", flow.Changes{Auto: autos{2: above}, Pins: pins{11: flow.NoPin}, Remove: []flow.Rule{rule(t, "is:fork")}}, "", "[]"},
		{"auto-import and a rule", flow.Changes{Auto: autos{2: on}, Add: []flow.Rule{rule(t, "name:try")}},
			"switched auto-import on for acme/sandbox|added the rule name:try|imported 1 repo through auto-import", "[21]"},
		{"by hand", flow.Changes{Pins: pins{11: flow.PinIn, 12: flow.PinOut, 21: flow.PinOut, 22: flow.PinIn}},
			"imported 2 repos by hand|kept acme/web out by hand|paused acme/sandbox/toy by hand", "[11 21 22]"},
		{"back", flow.Changes{Auto: autos{2: off, 1: off}, Pins: pins{21: flow.NoPin, 11: flow.NoPin}, Remove: []flow.Rule{rule(t, "name:try")}},
			"switched auto-import off for acme|switched auto-import off for acme/sandbox|removed the rule name:try|let 2 repos follow the group again", "[11 21 22]"},
		{"what is not there", flow.Changes{Auto: autos{77: on, 1: above}, Pins: pins{78: flow.PinIn}},
			"switched auto-import on for group 77|left the auto-import of acme to the group above|chose by hand for 1 repo no longer found", "[11 21 22]"},
		{"many rules", flow.Changes{Add: []flow.Rule{rule(t, "is:fork"), rule(t, "is:empty"), rule(t, "is:mirror"), rule(t, "is:public")}}, "added 4 rules", "[11 21 22]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			at.pass(time.Hour)
			before := in
			test.changes.Version = in.Version
			in = must[flow.Integration](t)(s.Save(ctx, in.ID, test.changes))
			raised := int64(1)
			if test.log == "" {
				raised = 0
			}
			if in.Version != before.Version+raised {
				t.Errorf("version %d after %d", in.Version, before.Version)
			}
			want := ""
			if test.log != "" {
				want = "ana@build-07 " + strings.ReplaceAll(test.log, "|", "\nana@build-07 ")
			}
			if got := texts(t, s, in.ID, before.Version); got != want {
				t.Errorf("logged\n%s\nwant\n%s", got, want)
			}
			r := review(t, s, in.ID)
			var imported []int64
			for _, repo := range r.Repos {
				if !repo.ImportedAt.IsZero() {
					imported = append(imported, repo.ID)
				}
			}
			slices.Sort(imported)
			if got := fmt.Sprint(imported); got != test.imported {
				t.Errorf("imported %s, want %s", got, test.imported)
			}
			if in.Counts != flow.Count(r.Decisions(at.now())) || r.Integration.Counts != in.Counts || in.Counts.All() != 4 {
				t.Errorf("counts %v", in.Counts)
			}
		})
	}
	r := review(t, s, in.ID)
	var rules []string
	for _, rule := range r.Rules {
		rules = append(rules, rule.String())
	}
	if fmt.Sprint(r.Auto, r.Pins, rules) != "map[2:false 77:true] map[12:2 22:1 78:1] [is:fork is:empty is:mirror is:public]" {
		t.Errorf("stored %v %v %v", r.Auto, r.Pins, rules)
	}
}

// What is chosen while the first walk runs is named as that found it.
func TestSavedWhileReposAreFound(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, defaults(t, store.Options{Now: at.now}))
	in := create(t, s, "acme-gitlab")
	stage := must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	if err := stage.Add(ctx, small()); err != nil {
		t.Fatal(err)
	}
	save := func(c flow.Changes) string {
		c.Version = must[flow.Integration](t)(s.Named(ctx, "acme-gitlab")).Version
		must[flow.Integration](t)(s.Save(ctx, in.ID, c))
		return texts(t, s, in.ID, c.Version)
	}
	if got, want := save(flow.Changes{Auto: map[int64]flow.AutoSetting{2: flow.AutoOn}, Pins: map[int64]flow.Pin{11: flow.PinIn}}),
		"ana@build-07 switched auto-import on for acme/sandbox\nana@build-07 imported acme/api by hand"; got != want {
		t.Errorf("logged\n%s\nwant\n%s", got, want)
	}
	must[flow.Discovery](t)(stage.Complete(ctx))
	// The next walk has moved them, and is not complete.
	stage = must[flow.Stage](t)(s.Stage(ctx, in.ID, at.now()))
	if err := stage.Add(ctx, flow.Page{Groups: []flow.Group{group(2, "beta")}, Repos: []flow.Repo{repo(11, 2, "beta/api")}}); err != nil {
		t.Fatal(err)
	}
	if got, want := save(flow.Changes{Auto: map[int64]flow.AutoSetting{2: flow.AutoOff}, Pins: map[int64]flow.Pin{11: flow.PinOut}}),
		"ana@build-07 switched auto-import off for acme/sandbox\nana@build-07 paused acme/api by hand"; got != want {
		t.Errorf("logged\n%s\nwant\n%s", got, want)
	}
}

func TestAStaleSaveIsRefused(t *testing.T) {
	ctx, at := context.Background(), newClock()
	o := defaults(t, store.Options{Now: at.now})
	ana := openStore(t, o)
	in := create(t, ana, "acme-gitlab")
	discover(t, ana, in.ID, at.now(), small())
	o.Who = "ben@build-02"
	ben := openStore(t, o)
	for _, add := range []string{"is:archived", "is:fork"} {
		r := review(t, ben, in.ID)
		must[flow.Integration](t)(ben.Save(ctx, in.ID, flow.Changes{Version: r.Integration.Version, Add: []flow.Rule{rule(t, add)}}))
	}
	discover(t, ben, in.ID, at.now(), flow.Page{Repos: small().Repos[:1]})

	for _, test := range []struct {
		after time.Duration
		where string
	}{
		{0, "acme-gitlab just now"}, {time.Minute, "acme-gitlab a minute ago"}, {time.Minute, "acme-gitlab 2 min ago"},
		{30 * 24 * time.Hour, "acme-gitlab on 3 Nov 2026"},
	} {
		at.pass(test.after)
		_, save := ana.Save(ctx, in.ID, flow.Changes{Version: in.Version, Pins: map[int64]flow.Pin{11: flow.PinIn}})
		_, rename := ana.Rename(ctx, in.ID, in.Version, "other")
		_, services := ana.SetServices(ctx, in.ID, in.Version, flow.Services(flow.RepoService))
		for _, err := range []error{save, rename, services} {
			if f := wantCause(t, err, flow.ChangedMeanwhile); f.Detail != "ben@build-02" || f.Where != test.where {
				t.Errorf("got %q", f.Sentence())
			}
		}
	}
	if got := texts(t, ana, in.ID, in.Version); got != "ben@build-02 added the rule is:archived\nben@build-02 added the rule is:fork" {
		t.Errorf("meanwhile:\n%s", got)
	}
	r := review(t, ana, in.ID)
	if len(r.Pins) > 0 || r.Integration.Version != 3 || r.Integration.Name != "acme-gitlab" {
		t.Errorf("something was stored: %+v", r.Integration)
	}
}

func TestRenameAndServices(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	in := create(t, s, "acme")
	in = must[flow.Integration](t)(s.Rename(ctx, in.ID, 1, "Acme"))
	if in = must[flow.Integration](t)(s.Rename(ctx, in.ID, 2, "Acme")); in.Version != 2 {
		t.Error("the same name raised the version")
	}
	_, err := s.Rename(ctx, in.ID, 2, " x")
	wantCause(t, err, flow.BadName)
	_, err = s.SetServices(ctx, in.ID, 2, 0)
	wantCause(t, err, flow.NoService)
	must[flow.Integration](t)(s.SetServices(ctx, in.ID, 2, flow.Services(flow.RepoService)))
	in = must[flow.Integration](t)(s.SetServices(ctx, in.ID, 3, flow.Services(flow.TicketService)))
	if in.Name != "Acme" || in.Version != 4 || in.Services != flow.Services(flow.TicketService) {
		t.Errorf("got %+v", in)
	}
	if got := texts(t, s, in.ID, 1); got != "ana@build-07 renamed acme to Acme\nana@build-07 switched PR, Ticket off\nana@build-07 switched Ticket on and switched Repo off" {
		t.Errorf("logged\n%s", got)
	}
}

func TestStatusKeepsSinceWhenItHolds(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	begin := at.now()
	for _, test := range []struct {
		status flow.DataStatus
		reason string
		same   bool
	}{
		{flow.FailedIntegration, "The token expired.", false}, {flow.FailedIntegration, "The token expired.", true},
		{flow.FailedIntegration, "No such host.", false}, {flow.RateLimited, "", false},
	} {
		at.pass(time.Hour)
		if !test.same {
			begin = at.now()
		}
		if err := s.SetStatus(ctx, in.ID, flow.Status{Data: test.status, Cause: flow.DNS, Reason: test.reason, Since: at.now()}); err != nil {
			t.Fatal(err)
		}
		got := must[flow.Integration](t)(s.Named(ctx, "acme")).Status
		if got.Data != test.status || got.Reason != test.reason || got.Cause != flow.DNS || !got.Since.Equal(begin) {
			t.Errorf("got %+v, want %s since %v", got, test.status, begin)
		}
	}
	if err := s.SetReport(ctx, in.ID, passed(at.now())); err != nil {
		t.Fatal(err)
	}
	if got := must[flow.Integration](t)(s.Named(ctx, "acme")); got.Status.Data != flow.Processing || got.Version != 1 {
		t.Errorf("a test that passed: %+v", got.Status)
	}
	discover(t, s, in.ID, at.now(), small())
	must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: 1, Pins: map[int64]flow.Pin{11: flow.PinIn, 12: flow.PinIn}}))
	discover(t, s, in.ID, at.now(), flow.Page{Repos: []flow.Repo{repo(12, 1, "acme/web")}}, flow.Page{Roles: map[int64]flow.Role{12: flow.Guest}})
	got := must[flow.Integration](t)(s.Named(ctx, "acme")).Status
	if got.Data != flow.FailedItem || got.Reason != "Flow can no longer read acme/api and 1 more repo." {
		t.Errorf("got %+v", got)
	}
	in = must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: 2, Pins: map[int64]flow.Pin{11: flow.PinOut, 12: flow.PinOut}}))
	if in.Status.Data != flow.Healthy {
		t.Errorf("nothing is missed that is kept out: %+v", in.Status)
	}
}

// Whatever people and GitLab do, an imported repo stays imported since then, and
// what is stored agrees with what the domain decides.
func TestNothingIsEverUnimported(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 1))
		at := newClock()
		s := openStore(t, store.Options{Now: at.now})
		in := create(t, s, "acme")
		since := map[int64]time.Time{}
		for range 40 {
			at.pass(time.Hour)
			what := "discovery"
			if random.IntN(2) == 0 {
				discover(t, s, in.ID, at.now(), anyPage(random))
			} else {
				c := anyChanges(t, random)
				c.Version = in.Version
				what = fmt.Sprintf("save %+v", c)
				in = must[flow.Integration](t)(s.Save(ctx, in.ID, c))
			}
			r := review(t, s, in.ID)
			for id, when := range since {
				if got := repoByID(t, r, id).ImportedAt.Time(); !got.Equal(when) {
					t.Fatalf("seed %d, after %s: repo %d is imported since %v, was %v", seed, what, id, got, when)
				}
			}
			for i, d := range r.Decisions(at.now()) {
				repo := r.Repos[i]
				if !repo.ImportedAt.IsZero() {
					since[repo.ID] = repo.ImportedAt.Time()
				} else if d.In() && repo.LostAt.IsZero() {
					t.Fatalf("seed %d, after %s: repo %d should be imported", seed, what, repo.ID)
				}
			}
			if r.Integration.Counts != flow.Count(r.Decisions(at.now())) {
				t.Fatalf("seed %d, after %s: counts %v", seed, what, r.Integration.Counts)
			}
		}
		if len(since) < 5 {
			t.Errorf("seed %d imported only %d repos", seed, len(since))
		}
	}
}

func anyPage(random *rand.Rand) (p flow.Page) {
	for g := int64(1); g <= 3; g++ {
		if random.IntN(5) > 0 {
			p.Groups = append(p.Groups, group(g, []string{"acme", "acme/a", "acme/a/b"}[g-1]))
		}
	}
	for id := int64(1); id <= 12; id++ {
		if random.IntN(4) == 0 {
			continue
		}
		g := 1 + random.Int64N(3)
		r := repo(id, g, fmt.Sprintf("%s/r%d", []string{"acme", "acme/a", "acme/a/b"}[g-1], id))
		r.Role = flow.Role(10 * (1 + random.IntN(5)))
		r.Archived, r.Fork = random.IntN(3) == 0, random.IntN(3) == 0
		p.Repos = append(p.Repos, r)
	}
	return p
}

func anyChanges(t *testing.T, random *rand.Rand) flow.Changes {
	c := flow.Changes{Auto: map[int64]flow.AutoSetting{}, Pins: map[int64]flow.Pin{}}
	rules := []string{"is:archived", "is:fork", "name:r1*", "path:acme/a/**"}
	c.Auto[1+random.Int64N(3)] = flow.AutoSetting(random.IntN(3))
	c.Pins[1+random.Int64N(12)] = flow.Pin(random.IntN(3))
	c.Add = append(c.Add, rule(t, rules[random.IntN(4)]))
	c.Remove = append(c.Remove, rule(t, rules[random.IntN(4)]))
	if c.Remove[0].String() == c.Add[0].String() {
		c.Remove = nil
	}
	return c
}
