package tui

import "strings"

// A row of the tree is a group or a repo.
type row struct {
	group int // position in the plan; -1 for a repo
	repo  int // position in the plan; -1 for a group
	depth int
	id    int64 // GitLab's, which stays the same when the plan is made anew
}

// replaced makes the rows anew, after a change or over a new plan, and keeps the
// focus on the same group or repo.
func (r *repos) replaced() {
	focused := row{group: -1, repo: -1}
	if r.at < len(r.rows) {
		focused = r.rows[r.at]
	}
	p := r.d.plan
	r.counts = p.CountGroups()
	r.rows, r.shown = r.rows[:0], 0
	terms := strings.Fields(strings.ToLower(r.filter.value()))
	for _, g := range p.Top {
		r.addGroup(g, 0, terms)
	}
	for _, i := range p.Ungrouped {
		r.addRepo(i, 0, terms)
	}
	for i, w := range r.rows {
		if w.id == focused.id && (w.group >= 0) == (focused.group >= 0) {
			r.at = i
		}
	}
	r.at = min(max(r.at, 0), max(len(r.rows)-1, 0))
}

// addGroup adds a group and, where it is open, what is below it. With a filter
// only what matches and what leads there is shown, all of it open.
func (r *repos) addGroup(g, depth int, terms []string) bool {
	p, start := r.d.plan, len(r.rows)
	r.rows = append(r.rows, row{group: g, repo: -1, depth: depth, id: p.Groups[g].ID})
	matched := false
	if len(terms) > 0 || r.isOpen(g) {
		for _, child := range p.GroupsIn[g] {
			matched = r.addGroup(child, depth+1, terms) || matched
		}
		for _, i := range p.ReposIn[g] {
			matched = r.addRepo(i, depth+1, terms) || matched
		}
	}
	if len(terms) > 0 && !matched {
		r.rows = r.rows[:start]
	}
	return matched
}

func (r *repos) addRepo(i, depth int, terms []string) bool {
	path := strings.ToLower(r.d.plan.Repos[i].Path)
	for _, term := range terms {
		if !strings.Contains(path, term) {
			return false
		}
	}
	r.rows = append(r.rows, row{group: -1, repo: i, depth: depth, id: r.d.plan.Repos[i].ID})
	r.shown++
	return true
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
		id := r.d.plan.Groups[g].ID
		r.folded[id] = !r.folded[id]
		r.replaced()
	}
}

// shownRepos are those that the filter shows; without one, all, folded or not.
func (r *repos) shownRepos() []int {
	var shown []int
	if r.filter.value() == "" {
		for i := range r.d.plan.Repos {
			shown = append(shown, i)
		}
		return shown
	}
	for _, w := range r.rows {
		if w.repo >= 0 {
			shown = append(shown, w.repo)
		}
	}
	return shown
}

// slug is the own name of the repo or group in the focused row, for a new rule.
func (r *repos) slug() string {
	w := r.rows[r.at]
	if w.repo >= 0 {
		return r.d.plan.Repos[w.repo].Slug()
	}
	path := r.d.plan.Groups[w.group].Path
	return path[strings.LastIndexByte(path, '/')+1:]
}
