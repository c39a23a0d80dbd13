package scale

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"flow/gitlab/gitlabtest"
)

// views are the lists that were asked for. Nothing in the world changes, so they
// are kept.
type views struct {
	world    *world
	mu       sync.Mutex
	projects map[projectFilter]*view
	groups   map[groupFilter][]int32
}

// A view is one list of projects, in the order of their ids, which is that of
// their making.
type view struct {
	rows []int32 // indexes in the world
}

type projectFilter struct {
	own      bool            // with membership
	least    gitlabtest.Role // 0: any
	archived string          // "", "true" or "false"
}

func (v *views) of(f projectFilter) *view {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.projects == nil {
		v.projects = map[projectFilter]*view{}
	}
	if v.projects[f] == nil {
		v.projects[f] = &view{rows: v.world.filter(f)}
	}
	return v.projects[f]
}

func (w *world) filter(f projectFilter) []int32 {
	keeps := make([]bool, len(w.known))
	for i, k := range w.known {
		keeps[i] = (!f.own && f.least == 0 || k.trait != strange) && k.role() >= f.least &&
			(f.archived == "" || (f.archived == "true") == (k.trait == archived))
	}
	var rows []int32
	for i, k := range w.kinds {
		if keeps[k] {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

// after is the place in the list of the first project with a higher id.
func (v *view) after(w *world, id int) int {
	at, _ := slices.BinarySearchFunc(v.rows, id+1, func(row int32, id int) int { return cmp.Compare(int(w.ids[row]), id) })
	return at
}

type groupFilter struct {
	all   bool
	top   bool
	least gitlabtest.Role
	order string
}

func (v *views) ofGroups(f groupFilter) []int32 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.groups == nil {
		v.groups = map[groupFilter][]int32{}
	}
	if v.groups[f] == nil {
		v.groups[f] = v.world.filterGroups(f)
	}
	return v.groups[f]
}

func (w *world) filterGroups(f groupFilter) []int32 {
	rows := []int32{}
	for i := range w.groups {
		g := &w.groups[i]
		if (f.all || i != upstream) && (!f.top || g.parent < 0) && max(g.own, g.above) >= f.least {
			rows = append(rows, int32(i))
		}
	}
	slices.SortStableFunc(rows, func(a, b int32) int {
		switch f.order {
		case "name":
			return strings.Compare(w.groups[a].name, w.groups[b].name)
		case "path":
			return strings.Compare(w.groups[a].slug, w.groups[b].slug)
		}
		return cmp.Compare(w.groups[a].id, w.groups[b].id)
	})
	return rows
}
