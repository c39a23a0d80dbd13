package flow

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Settings are what people chose for the groups and repos of an integration.
type Settings struct {
	Auto  map[int64]bool // auto-import on or off, by group ID; missing: as above
	Pins  map[int64]Pin  // by repo ID
	Rules []Rule
}

// A Review is an integration with the groups and repos of its last complete
// discovery and the settings, all as stored.
type Review struct {
	Integration Integration
	Settings
	Tree
}

// NewReview puts a review together. The slices are sorted by path in place and
// belong to the review from then on.
func NewReview(in Integration, settings Settings, groups []Group, repos []Repo) *Review {
	return &Review{Integration: in, Settings: settings, Tree: newTree(groups, repos)}
}

// Decisions returns one decision per repo, by the stored settings.
func (r *Review) Decisions(now time.Time) []Decision {
	autos := r.autoImports(func(g int) (on, set bool) {
		on, set = r.Auto[r.Groups[g].ID]
		return on, set
	})
	decisions := make([]Decision, len(r.Repos))
	for i := range r.Repos {
		decisions[i] = Decide(&r.Repos[i], r.Pins[r.Repos[i].ID], autos.of(r.owner[i]), r.Rules, now)
	}
	return decisions
}

// ToImport returns the IDs of the repos that the settings import and that are
// not imported yet: what a save or a complete refresh takes in. Repos that the
// last discovery no longer brought wait until they are found again.
func (r *Review) ToImport(now time.Time) []int64 {
	var ids []int64
	for i, d := range r.Decisions(now) {
		if d.In() && r.Repos[i].ImportedAt.IsZero() && r.Repos[i].LostAt.IsZero() {
			ids = append(ids, r.Repos[i].ID)
		}
	}
	return ids
}

// Count tells how many of the decisions are in which state.
func Count(decisions []Decision) Counts {
	var c Counts
	for _, d := range decisions {
		c[d.State]++
	}
	return c
}

// IsNew reports whether the last discovery brought the repo and there was one
// before it.
func (r *Review) IsNew(repo *Repo) bool {
	return repo.FirstSeen.Equal(r.Integration.Discovery.At) && r.Integration.Discovery.New < r.Integration.Discovery.Repos
}

// A Tree is groups and repos in the order in which they are read: by path, part
// by part. Positions in Groups and Repos serve as names within one tree.
type Tree struct {
	Groups []Group
	Repos  []Repo

	Top        []int   // groups that have no group above them here; people's namespaces last
	parent     []int   // of each group; -1 at the top
	owner      []int   // group of each repo; -1 if it has none
	GroupsIn   [][]int // groups directly below each group
	ReposIn    [][]int // repos directly in each group
	Ungrouped  []int   // repos that belong to no known group
	groupByID  map[int64]int
	reposBelow []int // number of repos below each group, at any depth
	canBelow   []int // of these, how many can be imported
}

func newTree(groups []Group, repos []Repo) Tree {
	slices.SortFunc(groups, func(a, b Group) int { return ComparePaths(a.Path, b.Path) })
	slices.SortFunc(repos, func(a, b Repo) int { return ComparePaths(a.Path, b.Path) })
	t := Tree{
		Groups: groups, Repos: repos,
		parent: make([]int, len(groups)), owner: make([]int, len(repos)),
		GroupsIn: make([][]int, len(groups)), ReposIn: make([][]int, len(groups)),
		groupByID: make(map[int64]int, len(groups)), reposBelow: make([]int, len(groups)), canBelow: make([]int, len(groups)),
	}
	byPath := make(map[string]int, len(groups))
	for g := range groups {
		t.groupByID[groups[g].ID] = g
		byPath[strings.ToLower(groups[g].Path)] = g
	}
	for g := range groups {
		if t.parent[g] = above(byPath, groups[g].Path); t.parent[g] < 0 {
			t.Top = append(t.Top, g)
		} else {
			t.GroupsIn[t.parent[g]] = append(t.GroupsIn[t.parent[g]], g)
		}
	}
	slices.SortStableFunc(t.Top, func(a, b int) int { return cmp.Compare(rank(&groups[a]), rank(&groups[b])) })
	for i := range repos {
		g, ok := t.groupByID[repos[i].GroupID]
		if !ok {
			g = above(byPath, repos[i].Path)
		}
		if t.owner[i] = g; g < 0 {
			t.Ungrouped = append(t.Ungrouped, i)
			continue
		}
		t.ReposIn[g] = append(t.ReposIn[g], i)
		for ; g >= 0; g = t.parent[g] {
			t.reposBelow[g]++
			if repos[i].Supported() {
				t.canBelow[g]++
			}
		}
	}
	return t
}

