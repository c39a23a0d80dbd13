package flow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Difference is one line of what saving would do.
type Difference struct {
	Kind  string // auto-import on, new rule, by hand
	What  string // a path or a rule
	Delta int    // repos that go in, or out if negative; 0 says nothing
	Note  string // will pause, data stays
}

// Differences lists what saving would do: auto-import first, then rules, then
// repos by hand. A repo counts for the change that moves it.
func (p *Plan) Differences() []Difference {
	var rows []Difference
	for _, g := range p.changedGroups() {
		rows = append(rows, p.autoDifference(g))
	}
	keptOut := p.newlyKeptOut()
	for _, r := range p.changes.Add {
		out := p.movedBy(func(i int) bool { return p.will[i].Rule == r.text && p.saved[i].In() && !p.pinChanged(i) })
		rows = append(rows, Difference{Kind: "new rule", What: r.text, Delta: -out, Note: Plural(keptOut[r.text], "repo") + " kept out"})
	}
	for _, text := range p.changes.Remove {
		in := p.movedBy(func(i int) bool { return p.saved[i].Rule == text && p.will[i].In() && !p.pinChanged(i) })
		rows = append(rows, Difference{Kind: "rule removed", What: text, Delta: in})
	}
	for i := range p.Repos {
		if p.pinChanged(i) {
			rows = append(rows, p.pinDifference(i))
		}
	}
	if lost := p.lostChanges(); lost > 0 {
		rows = append(rows, Difference{Kind: "not found", What: Plural(lost, "choice"), Note: "for what is gone from GitLab"})
	}
	return rows
}

// lostChanges counts the changes for groups and repos that are no longer there.
func (p *Plan) lostChanges() int {
	pins := 0
	for i := range p.Repos {
		if p.pinChanged(i) {
			pins++
		}
	}
	return len(p.changes.Pins) - pins + len(p.changes.Auto) - len(p.changedGroups())
}

func (p *Plan) changedGroups() []int {
	var groups []int
	for id := range p.changes.Auto {
		if g, ok := p.GroupByID(id); ok {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b int) int { return cmp.Compare(a, b) })
	return groups
}

func (p *Plan) autoDifference(g int) Difference {
	row := Difference{Kind: map[AutoSetting]string{
		AutoOn: "auto-import on", AutoOff: "auto-import off", AsAbove: "as above",
	}[p.Auto(g)], What: p.Groups[g].Path}
	kept := 0
	p.Below(g, func(i int) {
		if p.nearestChanged(p.owner[i]) != g || p.pinChanged(i) {
			return
		}
		switch {
		case p.will[i].In() && !p.saved[i].In() && p.saved[i].State != Excluded:
			row.Delta++
		case p.will[i].State == NotImported && p.saved[i].In():
			// It would have been taken in, but is not imported yet.
			row.Delta--
		case p.will[i].State == Excluded && p.saved[i].State != Excluded:
			kept++
		}
	})
	switch {
	case kept > 0:
		row.Note = fmt.Sprintf("%s kept out by rules", Number(kept))
	case p.Auto(g) != AutoOn && row.Delta <= 0:
		row.Note = "imported repos stay"
	}
	return row
}

// nearestChanged finds the group above, g included, whose auto-import setting is
// changed.
func (p *Plan) nearestChanged(g int) int {
	for ; g >= 0 && !p.AutoChanged(g); g = p.parent[g] {
	}
	return g
}

func (p *Plan) newlyKeptOut() map[string]int {
	counts := map[string]int{}
	for i, d := range p.will {
		if d.State == Excluded && (p.saved[i].State != Excluded || p.saved[i].Rule != d.Rule) {
			counts[d.Rule]++
		}
	}
	return counts
}

func (p *Plan) movedBy(is func(i int) bool) int {
	n := 0
	for i := range p.Repos {
		if is(i) {
			n++
		}
	}
	return n
}

func (p *Plan) pinChanged(i int) bool {
	_, ok := p.changes.Pins[p.Repos[i].ID]
	return ok
}

func (p *Plan) pinDifference(i int) Difference {
	row := Difference{Kind: "by hand", What: p.Repos[i].Path}
	was, will := p.saved[i], p.will[i]
	switch {
	case will.In() && !was.In():
		row.Delta, row.Note = 1, "will import"
		if was.State == Paused {
			row.Note = "will be read again"
		}
	case will.State == Paused && was.In():
		row.Delta, row.Note = -1, "will pause, data stays"
	case was.In() && !will.In():
		row.Delta, row.Note = -1, "will stay out"
	case will.State == KeptOut:
		row.Note = "will stay out"
	case p.Pin(i) == NoPin:
		row.Kind, row.Note = "no longer by hand", will.State.String()
	}
	return row
}

// Moves counts the repos that saving would import, and those that it would
// pause or leave out.
func (p *Plan) Moves() (in, out int) {
	for i := range p.will {
		switch {
		case p.will[i].In() && !p.saved[i].In():
			in++
		case !p.will[i].In() && p.saved[i].In():
			out++
		}
	}
	return in, out
}

// NotSaved says in one line what is not saved; "" if nothing is.
func (p *Plan) NotSaved() string {
	if !p.IsChanged() {
		return ""
	}
	in, out := p.Moves()
	paused := p.movedBy(func(i int) bool { return p.saved[i].In() && p.will[i].State == Paused })
	var parts []string
	for _, move := range []struct {
		repos int
		what  string
	}{{in, "import"}, {paused, "pause"}, {out - paused, "stay out"}} {
		switch {
		case move.repos > 0 && len(parts) == 0:
			parts = append(parts, Plural(move.repos, "repo")+" will "+move.what)
		case move.repos > 0:
			parts = append(parts, Number(move.repos)+" will "+move.what)
		}
	}
	if len(parts) == 0 {
		n := len(p.changes.Auto) + len(p.changes.Pins) + len(p.changes.Add) + len(p.changes.Remove)
		parts = append(parts, Plural(n, "change"))
	}
	return "Not saved: " + strings.Join(parts, ", ") + "."
}
