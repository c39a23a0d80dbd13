package flow_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"flow"
)

// queried is a plan with a repo for everything that a query can ask for, each
// named after that.
func queried(t testing.TB) *flow.Plan {
	at := flow.MomentOf(today)
	repo := func(name string, change func(r *flow.Repo)) flow.Repo {
		r := flow.Repo{GroupID: 1, Path: "acme/" + name, Role: flow.Reporter, FirstSeen: flow.MomentOf(today.AddDate(0, -1, 0))}
		change(&r)
		return r
	}
	repos := []flow.Repo{
		repo("api", func(r *flow.Repo) { r.ImportedAt = at }),
		repo("archived", func(r *flow.Repo) { r.Archived = true }),
		repo("archived-fork", func(r *flow.Repo) { r.Archived, r.Fork = true, true }),
		repo("empty", func(r *flow.Repo) { r.Empty = true }),
		repo("fork", func(r *flow.Repo) { r.Fork = true }),
		repo("guest", func(r *flow.Repo) { r.Role = flow.Guest }),
		repo("legacy", func(r *flow.Repo) {}),
		repo("lost", func(r *flow.Repo) { r.LostAt, r.LostWhy = at, flow.Missing }),
		repo("maintainer", func(r *flow.Repo) { r.Role = flow.Maintainer }),
		repo("mirror", func(r *flow.Repo) { r.Mirror = true }),
		repo("new", func(r *flow.Repo) { r.FirstSeen = at }),
		repo("public", func(r *flow.Repo) { r.Public = true }),
		repo("sha256", func(r *flow.Repo) { r.SHA256 = true }),
	}
	for i := range repos {
		repos[i].ID = int64(i + 1)
	}
	integration := flow.Integration{Discovery: flow.Discovery{At: today, Repos: len(repos), Outcome: flow.Outcome{New: 1}}}
	settings := flow.Settings{Auto: map[int64]bool{1: true}, Rules: []flow.Rule{rule(t, "name:legacy*")}}
	return saved(flow.NewReview(integration, settings, groups("acme"), repos))
}

func kept(p *flow.Plan, keep func(i int) bool) string {
	var names []string
	for i := range p.Repos {
		if keep == nil || keep(i) {
			names = append(names, p.Repos[i].Slug())
		}
	}
	return strings.Join(names, " ")
}

func TestQueryWords(t *testing.T) {
	const all = "api archived archived-fork empty fork guest legacy lost maintainer mirror new public sha256"
	but := func(names ...string) string {
		rest := strings.Fields(all)
		for _, name := range names {
			rest = strings.Fields(strings.Replace(" "+strings.Join(rest, " ")+" ", " "+name+" ", " ", 1))
		}
		return strings.Join(rest, " ")
	}
	for _, c := range []struct{ query, text, want string }{
		{"", "", all},
		{"  api  'core ", "api 'core", all},
		{"is:archived", "", "archived archived-fork"},
		{"is:archived is:fork", "", "archived-fork"},
		{"is:archived !is:fork", "", "archived"},
		{"IS:Fork", "", "archived-fork fork"},
		{"is:empty", "", "empty"},
		{"is:mirror", "", "mirror"},
		{"is:public", "", "public"},
		{"is:sha256", "", "sha256"},
		{"is:lost", "", "lost"},
		{"is:new", "", "new"},
		{"new", "", "new"},
		{"!new", "", but("new")},
		{"'new", "'new", all},
		{"news", "news", all},
		{"role:guest", "", "guest"},
		{"role:m", "", "maintainer"},
		{"!role:reporter", "", "guest maintainer"},
		{"state:excluded", "", "legacy"},
		{"state:not", "", "guest sha256"},
		{"state:not-supported role:guest", "", "guest"},
		{"state:imported is:archived | is:empty", "", "archived archived-fork empty"},
		{"is:mirror | is:empty | role:guest", "", "empty guest mirror"},
		{"core is:fork legacy", "core legacy", "archived-fork fork"},
		{"core | legacy is:fork", "core | legacy", "archived-fork fork"},
		// While it is typed.
		{"i", "i", all},
		{"is", "is", all},
		{"is:", "", all},
		{"!is:", "", all},
		{"is:a", "", "archived archived-fork"},
		{"is:m", "", "mirror"},
		{"is:fork |", "", "archived-fork fork"},
		{"is:fork | is:", "", "archived-fork fork"},
		{"is:fork | is:mi", "", "archived-fork fork mirror"},
		{"core |", "core |", all},
		// What is no word, or none that holds.
		{"is:tall", "", ""},
		{"!is:tall", "", all},
		{"host:8080", "host:8080", all},
		{`a\ new b`, `a\ new b`, all},
		{"core | is:fork", "core", "archived-fork fork"},
	} {
		p := queried(t)
		q := flow.ParseQuery(c.query)
		if got := kept(p, q.Keep(p)); q.Text != c.text || got != c.want {
			t.Errorf("%q looks for %q in %q; want %q in %q", c.query, q.Text, got, c.text, c.want)
		}
		if q.IsEmpty() != (c.text == "" && q.Keep(p) == nil) {
			t.Errorf("%q: empty is %v", c.query, q.IsEmpty())
		}
	}
}