// rank puts people's namespaces after groups: a company has many of them, and
// reviews few.
func rank(g *Group) int {
	if g.Personal {
		return 1
	}
	return 0
}

// above finds the nearest group above a path. A group in between may be hidden
// from the account, so the nearest is not always the direct parent.
func above(byPath map[string]int, path string) int {
	path = strings.ToLower(path)
	for {
		i := strings.LastIndexByte(path, '/')
		if i < 0 {
			return -1
		}
		path = path[:i]
		if g, ok := byPath[path]; ok {
			return g
		}
	}
}

// Parent returns the group above group g, or -1.
func (t *Tree) Parent(g int) int { return t.parent[g] }

// Owner returns the group that repo i lives in, or -1.
func (t *Tree) Owner(i int) int { return t.owner[i] }

// GroupByID returns the position of the group with that ID.
func (t *Tree) GroupByID(id int64) (int, bool) {
	g, ok := t.groupByID[id]
	return g, ok
}

// Size returns the number of repos below group g, at any depth.
func (t *Tree) Size(g int) int { return t.reposBelow[g] }

// Below calls f for every repo below group g, at any depth.
func (t *Tree) Below(g int, f func(i int)) {
	for _, i := range t.ReposIn[g] {
		f(i)
	}
	for _, child := range t.GroupsIn[g] {
		t.Below(child, f)
	}
}

// autoImports are the settings that count for each group.
type autoImports []AutoImport

func (a autoImports) of(g int) AutoImport {
	if g < 0 {
		return AutoImport{}
	}
	return a[g]
}

// autoImports resolves the setting of every group. Groups are sorted by path, so
// a parent is resolved before its children.
func (t *Tree) autoImports(set func(g int) (on, set bool)) autoImports {
	autos := make(autoImports, len(t.Groups))
	for g := range t.Groups {
		if on, ok := set(g); ok {
			autos[g] = AutoImport{On: on, Group: t.Groups[g].Path}
		} else if p := t.parent[g]; p >= 0 {
			autos[g] = autos[p]
		}
	}
	return autos
}

// An AutoSetting is the auto-import setting of one group.
type AutoSetting int8

const (
	AsAbove AutoSetting = iota // nothing set: the group above decides
	AutoOn
	AutoOff
)

// Changes are what differs from the stored settings, and the version of the
// integration that they were made from.
type Changes struct {
	Version int64
	Auto    map[int64]AutoSetting // by group ID
	Pins    map[int64]Pin         // by repo ID
	Add     []Rule
	Remove  []string // texts of rules
}

// IsEmpty reports whether nothing differs.
func (c *Changes) IsEmpty() bool {
	return len(c.Auto)+len(c.Pins)+len(c.Add)+len(c.Remove) == 0
}

// Apply returns the settings with the changes made.
func (c *Changes) Apply(s Settings) Settings {
	out := Settings{Auto: maps.Clone(s.Auto), Pins: maps.Clone(s.Pins)}
	if out.Auto == nil {
		out.Auto = map[int64]bool{}
	}
	if out.Pins == nil {
		out.Pins = map[int64]Pin{}
	}
	for id, setting := range c.Auto {
		if setting == AsAbove {
			delete(out.Auto, id)
		} else {
			out.Auto[id] = setting == AutoOn
		}
	}
	for id, pin := range c.Pins {
		if pin == NoPin {
			delete(out.Pins, id)
		} else {
			out.Pins[id] = pin
		}
	}
	out.Rules = c.rules(s.Rules)
	return out
}

func (c *Changes) rules(stored []Rule) []Rule {
	var rules []Rule
	for _, r := range stored {
		if !slices.Contains(c.Remove, r.text) {
			rules = append(rules, r)
		}
	}
	for _, r := range c.Add {
		if !slices.ContainsFunc(rules, func(have Rule) bool { return have.text == r.text }) {
			rules = append(rules, r)
		}
	}
	return rules
}
