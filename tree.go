package flow

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// A Tree is groups and repos in the order in which a screen shows them: a group,
// the groups in it, then its own repos, all by path; people's namespaces after
// the groups of the company, and last the repos of no known group. So whatever
// is below a group stands together. Positions in Groups and Repos serve as names
// within one tree.
type Tree struct {
	Groups []Group
	Repos  []Repo

	spans     []span  // of each group
	owner     []int32 // group of each repo; -1 if it has none
	grouped   int     // repos that have one; they come first
	groupByID map[int64]int32
	byPath    map[string]int32 // groups, by their paths in lower case
	numbers   *numbers
}

// A span is where a group is, and what is below it.
type span struct {
	up   int32 // the group above it; -1 at the top
	end  int32 // the first group behind those below it
	from int32 // the first repo below it, at any depth
	own  int32 // the first repo directly in it
	to   int32 // the first repo behind them
}

// newTree sorts groups and repos in place. The second result tells where each
// repo stood before, by its position.
func newTree(groups []Group, repos []Repo) (Tree, []int32) {
	t := Tree{Groups: groups, Repos: repos, numbers: &numbers{}}
	t.plant()
	order := t.place()
	return t, order
}

// plant brings the groups into order.
func (t *Tree) plant() {
	slices.SortFunc(t.Groups, func(a, b Group) int { return cmp.Or(ComparePaths(a.Path, b.Path), cmp.Compare(a.ID, b.ID)) })
	lower := make([]string, len(t.Groups))
	at := make(map[string]int32, len(t.Groups))
	for g := range t.Groups {
		lower[g] = strings.ToLower(t.Groups[g].Path)
		at[lower[g]] = int32(g)
	}
	// Children are chained from the last to the first, so that they are met in order.
	first, next := make([]int32, len(t.Groups)), make([]int32, len(t.Groups))
	companies, people := int32(-1), int32(-1)
	for g := range first {
		first[g] = -1
	}
	for g := int32(len(t.Groups)) - 1; g >= 0; g-- {
		chain := &companies
		if up := above(at, lower[g]); up >= 0 {
			chain = &first[up]
		} else if t.Groups[g].Personal {
			chain = &people
		}
		next[g], *chain = *chain, g
	}
	sorted := slices.Clone(t.Groups)
	t.spans = make([]span, 0, len(sorted))
	t.groupByID = make(map[int64]int32, len(sorted))
	t.byPath = make(map[string]int32, len(at))
	var visit func(chain, up int32)
	visit = func(chain, up int32) {
		for ; chain >= 0; chain = next[chain] {
			g := int32(len(t.spans))
			t.Groups[g] = sorted[chain]
			t.groupByID[sorted[chain].ID] = g
			if at[lower[chain]] == chain { // the last of those that differ by case
				t.byPath[lower[chain]] = g
			}
			t.spans = append(t.spans, span{up: up})
			visit(first[chain], g)
			t.spans[g].end = int32(len(t.spans))
		}
	}
	visit(companies, -1)
	visit(people, -1)
}

// place brings the repos into the order of their groups.
func (t *Tree) place() []int32 {
	owners := make([]int32, len(t.Repos))
	own := make([]int32, len(t.Groups)+1) // how many; the last for those of no group
	for i := range t.Repos {
		if i > 0 && t.Repos[i].GroupID == t.Repos[i-1].GroupID && owners[i-1] >= 0 && t.Groups[owners[i-1]].ID == t.Repos[i].GroupID {
			owners[i] = owners[i-1]
		} else {
			owners[i] = t.ownerOf(&t.Repos[i])
		}
		own[bucket(own, owners[i])]++
	}
	t.measure(own)
	// From here on own is where the next repo of a group goes.
	for g := range t.spans {
		own[g] = t.spans[g].own
	}
	own[len(t.spans)] = int32(t.grouped)
	order := make([]int32, len(t.Repos))
	for i, g := range owners {
		b := bucket(own, g)
		order[own[b]] = int32(i)
		own[b]++
	}
	byPath := func(a, b int32) int { return t.compare(&t.Repos[a], &t.Repos[b]) }
	for g := range t.spans {
		slices.SortFunc(order[t.spans[g].own:t.spans[g].to], byPath)
	}
	slices.SortFunc(order[t.grouped:], byPath)
	t.owner = owners
	permute(order, func(i, j int32) {
		t.Repos[i], t.Repos[j] = t.Repos[j], t.Repos[i]
		t.owner[i], t.owner[j] = t.owner[j], t.owner[i]
	})
	return order
}

