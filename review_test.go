package flow_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"flow"
)

// groups makes groups of paths, with the IDs 1, 2, 3 …; repos does the same for
// repos from ID 101 on, each in the group that its path names, or in none.
func groups(paths ...string) []flow.Group {
	var all []flow.Group
	for i, path := range paths {
		all = append(all, flow.Group{ID: int64(i + 1), Path: path})
	}
	return all
}

func repos(in []flow.Group, paths ...string) []flow.Repo {
	var all []flow.Repo
	for i, path := range paths {
		r := flow.Repo{ID: int64(i + 101), Path: path, Role: flow.Developer}
		if cut := strings.LastIndexByte(path, '/'); cut >= 0 {
			for _, g := range in {
				if strings.EqualFold(g.Path, path[:cut]) {
					r.GroupID = g.ID
				}
			}
		}
		all = append(all, r)
	}
	return all
}

// draw shows a tree as it is read.
func draw(r *flow.Review) string {
	var b strings.Builder
	var show func(g, depth int)
	show = func(g, depth int) {
		fmt.Fprintf(&b, "%s%s %d\n", strings.Repeat("  ", depth), r.Groups[g].Path, r.Size(g))
		for child := range r.GroupsIn(g) {
			show(child, depth+1)
		}
		for i, to := r.ReposIn(g); i < to; i++ {
			fmt.Fprintf(&b, "%s- %s\n", strings.Repeat("  ", depth+1), r.Repos[i].Path)
		}
	}
	for g := range r.Top() {
		show(g, 0)
	}
	for i, to := r.Ungrouped(); i < to; i++ {
		fmt.Fprintf(&b, "- %s\n", r.Repos[i].Path)
	}
	return b.String()
}

