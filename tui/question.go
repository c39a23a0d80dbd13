package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A question is asked with its number before anything happens. While it stands,
// the tree that it speaks of stays as it is, and no key does anything else.
type question struct {
	text string
	yes  func()
}

func (d *details) answer(k tea.KeyPressMsg) {
	asked := d.question
	switch {
	case key.Matches(k, keys.enter):
		d.question = nil
		asked.yes()
	case key.Matches(k, keys.back):
		d.question = nil
	}
}

func questionKeys() []key.Binding {
	return []key.Binding{does(keys.enter, "yes"), does(keys.back, "no")}
}
