package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// name is step 6: what the integration is called.
type name struct {
	w     *wizard
	field field
	bad   *flow.Fault
}

func newName(w *wizard) step {
	w.draft.SuggestName(w.taken)
	n := &name{w: w, field: newField(w.draft.Name, 200)}
	n.field.focus()
	return n
}

func (n *name) enter() tea.Cmd { return nil }
func (n *name) typing() bool   { return true }
func (n *name) leave()         {}

func (n *name) back() bool {
	n.take()
	return true
}

// take puts a changed name into the draft; an untouched suggestion stays one.
func (n *name) take() {
	if n.field.value() != n.w.draft.Name {
		n.w.draft.SetName(n.field.value())
	}
}

func (n *name) update(msg tea.Msg) (move, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	switch {
	case ok && key.Matches(k, keys.enter, keys.next):
		n.take()
		if err := n.w.draft.Check(flow.StepName, n.w.taken); err != nil {
			n.bad = flow.FaultOf(err)
			return move{}, nil
		}
		return move{kind: next}, nil
	case ok && key.Matches(k, keys.previous):
		n.take()
		return move{kind: back}, nil
	case n.field.update(msg):
		n.bad = nil
	}
	return move{}, nil
}

func (n *name) view(width, _ int) screen {
	st, s := n.w.styles, screen{body: newBody()}
	s.keys = []key.Binding{does(keys.enter, "continue"), keys.clear, keys.back}
	b := &s.body
	b.add("  " + st.bold.Render("What should this integration be called?"))
	b.blank()
	text, cursor := n.field.draw(width - 11)
	b.focus(10 + cursor)
	b.add(st.mark(true) + st.label("Name", 8, true) + text)
	if n.bad != nil {
		for _, row := range faultRows(n.bad, width-11) {
			b.add("          " + st.red.Render(row))
		}
	} else {
		hint := "1 to 64 characters."
		if !n.w.draft.Named {
			hint += " Suggested from the address; change it freely."
		}
		for _, row := range wrap(hint, width-11) {
			b.add("          " + row)
		}
	}
	b.blank()
	b.prose(width, 2, dropDetail, "Flow shows this name everywhere. You can rename it later.")
	return s
}

func (n *name) help() helpPage {
	return helpPage{name: "Name",
		left:  []helpGroup{{"Field", [][2]string{{"enter", "continue"}, {"ctrl+u", "clear"}, {"ctrl+w", "delete a word"}, {"left, right", "move the cursor"}}}},
		right: []helpGroup{always}}
}
