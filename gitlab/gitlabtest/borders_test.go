package gitlabtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// count is how many rows a list has, or the status of what is none.
func (r reply) count(t testing.TB) string {
	t.Helper()
	if r.status != 200 {
		return strconv.Itoa(r.status)
	}
	return fmt.Sprint(len(r.list(t)), " rows")
}

// TestWhatComesWithARelease asks the last release without something and the
// first with it. What a release does not declare it ignores: it answers as if
// nobody had asked for it.
func TestWhatComesWithARelease(t *testing.T) {
	for _, test := range []struct {
		name          string
		last, first   string // release
		path          string // below /api/v4
		without, with string // rows, or the status
	}{
		{"subgroups", "10.2.0", "10.3.0", "groups/acme/subgroups", "404", "8 rows"},
		{"descendant groups", "13.4.0", "13.5.0", "groups/acme%2Fplatform/descendant_groups", "404", "5 rows"},
		{"groups by id", "11.0.0", "11.1.0", "groups?order_by=id&per_page=3", "400", "3 rows"},
		{"groups by similarity", "14.0.0", "14.1.0", "groups?order_by=similarity&per_page=3", "400", "3 rows"},
		{"groups by role", "11.1.0", "11.2.0", "groups?min_access_level=40&per_page=100", "34 rows", "11 rows"},
		{"groups at the top", "13.0.0", "13.1.0", "groups?top_level_only=true&per_page=100", "34 rows", "4 rows"},
		{"groups with no projects inside", "11.3.0", "11.4.0", "groups/acme%2Fbots?with_projects=false", "projects", "none"},
		{"projects by role", "11.1.0", "11.2.0", "projects?min_access_level=50&per_page=100", "100 rows", "1 rows"},
		{"a role nobody has heard of", "11.1.0", "11.2.0", "projects?min_access_level=7&per_page=100", "100 rows", "400"},
		{"Planner", "17.6.0", "17.7.0", "projects?min_access_level=15&per_page=1", "400", "1 rows"},
		{"projects of subgroups", "11.5.0", "11.6.0", "groups/acme%2Fbots/projects?with_shared=false", "4 rows", "2 rows"},
		{"projects by similarity", "14.0.0", "14.1.0", "projects?order_by=similarity&per_page=1", "400", "1 rows"},
		{"projects after an id", "12.4.0", "12.5.0", "projects?id_after=100000", "20 rows", "0 rows"},
		{"projects before an id", "12.4.0", "12.5.0", "projects?id_before=1", "20 rows", "0 rows"},
		{"keyset pages in any order", "12.5.0", "12.6.0", "projects?pagination=keyset&order_by=name", "20 rows", "405"},
		{"updates in any order", "15.10.0", "15.11.0", "projects?updated_after=2001-01-01", "20 rows", "400"},
		{"metadata", "15.1.0", "15.2.0", "metadata", "404", "keys"},
		{"the token itself", "15.4.0", "15.5.0", "personal_access_tokens/self", "404", "keys"},
		{"no API v3", "10.8.0", "11.0.0", "../v3/projects", "401", "410"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for version, want := range map[string]string{test.last: test.without, test.first: test.with} {
				r := demo(t, version).get(t, DemoToken, "/api/v4/"+test.path)
				if strings.HasPrefix(test.path, "../") {
					r = demo(t, version).get(t, DemoToken, "/api/"+strings.TrimPrefix(test.path, "../"))
				}
				if got := r.kind(t, want); got != want {
					t.Errorf("%s: %s, want %s", version, got, want)
				}
			}
		})
	}
}

// kind is what there is to compare with want: for an object, whether it is one,
// or whether it has a list of projects inside.
func (r reply) kind(t testing.TB, want string) string {
	t.Helper()
	if r.status != 200 || strings.HasSuffix(want, "rows") {
		return r.count(t)
	}
	switch _, inside := r.object(t)["projects"]; {
	case want == "keys":
		return "keys"
	case inside:
		return "projects"
	}
	return "none"
}

