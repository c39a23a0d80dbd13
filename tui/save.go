package tui

import (
	"context"
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// save shows what saving would do before it is done, and saves. The same page
// shows what has changed, and asks before changes are left behind.
type save struct {
	d      *details
	reason saveReason
	at     int
	saving task
	rows   []flow.Difference // nil: to be worked out, which takes long where many repos change
	theirs []flow.Event      // what somebody else saved meanwhile
	bad    *flow.Fault
	stale  bool // the plan was made from an older version
}

type saveReason int

const (
	toSave  saveReason = iota
	toLook             // only to see what has changed
	toLeave            // the details are being left
	toQuit             // the program is being left
)

func newSave(d *details, reason saveReason) *save {
	s := &save{d: d, reason: reason}
	if reason != toSave {
		s.at = 1
	}
	return s
}

func (s *save) enter() tea.Cmd { return nil }
func (s *save) typing() bool   { return false }
func (s *save) leave()         {}

func (s *save) guard() any {
	if s.saving.running() {
		return nil
	}
	return s
}

type saved struct {
	reviewLoaded       // as it is stored now
	err          error // of saving
}

type theirsLoaded struct {
	review *flow.Review
	events []flow.Event
	err    error
}

func (s *save) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		s.rows = nil
		got, cmd := s.saving.take(msg)
		switch got := got.(type) {
		case saved:
			s.saving.stop()
			return s.saved(got)
		case theirsLoaded:
			s.saving.stop()
			return s.merge(got), nil
		case nil:
			_, cmd = s.d.update(msg) // a walk goes on behind this page
		}
		return move{}, cmd
	case tea.KeyPressMsg:
		if !s.saving.running() {
			return s.press(msg)
		}
	}
	return move{}, nil
}

func (s *save) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	switch {
	case key.Matches(k, keys.back):
		return s.d.resume(), nil
	case key.Matches(k, keys.up):
		s.at = max(s.at-1, 0)
	case key.Matches(k, keys.down):
		s.at = min(s.at+1, 2)
	case key.Matches(k, keys.changed) && s.stale:
		return move{}, s.loadTheirs()
	case key.Matches(k, keys.save):
		return move{}, s.save()
	case key.Matches(k, keys.enter):
		return s.choose()
	}
	return move{}, nil
}

func (s *save) choose() (move, tea.Cmd) {
	switch s.at {
	case 0:
		return move{}, s.save()
	case 1:
		return s.d.resume(), nil
	}
	s.d.plan.Discard()
	s.d.changedPlan()
	return s.onward(), nil
}

// onward leads to where the user was going.
func (s *save) onward() move {
	switch s.reason {
	case toLeave:
		s.d.leave()
		return s.d.goBack()
	case toQuit:
		s.d.leave()
		return move{kind: quit}
	}
	return s.d.resume()
}

// askBeforeLeaving turns the page into the question, once.
func (s *save) askBeforeLeaving() (page, bool) {
	if s.reason == toQuit || !s.d.plan.IsChanged() {
		return nil, false
	}
	return newSave(s.d, toQuit), true
}

func (s *save) save() tea.Cmd {
	s.bad, s.stale = nil, false
	store, id, changes, now := s.d.Store, s.d.in.ID, s.d.plan.Changes(), s.d.Now()
	return s.saving.start(s.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		if _, err := store.Save(ctx, id, changes); err != nil {
			return saved{err: err}
		}
		return saved{reviewLoaded: loadReview(ctx, store, id, now)}
	})
}

func (s *save) saved(got saved) (move, tea.Cmd) {
	if got.err != nil {
		s.bad = flow.FaultOf(got.err)
		s.stale = s.bad.Cause == flow.ChangedMeanwhile
		return move{}, nil
	}
	notice := s.d.plan.Stored()
	s.d.plan.Discard()
	s.d.take(got.reviewLoaded)
	if got.reviewLoaded.err == nil {
		s.d.notice = notice
	}
	return s.onward(), nil
}

// loadTheirs reads what somebody else saved, so that both can be seen.
func (s *save) loadTheirs() tea.Cmd {
	store, id, version := s.d.Store, s.d.in.ID, s.d.plan.Changes().Version
	return s.saving.start(s.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		events, err := store.EventsSince(ctx, id, version)
		if err != nil {
			return theirsLoaded{err: err}
		}
		review, err := store.Review(ctx, id)
		return theirsLoaded{review, events, err}
	})
}

