package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/store"
)

// large is what a discovery of a large company finds: more than half of its n
// repos are below one top group, one in twenty is a person's.
func large(n int, now time.Time) flow.Page {
	const perTeam = 50
	words := []string{"billing", "catalog", "checkout", "identity", "ledger", "search", "stock", "tracking"}
	kinds := []string{"adapter", "api", "client", "jobs", "proxy", "schema", "service", "worker", "legacy"}
	page := flow.Page{Groups: []flow.Group{{ID: 1, Path: "acme", Name: "Acme"}}}
	add := func(parent flow.Group, name string, personal bool) flow.Group {
		g := flow.Group{ID: int64(len(page.Groups) + 1), ParentID: parent.ID, Path: name, Name: name, Personal: personal}
		if parent.ID > 0 {
			g.Path = parent.Path + "/" + name
		}
		page.Groups = append(page.Groups, g)
		return g
	}
	acme := page.Groups[0]
	var areas, divisions []flow.Group
	for i := range 12 {
		areas = append(areas, add(acme, fmt.Sprintf("area-%02d", i+1), false))
		divisions = append(divisions, add(flow.Group{}, fmt.Sprintf("division-%02d", i+1), false))
	}
	var home flow.Group
	for i := range n {
		if team := i / perTeam; i%perTeam == 0 {
			switch of := team % 20; {
			case of == 0:
				home = add(flow.Group{}, fmt.Sprintf("person-%04d", team), true)
			case of <= 11:
				home = add(areas[team%len(areas)], fmt.Sprintf("team-%04d", team), false)
			default:
				home = add(divisions[team%len(divisions)], fmt.Sprintf("team-%04d", team), false)
			}
		}
		in := home
		if i%500 == 77 {
			in = acme
		}
		slug := fmt.Sprintf("%s-%s-%d", words[i*7%len(words)], kinds[i*5%len(kinds)], i)
		page.Repos = append(page.Repos, flow.Repo{ID: int64(i*4 + 1), GroupID: in.ID, Path: in.Path + "/" + slug, Name: slug,
			Role: flow.Developer, ActiveAt: flow.MomentOf(now.AddDate(0, 0, -i%1500)), Archived: i%17 == 0, Fork: i%23 == 0, SHA256: i%500 == 3})
	}
	return page
}

// fillStore makes a store below dir that holds the integration acme with n repos,
// and returns its file.
func fillStore(t testing.TB, dir string, n int, now func() time.Time) string {
	t.Helper()
	ctx, file := context.Background(), filepath.Join(dir, "data", "flow.db")
	s, err := store.Open(ctx, store.Options{Path: file, Now: now, Who: "ana@build-07", Env: func(name string) string {
		return map[string]string{"HOME": dir, "XDG_STATE_HOME": filepath.Join(dir, "state")}[name]
	}})
	if err != nil {
		t.Fatal(err)
	}
	base, err := flow.ParseBaseURL("https://gitlab.acme.example")
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.Create(ctx, flow.Integration{Name: "acme", BaseURL: base, Services: flow.EveryService, Status: flow.Status{Data: flow.Healthy, Since: now()}},
		flow.Connection{BaseURL: base, Token: flow.NewSecret(gitlabtest.DemoToken)})
	if err != nil {
		t.Fatal(err)
	}
	stage, err := s.Stage(ctx, in.ID, now())
	if err != nil {
		t.Fatal(err)
	}
	if err := stage.Add(ctx, large(n, now())); err != nil {
		t.Fatal(err)
	}
	if _, err := stage.Complete(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// world returns a world whose store is a copy of one below dir. Its GitLab has
// another company, so that nothing may be asked of it.
func largeWorld(t *testing.T, dir string, now func() time.Time) *world {
	t.Helper()
	w := newWorld(t, gitlabtest.Options{Now: now})
	w.now = now
	if err := os.CopyFS(w.dir, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return w
}