func TestTrees(t *testing.T) {
	tests := []struct {
		name   string
		groups []string
		repos  []string
		want   string
	}{
		{"nothing", nil, nil, ""},
		{"groups before repos, by path", []string{"acme", "acme/web", "acme/data"}, []string{"acme/zeta", "acme/api", "acme/web/site"}, `
acme 3
  acme/data 0
  acme/web 1
    - acme/web/site
  - acme/api
  - acme/zeta
`},
		{"a group that is hidden is jumped over", []string{"acme/x/team", "acme"}, []string{"acme/x/team/api", "acme/x/secret"}, `
acme 2
  acme/x/team 1
    - acme/x/team/api
  - acme/x/secret
`},
		{"a group whose parents are all hidden is at the top", []string{"acme/x/team", "beta"}, []string{"acme/x/team/api"}, `
acme/x/team 1
  - acme/x/team/api
beta 0
`},
		{"a longer name is no subgroup", []string{"acme", "acme-labs"}, []string{"acme-labs/api"}, `
acme 0
acme-labs 1
  - acme-labs/api
`},
		{"case does not part", []string{"acme", "ACME/Platform"}, []string{"Acme/platform/API", "acme/api"}, `
acme 2
  ACME/Platform 1
    - Acme/platform/API
  - acme/api
`},
		{"a person's own repos", []string{"acme", "ana"}, []string{"ana/dotfiles"}, `
acme 0
ana 1
  - ana/dotfiles
`},
		{"a repo without any group", []string{"acme"}, []string{"bob/notes", "alone"}, `
acme 0
- alone
- bob/notes
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			gs := groups(test.groups...)
			r := flow.NewReview(flow.Integration{}, flow.Settings{}, gs, repos(gs, test.repos...))
			if got, want := draw(r), strings.TrimPrefix(test.want, "\n"); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			checkTree(t, r)
		})
	}
}

// checkTree checks that all ways through a tree agree.
func checkTree(t *testing.T, r *flow.Review) {
	t.Helper()
	for g := range r.Groups {
		up := r.Parent(g)
		if up >= g {
			t.Errorf("%s stands before %s, which it is in", r.Groups[g].Path, r.Groups[up].Path)
		}
		if siblings := r.Top(); up >= 0 && !slices.Contains(slices.Collect(r.GroupsIn(up)), g) || up < 0 && !slices.Contains(slices.Collect(siblings), g) {
			t.Errorf("%s is not where its parent says", r.Groups[g].Path)
		}
		if found, ok := r.GroupByID(r.Groups[g].ID); !ok || found != g {
			t.Errorf("%s is found by its ID at %d, %v", r.Groups[g].Path, found, ok)
		}
		from, to := r.Below(g)
		for i := range r.Repos {
			owner := r.Owner(i)
			direct := owner == g
			for owner >= 0 && owner != g {
				owner = r.Parent(owner)
			}
			if below := from <= i && i < to; below != (owner == g) {
				t.Errorf("%s is below %s: %v", r.Repos[i].Path, r.Groups[g].Path, below)
			}
			if first, last := r.ReposIn(g); (first <= i && i < last) != direct {
				t.Errorf("%s is in %s: %v", r.Repos[i].Path, r.Groups[g].Path, !direct)
			}
		}
		if to-from != r.Size(g) {
			t.Errorf("%d repos are below %s, its size is %d", to-from, r.Groups[g].Path, r.Size(g))
		}
	}
	first, last := r.Ungrouped()
	all := last - first
	for g := range r.Top() {
		all += r.Size(g)
	}
	if all != len(r.Repos) {
		t.Errorf("%d repos of %d are in the tree", all, len(r.Repos))
	}
	for i := range r.Repos {
		if at, ok := r.RepoByID(r.Repos[i].ID); !ok || at != i {
			t.Errorf("%s is found by its ID at %d, %v", r.Repos[i].Path, at, ok)
		}
	}
	if _, ok := r.RepoByID(-1); ok {
		t.Error("a repo that is not there is found")
	}
	if _, ok := r.GroupByID(-1); ok {
		t.Error("a group that is not there is found")
	}
}

func TestARepoIsWhereGitLabSaysNotWhereItsPathSays(t *testing.T) {
	gs := groups("acme", "acme/web")
	rs := repos(gs, "acme/web/api")
	rs[0].GroupID = 1
	if got := draw(flow.NewReview(flow.Integration{}, flow.Settings{}, gs, rs)); got != "acme 1\n  acme/web 0\n  - acme/web/api\n" {
		t.Errorf("got\n%s", got)
	}
}

// house is a review that a few tests look at: auto-import is on for acme, off
// for acme/web and not set for the rest; legacy repos are excluded.
func house(t testing.TB) *flow.Review {
	gs := groups("acme", "acme/web", "acme/web/old", "beta")
	rs := repos(gs, "acme/api", "acme/legacy-api", "acme/web/site", "acme/web/old/cgi", "beta/tool", "beta/legacy-tool", "alone")
	settings := flow.Settings{Auto: map[int64]bool{1: true, 2: false}, Pins: map[int64]flow.Pin{}, Rules: []flow.Rule{rule(t, "name:legacy-*")}}
	return flow.NewReview(flow.Integration{Name: "acme", Version: 3}, settings, gs, rs)
}

func TestTheNearestGroupThatHasItSetDecides(t *testing.T) {
	r := house(t)
	want := map[string]string{
		"acme/api": "imported", "acme/legacy-api": "excluded", "acme/web/site": "not imported", "acme/web/old/cgi": "not imported",
		"beta/tool": "not imported", "beta/legacy-tool": "not imported", "alone": "not imported",
	}
	got := map[string]string{}
	for i, d := range r.Decisions(today) {
		got[r.Repos[i].Path] = d.State.String()
	}
	if !maps.Equal(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
	counts := flow.Count(r.Decisions(today))
	if counts != (flow.Counts{flow.NotImported: 5, flow.Imported: 1, flow.Excluded: 1}) || counts.All() != len(r.Repos) {
		t.Errorf("counts are %v", counts)
	}
}

func TestAParentCountsEvenIfItsCaseDiffers(t *testing.T) {
	gs := groups("acme", "ACME/Team")
	r := flow.NewReview(flow.Integration{}, flow.Settings{Auto: map[int64]bool{1: true}}, gs, repos(gs, "ACME/Team/api"))
	if d := decisions(r)[0]; d.State != flow.Imported || d.Group != "acme" {
		t.Errorf("it is %+v", d)
	}
	if counts := flow.NewPlan(r, flow.Changes{}, today).CountGroups(); counts[0].All != 1 || counts[1].All != 1 {
		t.Errorf("the groups count %+v", counts)
	}
}

func TestWhatASaveTakesIn(t *testing.T) {
	tests := []struct {
		name   string
		change func(r *flow.Repo)
		want   bool
	}{
		{"a repo of a group with auto-import", func(r *flow.Repo) {}, true},
		{"one that is imported already", func(r *flow.Repo) { r.ImportedAt = flow.MomentOf(today) }, false},
		{"one that is no longer found waits", func(r *flow.Repo) { r.LostAt = flow.MomentOf(today) }, false},
		{"one whose role is too low", func(r *flow.Repo) { r.Role = flow.Guest }, false},
		{"one that Flow does not read", func(r *flow.Repo) { r.SHA256 = true }, false},
		{"one that a rule keeps out", func(r *flow.Repo) { r.Path = "acme/legacy-x" }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := house(t)
			test.change(&r.Repos[slices.IndexFunc(r.Repos, func(r flow.Repo) bool { return r.ID == 101 })])
			if got := r.ToImport(today); slices.Equal(got, []int64{101}) != test.want || len(got) > 1 {
				t.Errorf("it takes in %d", got)
			}
		})
	}
}

func TestWhatIsNew(t *testing.T) {
	at, before := today, today.AddDate(0, 0, -1)
	tests := []struct {
		name      string
		discovery flow.Discovery
		firstSeen time.Time
		want      bool
	}{
		{"brought by the last discovery", flow.Discovery{At: at, Repos: 10, Outcome: flow.Outcome{New: 2}}, at, true},
		{"in another time zone", flow.Discovery{At: at, Repos: 10, Outcome: flow.Outcome{New: 2}}, at.In(time.FixedZone("east", 3600)), true},
		{"that came since", flow.Discovery{At: at, Repos: 10, Outcome: flow.Outcome{New: 10}}, at.Add(time.Minute), true},
		{"brought by an earlier one", flow.Discovery{At: at, Repos: 10, Outcome: flow.Outcome{New: 2}}, before, false},
		{"brought by the first of all, as everything", flow.Discovery{At: at, Repos: 10, Outcome: flow.Outcome{New: 10}}, at, false},
		{"before any discovery is complete", flow.Discovery{}, time.Time{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := flow.NewReview(flow.Integration{Discovery: test.discovery}, flow.Settings{}, nil, nil)
			if got := r.IsNew(&flow.Repo{FirstSeen: flow.MomentOf(test.firstSeen)}); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestChangesApply(t *testing.T) {
	stored := flow.Settings{
		Auto:  map[int64]bool{1: true, 2: false, 3: true},
		Pins:  map[int64]flow.Pin{101: flow.PinIn, 102: flow.PinOut},
		Rules: []flow.Rule{rule(t, "name:a"), rule(t, "name:b")},
	}
	c := flow.Changes{
		Auto:   map[int64]flow.AutoSetting{1: flow.AutoOff, 2: flow.AsAbove, 4: flow.AutoOn},
		Pins:   map[int64]flow.Pin{101: flow.NoPin, 103: flow.PinOut},
		Add:    []flow.Rule{rule(t, "name:c"), rule(t, "name:b")},
		Remove: []flow.Rule{rule(t, "name:a"), rule(t, "name:unknown")},
	}
	got := c.Apply(stored)
	if want := map[int64]bool{1: false, 3: true, 4: true}; !maps.Equal(got.Auto, want) {
		t.Errorf("auto-import is %v, want %v", got.Auto, want)
	}
	if want := map[int64]flow.Pin{102: flow.PinOut, 103: flow.PinOut}; !maps.Equal(got.Pins, want) {
		t.Errorf("pins are %v, want %v", got.Pins, want)
	}
	if texts := fmt.Sprint(got.Rules); texts != "[name:b name:c]" {
		t.Errorf("rules are %s", texts)
	}
	if len(stored.Auto) != 3 || stored.Auto[1] != true || len(stored.Pins) != 2 || fmt.Sprint(stored.Rules) != "[name:a name:b]" {
		t.Errorf("the stored settings became %v", stored)
	}
	if c.IsEmpty() || !new(flow.Changes).IsEmpty() {
		t.Error("IsEmpty is wrong")
	}
	empty := new(flow.Changes).Apply(flow.Settings{})
	if empty.Auto == nil || empty.Pins == nil || len(empty.Rules) != 0 {
		t.Errorf("nothing applied to nothing is %#v", empty)
	}
}

// A company has many people's namespaces and reviews few: they come last.
func TestPeoplesNamespacesComeLast(t *testing.T) {
	groups := []flow.Group{{ID: 1, Path: "ana", Personal: true}, {ID: 2, Path: "oss"}, {ID: 3, Path: "bob", Personal: true}, {ID: 4, Path: "acme"}}
	r := flow.NewReview(flow.Integration{}, flow.Settings{}, groups, nil)
	var got []string
	for g := range r.Top() {
		got = append(got, r.Groups[g].Path)
	}
	if want := "acme oss ana bob"; strings.Join(got, " ") != want {
		t.Errorf("the top is %v, want %s", got, want)
	}
}