// TestFiltersComeWithReleases: of three projects one is archived, and one has
// neither issues nor merge requests.
func TestFiltersComeWithReleases(t *testing.T) {
	c := NewCompany()
	me := must(c.AddUser(User{Username: "me"}))
	must(c.AddToken(Token{Value: "t", User: me, Scopes: []string{"api"}}))
	group := must(c.AddGroup(Group{Path: "acme", Name: "Acme"}))
	if err := c.SetGroupRole(group, me, Reporter); err != nil {
		t.Fatal(err)
	}
	must(c.AddProject(Project{Group: group, Path: "one", Name: "One"}))
	must(c.AddProject(Project{Group: group, Path: "two", Name: "Two", Archived: true}))
	must(c.AddProject(Project{Group: group, Path: "three", Name: "Three", Issues: FeatureDisabled, MergeRequests: FeatureDisabled}))
	for _, test := range []struct {
		last, first   string
		path          string
		without, with []int
	}{
		{"11.1.0", "11.2.0", "projects", []int{1, 3}, []int{1, 2, 3}},
		{"11.1.0", "11.2.0", "groups/acme/projects", []int{1, 3}, []int{1, 2, 3}},
		{"9.0.0", "11.1.0", "projects?archived=true", []int{2}, []int{2}},
		{"9.2.0", "9.3.0", "projects?with_issues_enabled=true", []int{1, 3}, []int{1}},
		{"9.2.0", "9.3.0", "projects?with_merge_requests_enabled=true", []int{1, 3}, []int{1}},
		{"11.5.0", "11.6.0", "groups/acme/projects?with_issues_enabled=true", []int{1, 2, 3}, []int{1, 2}},
		{"12.8.0", "12.9.0", "groups/acme/projects?min_access_level=40", []int{1, 2, 3}, []int{}},
	} {
		for version, want := range map[string][]int{test.last: test.without, test.first: test.with} {
			got := ids(play(t, c, Options{Version: version}).get(t, "t", "/api/v4/"+test.path).list(t))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s: %v, want %v", version, test.path, got, want)
			}
		}
	}
}

func TestOldGroupListsHaveOwnMembershipsOnly(t *testing.T) {
	c := newSmall(t)
	if err := c.SetGroupRole(c.platform, c.eve, Reporter); err != nil {
		t.Fatal(err)
	}
	if err := c.ChangeGroup(c.other, func(g *Group) { g.Visibility = Internal }); err != nil {
		t.Fatal(err)
	}
	must(c.AddUser(User{ID: 51, Username: "root", Name: "Root", Admin: true}))
	must(c.AddToken(Token{Value: "admin", User: 51, Scopes: []string{"api"}}))
	all := []string{"acme", "acme/platform", "acme/platform/libs", "friends", "other"}
	for _, test := range []struct {
		token, query string
		until, since []string // 10.2 and 10.3
	}{
		{"t", "", []string{"acme/platform"}, []string{"acme", "acme/platform", "acme/platform/libs"}},
		{"t", "all_available=true", []string{"acme/platform", "acme/platform/libs", "other"},
			[]string{"acme", "acme/platform", "acme/platform/libs", "other"}},
		{"t", "owned=true", nil, nil},
		{"admin", "", all, all},
		{"admin", "all_available=false", all, nil},
	} {
		for version, want := range map[string][]string{"9.0.0": test.until, "10.2.0-ee": test.until, "10.3.0-ee": test.since} {
			got := paths(play(t, c.Company, Options{Version: version}).get(t, test.token, "/api/v4/groups?"+test.query).list(t))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s, %s, %q: %v, want %v", version, test.token, test.query, got, want)
			}
		}
	}
}

// TestWhoMustSignIn: anonymous calls to what is public.
func TestWhoMustSignIn(t *testing.T) {
	for path, want := range map[string][2]int{
		"projects":                      {200, 200},
		"projects/oss%2Fgateway":        {200, 200},
		"groups":                        {401, 200},
		"groups/oss":                    {401, 200},
		"groups/oss/projects":           {401, 200},
		"projects/oss%2Fgateway/issues": {401, 200},
		"projects/oss%2Fgateway/hooks":  {401, 401},
		"version":                       {401, 401},
		"user":                          {401, 401},
	} {
		for i, version := range []string{"10.2.0", "10.3.0"} {
			if r := demo(t, version).get(t, "", "/api/v4/"+path); r.status != want[i] {
				t.Errorf("%s: %s: status %d, want %d", version, path, r.status, want[i])
			}
		}
	}
}

func TestTotalsAreAlwaysToldBefore118(t *testing.T) {
	c := row(t, 10_001)
	for version, want := range map[string]string{"9.0.0": "10001", "11.7.0": "10001", "11.8.0": ""} {
		r := play(t, c, Options{Version: version}).get(t, "", "/api/v4/projects?per_page=1")
		if got := r.header.Get("X-Total"); got != want || strings.Contains(r.header.Get("Link"), `rel="last"`) != (want != "") {
			t.Errorf("%s: X-Total %q, Link %q", version, got, r.header.Get("Link"))
		}
	}
}

func TestLinksStayOnTheHostBefore118(t *testing.T) {
	for version, stays := range map[string]bool{"9.0.0": true, "11.7.0": true, "11.8.0": false} {
		s := play(t, row(t, 30), Options{Version: version, ExternalURL: "http://gitlab.example.com"})
		want := "http://gitlab.example.com/api/v4/projects?"
		if stays {
			want = s.URL() + "/api/v4/projects?"
		}
		if link := s.get(t, "", "/api/v4/projects").header.Get("Link"); !strings.HasPrefix(link, "<"+want) {
			t.Errorf("%s: Link %q, want it to start with %q", version, link, want)
		}
	}
}
