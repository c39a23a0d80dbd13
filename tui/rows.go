package tui

import (
	"slices"
	"strings"

	"flow"
)

// A row of the tree is a group or a repo. There may be a million, so it holds
// no more than where that is.
type row struct {
	at     int32 // position in the plan
	depth  int16
	isRepo bool
}

func groupRow(g, depth int) row { return row{at: int32(g), depth: int16(depth)} }
func repoRow(i, depth int) row  { return row{at: int32(i), depth: int16(depth), isRepo: true} }

// group is the row's group, repo its repo; -1 where it is the other.
func (w row) group() int {
	if w.isRepo {
		return -1
	}
	return int(w.at)
}

func (w row) repo() int {
	if w.isRepo {
		return int(w.at)
	}
	return -1
}

// A focus is the group or repo of the focused row, by GitLab's number: it stays
// the same when the plan is made anew.
type focus struct {
	id     int64
	isRepo bool
}

// focused notes what the focus is on, before the plan's positions change. Where
// no row is shown, such as while the filter searches, it is what it was. Until a key
// has been pressed it is on the first row, whatever that becomes: repos may be found
// before their groups.
func (r *repos) focused() {
	if r.touched && r.at < len(r.rows) {
		p, w := r.d.plan, r.rows[r.at]
		if w.isRepo {
			r.on = focus{p.Repos[w.at].ID, true}
		} else {
			r.on = focus{p.Groups[w.at].ID, false}
		}
	}
}

// replaced makes the rows anew, over a plan whose groups and repos may stand
// elsewhere, and keeps the focus on the same group or repo.
func (r *repos) replaced() {
	r.tree++
	r.layOut()
}

// layOut makes the rows of the tree: with a filter what it shows and what leads
// there, else what is not folded.
func (r *repos) layOut() {
	p := r.d.plan
	r.rows = r.rows[:0]
	switch {
	case r.filter.value() == "":
		for g := range p.Top() {
			r.addGroup(g, 0)
		}
		for i, to := p.Ungrouped(); i < to; i++ {
			r.rows = append(r.rows, repoRow(i, 0))
		}
	case r.hits.tree == r.tree:
		r.addHits(r.hits.Hits)
	}
	r.refocus()
}

// refocus puts the focus on the row of what had it, or of the nearest group above
// that which is shown.
func (r *repos) refocus() {
	p, want, above := r.d.plan, row{at: -1}, -1
	if r.on.isRepo {
		if i, ok := p.RepoByID(r.on.id); ok {
			want, above = repoRow(i, 0), p.Owner(i)
		}
	} else if g, ok := p.GroupByID(r.on.id); ok {
		want, above = groupRow(g, 0), p.Parent(g)
	}
	at := r.find(want)
	for ; at < 0 && above >= 0; above = p.Parent(above) {
		at = r.find(groupRow(above, 0))
	}
	if at >= 0 {
		r.at = at
	}
	r.at = min(max(r.at, 0), max(len(r.rows)-1, 0))
}

// find is where the row of a group or repo is, -1 if it is not shown.
func (r *repos) find(want row) int {
	return slices.IndexFunc(r.rows, func(w row) bool { return w.at == want.at && w.isRepo == want.isRepo })
}

// addGroup adds a group and, where it is open, what is below it.
func (r *repos) addGroup(g, depth int) {
	p := r.d.plan
	r.rows = append(r.rows, groupRow(g, depth))
	if !r.isOpen(g) {
		return
	}
	for child := range p.GroupsIn(g) {
		r.addGroup(child, depth+1)
	}
	for i, to := p.ReposIn(g); i < to; i++ {
		r.rows = append(r.rows, repoRow(i, depth+1))
	}
}

// addHits adds repos in the order of the tree, and before the first below each
// group that group.
func (r *repos) addHits(hits []int32) {
	p := r.d.plan
	var open []int // the groups above the last repo, from the top
	var path []int
	for _, i := range hits {
		path = path[:0]
		for g := p.Owner(int(i)); g >= 0; g = p.Parent(g) {
			path = append(path, g)
		}
		slices.Reverse(path)
		same := 0
		for same < len(open) && same < len(path) && open[same] == path[same] {
			same++
		}
		for depth := same; depth < len(path); depth++ {
			r.rows = append(r.rows, groupRow(path[depth], depth))
		}
		open = append(open[:0], path...)
		r.rows = append(r.rows, repoRow(int(i), len(path)))
	}
}

// isOpen reports whether a group shows what is in it: top groups start open,
// people's namespaces do not.
func (r *repos) isOpen(g int) bool {
	open := r.d.plan.Parent(g) < 0 && !r.d.plan.Groups[g].Personal
	if r.folded[r.d.plan.Groups[g].ID] {
		open = !open
	}
	return open
}

func (r *repos) setOpen(g int, open bool) {
	if r.isOpen(g) != open {
		r.focused()
		id := r.d.plan.Groups[g].ID
		r.folded[id] = !r.folded[id]
		r.layOut()
	}
}

// slug is the own name of the repo or group in the focused row, for a new rule.
func (r *repos) slug() string {
	w := r.rows[r.at]
	if w.isRepo {
		return r.d.plan.Repos[w.at].Slug()
	}
	path := r.d.plan.Groups[w.at].Path
	return path[strings.LastIndexByte(path, '/')+1:]
}

// reveal puts the focus on the row of a group or repo, unfolds what it is in and
// takes the filter away.
func (r *repos) reveal(path string) {
	p := r.d.plan
	r.touched = true
	r.clearFilter()
	is := func(other string) bool { return strings.EqualFold(other, path) }
	want, above := row{at: -1}, -1
	if i := slices.IndexFunc(p.Repos, func(r flow.Repo) bool { return is(r.Path) }); i >= 0 {
		want, above = repoRow(i, 0), p.Owner(i)
	} else if g := slices.IndexFunc(p.Groups, func(g flow.Group) bool { return is(g.Path) }); g >= 0 {
		want, above = groupRow(g, 0), p.Parent(g)
	}
	for ; above >= 0; above = p.Parent(above) {
		r.setOpen(above, true)
	}
	if at := r.find(want); at >= 0 {
		r.at = at
	}
}
