package gitlab_test

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// unknown is something that releases before one can't tell, and what they tell
// instead. A release that does not behave so fails as one does
// that loses something.
type unknown struct {
	before string
	what   string
	groups []string
	name   string // how the groups are called; "": they are not found
	repos  []string
	tells  func(*flow.Repo) // nil: they are not found
}

var unknowns = []unknown{
	{before: "10.3", what: "private subgroups without repos", groups: []string{"acme/platform/quiet", "partners/eu"}},
	{before: "10.3", what: "names of groups that are open through what is in them only", groups: []string{"acme"}, name: "acme"},
	{before: "10.3", what: "which repos are mirrors",
		repos: []string{"acme/ops/pulled"}, tells: func(r *flow.Repo) { r.Mirror = false }},
	{before: "12.1", what: "which repos have their commits switched off",
		repos: []string{"acme/ops/no-commits"}, tells: func(r *flow.Repo) { r.Off = r.Off.Without(flow.RepoService) }},
	{before: "12.1", what: "whether merge requests are off, or off limits to the account",
		repos: []string{"acme/shop/private-prs"}, tells: func(r *flow.Repo) { r.Off = r.Off.With(flow.PRService) }},
	{before: "16.9", what: "which repos are SHA-256",
		repos: []string{"acme/ops/long-hashes"}, tells: func(r *flow.Repo) { r.SHA256 = false }},
	{before: "12.7", what: "groups that let in groups: there are none", groups: []string{"club", "club/annex"}, repos: []string{"club/annex/news"}},
}

// lacking is what the test of a connection says that a release can't tell.
var lacking = []struct{ before, words string }{
	{"10.3", "which private subgroups have no repos"},
	{"11.2", "in how many repos the account has which role"},
	{"10.3", "which repos are mirrors"},
	{"12.1", "which repos have their commits switched off"},
	{"16.9", "which repos are SHA-256"},
	{"15.5", "until when a token is valid"},
}

// older reports whether a release is older than another.
func older(version, than string) bool {
	parts := func(text string) (n [2]int) {
		for i, part := range strings.SplitN(text, ".", 3)[:2] {
			n[i], _ = strconv.Atoi(part)
		}
		return n
	}
	a, b := parts(version), parts(than)
	return slices.Compare(a[:], b[:]) < 0
}

// borders are the last release without something that a discovery goes by, and
// the first one with it.
var borders = []string{
	"10.2.8-ee", "10.3.9-ee", "11.0.6", "11.1.8-ee", "11.2.8", "11.11.8", "12.0.12", "12.1.17-ee", "12.9.10", "12.10.14-ee",
	"13.0.14", "15.4.6", "15.5.9-ee", "16.8.10", "16.9.11", "18.0.6", "18.1.6-ee",
}

// TestEveryReleaseFindsTheSame finds, tests and discovers one company on every
// release, with a token and with a sign-in. Run with -v it prints what works where.
func TestEveryReleaseFindsTheSame(t *testing.T) {
	versions := slices.Concat(gitlabtest.Profiles, borders)
	slices.SortFunc(versions, func(a, b string) int {
		if older(a, b) {
			return -1
		}
		return 1
	})
	lines := make([]string, len(versions))
	t.Run("releases", func(t *testing.T) {
		for i, version := range versions {
			t.Run(version, func(t *testing.T) {
				t.Parallel()
				lines[i] = matrixOf(t, version)
			})
		}
	})
	t.Logf("what works, and what a release can't tell:\n%s", strings.Join(lines, "\n"))
}

