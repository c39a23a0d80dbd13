package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// A rule on a group stays with the group whatever that is called, from one that
// was made before the group was known to the one that goes.
func TestRulesOnGroupsFollowThem(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	save := func(c flow.Changes) {
		t.Helper()
		c.Version = in.Version
		in = must[flow.Integration](t)(s.Save(ctx, in.ID, c))
	}
	company := func(sandbox string) flow.Page {
		return flow.Page{
			Groups: []flow.Group{group(1, "acme"), group(2, sandbox), group(3, sandbox+"/deep")},
			Repos:  []flow.Repo{repo(11, 1, "acme/api"), repo(21, 2, sandbox+"/try"), repo(31, 3, sandbox+"/deep/toy")},
		}
	}
	check := func(rules, imported string) {
		t.Helper()
		r := review(t, s, in.ID)
		var texts, taken []string
		for _, rule := range r.Rules {
			texts = append(texts, rule.String())
		}
		for i := range r.Repos {
			if !r.Repos[i].ImportedAt.IsZero() {
				taken = append(taken, r.Repos[i].Path)
			}
		}
		if got := strings.Join(texts, " "); got != rules {
			t.Errorf("the rules are %q, want %q", got, rules)
		}
		if got := strings.Join(taken, " "); got != imported {
			t.Errorf("imported are %q, want %q", got, imported)
		}
	}

	save(flow.Changes{Add: []flow.Rule{rule(t, "group:/Acme/Sandbox")}, Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}})
	discover(t, s, in.ID, at.now(), company("acme/sandbox"))
	check("group:acme/sandbox", "acme/api")
	if got := review(t, s, in.ID).Rules[0].GroupID(); got != 2 {
		t.Errorf("it is on group %d", got)
	}

	at.pass(time.Hour)
	stale := review(t, s, in.ID).Rules[0]
	discover(t, s, in.ID, at.now(), company("acme/toys"))
	check("group:acme/toys", "acme/api")

	// Another group takes the old path.
	at.pass(time.Hour)
	page := company("acme/toys")
	page.Groups = append(page.Groups, group(4, "acme/sandbox"))
	page.Repos = append(page.Repos, repo(41, 4, "acme/sandbox/other"))
	discover(t, s, in.ID, at.now(), page)
	check("group:acme/toys", "acme/sandbox/other acme/api")
	save(flow.Changes{Add: []flow.Rule{rule(t, "group:acme/sandbox")}})
	check("group:acme/toys group:acme/sandbox", "acme/sandbox/other acme/api")

	// The two change places.
	at.pass(time.Hour)
	page = company("acme/sandbox")
	page.Groups = append(page.Groups, group(4, "acme/toys"))
	page.Repos = append(page.Repos, repo(41, 4, "acme/toys/other"))
	discover(t, s, in.ID, at.now(), page)
	check("group:acme/sandbox group:acme/toys", "acme/toys/other acme/api")

	// What was planned while it was called otherwise removes the right one.
	save(flow.Changes{Remove: []flow.Rule{stale}})
	check("group:acme/toys", "acme/sandbox/deep/toy acme/sandbox/try acme/toys/other acme/api")
	if got := latest(t, s, in.ID); !strings.Contains(got, "imported 2 repos") {
		t.Errorf("logged %q", got)
	}

	// A group that is gone does not give its rule to one that takes its path.
	at.pass(time.Hour)
	page = company("acme/sandbox")
	page.Groups = append(page.Groups, group(5, "acme/toys"))
	page.Repos = append(page.Repos, repo(41, 5, "acme/toys/other"))
	discover(t, s, in.ID, at.now(), page)
	if got := review(t, s, in.ID).Rules[0].GroupID(); got != 4 {
		t.Errorf("it is on group %d", got)
	}
	save(flow.Changes{Remove: []flow.Rule{review(t, s, in.ID).Rules[0]}})
	check("", "acme/sandbox/deep/toy acme/sandbox/try acme/toys/other acme/api")
}
