package gitlab_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// newer is what Newer hands on, by ID.
func newer(t *testing.T, c *gitlab.Client, conn flow.Connection, above int64) (groups map[int64]flow.Group, repos map[int64]flow.Repo) {
	t.Helper()
	groups, repos = map[int64]flow.Group{}, map[int64]flow.Repo{}
	err := c.Newer(t.Context(), conn, above, func(p flow.Page) error {
		for _, g := range p.Groups {
			groups[g.ID] = g
		}
		for _, r := range p.Repos {
			if _, twice := repos[r.ID]; twice {
				t.Errorf("repo %s comes twice", r.Path)
			}
			repos[r.ID] = r
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return groups, repos
}

// What is new comes as a complete walk would bring it, with the groups above.
func TestNewReposComeAsAWalkBringsThem(t *testing.T) {
	for _, version := range []string{"9.0.0", "11.5.0", "12.10.0", "17.5.2"} {
		m := newMoving(t, version, 250)
		c, _ := newClient(t, gitlab.Options{})
		conn := connect(t, m.server.URL())
		top := int64(slices.Max(m.ids))
		m.server.Forget()
		if groups, repos := newer(t, c, conn, top); len(groups)+len(repos) != 0 {
			t.Errorf("%s: %v, %v though nothing is new", version, groups, repos)
		}
		asked := 0
		for _, r := range m.server.Requests() {
			if r.Path == "/api/v4/projects" {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("%s: %d requests though nothing is new", version, asked)
		}
		parent := m.group
		for _, name := range []string{"tools", "runners"} {
			parent = m.must(m.AddGroup(gitlabtest.Group{Parent: parent, Path: name, Name: name}))
		}
		for i := range 130 {
			id := m.must(m.AddProject(gitlabtest.Project{Group: parent, Owner: m.bot, Path: "new" + string(rune('a'+i%26)) + string(rune('a'+i/26))}))
			if i%3 == 0 {
				m.must(0, m.SetProjectRole(id, m.bot, rolesToGive[i%len(rolesToGive)]))
			}
		}
		groups, repos := newer(t, c, conn, top)
		walked := discovered(t, c, conn)
		if len(repos) != 130 {
			t.Errorf("%s: %d new repos", version, len(repos))
		}
		for _, r := range repos {
			want := walked.repos[r.Path]
			if older(version, "12.10") && r.Role == flow.RoleUnknown && want.Role < flow.Maintainer {
				r.Role = want.Role // the next complete walk tells it
			}
			home := groups[r.GroupID]
			if r.ID, r.GroupID = 0, 0; r != want || home.Path != "acme/tools/runners" {
				t.Errorf("%s: %+v in %+v\nwant %+v", version, r, home, want)
			}
		}
		paths := map[string]bool{}
		for _, g := range groups {
			paths[g.Path] = true
			if above, known := groups[g.ParentID]; g.ParentID != 0 && !known {
				t.Errorf("%s: %s is in %+v", version, g.Path, above)
			}
		}
		if want := map[string]bool{"acme": true, "acme/tools": true, "acme/tools/runners": true}; !maps.Equal(paths, want) {
			t.Errorf("%s: groups %v", version, paths)
		}
	}
}

// What became of repos: one is gone, one can still be seen, one was there all
// the time, and one fails.
func TestWhatBecameOfRepos(t *testing.T) {
	for _, version := range []string{"9.0.0", "12.9.0", "12.10.0", "17.5.2"} {
		m := newMoving(t, version, 5)
		elsewhere := m.must(m.AddGroup(gitlabtest.Group{Path: "open", Name: "Open", Visibility: gitlabtest.Public}))
		public := m.must(m.AddProject(gitlabtest.Project{Group: elsewhere, Owner: m.bot, Path: "p", Visibility: gitlabtest.Public}))
		private := m.must(m.AddGroup(gitlabtest.Group{Path: "closed", Name: "Closed"}))
		hidden := m.must(m.AddProject(gitlabtest.Project{Group: private, Owner: m.bot, Path: "p"}))
		shared := m.must(m.AddProject(gitlabtest.Project{Group: elsewhere, Owner: m.bot, Path: "shared", Visibility: gitlabtest.Public}))
		m.must(0, m.ShareProject(shared, m.group, gitlabtest.Reporter))
		m.must(0, m.DeleteProject(m.ids[1]))
		broken := m.ids[2]
		m.server.Fail(gitlabtest.Fault{Path: "/api/v4/projects/" + strconv.Itoa(broken), Status: 500})
		want := map[int64]flow.Presence{
			int64(m.ids[0]): flow.Member, int64(m.ids[1]): flow.Absent, int64(broken): flow.PresenceUnknown,
			int64(public): flow.Visible, int64(hidden): flow.Absent, int64(shared): flow.Member,
		}
		if older(version, "12.10") {
			want[int64(shared)] = flow.Visible // only a walk can tell there, which has not brought it
		}
		c, _ := newClient(t, gitlab.Options{})
		conn := connect(t, m.server.URL())
		got, err := c.Confirm(t.Context(), conn, slices.Collect(maps.Keys(want)))
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v; error %v", version, got, want, err)
		}
	}
}

// That nothing is there is not believed of a token that GitLab does not know.
func TestNothingIsAbsentForAnUnknownToken(t *testing.T) {
	m := newMoving(t, "17.5.2", 3)
	c, _ := newClient(t, gitlab.Options{})
	// Some releases answer 404 to tokens that they don't know.
	m.server.Fail(gitlabtest.Fault{Path: "/api/v4/projects/*", Status: 404, Body: `{"message":"404 Project Not Found"}`})
	m.server.Fail(gitlabtest.Fault{Path: "/api/v4/user", Status: 401, Body: `{"message":"401 Unauthorized"}`})
	got, err := c.Confirm(t.Context(), connect(t, m.server.URL()), []int64{int64(m.ids[0])})
	if !flow.CausedBy(err, flow.TokenUnknown) || got != nil {
		t.Errorf("%v, error %v", got, err)
	}
}
