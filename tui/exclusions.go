package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// exclusions is the second tab: the rules that keep repos out of auto-import,
// and making a new one.
type exclusions struct {
	d    *details
	at   int
	rule *ruleField // open while a rule is typed
}

func newExclusions(d *details) *exclusions { return &exclusions{d: d} }

func (d *details) exclusions() *exclusions { return d.tabs[1].(*exclusions) }

func (x *exclusions) enter() tea.Cmd { return nil }
func (x *exclusions) typing() bool   { return x.rule != nil }

func (x *exclusions) replaced() {
	x.at = min(max(x.at, 0), max(len(x.d.plan.Rules())-1, 0))
}

func (x *exclusions) back() bool {
	if x.rule != nil {
		x.rule.close()
		x.rule = nil
		return false
	}
	return true
}

// newRule opens the field for a rule, with a text to begin with.
func (d *details) newRule(text string) tea.Cmd {
	d.exclusions().start(text)
	return d.show(1)
}

func (x *exclusions) start(text string) { x.rule = newRuleField(x.d, text) }

// preview counts what the rule in the field would do, where that is not known.
func (x *exclusions) preview() tea.Cmd {
	if x.rule == nil {
		return nil
	}
	return x.rule.preview()
}

func (x *exclusions) update(msg tea.Msg) (move, tea.Cmd) {
	if x.rule != nil {
		cmd, added := x.rule.update(msg)
		if added != "" {
			x.rule.close()
			x.rule = nil
			x.at = len(x.d.plan.Rules()) - 1
			x.d.changedPlan()
			x.d.notice = added
		}
		return move{}, cmd
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		x.press(k)
	}
	return move{}, nil
}

func (x *exclusions) press(k tea.KeyPressMsg) {
	rules := x.d.plan.Rules()
	switch {
	case key.Matches(k, keys.add):
		x.start("")
	case key.Matches(k, keys.up):
		x.at = max(x.at-1, 0)
	case key.Matches(k, keys.down):
		x.at = max(min(x.at+1, len(rules)-1), 0)
	case len(rules) == 0:
	case key.Matches(k, keys.enter):
		x.askPause(rules[x.at])
	case key.Matches(k, keys.out):
		x.askRemove(rules[x.at].String())
	}
}

func (x *exclusions) askRemove(text string) {
	n := x.d.plan.KeptOutBy()[text]
	x.d.question = &question{fmt.Sprintf("Remove %s? It keeps out %s now.", text, flow.Plural(n, "repo")), func() {
		x.d.plan.RemoveRule(text)
		x.d.changedPlan()
		x.d.notice = "Removed once you save."
	}}
}

// askPause offers what a rule never does by itself: to act on what is imported.
func (x *exclusions) askPause(rule flow.Rule) {
	n := x.d.plan.Pausable(rule)
	if n == 0 {
		x.d.notice = fmt.Sprintf("Nothing to pause: no imported repo matches %s, except by hand.", rule)
		return
	}
	x.d.question = &question{fmt.Sprintf("Pause %s that %s matches? Their data stays.", flow.Plural(n, "imported repo"), rule), func() {
		n := x.d.plan.PauseMatched(rule)
		x.d.changedPlan()
		x.d.notice = fmt.Sprintf("%s will pause once you save; their data stays.", flow.Plural(n, "repo"))
	}}
}

// changedPlan tells the other tabs that the plan has changed. The rows of the tree
// are the same ones.
func (d *details) changedPlan() {
	for _, t := range d.tabs[1:] {
		t.replaced()
	}
}

func (x *exclusions) draw(s *screen, width, _ int) {
	b := &s.body
	x.drawRules(b, width)
	if x.rule != nil {
		b.blank()
		x.rule.draw(b, width)
		s.keys = x.rule.keys()
		return
	}
	if asked := x.d.question; asked != nil {
		s.about = "  " + cut(asked.text, width-3)
	}
	s.keys = x.keys()
}

// drawRules gives way to a rule that is typed where there is not room for both.
func (x *exclusions) drawRules(b *body, width int) {
	st, typing := x.d.styles, x.rule != nil
	add := b.add
	if typing {
		add = b.detail
	}
	add(prefixed("  ", wrap("Rules keep repos out of auto-import. What is imported already stays imported.", width-3))...)
	b.blank()
	rules, kept := x.d.plan.Rules(), x.d.plan.KeptOutBy()
	numbers := min(width-2, 52)
	if len(rules) > 0 || !typing {
		add("    " + pad("Rule", numbers-4-len("Keeps out now")) + "Keeps out now")
	}
	for i, rule := range rules {
		focused := i == x.at && !typing
		if focused {
			b.focus(2)
		}
		change := " "
		if x.d.plan.RuleAdded(rule.String()) {
			change = "+"
		}
		mark := " "
		if focused {
			mark = st.accent.Render(">")
		}
		count := flow.Number(kept[rule.String()])
		add(mark + change + "  " + pad(cut(rule.String(), numbers-6-len(count)), numbers-4-len(count)) + count)
	}
	if len(rules) == 0 && !typing {
		b.focus(2)
		b.add("    none yet; n adds one")
	}
}

func (x *exclusions) keys() []key.Binding {
	if x.d.question != nil {
		return questionKeys()
	}
	list := []key.Binding{does(keys.add, "new rule")}
	rules := len(x.d.plan.Rules()) > 0
	if rules {
		list = append(list, does(keys.out, "remove"))
	}
	if x.d.plan.IsChanged() {
		list = append(list, keys.save)
	}
	if rules {
		list = append(list, does(keys.enter, "pause imported"))
	}
	return append(list, keys.help, does(keys.back, "integrations"))
}

func (x *exclusions) help() helpPage {
	return helpPage{name: "Exclusions",
		left: []helpGroup{
			{"Rules", [][2]string{{"n", "new rule"}, {"x", "remove this rule"}, {"enter", "pause the imported it matches"}, {"up, down", "one row"}}},
			{"Typing one", [][2]string{{"enter", "add it"}, {"up, down", "choose a kind, or the box"}, {"space", "box: pause imported ones too"}, {"esc", "cancel"}}}},
		right: []helpGroup{{"Keep", [][2]string{{"e", "what has changed"}, {"u U", "undo, redo"}, {"s", "save"}, {"1 2 3", "Repos, Exclusions, ..."}}}, always}}
}
