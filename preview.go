package flow

import (
	"context"
	"fmt"
	"time"
)

// A Trial finds the repos that a rule matches. It looks at nothing that a change
// of the plan touches, so that it can run while the plan is changed.
type Trial struct {
	rule   Rule
	review *Review
	now    time.Time
	found  bitset
}

// Try begins the trial of a rule that is being typed. Its faults are those of
// [ParseRule] and [Plan.AddRule].
func (p *Plan) Try(text string) (*Trial, error) {
	rule, err := ParseRule(text)
	if err != nil {
		return nil, err
	}
	if rule, err = p.addable(rule); err != nil {
		return nil, err
	}
	p.shared = true // a walk that goes on must not move what the trial looks at
	return &Trial{rule: rule, review: p.Review, now: p.now}, nil
}

// Run goes through all repos. The error is that of the context.
func (t *Trial) Run(ctx context.Context) (err error) {
	t.found, err = t.review.match(ctx, t.rule, t.now)
	return err
}

// A Preview tells what a rule would do if it were added to a plan.
type Preview struct {
	Rule    Rule
	Repos   int // all there are
	Matches int

	// These add up to Matches.
	KeepsOut    int // auto-import would take them, or does at the next refresh
	Stay        int // imported since an earlier day, and not by hand
	ByHand      int // imported by hand
	Excluded    int // by other rules
	KeptOut     int // by hand: kept out or paused
	NoAuto      int // nothing imports them
	Unsupported int

	ExcludedBy []string // up to two of these other rules
	Examples   []string // paths: of those it would keep out, else of those it matches
	Effect     string   // a sentence on what will be imported with it; "" says nothing
	Warning    string   // it matches none, or all; "" else
}

// maxExamples is how many repos a preview names.
const maxExamples = 5

// Preview tells what a rule would do, all at once. The error is that of [Plan.Try]
// or of the context.
func (p *Plan) Preview(ctx context.Context, text string) (Preview, error) {
	t, err := p.Try(text)
	if err != nil {
		return Preview{}, err
	}
	if err := t.Run(ctx); err != nil {
		return Preview{}, err
	}
	return p.Weigh(t), nil
}

// Fits reports whether the repos of the plan still are those that a trial went
// through. Weigh takes another run where they are not.
func (p *Plan) Fits(t *Trial) bool { return t.review == p.Review }

// Weigh tells what the rule of a trial that has run would do to the plan.
func (p *Plan) Weigh(t *Trial) Preview {
	v := Preview{Rule: t.rule, Repos: len(p.Repos)}
	if !p.Fits(t) {
		t = &Trial{rule: t.rule.in(&p.Tree), review: p.Review, now: p.now}
		_ = t.Run(context.Background())
	}
	group := someGroup{p: p}
	var kept, other []string
	rules := map[ruleNumber]bool{}
	t.found.each(func(i int) {
		v.Matches++
		switch w := p.will[i]; {
		case w.by == ByAutoImport:
			v.KeepsOut++
			kept = p.example(kept, i)
			group.add(i)
			return
		case w.by == ByHistory:
			v.Stay++
		case w.state == Imported:
			v.ByHand++
		case w.state == Excluded:
			v.Excluded++
			if len(v.ExcludedBy) < 2 && !rules[w.rule] {
				rules[w.rule] = true
				v.ExcludedBy = append(v.ExcludedBy, p.book.text(w.rule))
			}
		case w.by == ByHand:
			v.KeptOut++
		case w.state == NotSupported:
			v.Unsupported++
		default:
			v.NoAuto++
		}
		other = p.example(other, i)
	})
	if v.Examples = kept; len(kept) == 0 {
		v.Examples = other
	}
	v.Effect = group.effect(v)
	v.Warning = v.warning()
	return v
}

func (p *Plan) example(examples []string, i int) []string {
	if len(examples) == maxExamples {
		return examples
	}
	return append(examples, p.Repos[i].Path)
}

func (v Preview) warning() string {
	switch all := Plural(v.Repos, "repo"); {
	case v.Repos == 0:
		return "No repos are known yet. It will count for those that come."
	case v.Matches == 0:
		return fmt.Sprintf("Matches none of %s. Add it all the same if such repos will come.", all)
	case v.Matches == v.Repos && v.Repos > 1:
		return fmt.Sprintf("Matches all %s. Nothing new would be imported.", all)
	}
	return ""
}

