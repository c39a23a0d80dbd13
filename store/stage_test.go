package store_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// raw opens the database file beside the store.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=10000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func count(t testing.TB, db *sql.DB, table string) (n int) {
	t.Helper()
	if err := db.QueryRow(`SELECT count(*) FROM "` + table + `"`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func rule(t testing.TB, text string) flow.Rule {
	t.Helper()
	return must[flow.Rule](t)(flow.ParseRule(text))
}

func group(id int64, path string) flow.Group { return flow.Group{ID: id, Path: path, Name: path} }

func repo(id, group int64, path string) flow.Repo {
	return flow.Repo{ID: id, GroupID: group, Path: path, Name: path, Role: flow.Developer,
		CreatedAt: flow.MomentOf(time.Date(2020, 1, 2, 3, 4, 5, 6, time.UTC)), ActiveAt: flow.MomentOf(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))}
}

// small is a GitLab of two groups and four repos.
func small() flow.Page {
	return flow.Page{
		Groups: []flow.Group{group(1, "acme"), group(2, "acme/sandbox")},
		Repos:  []flow.Repo{repo(11, 1, "acme/api"), repo(12, 1, "acme/web"), repo(21, 2, "acme/sandbox/toy"), repo(22, 2, "acme/sandbox/try")},
	}
}

