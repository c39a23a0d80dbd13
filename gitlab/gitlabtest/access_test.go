package gitlabtest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

func keys(object map[string]any) string { return strings.Join(slices.Sorted(maps.Keys(object)), " ") }

// small is a company for looking at one way to a role at a time: acme with
// platform and platform/libs, other, and friends, whose members are invited.
// The account is eve, with the token "t".
type small struct {
	*Company
	eve                                 int
	acme, platform, libs, other, friend int
	api, lib, secret, own               int
}

func newSmall(t testing.TB) small {
	t.Helper()
	s := small{Company: NewCompany()}
	s.eve = must(s.AddUser(User{Username: "eve", Name: "Eve"}))
	s.acme = must(s.AddGroup(Group{Path: "acme", Name: "Acme"}))
	s.platform = must(s.AddGroup(Group{Path: "platform", Name: "Platform", Parent: s.acme}))
	s.libs = must(s.AddGroup(Group{Path: "libs", Name: "Libs", Parent: s.platform}))
	s.other = must(s.AddGroup(Group{Path: "other", Name: "Other"}))
	s.friend = must(s.AddGroup(Group{Path: "friends", Name: "Friends"}))
	s.api = must(s.AddProject(Project{Group: s.platform, Path: "api", Name: "API"}))
	s.lib = must(s.AddProject(Project{Group: s.libs, Path: "lib", Name: "Lib"}))
	s.secret = must(s.AddProject(Project{Group: s.other, Path: "secret", Name: "Secret"}))
	s.own = must(s.AddProject(Project{Owner: s.eve, Path: "own", Name: "Own"}))
	must(s.AddToken(Token{Value: "t", Name: "test", User: s.eve, Scopes: []string{"api"}}))
	return s
}

func TestTheHighestRoleCounts(t *testing.T) {
	for _, test := range []struct {
		name             string
		give             func(s small) error
		api, lib, secret Role
	}{
		{"none", func(s small) error { return nil }, 0, 0, 0},
		{"inherited from a group above", func(s small) error { return s.SetGroupRole(s.acme, s.eve, Reporter) }, Reporter, Reporter, 0},
		{"inherited downwards only", func(s small) error { return s.SetGroupRole(s.libs, s.eve, Owner) }, 0, Owner, 0},
		{"of one project", func(s small) error { return s.SetProjectRole(s.api, s.eve, Developer) }, Developer, 0, 0},
		{"a lower one of the project is of no account", func(s small) error {
			return errors.Join(s.SetGroupRole(s.acme, s.eve, Maintainer), s.SetProjectRole(s.api, s.eve, Guest))
		}, Maintainer, Maintainer, 0},
		{"a group invites a group, cut to the maximum", func(s small) error {
			return errors.Join(s.SetGroupRole(s.friend, s.eve, Owner), s.ShareGroup(s.platform, s.friend, Reporter))
		}, Reporter, Reporter, 0},
		{"a group invites a group, with less than the maximum", func(s small) error {
			return errors.Join(s.SetGroupRole(s.friend, s.eve, Guest), s.ShareGroup(s.platform, s.friend, Maintainer))
		}, Guest, Guest, 0},
		{"a project invites a group", func(s small) error {
			return errors.Join(s.SetGroupRole(s.friend, s.eve, Developer), s.ShareProject(s.secret, s.friend, Reporter))
		}, 0, 0, Reporter},
		{"a project invites a group whose members inherit", func(s small) error {
			return errors.Join(s.SetGroupRole(s.acme, s.eve, Developer), s.ShareProject(s.secret, s.libs, Maintainer))
		}, Developer, Developer, Developer},
		{"a group invites a group whose members inherit: they don't come along", func(s small) error {
			return errors.Join(s.SetGroupRole(s.acme, s.eve, Developer), s.ShareGroup(s.other, s.libs, Maintainer))
		}, Developer, Developer, 0},
		{"minimal access opens no project", func(s small) error { return s.SetGroupRole(s.acme, s.eve, Minimal) }, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newSmall(t)
			if err := test.give(c); err != nil {
				t.Fatal(err)
			}
			want := map[int]Role{c.own: Owner}
			for id, role := range map[int]Role{c.api: test.api, c.lib: test.lib, c.secret: test.secret} {
				if role != NoAccess {
					want[id] = role
				}
			}
			if got := c.Roles(c.eve); !maps.Equal(got, want) {
				t.Errorf("roles %v, want %v", got, want)
			}
			s := play(t, c.Company, Options{})
			for _, least := range []Role{Guest, Reporter, Developer, Maintainer, Owner} {
				var wantIDs []int
				for id, role := range want {
					if role >= least {
						wantIDs = append(wantIDs, id)
					}
				}
				slices.Sort(wantIDs)
				query := "/api/v4/projects?order_by=id&sort=asc&min_access_level=" + levels[slices.Index([]Role{Guest, Planner, Reporter, Developer, Maintainer, Owner}, least)]
				if got := ids(s.get(t, "t", query).list(t)); !slices.Equal(got, wantIDs) {
					t.Errorf("min_access_level %d: %v, want %v", least, got, wantIDs)
				}
			}
		})
	}
}