// merge puts the changes on top of what was saved meanwhile; the page shows both.
func (s *save) merge(got theirsLoaded) move {
	if got.err != nil {
		s.bad = flow.FaultOf(got.err)
		return move{}
	}
	s.bad, s.stale, s.theirs = nil, false, got.events
	s.d.in = got.review.Integration
	s.d.replan(got.review)
	if !s.d.plan.IsChanged() {
		s.d.notice = "Nothing is left to save: somebody else made the same changes."
		return s.onward()
	}
	return move{}
}

// maxDifferences is how many lines of changes are shown.
const maxDifferences = 10

func (s *save) view(width, height int) screen {
	st, p := s.d.styles, s.d.plan
	title := "Save these changes?"
	switch s.reason {
	case toLeave, toQuit:
		title = "Leave? These changes are not saved."
	}
	v := screen{body: newBody(), header: headerRow("  "+s.d.in.Name+"   "+st.bold.Render(title), "", width)}
	b := &v.body
	for _, e := range s.theirs {
		b.add("  " + cut("meanwhile        "+e.By+" "+e.Text, width-3))
	}
	s.drawDifferences(b, width, height)
	b.blank()
	drawCounts(b, p.SavedCounts(), p.PlannedCounts(), width)
	b.blank()
	for i, label := range []string{"Save", "Keep editing", "Discard the changes"} {
		if i == s.at {
			b.focus(2)
		}
		b.add(st.mark(i == s.at) + st.label(label, 20, i == s.at))
	}
	switch {
	case s.saving.running():
		v.message = "  Saving..."
	case s.bad != nil:
		v.about = "  " + st.red.Render(cut(s.bad.Sentence(), width-3))
		v.message = "  " + cut(s.bad.Next(), width-3)
	}
	switch {
	case s.saving.running(): // none acts
	case !s.stale:
		v.keys = []key.Binding{keys.up, keys.enter, does(keys.back, "keep editing"), keys.help}
	default:
		v.keys = []key.Binding{does(keys.changed, "see both"), does(keys.back, "keep editing"), keys.help}
	}
	return v
}

func (s *save) drawDifferences(b *body, width, height int) {
	if s.rows == nil {
		s.rows = s.d.plan.Differences()
	}
	rows, most := s.rows, maxDifferences
	if height < lowHeight {
		most = 3
	}
	most -= min(len(s.theirs), most-1)
	for i, d := range rows {
		if i == most && len(rows) > most+1 {
			b.add(fmt.Sprintf("  and %s more", flow.Number(len(rows)-most)))
			return
		}
		delta := ""
		if d.Delta != 0 {
			delta = fmt.Sprintf("%+d", d.Delta)[:1] + flow.Number(max(d.Delta, -d.Delta))
		}
		kind, note := pad(d.Kind, 17), d.Note
		what := width - 2 - 17 - 8 - 24
		if width < narrow {
			what = width - 2 - 17 - 7
			note = ""
		}
		deltaWidth := max(5, len(delta)) // a large one takes of what stands before it
		what -= deltaWidth - 5
		b.add("  " + kind + pad(d.Of()+cutPath(d.What, what-1-len(d.Of())), what) + padLeft(delta, deltaWidth) + "   " + note)
	}
}

// drawCounts shows how many repos are in which state, now and after saving. The
// columns add up.
func drawCounts(b *body, now, after flow.Counts, width int) {
	label, gap := 17, 16
	if width < 45 {
		label, gap = 15, 14
	}
	b.add("  " + pad("", label) + padLeft("now", 8) + padLeft("after saving", gap))
	for _, state := range []flow.State{flow.Imported, flow.NotImported, flow.Excluded, flow.KeptOut, flow.Paused, flow.NotSupported} {
		if now[state] == 0 && after[state] == 0 && state == flow.KeptOut {
			continue
		}
		text := "  " + pad(state.String(), label) + padLeft(flow.Number(now[state]), 8) + padLeft(flow.Number(after[state]), gap)
		if now[state] == after[state] {
			b.detail(text)
		} else {
			b.add(text)
		}
	}
	b.detail("  " + pad("all", label) + padLeft(flow.Number(now.All()), 8) + padLeft(flow.Number(after.All()), gap))
}

func (s *save) help() helpPage {
	return helpPage{name: "Save",
		left:  []helpGroup{{"Choose", [][2]string{{"up, down", "one row"}, {"enter", "take it"}, {"s", "save"}, {"e", "see both, if refused"}, {"esc", "keep editing"}}}},
		right: []helpGroup{always}}
}
