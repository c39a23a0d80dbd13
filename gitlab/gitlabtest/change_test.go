package gitlabtest

import (
	"errors"
	"slices"
	"testing"
)

func TestChangesShowInTheNextAnswer(t *testing.T) {
	c := newSmall(t)
	if err := c.SetGroupRole(c.acme, c.eve, Reporter); err != nil {
		t.Fatal(err)
	}
	s := play(t, c.Company, Options{})
	list := func() []string {
		return paths(s.get(t, "t", "/api/v4/projects?membership=true&order_by=id&sort=asc").list(t))
	}
	for _, step := range []struct {
		name   string
		change func() error
		want   []string
	}{
		{"at first", func() error { return nil }, []string{"acme/platform/api", "acme/platform/libs/lib", "eve/own"}},
		{"a project is added", func() error {
			_, err := c.AddProject(Project{Group: c.libs, Path: "new", Name: "New"})
			return err
		}, []string{"acme/platform/api", "acme/platform/libs/lib", "eve/own", "acme/platform/libs/new"}},
		{"one is renamed", func() error { return c.RenameProject(c.api, "Interface", "interface") },
			[]string{"acme/platform/interface", "acme/platform/libs/lib", "eve/own", "acme/platform/libs/new"}},
		{"one is moved out of sight", func() error { return c.MoveProject(c.api, c.other) },
			[]string{"acme/platform/libs/lib", "eve/own", "acme/platform/libs/new"}},
		{"and back, to another place", func() error { return c.MoveProject(c.api, c.libs) },
			[]string{"acme/platform/libs/interface", "acme/platform/libs/lib", "eve/own", "acme/platform/libs/new"}},
		{"a group is renamed", func() error { return c.ChangeGroup(c.libs, func(g *Group) { g.Path = "kits" }) },
			[]string{"acme/platform/kits/interface", "acme/platform/kits/lib", "eve/own", "acme/platform/kits/new"}},
		{"a group is moved", func() error { return c.ChangeGroup(c.libs, func(g *Group) { g.Parent = c.acme }) },
			[]string{"acme/kits/interface", "acme/kits/lib", "eve/own", "acme/kits/new"}},
		{"one is deleted", func() error { return c.DeleteProject(c.lib) }, []string{"acme/kits/interface", "eve/own", "acme/kits/new"}},
		{"the membership ends", func() error { return c.SetGroupRole(c.acme, c.eve, NoAccess) }, []string{"eve/own"}},
	} {
		if err := step.change(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := list(); !slices.Equal(got, step.want) {
			t.Errorf("%s: %v, want %v", step.name, got, step.want)
		}
	}
	if err := c.RevokeToken("t"); err != nil {
		t.Fatal(err)
	}
	if r := s.get(t, "t", "/api/v4/projects"); r.status != 401 {
		t.Errorf("with a revoked token: %d", r.status)
	}
}

func TestOldPathsLeadToTheNumber(t *testing.T) {
	for version, want := range map[string]int{"16.6.0-ee": 404, "16.7.0-ee": 301} {
		c := newSmall(t)
		if err := errors.Join(c.SetGroupRole(c.acme, c.eve, Reporter), c.RenameProject(c.api, "API", "interface")); err != nil {
			t.Fatal(err)
		}
		s := play(t, c.Company, Options{Version: version})
		r := s.get(t, "t", "/api/v4/projects/acme%2Fplatform%2Fapi/issues")
		if r.status != want {
			t.Errorf("%s: status %d, want %d", version, r.status, want)
		}
		address := s.URL() + "/api/v4/projects/1/issues"
		if want == 301 && (r.header.Get("Location") != address || r.body != "This resource has been moved permanently to "+address) {
			t.Errorf("%s: to %q: %s", version, r.header.Get("Location"), r.body)
		}
	}
}

func TestChangesThatCanNotBe(t *testing.T) {
	c := newSmall(t)
	must(c.AddProject(Project{Group: c.platform, Path: "taken", Name: "Taken"}))
	for name, err := range map[string]error{
		"two projects at one path":       c.RenameProject(c.api, "T", "TAKEN"),
		"a project at a group's path":    c.RenameProject(c.api, "T", "libs"),
		"a group below itself":           c.ChangeGroup(c.acme, func(g *Group) { g.Parent = c.libs }),
		"a group at a user's path":       c.ChangeGroup(c.other, func(g *Group) { g.Path = "eve" }),
		"an unknown project":             c.ArchiveProject(999, true),
		"an unknown group":               c.MoveProject(c.api, 999),
		"an unknown user":                c.SetGroupRole(c.acme, 999, Guest),
		"a share with an unknown group":  c.ShareGroup(c.acme, 999, Guest),
		"an unknown token":               c.RevokeToken("nothing"),
		"an empty path":                  c.RenameProject(c.api, "", ""),
		"a project share with a nowhere": c.ShareProject(c.api, 999, Guest),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if got := c.FullPath(c.api); got != "acme/platform/api" {
		t.Errorf("after all that it is at %s", got)
	}
}
