package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// retest runs Test connection again on what is stored of an integration. Where
// it fails it leads to what mends that.
type retest struct {
	change
	checks checkList
	conn   flow.Connection
	opened bool // the stored connection has been read
	opener task
	say    string // what the last key did
}

func newRetest(d *details) *retest {
	return &retest{change: change{d: d}, checks: newCheckList(d.env, "What is stored stays as it is.")}
}

type opened struct {
	conn flow.Connection
	err  error
}

func (r *retest) enter() tea.Cmd {
	setup, in := r.d.setup(), r.d.in
	return r.opener.start(r.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		conn, err := setup.Connect(ctx, in)
		return opened{conn, err}
	})
}

func (r *retest) leave() {
	r.checks.task.stop()
	r.opener.stop()
	r.storing.stop()
}

func (r *retest) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		return r.taskUpdate(msg)
	case reportWritten:
		r.say = string(msg)
	case tea.KeyPressMsg:
		r.say = ""
		return r.press(msg)
	}
	return move{}, nil
}

func (r *retest) taskUpdate(m taskMsg) (move, tea.Cmd) {
	if got, _ := r.opener.take(m); got != nil {
		r.opener.stop()
		o := got.(opened)
		if o.err != nil {
			r.bad = flow.FaultOf(o.err)
			return move{}, nil
		}
		r.conn, r.opened = o.conn, true
		return move{}, r.checks.run(r.conn)
	}
	if r.checks.task.running() && m.run == r.checks.task.run {
		cmd := r.checks.take(m)
		if !r.checks.task.running() {
			return move{}, r.keep()
		}
		return move{}, cmd
	}
	return r.stored(m)
}

// keep stores what the test found out. The page stays until it is left.
func (r *retest) keep() tea.Cmd {
	store, id, report := r.d.Store, r.d.in.ID, r.checks.report
	r.notice = "Tested: " + report.Tally() + "."
	return r.storing.start(r.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		return reportKept{store.SetReport(ctx, id, report)}
	})
}

type reportKept struct{ err error }

func (r *retest) stored(m taskMsg) (move, tea.Cmd) {
	got, cmd := r.storing.take(m)
	switch got := got.(type) {
	case nil:
		_, cmd = r.d.update(m)
	case reportKept:
		r.storing.stop()
		if got.err != nil {
			r.bad = flow.FaultOf(got.err)
		} else {
			r.d.in.Report = r.checks.report
		}
	}
	return move{}, cmd
}

func (r *retest) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	switch {
	case r.storing.running():
	case key.Matches(k, keys.back):
		return r.back()
	case r.checks.task.running() || r.opener.running():
	case key.Matches(k, keys.enter) && r.checks.report.Passed():
		return r.back()
	case key.Matches(k, keys.enter):
		if _, open := r.mending(); open != nil {
			return move{kind: over, page: open()}, nil
		}
	case key.Matches(k, keys.again):
		r.bad = nil
		if !r.opened {
			return move{}, r.enter()
		}
		return move{}, r.checks.run(r.conn)
	case !r.opened:
	case key.Matches(k, keys.report):
		return move{}, r.checks.write(r.conn)
	default:
		r.checks.moved(k)
	}
	return move{}, nil
}

func (r *retest) back() (move, tea.Cmd) {
	if r.checks.report.Passed() && r.bad == nil {
		r.d.notice = r.notice
	}
	r.leave()
	return r.d.resume(), r.d.load()
}

// mending is what enter does after a failed test, and the page for it; none
// where nothing that Flow keeps is at fault.
func (r *retest) mending() (string, func() page) {
	field := r.checks.failed().Field
	switch {
	case r.opened && (field == "" || field == flow.FieldAccount), field == flow.FieldBaseURL && hasFixedAddress(r.d.in):
		return "", nil
	case field == flow.FieldNetwork:
		return "change the network", func() page { return newNetworkPage(r.d) }
	case field == flow.FieldBaseURL:
		return "change the address", func() page { return newReconnection(r.d, flow.StepCredentials, flow.FieldBaseURL) }
	case r.d.in.Method == flow.OAuth:
		return "sign in again", func() page { return newReconnection(r.d, flow.StepMethod, "") }
	}
	return "make a new token", func() page { return newReconnection(r.d, flow.StepCredentials, flow.FieldToken) }
}

func (r *retest) view(width, height int) screen {
	s := r.screen("Test connection", width)
	fault := s.message
	if len(r.checks.checks) > 0 {
		r.checks.draw(&s, width, height)
	}
	if fault != "" {
		s.message = fault
	}
	if r.say != "" {
		s.message = "  " + cut(r.say, width-3)
	}
	words, open := r.mending()
	switch {
	case r.checks.task.running() || r.opener.running():
		s.keys = r.keys(does(keys.back, "cancel"))
	case r.opened && r.checks.report.Passed():
		s.keys = r.keys(r.checks.keys(does(keys.enter, "continue"))...)
	case r.opened && open == nil:
		s.keys = r.keys(r.checks.keys(keys.again)[1:]...)
	case r.opened:
		s.keys = r.keys(r.checks.keys(does(keys.enter, words))...)
	case open == nil:
		s.keys = r.keys(keys.again, keys.back, keys.help)
	default:
		s.keys = r.keys(does(keys.enter, words), keys.again, keys.back, keys.help)
	}
	return s
}

func (r *retest) help() helpPage { return testHelp() }
