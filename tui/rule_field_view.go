package tui

import (
	"errors"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

func (f *ruleField) draw(b *body, width int) {
	st := f.d.styles
	b.add("  " + st.bold.Render("New rule"))
	text, cursor := f.field.draw(width - 4)
	inField := f.kind < 0 && !f.onBox
	if inField {
		b.focus(2 + cursor)
	}
	b.add(st.mark(inField) + text)
	switch {
	case f.bad != nil:
		f.drawMistake(b, width, cursor)
	case f.field.value() == "":
		b.add("  Type one, or choose a kind:")
		f.drawKinds(b, width)
	default:
		b.detail(prefixed("  ", wrap(f.hint(), width-3))...)
		b.blank()
		f.drawPreview(b, width)
	}
}

// drawMistake puts a caret under the place of a mistake and says what it is.
func (f *ruleField) drawMistake(b *body, width, cursor int) {
	st := f.d.styles
	var mistake *flow.RuleError
	if errors.As(f.bad, &mistake) && flow.CausedBy(f.bad, flow.BadRule) {
		value := f.field.value()
		lead := value[:len(value)-len(strings.TrimLeft(value, " "))]
		hidden := ansi.StringWidth(string([]rune(value)[:f.field.input.Position()])) - cursor
		at := 2 - hidden + ansi.StringWidth(lead+mistake.Text[:min(mistake.At, len(mistake.Text))])
		switch text := "^ " + mistake.Reason; {
		case at >= 2 && at+ansi.StringWidth(text) < width:
			b.add(strings.Repeat(" ", at) + st.red.Render(text))
			return
		case at >= 2 && at < width-1:
			b.add(strings.Repeat(" ", at) + st.red.Render("^"))
			b.add(reddened(st, wrap(mistake.Reason, width-3))...)
			return
		}
	}
	b.add(reddened(st, faultRows(flow.FaultOf(f.bad), width-3))...)
}

func reddened(st styles, rows []string) []string {
	for i, row := range rows {
		rows[i] = "  " + st.red.Render(row)
	}
	return rows
}

func (f *ruleField) hint() string {
	value := strings.TrimSpace(f.field.value())
	for _, k := range flow.RuleKinds {
		if strings.HasPrefix(value, k.Prefix) {
			return k.Hint
		}
	}
	return "Start with a kind, such as name:" + value
}

func (f *ruleField) drawKinds(b *body, width int) {
	st := f.d.styles
	for i, k := range flow.RuleKinds {
		if i == f.kind {
			b.focus(4)
		}
		line := st.mark(i == f.kind) + "  " + pad(k.Prefix, 16)
		if width < narrow {
			b.add(line + cut(k.About, width-21))
			continue
		}
		if example := k.Example; example != k.Prefix && 20+38+len(example) < width {
			line += pad(k.About, 38) + example
		} else {
			line += k.About
		}
		b.add(line)
	}
}

// examplesAt is the column of the examples, where they stand beside the numbers.
const examplesAt = 42

// drawPreview says what the rule would do: numbers, examples, what is imported
// with it, and the box to pause what is imported.
func (f *ruleField) drawPreview(b *body, width int) {
	switch {
	case f.slow && f.waits:
		b.add("  Counting what it matches, to add it then.")
	case f.slow:
		b.add("  Counting what it matches.")
	}
	v := f.counted
	if v == nil {
		return
	}
	if v.Warning != "" {
		b.add(prefixed("  ", wrap(v.Warning, width-3))...)
	}
	numbers := f.numbers(v)
	if width < narrow {
		b.add(numbers...)
	} else {
		f.drawBeside(b, width, numbers)
	}
	if v.Effect != "" {
		b.blank()
		b.add(prefixed("  ", wrap(v.Effect, width-3))...)
	}
	if v.Stay > 0 {
		f.drawBox(b, width)
	}
	if width < narrow && len(v.Examples) > 0 {
		b.detail("  For example")
		for _, path := range v.Examples {
			b.detail("    " + cutPath(path, width-5))
		}
	}
}

func (f *ruleField) numbers(v *flow.Preview) []string {
	var rows []string
	if v.Matches > 0 && v.Warning == "" {
		rows = append(rows, fmt.Sprintf("  Matches %s of %s", flow.Number(v.Matches), flow.Plural(v.Repos, "repo")))
	}
	wide := 6
	for _, s := range v.Shares() {
		wide = max(wide, 2+len(flow.Number(s.Repos)))
	}
	for _, s := range v.Shares() {
		rows = append(rows, padLeft(flow.Number(s.Repos), wide)+"   "+s.Words)
	}
	return rows
}

func (f *ruleField) drawBeside(b *body, width int, numbers []string) {
	var examples []string
	for i, path := range f.counted.Examples {
		if i == 0 {
			examples = append(examples, "For example")
		}
		examples = append(examples, cutPath(path, width-examplesAt-1))
	}
	for i := range max(len(numbers), len(examples)) {
		left, right := "", ""
		if i < len(numbers) {
			left = cut(numbers[i], examplesAt-2)
		}
		if i < len(examples) {
			right = examples[i]
		}
		if left == "" {
			b.detail(pad(left, examplesAt) + right)
		} else {
			b.add(pad(left, examplesAt) + right)
		}
	}
}

func (f *ruleField) drawBox(b *body, width int) {
	st, box := f.d.styles, "[ ]"
	if f.pause {
		box = "[x]"
	}
	text := fmt.Sprintf("%s pause the %s imported repos too; their data stays", box, flow.Number(f.counted.Stay))
	if f.counted.Stay == 1 {
		text = box + " pause the 1 imported repo too; its data stays"
	}
	b.blank()
	if f.onBox {
		b.focus(3)
	}
	b.add(st.mark(f.onBox) + cut(text, width-3))
}

func (f *ruleField) keys() []key.Binding {
	switch {
	case f.waits:
		return []key.Binding{does(keys.back, "cancel")}
	case f.field.value() == "":
		return []key.Binding{does(keys.up, "choose"), does(keys.enter, "take it"), does(keys.back, "cancel")}
	case f.onBox:
		return []key.Binding{does(keys.enter, "add"), keys.space, shown(keys.up, "up", "to the rule"), does(keys.back, "cancel")}
	case f.hasBox():
		return []key.Binding{does(keys.enter, "add"), shown(keys.down, "down", "to the box"), does(keys.back, "cancel")}
	}
	return []key.Binding{does(keys.enter, "add"), does(keys.back, "cancel")}
}
