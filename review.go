package flow

import (
	"context"
	"iter"
	"maps"
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
	matches *matches
}

// NewReview puts a review together. The slices are sorted in place and belong to
// the review from then on.
func NewReview(in Integration, settings Settings, groups []Group, repos []Repo) *Review {
	shareNames(repos)
	tree, _ := newTree(groups, repos)
	r := &Review{Integration: in, Settings: settings, Tree: tree, matches: &matches{}}
	r.Rules = rulesIn(&r.Tree, settings.Rules)
	return r
}

// shareNames lets a name that is the end of its path take no room of its own.
func shareNames(repos []Repo) {
	for i := range repos {
		if r := &repos[i]; strings.HasSuffix(r.Path, r.Name) {
			r.Name = r.Path[len(r.Path)-len(r.Name):]
		}
	}
}

// Decisions yields one decision per repo, by the stored settings.
func (r *Review) Decisions(now time.Time) iter.Seq2[int, Decision] {
	return func(yield func(int, Decision) bool) {
		autos := r.savedAutos()
		text := func(n ruleNumber) string { return r.Rules[n-1].text }
		for i, v := range r.verdicts(autos, now) {
			if !yield(i, v.decision(&r.Repos[i], autos.of(r.owner[i]), text)) {
				return
			}
		}
	}
}

// verdicts yields what the stored settings make of every repo.
func (r *Review) verdicts(autos autoImports, now time.Time) iter.Seq2[int, verdict] {
	return func(yield func(int, verdict) bool) {
		at := r.matches.settleTime(now)
		var excluded []bitset // of each rule; looked at where auto-import is on at all
		for i := range r.Repos {
			repo := &r.Repos[i]
			s, pin, on := standingOf(repo), r.Pins[repo.ID], autos.of(r.owner[i]).On
			v := decide(s, pin, on, 0)
			if v.by == ByAutoImport {
				if excluded == nil {
					excluded = r.matchedByEach(r.Rules, at)
				}
				v = decide(s, pin, on, firstOf(excluded, i))
			}
			if !yield(i, v) {
				return
			}
		}
	}
}

func (r *Review) matchedByEach(rules []Rule, at time.Time) []bitset {
	found := make([]bitset, len(rules))
	for n, rule := range rules {
		found[n], _ = r.match(context.Background(), rule, at)
	}
	return found
}

// firstOf numbers the first set that has a position.
func firstOf(sets []bitset, i int) ruleNumber {
	for n, set := range sets {
		if set.has(i) {
			return ruleNumber(n + 1)
		}
	}
	return 0
}

// ToImport returns the IDs of the repos that the settings import and that are
// not imported yet: what a save or a complete refresh takes in. Repos that the
// last discovery no longer brought wait until they are found again.
func (r *Review) ToImport(now time.Time) []int64 {
	var ids []int64
	for i, v := range r.verdicts(r.savedAutos(), now) {
		if repo := &r.Repos[i]; v.in() && repo.ImportedAt.IsZero() && repo.LostAt.IsZero() {
			ids = append(ids, repo.ID)
		}
	}
	return ids
}

// Count tells how many of the decisions are in which state.
func Count(decisions iter.Seq2[int, Decision]) Counts {
	var c Counts
	for _, d := range decisions {
		c[d.State]++
	}
	return c
}

// Counts tells how many repos are in which state, by the stored settings.
func (r *Review) Counts(now time.Time) Counts {
	var c Counts
	for _, v := range r.verdicts(r.savedAutos(), now) {
		c[v.state]++
	}
	return c
}

// IsNew reports whether the repo came after all others: with the last complete
// discovery, where that was not the first, or since.
func (r *Review) IsNew(repo *Repo) bool {
	d, at := r.Integration.Discovery, MomentOf(r.Integration.Discovery.At)
	return repo.FirstSeen > at || repo.FirstSeen == at && d.New < d.Repos
}

// autoImports are the settings that count for each group.
type autoImports []AutoImport

func (a autoImports) of(g int32) AutoImport {
	if g < 0 {
		return AutoImport{}
	}
	return a[g]
}

// savedAutos resolves the stored setting of every group.
func (r *Review) savedAutos() autoImports {
	autos := make(autoImports, len(r.Groups))
	r.resolve(autos, 0, len(r.Groups), func(g int) AutoSetting { return settingOf(r.Auto, r.Groups[g].ID) })
	return autos
}

// resolve works out what counts for the groups from one to before another. A
// group stands before those in it.
func (t *Tree) resolve(autos autoImports, from, to int, set func(g int) AutoSetting) {
	for g := from; g < to; g++ {
		if s := set(g); s != AsAbove {
			autos[g] = AutoImport{On: s == AutoOn, Group: t.Groups[g].Path}
		} else {
			autos[g] = autos.of(t.spans[g].up)
		}
	}
}

func settingOf(autos map[int64]bool, id int64) AutoSetting {
	on, set := autos[id]
	switch {
	case !set:
		return AsAbove
	case on:
		return AutoOn
	}
	return AutoOff
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
	Remove  []Rule
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
		if !hasRule(c.Remove, r.text) {
			rules = append(rules, r)
		}
	}
	for _, r := range c.Add {
		if !hasRule(rules, r.text) {
			rules = append(rules, r)
		}
	}
	return rules
}
