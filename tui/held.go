package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// heldPage asks about a list in which so many repos are missing that an outage or
// a lost role is likelier than that they are gone.
type heldPage struct {
	d       *details
	held    flow.Held
	at      int
	storing task
	bad     *flow.Fault
}

// askHeld asks about a list that waits to be accepted, once while the details are
// open.
func (d *details) askHeld(held *flow.Held) move {
	if held == nil || held.At.Equal(d.asked) {
		return move{}
	}
	d.asked = held.At
	return move{kind: over, page: &heldPage{d: d, held: *held}}
}

// heldSettled says that the list was taken or dropped.
type heldSettled struct {
	reviewLoaded
	notice string
	err    error
}

func (h *heldPage) enter() tea.Cmd                 { return nil }
func (h *heldPage) typing() bool                   { return false }
func (h *heldPage) leave()                         { h.storing.stop() }
func (h *heldPage) guard() any                     { return h }
func (h *heldPage) askBeforeLeaving() (page, bool) { return h.d.askBeforeLeaving() }
func (h *heldPage) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		if got, _ := h.storing.take(msg); got != nil {
			h.storing.stop()
			return h.settled(got.(heldSettled)), nil
		}
		_, cmd := h.d.update(msg)
		return move{}, cmd
	case tea.KeyPressMsg:
		if h.storing.running() {
			return move{}, nil
		}
		switch {
		case key.Matches(msg, keys.back):
			return h.d.resume(), nil
		case key.Matches(msg, keys.up):
			h.at = max(h.at-1, 0)
		case key.Matches(msg, keys.down):
			h.at = min(h.at+1, len(heldChoices)-1)
		case key.Matches(msg, keys.again):
			cmd := h.d.refresh()
			return h.d.resume(), cmd
		case key.Matches(msg, keys.enter):
			return move{}, h.settle(h.at == 1)
		}
	}
	return move{}, nil
}

// heldChoices begin with the one that changes nothing.
var heldChoices = []struct{ label, about string }{
	{"Keep the list", "the next complete walk asks again"},
	{"Take the new one", "in a day GitLab is asked about them"},
}

func (h *heldPage) settle(accept bool) tea.Cmd {
	h.bad = nil
	store, id, now := h.d.Store, h.d.in.ID, h.d.Now()
	return h.storing.start(h.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		done := heldSettled{notice: "The list stays as it was."}
		if accept {
			_, done.err = store.AcceptHeld(ctx, id)
			done.notice = "The new list is taken. What is missing keeps its settings and data."
		} else {
			done.err = store.DropHeld(ctx, id)
		}
		if done.err == nil {
			done.reviewLoaded = loadReview(ctx, store, id, now)
		}
		return done
	})
}

func (h *heldPage) settled(done heldSettled) move {
	if done.err != nil {
		h.bad = flow.FaultOf(done.err)
		return move{}
	}
	h.d.broken = nil
	h.d.take(done.reviewLoaded)
	if done.reviewLoaded.err == nil {
		h.d.notice = done.notice
	}
	return h.d.resume()
}

func (h *heldPage) view(width, height int) screen {
	st := h.d.styles
	s := screen{body: newBody(), header: headerRow("  "+h.d.in.Name+"   "+st.bold.Render("Many repos are missing"), "", width)}
	b := &s.body
	b.prose(width, 2, 0, flow.Number(h.held.Lost)+" of "+flow.Plural(h.held.Known, "repo")+" are missing from the list that GitLab gave "+
		flow.Ago(h.d.Now(), h.held.At)+". That is more than a tenth: an outage or a role that the account lost is likelier than that they are gone.")
	b.blank()
	rows := min(len(h.held.Examples), max(height-14, 1))
	for _, path := range h.held.Examples[:rows] {
		b.add("    " + cutPath(path, width-5))
	}
	if more := h.held.Lost - rows; more > 0 {
		b.add("    and " + flow.Number(more) + " more")
	}
	b.blank()
	for i, c := range heldChoices {
		if i == h.at {
			b.focus(2)
		}
		b.add(st.mark(i == h.at) + st.label(c.label, 19, i == h.at) + cut(c.about, width-22))
	}
	b.blank()
	b.prose(width, 2, 0, "Nothing that was imported is deleted, whichever you choose.")
	s.keys = []key.Binding{keys.up, keys.enter, does(keys.again, "ask GitLab again"), does(keys.back, "decide later"), keys.help}
	switch {
	case h.storing.running():
		s.message, s.keys = "  Saving...", nil
	case h.bad != nil:
		s.about = "  " + st.red.Render(cut(h.bad.Sentence(), width-3))
		s.message = "  " + cut(h.bad.Next(), width-3)
	}
	return s
}

func (h *heldPage) help() helpPage {
	return helpPage{name: "Many repos are missing",
		left:  []helpGroup{{"Choose", [][2]string{{"up, down", "one choice"}, {"enter", "take it"}, {"r", "ask GitLab again"}, {"esc", "decide later"}}}},
		right: []helpGroup{always}}
}
