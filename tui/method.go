package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// method is step 2: how to sign in.
type method struct {
	w     *wizard
	token bool // the focus is on Access token
}

func newMethod(w *wizard) step {
	return &method{w: w, token: w.draft.Method == flow.AccessToken}
}

func (m *method) enter() tea.Cmd { return nil }
func (m *method) typing() bool   { return false }
func (m *method) leave()         {}
func (m *method) back() bool     { return true }

func (m *method) update(msg tea.Msg) (move, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return move{}, nil
	}
	switch {
	case key.Matches(k, keys.up):
		m.token = false
	case key.Matches(k, keys.down):
		m.token = true
	case key.Matches(k, keys.previous):
		return move{kind: back}, nil
	case key.Matches(k, keys.enter):
		chosen := flow.OAuth
		if m.token {
			chosen = flow.AccessToken
		}
		m.w.draft.SetMethod(chosen)
		return move{kind: next}, nil
	}
	return move{}, nil
}

func (m *method) view(width, _ int) screen {
	st, s := m.w.styles, screen{body: newBody()}
	s.keys = []key.Binding{keys.up, keys.enter, keys.back, keys.help}
	b := &s.body
	b.add("  " + st.bold.Render("How should Flow sign in?"))
	b.blank()
	choice := func(focused bool, name, about string, lines ...string) {
		if focused {
			b.focus(2)
		}
		margin := 2 + labelWidth
		for i, row := range wrap(about, width-1-margin) {
			if i == 0 {
				b.add(st.mark(focused) + st.label(name, labelWidth, focused) + row)
			} else {
				b.add(strings.Repeat(" ", margin) + row)
			}
		}
		b.blank()
		for _, l := range lines {
			b.prose(width, margin, dropDetail, l)
		}
		b.blank()
	}
	choice(!m.token, "OAuth", "recommended in most cases",
		"You approve Flow in a browser, here or on any other machine.",
		"Flow is registered in GitLab first; the next page says how.",
		"The sign-in renews itself.")
	choice(m.token, "Access token", "also for GitLab service accounts, which can't use a browser",
		"You make a token in GitLab and paste it here.",
		"It expires; Flow warns you 30 days ahead.")
	b.prose(width, 2, 0, "Either way Flow needs the scopes api, read_user and read_repository.")
	b.add("  It only reads your repos.")
	return s
}

func (m *method) help() helpPage {
	return helpPage{name: "Method",
		left:  []helpGroup{{"Choose", [][2]string{{"up, down", "one row"}, {"enter", "choose and go on"}}}},
		right: []helpGroup{always}}
}