// A Share is how many of the repos that a rule matches have one thing in common.
type Share struct {
	Repos int
	Words string // would be kept out
}

// Shares says in words what the matches are made of, those that there are.
func (v Preview) Shares() []Share {
	by := ""
	switch {
	case v.Excluded > 0 && len(v.ExcludedBy) == 1:
		by = ": " + v.ExcludedBy[0]
	case v.Excluded > 0:
		by = ", by other rules"
	}
	var shares []Share
	for _, s := range []struct {
		repos     int
		one, many string
	}{
		{v.KeepsOut, "would be kept out", "would be kept out"},
		{v.Stay, "is imported, and stays", "are imported, and stay"},
		{v.ByHand, "is imported by hand, and stays", "are imported by hand, and stay"},
		{v.Excluded, "is out already" + by, "are out already" + by},
		{v.KeptOut, "is out by hand", "are out by hand"},
		{v.NoAuto, "is in no auto-import", "are in no auto-import"},
		{v.Unsupported, "can't be imported", "can't be imported"},
	} {
		switch {
		case s.repos == 1:
			shares = append(shares, Share{1, s.one})
		case s.repos > 1:
			shares = append(shares, Share{s.repos, s.many})
		}
	}
	return shares
}

// someGroup finds the one group whose auto-import would take some repos in, if it
// is one.
type someGroup struct {
	p     *Plan
	repos int   // that would go in
	owner int32 // of the last one
	group int32 // -1: several
}

func (s *someGroup) add(i int) {
	if s.p.saved[i].in() {
		return
	}
	s.repos++
	owner := s.p.owner[i]
	if s.repos > 1 && (owner == s.owner || s.group < 0) {
		return
	}
	g := owner
	for g >= 0 && s.p.Auto(int(g)) == AsAbove {
		g = s.p.spans[g].up
	}
	if s.repos > 1 && g != s.group {
		g = -1
	}
	s.owner, s.group = owner, g
}

// effect says what will be imported with the rule.
func (s *someGroup) effect(v Preview) string {
	switch {
	case v.Matches > 0 && v.KeepsOut == 0:
		return "It keeps out nothing now; it will count for repos that come."
	case s.repos == 0:
		return ""
	case s.group >= 0:
		all := s.p.groups[s.group].GoIn
		return fmt.Sprintf("With it %s will import %s instead of %s.", s.p.Groups[s.group].Path, Plural(all-s.repos, "repo"), Number(all))
	}
	return fmt.Sprintf("With it %s will be imported instead of %s.", Plural(s.p.goIn-s.repos, "repo"), Number(s.p.goIn))
}

// Pausable counts the repos that [Plan.PauseMatched] would pause.
func (p *Plan) Pausable(rule Rule) int {
	n := 0
	p.eachPausable(rule, func(int) { n++ })
	return n
}

// PauseMatched pauses by hand the imported repos that a rule matches, which the
// rule itself never touches; what they brought stays. Repos that are imported by
// hand stay as they are: a person chose them one by one.
func (p *Plan) PauseMatched(rule Rule) (paused int) {
	p.act(func() string {
		var repos []int
		p.eachPausable(rule, func(i int) { repos = append(repos, i) })
		paused = p.putEach(len(repos), func(n int) int { return repos[n] }, false)
		return fmt.Sprintf("pausing %s that %s matches", Plural(paused, "repo"), rule.text)
	})
	return paused
}

func (p *Plan) eachPausable(rule Rule, f func(i int)) {
	found, _ := p.match(context.Background(), rule.in(&p.Tree), p.now)
	found.each(func(i int) {
		if p.will[i].by == ByHistory {
			f(i)
		}
	})
}

// AddAndPause is AddRule and PauseMatched as one change.
func (p *Plan) AddAndPause(rule Rule) (paused int, err error) {
	p.act(func() string {
		if err = p.AddRule(rule); err == nil {
			paused = p.PauseMatched(rule)
		}
		return fmt.Sprintf("adding the rule %s and pausing %s", rule.text, Plural(paused, "repo"))
	})
	return paused, err
}
