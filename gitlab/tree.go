package gitlab

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"flow"
)

// A tree is what a discovery knows of groups, by their IDs.
type tree struct {
	listed  map[int64]flow.Group // those that the account is in, by GitLab's list
	homes   map[int64]flow.Group // groups that its projects are in
	people  idSet                // persons whose namespaces they are in
	visible map[int64]flow.Group // before 10.3: all that it can see
	rest    map[int64]flow.Group // what belongs to it beside the listed ones; see complete
}

func newTree() tree {
	return tree{listed: map[int64]flow.Group{}, homes: map[int64]flow.Group{}, visible: map[int64]flow.Group{}, rest: map[int64]flow.Group{}}
}

// knows reports whether there is nothing more to learn from a project about the
// namespace that it is in.
func (t *tree) knows(id int64) bool {
	if _, known := t.listed[id]; known {
		return true
	}
	_, known := t.homes[id]
	return known || t.people.has(id)
}

// complete works out which groups belong to the account although its list does
// not have them: groups that are open to it only through something in them, and, before 10.3, all that is above and below its own. They
// are returned in the order of their IDs.
func (t *tree) complete() []flow.Group {
	for id, g := range t.homes {
		if seen, ok := t.visible[id]; ok {
			g = seen // with its parent, which a namespace does not name in 9.0
		}
		t.rest[id] = g
	}
	own := map[string]bool{}
	for _, g := range t.listed {
		own[g.Path] = true
	}
	for id, g := range t.visible {
		if slices.ContainsFunc(above(g.Path), func(path string) bool { return own[path] }) {
			t.rest[id] = g
		}
	}
	maps.DeleteFunc(t.rest, func(id int64, _ flow.Group) bool { _, ok := t.listed[id]; return ok })
	t.addParents()
	ids := t.byPath()
	for id, g := range t.rest {
		if g.ParentID == 0 && !g.Personal && strings.Contains(g.Path, "/") {
			g.ParentID = ids[path.Dir(g.Path)]
			t.rest[id] = g
		}
	}
	return slices.SortedFunc(maps.Values(t.rest), func(a, b flow.Group) int { return cmp.Compare(a.ID, b.ID) })
}

// addParents adds the groups above all others, as far as they are known.
func (t *tree) addParents() {
	todo := slices.AppendSeq(slices.Collect(maps.Values(t.listed)), maps.Values(t.rest))
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		_, listed := t.listed[g.ParentID]
		if _, have := t.rest[g.ParentID]; listed || have || g.ParentID <= 0 {
			continue
		}
		parent, ok := t.visible[g.ParentID]
		if !ok {
			parent = parentOf(g)
		}
		t.rest[parent.ID] = parent
		todo = append(todo, parent)
	}
}

// byPath are the IDs of all groups that are known.
func (t *tree) byPath() map[string]int64 {
	ids := map[string]int64{}
	for _, groups := range []map[int64]flow.Group{t.visible, t.rest, t.listed} {
		for id, g := range groups {
			ids[g.Path] = id
		}
	}
	return ids
}

// group is what is known of a group.
func (t *tree) group(id int64) (flow.Group, bool) {
	for _, groups := range []map[int64]flow.Group{t.listed, t.rest, t.visible} {
		if g, ok := groups[id]; ok {
			return g, true
		}
	}
	return flow.Group{}, false
}

// above are the paths of the groups above one, the nearest first.
func above(at string) []string {
	var paths []string
	for at = path.Dir(at); at != "." && at != "/"; at = path.Dir(at) {
		paths = append(paths, at)
	}
	return paths
}
