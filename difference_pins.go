package flow

import (
	"slices"
	"sort"
)

const (
	// mostSums is how many rows what is done by hand may take, of one kind: single
	// repos if they are as few, else sums of groups.
	mostSums = 100
	// fewRepos are named one by one, even if they are all of their group.
	fewRepos = 3
)

// pinDifferences lists what is done by hand, in the order of the tree.
func (p *Plan) pinDifferences() []Difference {
	var kinds []Difference
	changed := map[Difference][]int{}
	for i := range p.pin {
		if p.pinChanged(i) {
			kind := p.pinDifference(i)
			if changed[kind] == nil {
				kinds = append(kinds, kind)
			}
			changed[kind] = append(changed[kind], i)
		}
	}
	type placed struct {
		Difference
		at int // its first repo
	}
	var rows []placed
	for _, kind := range kinds {
		sums := pinSums{p, changed[kind]}
		for _, part := range sums.parts(mostSums) {
			rows = append(rows, placed{sums.row(kind, part), sums.repos[part.from]})
		}
	}
	slices.SortStableFunc(rows, func(a, b placed) int { return a.at - b.at })
	list := make([]Difference, len(rows))
	for i := range rows {
		list[i] = rows[i].Difference
	}
	return list
}

// pinDifference says what is done to repo i by hand. It does not name it.
func (p *Plan) pinDifference(i int) Difference {
	row := Difference{Kind: "by hand"}
	was, will := p.saved[i], p.will[i]
	switch {
	case will.in() && !was.in():
		row.Delta, row.Note = 1, "will import"
		if was.state == Paused {
			row.Note = "will be read again"
		}
	case will.state == Paused && was.in():
		row.Delta, row.Note = -1, "will pause, data stays"
	case was.in() && !will.in():
		row.Delta, row.Note = -1, "will stay out"
	case will.state == KeptOut:
		row.Note = "will stay out"
	case p.pin[i] == NoPin:
		row.Kind, row.Note = "no longer by hand", will.state.String()
	}
	return row
}

// pinSums adds up repos to which the same is done. They are in the order of the
// tree, in which those of a group and all below it stand together.
type pinSums struct {
	*Plan
	repos []int
}

// A pinPart is a stretch of the repos: all in a group and below it, or those of
// a group itself. group is -1 for repos of no group.
type pinPart struct {
	from, to int
	group    int
	itself   bool
	stays    bool // it is not divided any more
}

func (s *pinSums) within(from, to int) (int, int) {
	return sort.SearchInts(s.repos, from), sort.SearchInts(s.repos, to)
}

// parts divides the repos: the largest part again and again, as long as there is
// room for more rows. A group that the change covers as a whole stays one.
func (s *pinSums) parts(most int) []pinPart {
	parts := s.divide(pinPart{to: len(s.repos), group: -1})
	for {
		largest := -1
		for i, part := range parts {
			if !part.stays && (largest < 0 || part.to-part.from > parts[largest].to-parts[largest].from) {
				largest = i
			}
		}
		if largest < 0 {
			return parts
		}
		into := s.divide(parts[largest])
		if len(into) == 0 || len(parts)+len(into)-1 > most || s.isWhole(parts[largest]) {
			parts[largest].stays = true
			continue
		}
		parts = slices.Replace(parts, largest, largest+1, into...)
	}
}

// isWhole reports whether all of a group that can be imported are in a part.
func (s *pinSums) isWhole(part pinPart) bool {
	n := part.to - part.from
	return part.group >= 0 && !part.itself && n > fewRepos && n == s.groups[part.group].Can
}

// divide returns the next smaller parts: groups, then the repos beside them, then
// those one by one; none for a single repo.
func (s *pinSums) divide(part pinPart) (parts []pinPart) {
	add := func(group int, itself bool, first, end int) {
		if from, to := s.within(first, end); from < to {
			parts = append(parts, pinPart{from: from, to: to, group: group, itself: itself})
		}
	}
	switch {
	case part.itself && part.to-part.from > 1:
		for at := part.from; at < part.to; at++ {
			parts = append(parts, pinPart{from: at, to: at + 1, group: part.group, itself: true})
		}
	case part.itself:
	case part.group < 0:
		for g := range s.Top() {
			from, to := s.Below(g)
			add(g, false, from, to)
		}
		from, to := s.Ungrouped()
		add(-1, true, from, to)
	default:
		for g := range s.GroupsIn(part.group) {
			from, to := s.Below(g)
			add(g, false, from, to)
		}
		from, to := s.ReposIn(part.group)
		add(part.group, true, from, to)
	}
	return parts
}

func (s *pinSums) row(kind Difference, part pinPart) Difference {
	row, n := kind, part.to-part.from
	row.Delta *= n
	switch {
	case n == 1:
		row.What = s.Repos[s.repos[part.from]].Path
	case part.group >= 0:
		row.What, row.Repos, row.All = s.Groups[part.group].Path, n, s.isWhole(part)
	default:
		row.Repos = n
	}
	return row
}
