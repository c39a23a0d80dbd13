package tui

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// missing says why a group or repo is not in the list, or where in it it is. It
// lies over the details.
type missing struct {
	d      *details
	field  field
	asker  task
	answer flow.Why
	bad    *flow.Fault
	again  bool // a refresh was started here: what was asked is asked anew
}

// newMissing opens the page; a filter that shows nothing is what is missed.
func newMissing(d *details) *missing {
	m := &missing{d: d, field: newField("", 2000)}
	if tree := d.tabs[0].(*repos); len(tree.rows) == 0 {
		m.field.setValue(tree.filter.value())
	}
	m.field.focus()
	return m
}

func (m *missing) enter() tea.Cmd { return nil }
func (m *missing) typing() bool   { return m.field.input.Focused() }
func (m *missing) leave()         { m.asker.stop() }

func (m *missing) askBeforeLeaving() (page, bool) { return m.d.askBeforeLeaving() }

// whyBound is how long finding out may take: a handful of requests.
const whyBound = time.Minute

type whyFound struct {
	why flow.Why
	err error
}

func (m *missing) ask() tea.Cmd {
	m.bad, m.answer, m.again = nil, flow.Why{}, false
	setup, review, asked := m.d.setup(), m.d.plan.Review, m.field.value()
	return m.asker.start(m.d.env, whyBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		why, err := setup.Why(ctx, review, asked)
		return whyFound{why, err}
	})
}

func (m *missing) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		return move{}, m.take(msg)
	case tea.PasteMsg:
		m.edit(msg)
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return move{}, nil
}

func (m *missing) take(msg taskMsg) tea.Cmd {
	got, _ := m.asker.take(msg)
	if found, ok := got.(whyFound); ok {
		m.asker.stop()
		m.answer = found.why
		if found.err != nil {
			m.bad = flow.FaultOf(found.err)
		}
		if m.bad == nil || m.bad.Cause != flow.BadPath {
			m.field.blur()
		}
		return nil
	}
	_, cmd := m.d.update(msg) // a walk goes on behind this page
	if m.again && !m.d.discovery.running() {
		m.again = false
		if m.d.broken == nil {
			return tea.Batch(cmd, m.ask())
		}
	}
	return cmd
}

// edit gives a key or a paste to the field, also where it has no focus any more.
func (m *missing) edit(msg tea.Msg) {
	if !m.typing() {
		m.field.setValue("")
		m.field.focus()
	}
	if m.field.update(msg) {
		m.asker.stop()
		m.bad, m.answer = nil, flow.Why{}
	}
}

func (m *missing) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	switch {
	case key.Matches(k, keys.back) && m.asker.running():
		m.asker.stop()
	case key.Matches(k, keys.back):
		m.leave()
		return m.d.resume(), nil
	case m.typing() && key.Matches(k, keys.enter):
		return move{}, m.ask()
	case m.typing():
		m.edit(k)
	case key.Matches(k, keys.enter) && m.isListed():
		m.d.notice = ""
		cmd := m.d.show(0)
		m.d.tabs[0].(*repos).reveal(m.answer.Path)
		return m.d.resume(), cmd
	case key.Matches(k, keys.again):
		m.again = true
		return move{}, m.d.refresh()
	case key.Matches(k, keys.enter, keys.missing, keys.up, keys.previous):
		m.field.focus()
	}
	return move{}, nil
}

// isListed reports whether what was asked for has a row in the tree.
func (m *missing) isListed() bool {
	return m.answer.Reason == flow.Listed || m.answer.Reason == flow.MovedTo
}
