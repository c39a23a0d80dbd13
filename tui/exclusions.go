package tui

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// exclusions is the second tab: the rules that keep repos out of auto-import,
// and making a new one.
type exclusions struct {
	d      *details
	at     int
	adding bool
	field  field
	kind   int // offered kind that is focused while nothing is typed; -1 none
	bad    error
	ask    *question
}

func newExclusions(d *details) *exclusions {
	return &exclusions{d: d, field: newField("", 1000), kind: -1}
}

func (x *exclusions) enter() tea.Cmd { return nil }
func (x *exclusions) typing() bool   { return x.adding }

func (x *exclusions) replaced() {
	x.at = min(max(x.at, 0), max(len(x.d.plan.Rules())-1, 0))
}

func (x *exclusions) back() bool {
	switch {
	case x.ask != nil:
		x.ask = nil
	case x.adding:
		x.adding = false
		x.field.blur()
	default:
		return true
	}
	return false
}

// newRule opens the field for a rule, with a text to begin with.
func (d *details) newRule(text string) tea.Cmd {
	x := d.tabs[1].(*exclusions)
	x.start(text)
	return d.show(1)
}

func (x *exclusions) start(text string) {
	x.adding, x.bad, x.kind = true, nil, -1
	x.field.setValue(text)
	x.field.focus()
}

func (x *exclusions) update(msg tea.Msg) (move, tea.Cmd) {
	if x.adding {
		x.updateField(msg)
		return move{}, nil
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return move{}, nil
	}
	rules := x.d.plan.Rules()
	if x.ask != nil {
		if key.Matches(k, keys.enter) {
			yes := x.ask.yes
			x.ask = nil
			yes()
		}
		return move{}, nil
	}
	switch {
	case key.Matches(k, keys.add):
		x.start("")
	case key.Matches(k, keys.up):
		x.at = max(x.at-1, 0)
	case key.Matches(k, keys.down):
		x.at = max(min(x.at+1, len(rules)-1), 0)
	case key.Matches(k, keys.out) && len(rules) > 0:
		x.askRemove(rules[x.at].String())
	}
	return move{}, nil
}

func (x *exclusions) askRemove(text string) {
	n := x.d.plan.KeptOutBy()[text]
	x.ask = &question{fmt.Sprintf("Remove %s? It keeps out %s now.", text, flow.Plural(n, "repo")), func() {
		x.d.plan.RemoveRule(text)
		x.d.changedPlan()
		x.d.notice = "Removed once you save."
	}}
}

// changedPlan tells all tabs that the plan has changed.
func (d *details) changedPlan() {
	for _, t := range d.tabs {
		t.replaced()
	}
}

func (x *exclusions) updateField(msg tea.Msg) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		empty := x.field.value() == ""
		switch {
		case key.Matches(k, keys.enter) && empty && x.kind >= 0:
			x.field.setValue(flow.RuleKinds[x.kind].Prefix)
			return
		case key.Matches(k, keys.enter):
			x.add()
			return
		case k.Code == tea.KeyDown && empty:
			x.kind = min(x.kind+1, len(flow.RuleKinds)-1)
			return
		case k.Code == tea.KeyUp && empty:
			x.kind = max(x.kind-1, -1)
			return
		}
	}
	if x.field.update(msg) {
		x.bad, x.kind = nil, -1
	}
}

// add takes the rule into the plan and says what it will keep out.
func (x *exclusions) add() {
	rule, err := flow.ParseRule(x.field.value())
	if err == nil {
		err = x.d.plan.AddRule(rule)
	}
	if err != nil {
		x.bad = err
		return
	}
	x.adding = false
	x.field.blur()
	x.at = len(x.d.plan.Rules()) - 1
	x.d.changedPlan()
	x.d.notice = x.added(rule)
}

func (x *exclusions) added(rule flow.Rule) string {
	p, matched := x.d.plan, 0
	for i := range p.Repos {
		if rule.Matches(&p.Repos[i], x.d.Now()) {
			matched++
		}
	}
	kept := p.KeptOutBy()[rule.String()]
	switch {
	case matched == 0:
		return fmt.Sprintf("Added. It matches none of %s now.", flow.Plural(len(p.Repos), "repo"))
	case kept == 0:
		return fmt.Sprintf("Added. It matches %s; auto-import takes none of them.", flow.Plural(matched, "repo"))
	}
	return fmt.Sprintf("Added. %s will be kept out once you save.", flow.Plural(kept, "repo"))
}

