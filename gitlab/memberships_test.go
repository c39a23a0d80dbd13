package gitlab_test

import (
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// Up to 10.2 an administrator is shown all groups, whatever it asks for.
func TestAnAdministratorFindsItsOwnOnEveryRelease(t *testing.T) {
	for _, version := range []string{"9.0.0", "10.2.8-ee", "10.3.0-ee", "11.1.0", "13.8.8-ee", "18.9.0"} {
		t.Run(version, func(t *testing.T) {
			company := matrixCompany(t, !older(version, "12.7"), func(u *gitlabtest.User) { u.Admin = true })
			s := start(t, company, gitlabtest.Options{Version: version})
			c, _ := newClient(t, gitlab.Options{})
			got := discovered(t, c, connect(t, s.URL()))
			groups, repos := wanted(strings.HasSuffix(version, "-ee"))
			for _, u := range unknowns {
				if older(version, u.before) && u.name == "" {
					u.apply(groups, repos)
				}
			}
			// To an administrator nothing is off limits.
			open := repos["acme/shop/private-prs"]
			open.Off = 0
			repos["acme/shop/private-prs"] = open
			if older(version, "10.3") {
				// It is neither owner nor has a repo there.
				delete(groups, "partners")
			}
			compare(t, "group", got.groups, groups)
			compare(t, "repo", got.repos, repos)
		})
	}
}

// What a walk costs beside the projects themselves: before 11.2 a request for
// each group without repos above one, since then two walks over groups. Where
// every group has a repo, as none.
func TestGroupsAreAskedForWhereNoRepoTellsTheRole(t *testing.T) {
	for _, version := range []string{"9.0.0", "10.3.0", "11.1.0", "11.2.0", "18.0.6", "18.1.0"} {
		for _, repoInEach := range []bool{false, true} {
			m := newMoving(t, version, 1)
			parent := m.group
			for range 5 { // acme/a/a/a/a/a
				parent = m.must(m.AddGroup(gitlabtest.Group{Parent: parent, Path: "a", Name: "A"}))
				if repoInEach {
					m.must(m.AddProject(gitlabtest.Project{Group: parent, Owner: m.bot, Path: "p", Name: "p"}))
				}
			}
			m.must(m.AddProject(gitlabtest.Project{Group: parent, Owner: m.bot, Path: "last", Name: "last"}))
			c, _ := newClient(t, gitlab.Options{})
			if _, err := discover(c, connect(t, m.server.URL())); err != nil {
				t.Fatal(err)
			}
			members, byRole := 0, 0
			for _, r := range m.server.Requests() {
				if strings.Contains(r.Path, "/members/") {
					members++
				}
				if r.Path == "/api/v4/groups" && r.Query.Has("min_access_level") {
					byRole++
				}
			}
			wantMembers, wantByRole := 0, 0
			switch {
			case repoInEach, !older(version, "18.1"):
			case older(version, "10.3"): // the account is in acme only, whose own repo tells the role
			case older(version, "11.2"):
				wantMembers = 4
			default:
				wantByRole = 2 // an empty page for Developer, and one for Owner
			}
			if members != wantMembers || byRole != wantByRole {
				t.Errorf("%s, a repo in each: %t: %d requests for members, %d for groups by role", version, repoInEach, members, byRole)
			}
		}
	}
}

// A group that a repo is shared with may be visible to nobody but its members.
func TestASharedGroupThatIsHiddenGivesNoRole(t *testing.T) {
	for _, version := range []string{"9.0.0", "10.5.8", "11.1.0", "17.5.2"} {
		m := newMoving(t, version, 1)
		hidden := m.must(m.AddGroup(gitlabtest.Group{Path: "hidden", Name: "Hidden"}))
		m.must(0, m.ShareProject(m.ids[0], hidden, gitlabtest.Maintainer))
		c, _ := newClient(t, gitlab.Options{})
		got := discovered(t, c, connect(t, m.server.URL()))
		if role := got.repos["acme/p0"].Role; role != flow.Reporter || len(got.groups) != 1 {
			t.Errorf("%s: %s, groups %v", version, role, got.groups)
		}
	}
}