func (t *Tree) compare(a, b *Repo) int {
	return cmp.Or(ComparePaths(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
}

func bucket(own []int32, g int32) int32 {
	if g < 0 {
		return int32(len(own)) - 1
	}
	return g
}

// measure lays out the repos: own is how many each group has itself.
func (t *Tree) measure(own []int32) {
	at := int32(0)
	var lay func(g int32) int32
	lay = func(g int32) int32 {
		s := &t.spans[g]
		s.from = at
		for child := g + 1; child < s.end; {
			child = lay(child)
		}
		s.own = at
		at += own[g]
		s.to = at
		return s.end
	}
	for g := int32(0); g < int32(len(t.spans)); {
		g = lay(g)
	}
	t.grouped = int(at)
}

// permute brings elements into order by swaps: order says which of them comes to
// which place.
func permute(order []int32, swap func(i, j int32)) {
	done := newBits(len(order))
	for start := range order {
		for i := int32(start); !done.has(int(i)); {
			done.set(int(i))
			from := order[i]
			if from == int32(start) {
				break
			}
			swap(i, from)
			i = from
		}
	}
}

// ownerOf finds the group of a repo: the one that GitLab names, or, while that is
// not known, the nearest that its path tells.
func (t *Tree) ownerOf(r *Repo) int32 {
	if g, ok := t.groupByID[r.GroupID]; ok {
		return g
	}
	return above(t.byPath, strings.ToLower(r.Path))
}

// above finds the nearest group above a path in lower case. A group in between
// may be hidden from the account, so that it is not always the direct parent.
func above(byPath map[string]int32, path string) int32 {
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
func (t *Tree) Parent(g int) int { return int(t.spans[g].up) }

// Owner returns the group that repo i lives in, or -1.
func (t *Tree) Owner(i int) int { return int(t.owner[i]) }

// GroupByID returns the position of the group with that ID.
func (t *Tree) GroupByID(id int64) (int, bool) {
	g, ok := t.groupByID[id]
	return int(g), ok
}

// Size returns the number of repos below group g, at any depth.
func (t *Tree) Size(g int) int { return int(t.spans[g].to - t.spans[g].from) }

// Below returns where the repos below group g stand, at any depth: from the first
// to before the second.
func (t *Tree) Below(g int) (from, to int) { return int(t.spans[g].from), int(t.spans[g].to) }

// ReposIn returns where the repos directly in group g stand.
func (t *Tree) ReposIn(g int) (from, to int) { return int(t.spans[g].own), int(t.spans[g].to) }

// Ungrouped returns where the repos of no known group stand.
func (t *Tree) Ungrouped() (from, to int) { return t.grouped, len(t.Repos) }

// Top yields the groups that have no group above them here.
func (t *Tree) Top() iter.Seq[int] { return t.siblings(0, len(t.Groups)) }

// GroupsIn yields the groups directly in group g.
func (t *Tree) GroupsIn(g int) iter.Seq[int] { return t.siblings(g+1, t.GroupEnd(g)) }

// GroupEnd returns the first group behind those below group g, which follow it.
func (t *Tree) GroupEnd(g int) int { return int(t.spans[g].end) }

func (t *Tree) siblings(g, end int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for g := g; g < end && yield(g); {
			g = t.GroupEnd(g)
		}
	}
}