func (x *exclusions) draw(s *screen, width, _ int) {
	st, b := x.d.styles, &s.body
	b.add(prefixed("  ", wrap("Rules keep repos out of auto-import. What is imported already stays imported.", width-3))...)
	b.blank()
	rules, kept := x.d.plan.Rules(), x.d.plan.KeptOutBy()
	numbers := min(width-2, 52)
	if len(rules) > 0 || !x.adding {
		b.add("    " + pad("Rule", numbers-4-len("Keeps out now")) + "Keeps out now")
	}
	for i, rule := range rules {
		focused := i == x.at && !x.adding
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
		b.add(mark + change + "  " + pad(cut(rule.String(), numbers-6-len(count)), numbers-4-len(count)) + count)
	}
	if len(rules) == 0 && !x.adding {
		b.focus(2)
		b.add("    none yet; n adds one")
	}
	if x.adding {
		b.blank()
		x.drawField(b, width)
	}
	if x.ask != nil {
		s.about = "  " + cut(x.ask.text, width-3)
	}
	s.keys = x.keys()
}

func (x *exclusions) drawField(b *body, width int) {
	st := x.d.styles
	b.add("  " + st.bold.Render("New rule"))
	text, cursor := x.field.draw(width - 4)
	if x.kind < 0 {
		b.focus(2 + cursor)
	}
	b.add(st.mark(x.kind < 0) + text)
	switch {
	case x.bad != nil:
		x.drawMistake(b, width)
	case x.field.value() == "":
		b.detail("  Type one, or choose a kind:")
		x.drawKinds(b, width)
	default:
		b.add(prefixed("  ", wrap(x.kindHint(), width-3))...)
	}
}

// drawMistake puts a caret under the place of a mistake and says what it is.
func (x *exclusions) drawMistake(b *body, width int) {
	st := x.d.styles
	var mistake *flow.RuleError
	if errors.As(x.bad, &mistake) && flow.CausedBy(x.bad, flow.BadRule) {
		before := utf8.RuneCountInString(mistake.Text[:min(mistake.At, len(mistake.Text))])
		if text := "^ " + mistake.Reason; 2+before+len(text) < width {
			b.add(strings.Repeat(" ", 2+before) + st.red.Render(text))
			return
		}
	}
	for _, row := range faultRows(flow.FaultOf(x.bad), width-3) {
		b.add("  " + st.red.Render(row))
	}
}

func (x *exclusions) kindHint() string {
	value := x.field.value()
	for _, k := range flow.RuleKinds {
		if strings.HasPrefix(value, k.Prefix) {
			return k.Hint
		}
	}
	return "Start with a kind, such as name:" + value
}

func (x *exclusions) drawKinds(b *body, width int) {
	st := x.d.styles
	for i, k := range flow.RuleKinds {
		if i == x.kind {
			b.focus(4)
		}
		line := st.mark(i == x.kind) + "  " + pad(k.Prefix, 14)
		if width >= narrow {
			line += pad(k.About, 41) + k.Example
		} else {
			line += cut(k.About, width-19)
		}
		b.add(line)
	}
}

func (x *exclusions) keys() []key.Binding {
	switch {
	case x.ask != nil:
		return []key.Binding{does(keys.enter, "yes"), does(keys.back, "no")}
	case x.adding && x.field.value() == "":
		return []key.Binding{does(keys.up, "choose"), does(keys.enter, "take it"), does(keys.back, "cancel")}
	case x.adding:
		return []key.Binding{does(keys.enter, "add"), does(keys.back, "cancel")}
	}
	list := []key.Binding{does(keys.add, "new rule")}
	if len(x.d.plan.Rules()) > 0 {
		list = append(list, does(keys.out, "remove"))
	}
	if x.d.plan.IsChanged() {
		list = append(list, keys.save)
	}
	return append(list, keys.help, does(keys.back, "integrations"))
}

func (x *exclusions) help() helpPage {
	return helpPage{name: "Exclusions",
		left: []helpGroup{
			{"Rules", [][2]string{{"n", "new rule"}, {"x", "remove this rule"}, {"up, down", "one row"}}},
			{"Typing one", [][2]string{{"enter", "add it"}, {"up, down", "choose a kind"}, {"esc", "cancel"}}}},
		right: []helpGroup{{"Keep", [][2]string{{"e", "what has changed"}, {"s", "save"}, {"1 2 3", "Repos, Exclusions, ..."}}}, always}}
}