func matrixOf(t *testing.T, version string) (line string) {
	s := start(t, matrixCompany(t, !older(version, "12.7")), gitlabtest.Options{Version: version})
	c, w := newClient(t, gitlab.Options{})
	found, err := c.Find(t.Context(), s.URL(), flow.Network{})
	if err != nil {
		t.Fatal(err)
	}
	if found.BaseURL.String() != s.URL() || older(version, found.AtLeast) || found.Below != "" && !older(version, found.Below) {
		t.Errorf("found %+v", found)
	}
	for _, conn := range []flow.Connection{connect(t, s.URL()), signedIn(t, s, c, confidential)} {
		report, err := c.Test(t.Context(), conn, nil)
		if err != nil || !report.Passed() || report.Version != version || report.Account != "@"+gitlabtest.DemoUser {
			t.Errorf("%s: test: %s %q %q %v\n%s", conn.Method(), report.Summary(), report.Version, report.Account, err, checksOf(report))
		}
		var lacks []string
		for _, l := range lacking {
			if older(version, l.before) {
				lacks = append(lacks, l.words)
			}
		}
		if !slices.Equal(report.Lacks, lacks) {
			t.Errorf("the test says that it can't tell\n%q, want\n%q", report.Lacks, lacks)
		}
		s.Forget()
		got := discovered(t, c, conn)
		requests := len(s.Requests())
		groups, repos := wanted(strings.HasSuffix(version, "-ee"))
		cant := []string{}
		for _, u := range unknowns {
			if older(version, u.before) {
				u.apply(groups, repos)
				cant = append(cant, u.what)
			}
		}
		compare(t, conn.Method().String()+": group", got.groups, groups)
		compare(t, conn.Method().String()+": repo", got.repos, repos)
		line = fmt.Sprintf("%-12s %s; counted %s; found %d groups, %d repos by %d requests; not known: %s", version,
			report.Tally(), report.Found(), len(got.groups), len(got.repos), requests, cmp.Or(strings.Join(cant, "; "), "nothing"))
	}
	if len(w.list) > 0 {
		t.Errorf("waited %v", w.list)
	}
	return line
}

func checksOf(r flow.Report) string {
	var lines []string
	for _, check := range r.Checks {
		lines = append(lines, fmt.Sprintf("%-10s %-8s %s (%s)", check.Name, check.Status, check.Text, check.Says))
	}
	return strings.Join(lines, "\n")
}

func (u unknown) apply(groups map[string]flow.Group, repos map[string]flow.Repo) {
	for _, path := range u.groups {
		if delete(groups, path); u.name != "" {
			groups[path] = flow.Group{Path: path, Name: u.name}
		}
	}
	for _, path := range u.repos {
		r := repos[path]
		if delete(repos, path); u.tells != nil {
			u.tells(&r)
			repos[path] = r
		}
	}
}

// compare says where two results differ, in both directions.
func compare[T comparable](t *testing.T, what string, got, want map[string]T) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			t.Errorf("%s %s is found", what, path)
		} else if got[path] != want[path] {
			t.Errorf("%s %s\n is %+v,\nwant %+v", what, path, got[path], want[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if _, ok := got[path]; !ok {
			t.Errorf("%s %s is not found", what, path)
		}
	}
}

// A finding is the outcome of a discovery, by path and without IDs, which are
// checked to fit together.
type finding struct {
	groups map[string]flow.Group
	repos  map[string]flow.Repo
}

func discovered(t *testing.T, c *gitlab.Client, conn flow.Connection) finding {
	t.Helper()
	groups, repos := map[int64]flow.Group{}, map[int64]flow.Repo{}
	err := c.Discover(t.Context(), conn, nil, func(p flow.Page) error {
		for _, g := range p.Groups {
			if _, twice := groups[g.ID]; twice {
				t.Errorf("group %s comes twice", g.Path)
			}
			groups[g.ID] = g
		}
		for _, r := range p.Repos {
			if _, twice := repos[r.ID]; twice {
				t.Errorf("repo %s comes twice", r.Path)
			}
			repos[r.ID] = r
		}
		for id, role := range p.Roles {
			r, ok := repos[id]
			if !ok || r.Role == role {
				t.Errorf("role %s of repo %d, which has %s", role, id, r.Role)
			}
			r.Role = role
			repos[id] = r
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f := finding{map[string]flow.Group{}, map[string]flow.Repo{}}
	for _, g := range groups {
		if above := groups[g.ParentID].Path; strings.Contains(g.Path, "/") && above != path.Dir(g.Path) || g.ParentID != 0 && !strings.Contains(g.Path, "/") {
			t.Errorf("group %s has parent %d, %q", g.Path, g.ParentID, above)
		}
		g.ID, g.ParentID = 0, 0
		f.groups[g.Path] = g
	}
	for _, r := range repos {
		if home := groups[r.GroupID].Path; home != path.Dir(r.Path) {
			t.Errorf("repo %s is in group %d, %q", r.Path, r.GroupID, home)
		}
		r.ID, r.GroupID = 0, 0
		f.repos[r.Path] = r
	}
	return f
}
