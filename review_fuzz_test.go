package flow_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"flow"
)

// Whatever groups and repos are called: each is in the tree once, numbers add
// up, and every group comes before what is in it.
func FuzzReview(f *testing.F) {
	for _, seed := range [][2]string{
		{"acme\nacme/platform\nAcme/Tools", "acme/platform/api\nacme/x"}, {"a\nA\na/b\nA/B", "A/b/c\na/B/c"}, {"", "x/y"}, {"a/\n/a\n//\n/", "a//b\n/\n"}, {"İ\ni\u0307", "İ/x\ni\u0307/y"}, {"a/b\na", "\xff/\xfe"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, groupPaths, repoPaths string) {
		var groups []flow.Group
		for i, path := range strings.Split(groupPaths, "\n") {
			groups = append(groups, flow.Group{ID: int64(i + 1), Path: path, Personal: i%5 == 4})
		}
		var repos []flow.Repo
		for i, path := range strings.Split(repoPaths, "\n") {
			repos = append(repos, flow.Repo{ID: int64(i + 1), GroupID: int64(i % (len(groups) + 2)), Path: path, Role: flow.Reporter})
		}
		if len(groups)+len(repos) > 200 {
			return
		}
		r := flow.NewReview(flow.Integration{}, flow.Settings{Auto: map[int64]bool{1: true, 2: false}}, groups, repos)
		for i := range r.Groups {
			for j := i + 1; j < len(r.Groups); j++ {
				a, b := r.Groups[i].Path, r.Groups[j].Path
				if flow.ComparePaths(a, b) != inOrder(a, b) || flow.ComparePaths(b, a) != inOrder(b, a) {
					t.Fatalf("%q and %q compare as %d and %d", a, b, flow.ComparePaths(a, b), flow.ComparePaths(b, a))
				}
				if flow.ComparePaths(a, b) > 0 && top(r, i) == top(r, j) {
					t.Fatalf("%q stands before %q", a, b)
				}
			}
		}
		if checkTree(t, r); t.Failed() {
			return
		}
		if _, last := r.Ungrouped(); last != len(repos) {
			t.Fatalf("%d of %d repos are in the tree", last, len(repos))
		}
		for g := range r.Groups {
			if parent := r.Parent(g); parent >= g {
				t.Fatalf("%q comes before the group that it is in, %q", r.Groups[g].Path, r.Groups[parent].Path)
			}
		}
		plan := flow.NewPlan(r, flow.Changes{}, today)
		for i := range plan.Repos {
			if text := plan.StateText(i) + plan.Explain(i); text == "" {
				t.Fatalf("nothing is said of %q", plan.Repos[i].Path)
			}
		}
		for g := range plan.Groups {
			if plan.ExplainGroup(g) == "" {
				t.Fatalf("nothing is said of %q", plan.Groups[g].Path)
			}
		}
	})
}

func top(r *flow.Review, g int) int {
	for r.Parent(g) >= 0 {
		g = r.Parent(g)
	}
	return g
}

// inOrder compares paths by the parts that they have, the obvious way.
func inOrder(a, b string) int {
	parts := func(path string) []string { return strings.Split(strings.ToLower(path), "/") }
	return cmp.Or(slices.Compare(parts(a), parts(b)), cmp.Compare(a, b))
}

// Services that are read are written so that they read the same.
func FuzzParseServices(f *testing.F) {
	for _, text := range []string{"repo", "ticket,pr,repo", " PR , Repo", "", ",", "repo,wiki", "\x1b[2J", "ſ", "REPO,repo"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := flow.ParseServices(text)
		if err != nil {
			if fault := flow.FaultOf(err); fault.Cause != flow.BadService || set != 0 || fault.Sentence() != flow.Clean(fault.Sentence()) {
				t.Fatalf("%q: %s, %v", text, set, err)
			}
			return
		}
		if again, err := flow.ParseServices(strings.Join(set.Names(), ",")); err != nil || again != set || set == 0 || set&^flow.EveryService != 0 {
			t.Fatalf("%q is %s, read back as %s, %v", text, set, again, err)
		}
	})
}
