package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// A ruleField is where a rule is typed. What it would do is counted beside the
// screen at every key, and shown below.
type ruleField struct {
	d     *details
	field field
	kind  int   // offered kind that is focused while nothing is typed; -1 none
	bad   error // why the text is no rule
	onBox bool  // the box has the focus
	pause bool  // the box: what is imported is paused too

	task    task
	text    string      // what was tried last
	trial   *flow.Trial // of it, if it is a rule
	done    chan struct{}
	counted *flow.Preview // what came last, perhaps of an earlier text
	slow    bool          // counting takes so long that this must not be seen any more
	waits   bool          // the rule is to be added when it has been counted
}

func newRuleField(d *details, text string) *ruleField {
	f := &ruleField{d: d, field: newField(text, 1000), kind: -1}
	f.field.input.CursorEnd()
	f.field.focus()
	return f
}

func (f *ruleField) close() { f.task.stop() }

const (
	trialBound = time.Minute
	trialSoon  = 100 * time.Millisecond
)

type (
	ruleCounted  struct{ err error }
	ruleCounting struct{}
)

// preview starts to count what the rule would do, if the text or the repos are
// others than last time. A newer text ends what was counted for an older one; new
// repos wait for it.
func (f *ruleField) preview() tea.Cmd {
	text := strings.TrimSpace(f.field.value())
	if text == f.text && (f.trial == nil || f.task.running() || f.d.plan.Fits(f.trial)) {
		return nil
	}
	if text != f.text {
		f.onBox, f.pause, f.waits = false, false, false
	}
	f.task.stop()
	f.text, f.trial, f.bad, f.slow = text, nil, nil, false
	if unfinished(text) {
		f.counted = nil
		return nil
	}
	trial, err := f.d.plan.Try(text)
	if err != nil {
		f.bad, f.counted = err, nil
		return nil
	}
	done := make(chan struct{})
	f.trial, f.done = trial, done
	return f.task.start(f.d.env, trialBound, func(ctx context.Context, send func(tea.Msg)) tea.Msg {
		ended := make(chan error, 1)
		go func() {
			err := trial.Run(ctx)
			if err == nil {
				close(done)
			}
			ended <- err
		}()
		select {
		case err := <-ended:
			return ruleCounted{err}
		case <-time.After(trialSoon):
			send(ruleCounting{})
		}
		return ruleCounted{<-ended}
	})
}

// unfinished reports whether a text may still become a rule of some kind: its
// hint says more than what is wrong with it.
func unfinished(text string) bool {
	kind, value, ok := strings.Cut(text, ":")
	if !ok {
		return true
	}
	for _, k := range flow.RuleKinds {
		if strings.HasPrefix(k.Prefix, kind+":") {
			return value == ""
		}
	}
	return false
}

// update returns what to say once the rule was added.
func (f *ruleField) update(msg tea.Msg) (cmd tea.Cmd, added string) {
	switch msg := msg.(type) {
	case taskMsg:
		return f.take(msg)
	case tea.KeyPressMsg:
		return nil, f.press(msg)
	}
	f.edit(msg)
	return nil, ""
}

func (f *ruleField) take(m taskMsg) (cmd tea.Cmd, added string) {
	got, cmd := f.task.take(m)
	switch got := got.(type) {
	case ruleCounting:
		f.slow, f.counted = true, nil
	case ruleCounted:
		f.task.stop()
		if got.err != nil {
			f.trial, f.slow, f.waits = nil, false, false
			f.bad = &flow.Fault{Cause: flow.BadRule, Detail: flow.CleanLine(f.text, 60), Where: "matching it takes longer than a minute", Err: got.err}
			return nil, ""
		}
		preview := f.d.plan.Weigh(f.trial)
		f.slow, f.counted = false, &preview
		if f.waits {
			added = f.add()
		}
		return nil, added
	}
	return cmd, ""
}

func (f *ruleField) press(k tea.KeyPressMsg) (added string) {
	empty := f.field.value() == ""
	up := k.Code == tea.KeyUp || key.Matches(k, keys.previous)
	down := k.Code == tea.KeyDown || key.Matches(k, keys.next)
	switch {
	case f.waits:
	case key.Matches(k, keys.enter) && empty && f.kind >= 0:
		f.field.setValue(flow.RuleKinds[f.kind].Prefix)
		f.kind = -1
	case key.Matches(k, keys.enter):
		return f.add()
	case up && f.onBox:
		f.onBox = false
		f.field.focus()
	case down && f.hasBox():
		f.onBox = true
		f.field.blur()
	case down && empty:
		f.kind = min(f.kind+1, len(flow.RuleKinds)-1)
	case up && empty:
		f.kind = max(f.kind-1, -1)
	case f.onBox && key.Matches(k, keys.space):
		f.pause = !f.pause
	case !f.onBox:
		f.edit(k)
	}
	return ""
}

func (f *ruleField) edit(msg tea.Msg) {
	if !f.waits && f.field.update(msg) {
		f.kind = -1
	}
}

// hasBox reports whether there is something to pause, by numbers that are those
// of the rule in the field.
func (f *ruleField) hasBox() bool {
	return f.counted != nil && !f.task.running() && f.counted.Stay > 0
}

// add takes the rule into the plan. Where what it matches is still being counted
// it waits a moment, and then lets the screen go on.
func (f *ruleField) add() (added string) {
	if f.trial == nil {
		if f.bad == nil {
			_, f.bad = flow.ParseRule(f.field.value())
		}
		return ""
	}
	if f.task.running() {
		select {
		case <-f.done:
		case <-time.After(trialSoon):
			f.waits = true
			return ""
		}
	}
	f.waits = false
	preview := f.d.plan.Weigh(f.trial)
	if f.pause && preview.Stay != f.counted.Stay {
		f.counted = &preview
		f.d.notice = "The repos have changed meanwhile. These are the numbers now."
		return ""
	}
	paused, err := 0, error(nil)
	if f.pause {
		paused, err = f.d.plan.AddAndPause(preview.Rule)
	} else {
		err = f.d.plan.AddRule(preview.Rule)
	}
	if f.bad = err; err != nil {
		return ""
	}
	return addedRule(preview, paused)
}

func addedRule(v flow.Preview, paused int) string {
	switch {
	case v.KeepsOut > 0 && paused > 0:
		return fmt.Sprintf("Added. %s will be kept out once you save, %s will pause.", flow.Plural(v.KeepsOut, "repo"), flow.Number(paused))
	case v.KeepsOut > 0:
		return fmt.Sprintf("Added. %s will be kept out once you save.", flow.Plural(v.KeepsOut, "repo"))
	case paused > 0:
		return fmt.Sprintf("Added. %s will pause once you save.", flow.Plural(paused, "repo"))
	case v.Matches == 0:
		return fmt.Sprintf("Added. It matches none of %s now.", flow.Plural(v.Repos, "repo"))
	}
	return fmt.Sprintf("Added. It matches %s; auto-import takes none of them.", flow.Plural(v.Matches, "repo"))
}
