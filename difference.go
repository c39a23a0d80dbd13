package flow

import (
	"fmt"
	"slices"
	"strings"
)

// A Difference is one line of what saving would do.
type Difference struct {
	Kind  string // auto-import on, new rule, by hand
	What  string // a path or a rule; "" for repos of no group
	Repos int    // how many of that group; 0: it stands for itself
	All   bool   // they are all of it that can be imported
	Delta int    // repos that go in, or out if negative; 0 says nothing
	Note  string // will pause, data stays
}

// Of is what stands before What: "12 of ", "all of ", or nothing.
func (d Difference) Of() string {
	switch {
	case d.Repos == 0:
		return ""
	case d.What == "":
		return Plural(d.Repos, "repo") + " of no group"
	case d.All:
		return "all of "
	}
	return Number(d.Repos) + " of "
}

// Differences lists what saving would do: auto-import first, then rules, then
// repos by hand, summed up where they are many. A repo counts for the change that
// moves it. It takes time that grows with the number of repos.
func (p *Plan) Differences() []Difference {
	var rows []Difference
	for _, g := range p.changedGroups() {
		rows = append(rows, p.autoDifference(g))
	}
	keptOut := p.newlyKeptOut()
	for _, r := range p.add {
		n := p.book.number(r)
		out := p.movedBy(func(i int) bool { return p.will[i].rule == n && p.saved[i].in() && !p.pinChanged(i) })
		rows = append(rows, Difference{Kind: "new rule", What: r.text, Delta: -out, Note: Plural(keptOut[n], "repo") + " kept out"})
	}
	for _, rule := range p.remove {
		n := p.book.number(rule)
		in := p.movedBy(func(i int) bool { return p.saved[i].rule == n && p.will[i].in() && !p.pinChanged(i) })
		rows = append(rows, Difference{Kind: "rule removed", What: rule.text, Delta: in})
	}
	rows = append(rows, p.pinDifferences()...)
	if lost := p.lostChanges(); lost > 0 {
		rows = append(rows, Difference{Kind: "not found", What: Plural(lost, "choice"), Note: "for what is gone from GitLab"})
	}
	return rows
}

// lostChanges counts the changes for groups and repos that are no longer there.
func (p *Plan) lostChanges() int {
	return len(p.lostPins) + len(p.auto) - len(p.changedGroups())
}

func (p *Plan) changedGroups() []int {
	var groups []int
	for id := range p.auto {
		if g, ok := p.GroupByID(id); ok {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	return groups
}

func (p *Plan) autoDifference(g int) Difference {
	row := Difference{Kind: map[AutoSetting]string{
		AutoOn: "auto-import on", AutoOff: "auto-import off", AsAbove: "as above",
	}[p.Auto(g)], What: p.Groups[g].Path}
	kept := 0
	nearest, owner := -1, int32(-1)
	for i, to := p.Below(g); i < to; i++ {
		if p.owner[i] != owner {
			owner = p.owner[i]
			nearest = p.nearestChanged(int(owner))
		}
		if nearest != g || p.pinChanged(i) {
			continue
		}
		saved, will := p.saved[i], p.will[i]
		switch {
		case will.in() && !saved.in() && saved.state != Excluded:
			row.Delta++
		case will.state == NotImported && saved.in():
			// It would have been taken in, but is not imported yet.
			row.Delta--
		case will.state == Excluded && saved.state != Excluded:
			kept++
		}
	}
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
	for ; g >= 0 && !p.AutoChanged(g); g = p.Parent(g) {
	}
	return g
}

func (p *Plan) newlyKeptOut() map[ruleNumber]int {
	counts := map[ruleNumber]int{}
	for i, v := range p.will {
		if v.state == Excluded && (p.saved[i].state != Excluded || p.saved[i].rule != v.rule) {
			counts[v.rule]++
		}
	}
	return counts
}

func (p *Plan) movedBy(is func(i int) bool) int {
	n := 0
	for i := range p.will {
		if is(i) {
			n++
		}
	}
	return n
}

func (p *Plan) pinChanged(i int) bool { return p.pin[i] != p.savedPin[i] }

// What becomes of one repo, or of several, that go in, pause or stay out.
type moveWords [3]struct{ one, many string }

var (
	toCome = moveWords{{"will import", "will import"}, {"will pause", "will pause"}, {"will stay out", "will stay out"}}
	done   = moveWords{{"will import", "will import"}, {"is paused", "are paused"}, {"stays out", "stay out"}}
)

// NotSaved says in one line what is not saved; "" if nothing is.
func (p *Plan) NotSaved() string {
	switch moves := p.moves(toCome); {
	case !p.IsChanged():
		return ""
	case moves == "":
		return "Not saved: " + Plural(p.changed(), "change") + "."
	default:
		return "Not saved: " + moves + "."
	}
}

// Stored says in one line what saving the plan has done.
func (p *Plan) Stored() string {
	if moves := p.moves(done); moves != "" {
		return "Saved: " + moves + "."
	}
	return "Saved."
}

// moves says how many repos go where: 88 repos will import, 1 is paused.
func (p *Plan) moves(words moveWords) string {
	var parts []string
	for i, repos := range [3]int{p.goIn, p.pausing, p.goOut - p.pausing} {
		count, what := Plural(repos, "repo"), words[i].many
		if len(parts) > 0 {
			count = Number(repos)
		}
		if repos == 1 {
			what = words[i].one
		}
		if repos > 0 {
			parts = append(parts, count+" "+what)
		}
	}
	return strings.Join(parts, ", ")
}