func TestGroupsAreListedAsGitLabFindsThem(t *testing.T) {
	for _, test := range []struct {
		name  string
		give  func(s small) error
		query string
		want  []string
	}{
		{"a member of a group gets what is above and below", func(s small) error { return s.SetGroupRole(s.platform, s.eve, Reporter) },
			"", []string{"acme", "acme/platform", "acme/platform/libs"}},
		{"a member of a project gets its groups", func(s small) error { return s.SetProjectRole(s.api, s.eve, Reporter) },
			"", []string{"acme", "acme/platform"}},
		{"an invited group", func(s small) error {
			return errors.Join(s.SetGroupRole(s.friend, s.eve, Reporter), s.ShareGroup(s.platform, s.friend, Reporter))
		}, "", []string{"acme", "acme/platform", "acme/platform/libs", "friends"}},
		{"min_access_level does not count invitations", func(s small) error {
			return errors.Join(s.SetGroupRole(s.friend, s.eve, Reporter), s.ShareGroup(s.platform, s.friend, Reporter))
		}, "min_access_level=20", []string{"friends"}},
		{"min_access_level does not count parents", func(s small) error { return s.SetGroupRole(s.platform, s.eve, Reporter) },
			"min_access_level=20", []string{"acme/platform", "acme/platform/libs"}},
		{"min_access_level too high", func(s small) error { return s.SetGroupRole(s.platform, s.eve, Reporter) }, "min_access_level=30", nil},
		{"owned", func(s small) error { return s.SetGroupRole(s.platform, s.eve, Owner) }, "owned=true", []string{"acme/platform"}},
		{"top level only", func(s small) error { return s.SetGroupRole(s.platform, s.eve, Owner) }, "top_level_only=true", []string{"acme"}},
		{"all available", func(s small) error { return s.ChangeGroup(s.other, func(g *Group) { g.Visibility = Internal }) },
			"all_available=true", []string{"other"}},
		{"not all available by default", func(s small) error { return s.ChangeGroup(s.other, func(g *Group) { g.Visibility = Internal }) }, "", nil},
		{"skipped", func(s small) error { return s.SetGroupRole(s.acme, s.eve, Guest) },
			"skip_groups[]=3&skip_groups[]=2", []string{"acme/platform/libs"}},
		{"search", func(s small) error { return s.SetGroupRole(s.acme, s.eve, Guest) }, "search=LIB", []string{"acme/platform/libs"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newSmall(t)
			if err := test.give(c); err != nil {
				t.Fatal(err)
			}
			got := paths(play(t, c.Company, Options{}).get(t, "t", "/api/v4/groups?order_by=id&"+test.query).list(t))
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("groups %v, want %v", got, test.want)
			}
		})
	}
}

func TestWhoSeesWhat(t *testing.T) {
	c := newSmall(t)
	must(c.AddUser(User{ID: 50, Username: "guest", Name: "Outsider", External: true}))
	must(c.AddUser(User{ID: 51, Username: "root", Name: "Root", Admin: true}))
	must(c.AddToken(Token{Value: "external", User: 50, Scopes: []string{"api"}}))
	must(c.AddToken(Token{Value: "admin", User: 51, Scopes: []string{"api"}}))
	must(c.AddProject(Project{Group: c.other, Path: "internal", Name: "I", Visibility: Internal}))
	must(c.AddProject(Project{Group: c.other, Path: "public", Name: "P", Visibility: Public}))
	s := play(t, c.Company, Options{})
	for token, want := range map[string][]string{
		"":         {"other/public"},
		"external": {"other/public"},
		"t":        {"eve/own", "other/internal", "other/public"},
		"admin":    {"acme/platform/api", "acme/platform/libs/lib", "other/secret", "eve/own", "other/internal", "other/public"},
	} {
		if got := paths(s.get(t, token, "/api/v4/projects?order_by=id&sort=asc").list(t)); !slices.Equal(got, want) {
			t.Errorf("token %q sees %v, want %v", token, got, want)
		}
	}
	if r := s.get(t, "admin", "/api/v4/projects?membership=true"); r.body != "[]" {
		t.Errorf("an administrator is a member of %s, want nothing", r.body)
	}
	if groups := s.get(t, "admin", "/api/v4/groups").list(t); len(groups) != 5 {
		t.Errorf("an administrator lists %d groups, want all 5", len(groups))
	}
	if r := s.get(t, "t", "/api/v4/projects/other%2Fsecret"); r.status != 404 || r.body != `{"message":"404 Project Not Found"}` {
		t.Errorf("a hidden project: %d %s", r.status, r.body)
	}
	if r := s.get(t, "t", "/api/v4/groups/friends"); r.status != 404 || r.body != `{"message":"404 Group Not Found"}` {
		t.Errorf("a hidden group: %d %s", r.status, r.body)
	}
}