// discover runs a complete discovery.
func discover(t testing.TB, s *store.Store, id int64, at time.Time, pages ...flow.Page) flow.Discovery {
	t.Helper()
	ctx := context.Background()
	stage := must[flow.Stage](t)(s.Stage(ctx, id, at))
	for _, p := range pages {
		if err := stage.Add(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	return must[flow.Discovery](t)(stage.Complete(ctx))
}

func review(t testing.TB, s *store.Store, id int64) *flow.Review {
	t.Helper()
	return must[*flow.Review](t)(s.Review(context.Background(), id))
}

func repoByID(t testing.TB, r *flow.Review, id int64) flow.Repo {
	t.Helper()
	i := slices.IndexFunc(r.Repos, func(repo flow.Repo) bool { return repo.ID == id })
	if i < 0 {
		t.Fatalf("no repo %d", id)
	}
	return r.Repos[i]
}

// paths lists the groups, then the repos.
func paths(r *flow.Review) string {
	var groups, repos []string
	for _, g := range r.Groups {
		groups = append(groups, g.Path+"/")
	}
	for _, repo := range r.Repos {
		repos = append(repos, repo.Path)
	}
	slices.Sort(groups)
	slices.Sort(repos)
	return strings.Join(append(groups, repos...), " ")
}

func latest(t testing.TB, s *store.Store, id int64) string {
	t.Helper()
	return must[[]flow.Event](t)(s.Events(context.Background(), id, 1))[0].Text
}

func TestFirstDiscovery(t *testing.T) {
	at := newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	full := flow.Repo{ID: 31, GroupID: 9, Path: "ana/dots", Name: "Dots", Role: flow.Owner, CreatedAt: flow.MomentOf(at.now()), ActiveAt: flow.MomentOf(at.now()),
		Archived: true, Fork: true, Mirror: true, Empty: true, Public: true, SHA256: true, Topics: "api,go", Off: flow.Services(flow.TicketService)}
	page := small()
	page.Groups = append(page.Groups, flow.Group{ID: 9, ParentID: 0, Path: "ana", Name: "Ana", Personal: true}, flow.Group{ID: 3, ParentID: 1, Path: "acme/x"})
	page.Repos = append(page.Repos, full, repo(11, 1, "acme/api-last"))
	d := discover(t, s, in.ID, at.now(), page, flow.Page{Repos: []flow.Repo{repo(12, 1, "acme/web-last")}}, flow.Page{Roles: map[int64]flow.Role{21: flow.Guest, 99: flow.Owner}})
	want := flow.Discovery{At: at.now(), Groups: 3, Repos: 5, Outcome: flow.Outcome{New: 5, NewGroups: 3}, Changes: 8} // a personal namespace is no group
	if d != want {
		t.Errorf("got %+v, want %+v", d, want)
	}
	r := review(t, s, in.ID)
	if r.Integration.Discovery != want || r.Integration.Status.Data != flow.Healthy || r.Integration.Version != in.Version {
		t.Errorf("got %+v", r.Integration)
	}
	if got := paths(r); got != "acme/ acme/sandbox/ acme/x/ ana/ acme/api-last acme/sandbox/toy acme/sandbox/try acme/web-last ana/dots" {
		t.Errorf("got %s", got)
	}
	full.FirstSeen = flow.MomentOf(at.now())
	if got := repoByID(t, r, 31); got != full {
		t.Errorf("got %+v\nwant %+v", got, full)
	}
	if g, _ := r.GroupByID(9); r.Groups[g] != page.Groups[2] {
		t.Errorf("got %+v", r.Groups[g])
	}
	if got := repoByID(t, r, 21).Role; got != flow.Guest {
		t.Errorf("the role is %v", got)
	}
	if c := r.Integration.Counts; c[flow.NotImported] != 3 || c[flow.NotSupported] != 2 {
		t.Errorf("counts %v", c)
	}
	if r.IsNew(&r.Repos[0]) {
		t.Error("the repos of a first discovery count as new")
	}
	if got := latest(t, s, in.ID); got != "discovery: 3 groups, 5 repos" {
		t.Errorf("logged %q", got)
	}
}

func TestWhatALaterDiscoveryChanges(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(p *flow.Page)
		log    string // "" for no line
		paths  string
	}{
		{"nothing", func(*flow.Page) {}, "", "acme/ acme/sandbox/ acme/api acme/sandbox/toy acme/sandbox/try acme/web"},
		{"activity only", func(p *flow.Page) { p.Repos[0].ActiveAt = flow.MomentOf(time.Now()) }, "", "acme/ acme/sandbox/ acme/api acme/sandbox/toy acme/sandbox/try acme/web"},
		{"new and archived", func(p *flow.Page) {
			p.Repos[0].Archived = true
			p.Repos = append(p.Repos, repo(13, 1, "acme/a"), repo(14, 1, "acme/b"))
		}, "discovery: 2 new repos, 1 archived", "acme/ acme/sandbox/ acme/a acme/api acme/b acme/sandbox/toy acme/sandbox/try acme/web"},
		{"renamed and moved", func(p *flow.Page) {
			p.Repos[0].Path = "acme/api-2"
			p.Repos[1].GroupID, p.Repos[1].Path = 2, "acme/sandbox/www"
		}, "discovery: 1 repo renamed, 1 moved", "acme/ acme/sandbox/ acme/api-2 acme/sandbox/toy acme/sandbox/try acme/sandbox/www"},
		{"a group renamed", func(p *flow.Page) {
			p.Groups[1].Path = "acme/play"
			p.Repos[2].Path, p.Repos[3].Path = "acme/play/toy", "acme/play/try"
		}, "discovery: 1 renamed group", "acme/ acme/play/ acme/api acme/play/toy acme/play/try acme/web"},
		{"other roles and topics", func(p *flow.Page) {
			p.Repos[0].Role, p.Repos[1].Role, p.Repos[2].Topics = flow.Guest, flow.Owner, "go"
		}, "discovery: 2 repos with another role", "acme/ acme/sandbox/ acme/api acme/sandbox/toy acme/sandbox/try acme/web"},
		{"repos missing and with them their group", func(p *flow.Page) { p.Groups, p.Repos = p.Groups[:1], p.Repos[:2] },
			"discovery: 2 repos no longer found", "acme/ acme/sandbox/ acme/api acme/sandbox/toy acme/sandbox/try acme/web"},
		{"a group emptied and lost", func(p *flow.Page) {
			p.Groups = p.Groups[:1]
			for i := range p.Repos {
				p.Repos[i].GroupID, p.Repos[i].Path = 1, strings.Replace(p.Repos[i].Path, "/sandbox", "", 1)
			}
		}, "discovery: 2 repos moved, 1 lost group", "acme/ acme/api acme/toy acme/try acme/web"},
	} {
		t.Run(test.name, func(t *testing.T) {
			at := newClock()
			s := openStore(t, store.Options{Now: at.now})
			in := create(t, s, "acme")
			discover(t, s, in.ID, at.now(), small())
			at.pass(time.Hour)
			page := small()
			test.change(&page)
			discover(t, s, in.ID, at.now(), page)
			events := must[[]flow.Event](t)(s.Events(context.Background(), in.ID, 10))
			got := ""
			if len(events) > 2 {
				got = events[0].Text
			}
			if got != test.log {
				t.Errorf("logged %q, want %q", got, test.log)
			}
			r := review(t, s, in.ID)
			if got := paths(r); got != test.paths {
				t.Errorf("got  %s\nwant %s", got, test.paths)
			}
			for _, found := range page.Repos {
				if got := repoByID(t, r, found.ID); got.Role != found.Role || got.Topics != found.Topics || got.ActiveAt != found.ActiveAt || got.Archived != found.Archived {
					t.Errorf("got %+v, want %+v", got, found)
				}
			}
			for i := range r.Repos {
				if isNew := r.Repos[i].ID == 13 || r.Repos[i].ID == 14; r.IsNew(&r.Repos[i]) != isNew {
					t.Errorf("%s counts as new: %v", r.Repos[i].Path, !isNew)
				}
			}
		})
	}
}

func TestADiscoveryImportsWhatTheSettingsTakeIn(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	discover(t, s, in.ID, at.now(), small())
	in = must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: in.Version,
		Auto: map[int64]flow.AutoSetting{2: flow.AutoOn}, Add: []flow.Rule{rule(t, "name:tmp-*")}}))
	at.pass(time.Hour)
	page := small()
	page.Repos = append(page.Repos, repo(23, 2, "acme/sandbox/new"), repo(24, 2, "acme/sandbox/tmp-1"), repo(15, 1, "acme/new"))
	if d := discover(t, s, in.ID, at.now(), page); d.Taken != 1 || d.New != 3 {
		t.Errorf("got %+v", d)
	}
	r := review(t, s, in.ID)
	if got := repoByID(t, r, 23).ImportedAt.Time(); !got.Equal(at.now()) {
		t.Errorf("imported %v", got)
	}
	if c := r.Integration.Counts; c[flow.Imported] != 3 || c[flow.Excluded] != 1 || c[flow.NotImported] != 3 || c != flow.Count(r.Decisions(at.now())) {
		t.Errorf("counts %v", c)
	}
	if got := latest(t, s, in.ID); got != "discovery: 3 new repos, 1 imported" {
		t.Errorf("logged %q", got)
	}
	if r.Integration.Version != in.Version {
		t.Error("a discovery raised the version")
	}
}
