package gitlab_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// demoRoles is what the demo's account may do, by GitLab's own reckoning.
func demoRoles(t *testing.T, c *gitlabtest.Company) map[int]gitlabtest.Role {
	t.Helper()
	bot, ok := c.User(gitlabtest.DemoUser)
	if !ok {
		t.Fatal("no such user")
	}
	return c.Roles(bot.ID)
}

// whole puts the pages of a discovery together.
func whole(t *testing.T, version string, company *gitlabtest.Company) (map[string]flow.Group, map[string]flow.Repo) {
	t.Helper()
	s := start(t, company, gitlabtest.Options{Version: version})
	c, _ := newClient(t, gitlab.Options{})
	groups, repos, paths := map[string]flow.Group{}, map[string]flow.Repo{}, map[int64]string{}
	err := c.Discover(context.Background(), connect(t, s.URL()), nil, func(p flow.Page) error {
		for _, g := range p.Groups {
			if _, twice := groups[g.Path]; twice {
				t.Errorf("group %s came twice", g.Path)
			}
			groups[g.Path] = g
		}
		for _, r := range p.Repos {
			repos[r.Path], paths[r.ID] = r, r.Path
		}
		for id, role := range p.Roles {
			r, ok := repos[paths[id]]
			if !ok {
				t.Fatalf("a role of repo %d, which no page brought", id)
			}
			if r.Role == role {
				t.Errorf("%s: role %s is told twice", r.Path, role)
			}
			r.Role = role
			repos[r.Path] = r
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return groups, repos
}

func TestRolesCountSharesAndInheritance(t *testing.T) {
	for _, version := range gitlabtest.Profiles {
		if older(version, "11.2") {
			continue // where the company could not be so: its groups let in groups
		}
		company := gitlabtest.Demo(today)
		want := demoRoles(t, company)
		_, repos := whole(t, version, company)
		if len(repos) != len(want) {
			t.Errorf("%s: %d repos, want %d", version, len(repos), len(want))
		}
		for _, r := range repos {
			if real := flow.Role(want[int(r.ID)]); r.Role != real {
				t.Errorf("%s: %s has role %s, is %s", version, r.Path, r.Role, real)
			}
		}
	}
}

// GitLab's table of authorisations decides, not what a project says of itself.
func TestTheListsByRoleDecide(t *testing.T) {
	rows := once(`[{"id":8,"path_with_namespace":"g/p","namespace":{"id":5},"permissions":{"project_access":{"access_level":40}}}]`)
	url := lists(t, "17.5.2", func(r *http.Request) string {
		if r.URL.Query().Get("min_access_level") != "" {
			return "[]"
		}
		return rows(r)
	}, none)
	c, _ := newClient(t, gitlab.Options{})
	var last flow.Page
	err := c.Discover(context.Background(), connect(t, url), nil, func(p flow.Page) error { last = p; return nil })
	if err != nil || last.Roles[8] != flow.Guest {
		t.Errorf("last page %+v, error %v", last, err)
	}
}

func TestGroupsThatAreNotListedAreMadeFromNamespaces(t *testing.T) {
	groups, repos := whole(t, "17.5.2-ee", gitlabtest.Demo(today))
	byID := map[int64]flow.Group{}
	for _, g := range groups {
		byID[g.ID] = g
	}
	for _, r := range repos {
		if _, ok := byID[r.GroupID]; !ok {
			t.Errorf("%s: no group %d", r.Path, r.GroupID)
		}
	}
	if g := groups[gitlabtest.DemoUser]; !g.Personal || g.ParentID != 0 {
		t.Errorf("the personal namespace is %+v", g)
	}
	if g := groups["acme/platform"]; g.Personal || byID[g.ParentID].Path != "acme" {
		t.Errorf("acme/platform is %+v", g)
	}
}

// A group can be visible through its child only.
func TestAParentThatIsNotListedHasARow(t *testing.T) {
	url := lists(t, "17.5.2", once(`[{"id":8,"name":"Api","path_with_namespace":"acme/hidden/open/api",`+
		`"namespace":{"id":5,"name":"Open","kind":"group","full_path":"acme/hidden/open","parent_id":4}}]`), none)
	c, _ := newClient(t, gitlab.Options{})
	got := map[int64]flow.Group{}
	err := c.Discover(context.Background(), connect(t, url), nil, func(p flow.Page) error {
		for _, g := range p.Groups {
			got[g.ID] = g
		}
		return nil
	})
	want := map[int64]flow.Group{
		5: {ID: 5, ParentID: 4, Path: "acme/hidden/open", Name: "Open"},
		4: {ID: 4, Path: "acme/hidden", Name: "hidden"},
	}
	if err != nil || len(got) != 2 || got[4] != want[4] || got[5] != want[5] {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestWhatIsKeptOfAProject(t *testing.T) {
	company := gitlabtest.Demo(today)
	_, repos := whole(t, "17.5.2-ee", company)
	for path, r := range repos {
		p, ok := company.Project(path)
		if !ok {
			t.Fatalf("no project %s", path)
		}
		off := flow.Services(0)
		for _, s := range []struct {
			is      bool
			service flow.Service
		}{
			{p.Repository == gitlabtest.FeatureDisabled, flow.RepoService},
			{p.Repository == gitlabtest.FeatureDisabled || p.MergeRequests == gitlabtest.FeatureDisabled, flow.PRService},
			{p.Issues == gitlabtest.FeatureDisabled, flow.TicketService},
		} {
			if s.is {
				off = off.With(s.service)
			}
		}
		if r.Name != p.Name || r.Archived != p.Archived || r.Empty != p.Empty || r.SHA256 != p.SHA256 || r.Mirror != p.Mirror ||
			r.Public != (p.Visibility == gitlabtest.Public) || r.Off != off ||
			r.CreatedAt != flow.MomentOf(p.CreatedAt.Truncate(time.Millisecond)) || r.ActiveAt != flow.MomentOf(p.LastActivityAt.Truncate(time.Millisecond)) {
			t.Errorf("%s:\n got %+v\nfrom %+v", path, r, p)
		}
	}
	if !repos["acme/platform/gateway"].Fork || repos["acme/platform/api"].Fork {
		t.Error("forks are not told from others")
	}
}

func TestServerTextIsCleaned(t *testing.T) {
	url := lists(t, "17.5.2", once(`[{"id":8,"name":"Api\u001b[2J\u202e","path_with_namespace":"acme/a\u0007pi","namespace":{"id":5,"name":"A\rcme"}}]`),
		func(r *http.Request) string {
			if r.URL.Query().Get("page") == "1" {
				return `[{"id":6,"name":"B\u001b]0;x","full_path":"b\u0000b"}]`
			}
			return "[]"
		})
	c, _ := newClient(t, gitlab.Options{})
	err := c.Discover(context.Background(), connect(t, url), nil, func(p flow.Page) error {
		for _, r := range p.Repos {
			if r.Name != "Api[2J" || r.Path != "acme/api" {
				t.Errorf("repo %q at %q", r.Name, r.Path)
			}
		}
		for _, g := range p.Groups {
			if g.Name != flow.Clean(g.Name) || g.Path != flow.Clean(g.Path) {
				t.Errorf("group %q at %q", g.Name, g.Path)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// once is a list of projects that ends after its first page.
func once(page string) func(*http.Request) string {
	return func(r *http.Request) string {
		if r.URL.Query().Get("id_after") == "0" {
			return page
		}
		return "[]"
	}
}

func TestAnAdministratorGetsOnlyItsOwn(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	n := 0
	err := c.Discover(context.Background(), connectAs(t, s.URL(), gitlabtest.DemoTokenAdmin), nil, func(p flow.Page) error {
		n += len(p.Groups) + len(p.Repos)
		return nil
	})
	if err != nil || n != 0 {
		t.Errorf("%d groups and repos, error %v", n, err)
	}
}

// While the walks run a role that GitLab does not tell yet is not known: it is
// neither too low nor high enough. In the end every role is known.
func TestARoleIsNotKnownBeforeTheWalksAreComplete(t *testing.T) {
	server := start(t, gitlabtest.Demo(time.Now()), gitlabtest.Options{})
	client, _ := newClient(t, gitlab.Options{})
	first, last := map[int64]flow.Role{}, map[int64]flow.Role{}
	err := client.Discover(t.Context(), connect(t, server.URL()), nil, func(p flow.Page) error {
		for _, r := range p.Repos {
			first[r.ID], last[r.ID] = r.Role, r.Role
		}
		for id, role := range p.Roles {
			last[id] = role
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	unknown := 0
	for id, role := range first {
		if role == flow.RoleUnknown {
			unknown++
		} else if !role.CanImport() {
			t.Errorf("project %d is handed on with %s", id, role)
		}
		if last[id] == flow.RoleUnknown {
			t.Errorf("the role in project %d stays unknown", id)
		}
	}
	if unknown == 0 {
		t.Error("every role was known at once")
	}
}