func TestQueryHints(t *testing.T) {
	const is = "archived, fork, mirror, empty, public, sha256, new or lost."
	for query, want := range map[string]string{
		"":                   "",
		"core legacy":        "",
		"is:":                is,
		"is:f":               is,
		"is:fork":            "",
		"is:fork core":       "",
		"core !is:":          is,
		"is:tall core":       "There is no is:tall; there is " + is,
		"is:tall is:fork":    "There is no is:tall; there is " + is,
		"is:\x1b[31m":        "There is no is:[31m; there is " + is,
		"new":                "Repos that are new. 'new finds the text.",
		"role:":              "Exactly this role: minimal, guest, planner, reporter, developer, maintainer, owner or none.",
		"role:reporter":      "Exactly this role.",
		"state:k":            "The state once saved: imported, not-imported, excluded, kept-out, paused or not-supported.",
		"state:excluded":     "The state once saved.",
		"core | is:fork":     "| joins texts, or words such as is:fork, not one with the other.",
		"is:fork | role:own": "Exactly this role: minimal, guest, planner, reporter, developer, maintainer, owner or none.",
	} {
		if got := flow.ParseQuery(query).Hint; got != want {
			t.Errorf("%q: %q, not %q", query, got, want)
		}
	}
}

// A search goes on while the plan is changed.
func TestQueryKeepsToThePlanAsItWas(t *testing.T) {
	p := queried(t)
	keep := flow.ParseQuery("state:imported !new").Keep(p)
	was := kept(p, keep)
	var search sync.WaitGroup
	search.Go(func() {
		for range 1000 {
			keep(0)
		}
	})
	for range 100 {
		p.Toggle(0)
		p.SetAuto(0, p.NextAuto(0))
	}
	search.Wait()
	if p.Toggle(0); kept(p, keep) != was {
		t.Errorf("%q, and before %q", kept(p, keep), was)
	}
}

func TestQueriesWithTheSameWords(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"core is:fork", "is:fork legacy", true},
		{"core", "", true},
		{"new", "is:new", true},
		{"is:fork", "!is:fork", false},
		{"is:fork is:mirror", "is:fork | is:mirror", false},
		{"is:f", "is:fork", false},
		{"is:fork", "is:fork role:owner", false},
	} {
		if got := flow.ParseQuery(c.a).SameWords(flow.ParseQuery(c.b)); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

// BenchmarkQueryKeep tells what words cost where the screen waits for them.
func BenchmarkQueryKeep(b *testing.B) {
	for _, size := range []int{100_000, 1_000_000} {
		repos := make([]flow.Repo, size)
		for i := range repos {
			repos[i] = flow.Repo{ID: int64(i + 1), GroupID: 1, Path: fmt.Sprint("acme/repo-", i), Role: flow.Reporter, Archived: i%7 == 0}
		}
		p := saved(flow.NewReview(flow.Integration{}, flow.Settings{}, groups("acme"), repos))
		for _, query := range []string{"is:archived", "state:excluded"} {
			b.Run(fmt.Sprintf("%s/%d", query, size), func(b *testing.B) {
				for b.Loop() {
					flow.ParseQuery(query).Keep(p)
				}
			})
		}
	}
}
