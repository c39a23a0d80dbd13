package gitlabtest

import (
	"errors"
	"testing"
)

// TestOldPathsOfGroupsAndProjects: what is below a group moves along with it.
func TestOldPathsOfGroupsAndProjects(t *testing.T) {
	c := newSmall(t)
	err := errors.Join(c.SetGroupRole(c.acme, c.eve, Reporter), c.RenameGroup(c.platform, "Base", "base"), c.MoveGroup(c.libs, c.acme))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.FullPath(c.lib); got != "acme/libs/lib" {
		t.Fatalf("the lib is at %s", got)
	}
	s := play(t, c.Company, Options{Version: "18.9.0-ee", Path: "/git", ExternalURL: "https://gitlab.example.com/git"})
	for _, test := range []struct {
		method, path string
		status       int
		location     string // below the server's URL
	}{
		{"GET", "projects/acme%2Fplatform%2Fapi", 301, "/api/v4/projects/1"},
		{"GET", "projects/ACME%2Fplatform%2Fapi", 301, "/api/v4/projects/1"},
		{"GET", "projects/acme%2Fplatform%2Fapi/issues?state=opened&page=2", 301, "/api/v4/projects/1/issues?state=opened&page=2"},
		{"GET", "projects/acme%2Fplatform%2Flibs%2Flib", 301, "/api/v4/projects/2"},
		{"GET", "projects/acme%2Fbase%2Flibs%2Flib", 301, "/api/v4/projects/2"},
		{"GET", "projects/acme%2Fbase%2Fapi", 200, ""},
		{"GET", "projects/acme%2Flibs%2Flib", 200, ""},
		{"POST", "projects/acme%2Fplatform%2Fapi/hooks", 405, ""},
		{"GET", "projects/acme%2Fplatform%2Fnothing", 404, ""},
		{"GET", "groups/acme%2Fplatform", 404, ""},
		{"GET", "groups/acme%2Fbase", 200, ""},
	} {
		r := s.send(t, test.method, "t", "/api/v4/"+test.path, "")
		want := test.location
		if want != "" {
			want = s.URL() + want
		}
		if r.status != test.status || r.header.Get("Location") != want {
			t.Errorf("%s %s: %d to %q, want %d to %q", test.method, test.path, r.status, r.header.Get("Location"), test.status, want)
		}
	}
}

func TestNewOnesTakeOldPathsOver(t *testing.T) {
	c := newSmall(t)
	err := errors.Join(c.SetGroupRole(c.acme, c.eve, Reporter), c.RenameProject(c.api, "API", "interface"), c.RenameGroup(c.libs, "Kits", "kits"))
	if err != nil {
		t.Fatal(err)
	}
	s := play(t, c.Company, Options{Version: "16.7.0"})
	status := func(path string) int { return s.get(t, "t", "/api/v4/projects/"+path).status }
	if a, b := status("acme%2Fplatform%2Fapi"), status("acme%2Fplatform%2Flibs%2Flib"); a != 301 || b != 301 {
		t.Fatalf("before: %d, %d", a, b)
	}
	id := must(c.AddProject(Project{Group: c.platform, Path: "api", Name: "Another"}))
	must(c.AddGroup(Group{Parent: c.platform, Path: "libs", Name: "Others"}))
	if got := s.get(t, "t", "/api/v4/projects/acme%2Fplatform%2Fapi").object(t)["id"]; got != float64(id) {
		t.Errorf("the path leads to %v, want the new project", got)
	}
	if got := status("acme%2Fplatform%2Flibs%2Flib"); got != 404 {
		t.Errorf("below a new group of the same path: %d", got)
	}
	if err := c.DeleteProject(id); err != nil {
		t.Fatal(err)
	}
	if got := status("acme%2Fplatform%2Fapi"); got != 404 {
		t.Errorf("once the new one is gone: %d, the redirect is not to come back", got)
	}
}

func TestWhoMayNotSeeAProjectIsNotLedThere(t *testing.T) {
	c := newSmall(t)
	if err := c.RenameProject(c.secret, "S", "hidden"); err != nil {
		t.Fatal(err)
	}
	if r := play(t, c.Company, Options{}).get(t, "t", "/api/v4/projects/other%2Fsecret"); r.status != 404 || r.body != `{"message":"404 Project Not Found"}` {
		t.Errorf("%d %s", r.status, r.body)
	}
}
