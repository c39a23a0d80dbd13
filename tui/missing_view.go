package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"flow"
)

func (m *missing) view(width, _ int) screen {
	st, d := m.d.styles, m.d
	s := screen{body: newBody(), header: "  " + cut(d.in.Name, width/2) + "   " + st.bold.Render("Why is it missing?")}
	b := &s.body
	const label = 15
	text, cursor := m.field.draw(width - 3 - label)
	if m.typing() {
		b.focus(2 + label + cursor)
	}
	b.add(st.mark(m.typing()) + st.label("Group or repo", label, m.typing()) + text)
	margin := 2 + label
	if width < narrow {
		margin = 2
	}
	if f := m.bad; f != nil && f.Cause == flow.BadPath {
		for _, row := range faultRows(f, width-1-margin) {
			b.add(strings.Repeat(" ", margin) + st.red.Render(row))
		}
	} else {
		b.prose(width, margin, dropDetail, "Its path, such as acme/platform, or a link into it.")
	}
	b.blank()
	m.viewAnswer(b, width)
	switch {
	case m.asker.running():
		s.message = "  Asking GitLab..."
	case d.discovery.running():
		s.message = "  " + cut(d.finding(width-3), width-3)
	case d.notice != "":
		s.message = "  " + cut(d.notice, width-3)
	}
	s.keys = m.keys()
	return s
}

// viewAnswer says why it is missing and what to do, where the cursor is once the
// field is left.
func (m *missing) viewAnswer(b *body, width int) {
	if !m.typing() {
		b.focus(2)
	}
	var says string
	switch f, a := m.bad, m.answer; {
	case f != nil && f.Cause != flow.BadPath:
		for _, row := range wrap(f.Sentence(), width-3) {
			b.add("  " + m.d.styles.red.Render(row))
		}
		b.prose(width, 2, 0, underNetwork(f.Next()))
		says = f.Quote()
	case a.Sentence != "":
		b.prose(width, 2, 0, a.Sentence)
		if a.Next != "" {
			b.blank()
			b.prose(width, 2, 0, a.Next)
		}
		says = a.Quote()
	}
	if says != "" {
		b.blank()
		b.prose(width, 2, 0, says)
	}
}

func (m *missing) keys() []key.Binding {
	again := does(keys.missing, "ask about another")
	switch {
	case m.asker.running():
		return []key.Binding{does(keys.back, "cancel")}
	case m.typing():
		return []key.Binding{does(keys.enter, "say why"), keys.clear, keys.back}
	case m.isListed():
		return []key.Binding{does(keys.enter, "show it in the list"), again, keys.back, keys.help}
	case m.d.discovery.running():
		return []key.Binding{again, keys.back, keys.help}
	}
	return []key.Binding{does(keys.again, "refresh"), again, keys.back, keys.help}
}

func (m *missing) help() helpPage {
	return helpPage{name: "Why is it missing?",
		left: []helpGroup{{"Ask", [][2]string{{"enter", "what the last row says"}, {"f", "ask about another one"}, {"r", "refresh and ask again"}, {"ctrl+u", "clear the field"}}},
			{"What can be asked for", [][2]string{{"a path", "acme/platform/api"}, {"a link", "of the group, the repo or a page"}, {"a clone URL", "git@... or https://....git"}}}},
		right: []helpGroup{always}}
}
