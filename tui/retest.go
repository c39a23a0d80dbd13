package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// retest runs Test connection on an integration again. With a new token it is
// stored once nothing failed; so a token that does not work never takes the
// place of one that does.
type retest struct {
	change
	checks checkList
	conn   flow.Connection
	fresh  bool // conn holds a new token
	opened bool // the stored token has been read
	opener task
}

func newRetest(d *details) *retest {
	return &retest{change: change{d: d}, checks: newCheckList(d.env, d.in.BaseURL, "What is stored stays as it is.")}
}

// newTokenTest tests a new token, to store it.
func newTokenTest(d *details, token flow.Secret) *retest {
	r := newRetest(d)
	r.fresh, r.opened = true, true
	r.conn = flow.Connection{BaseURL: d.in.BaseURL, PlainHTTP: d.in.PlainHTTP, Token: token}
	return r
}

type opened struct {
	conn flow.Connection
	err  error
}

func (r *retest) enter() tea.Cmd {
	if r.opened {
		return r.checks.run(r.conn)
	}
	store, id := r.d.Store, r.d.in.ID
	return r.opener.start(r.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		conn, err := store.Connection(ctx, id)
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
	case tea.KeyPressMsg:
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
	report, conn, fresh := r.checks.report, r.conn, r.fresh
	if fresh && !report.Passed() {
		return nil
	}
	store, in := r.d.Store, r.d.in
	r.notice = "Tested: " + report.Tally() + "."
	if fresh {
		r.notice = "The new token is stored. " + r.notice
	}
	return r.storing.start(r.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		if fresh {
			in, err := store.SetConnection(ctx, in.ID, in.Version, conn, report)
			return changed{in, err}
		}
		return reportKept{store.SetReport(ctx, in.ID, report)}
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
	case changed:
		r.storing.stop()
		if got.err != nil {
			r.bad = flow.FaultOf(got.err)
		} else {
			r.d.in, r.fresh = got.in, false
		}
	}
	return move{}, cmd
}

func (r *retest) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	switch {
	case r.storing.running():
	case key.Matches(k, keys.back):
		if !r.checks.task.running() && !r.fresh && r.bad == nil {
			r.d.notice = r.notice
		}
		return r.d.resume(), r.d.load()
	case r.checks.task.running() || !r.opened:
	case key.Matches(k, keys.enter) && r.checks.report.Passed():
		r.d.notice = r.notice
		return r.d.resume(), r.d.load()
	case key.Matches(k, keys.enter):
		return move{kind: over, page: newRenewal(r.d)}, nil
	case key.Matches(k, keys.again):
		r.bad = nil
		return move{}, r.checks.run(r.conn)
	case key.Matches(k, keys.up):
		r.checks.move(-1)
	case key.Matches(k, keys.down):
		r.checks.move(1)
	}
	return move{}, nil
}

func (r *retest) view(width, height int) screen {
	title := "Test connection"
	if r.fresh {
		title = "Test the new token"
	}
	s := r.screen(title, width)
	fault := s.message
	if len(r.checks.checks) > 0 {
		r.checks.draw(&s, width, height)
	}
	if fault != "" {
		s.message = fault
	}
	switch {
	case r.checks.task.running():
		s.keys = r.keys(does(keys.back, "cancel"))
	case r.opened && r.checks.report.Passed():
		s.keys = r.keys(does(keys.enter, "continue"), keys.again, keys.back, keys.help)
	default:
		s.keys = r.keys(does(keys.enter, "give a new token"), keys.again, keys.back, keys.help)
	}
	return s
}

func (r *retest) help() helpPage { return changeHelp("Test connection") }

// renewal takes a new token for the same GitLab.
type renewal struct {
	change
	field field
	empty bool
}

func newRenewal(d *details) *renewal {
	r := &renewal{change: change{d: d}, field: newSecretField(4000)}
	r.field.focus()
	return r
}

func (r *renewal) typing() bool { return true }

func (r *renewal) update(msg tea.Msg) (move, tea.Cmd) {
	if m, ok := msg.(taskMsg); ok {
		return r.stored(m)
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch {
		case key.Matches(k, keys.back):
			return r.d.resume(), nil
		case key.Matches(k, keys.reveal):
			r.field.showing = !r.field.showing
			return move{}, nil
		case key.Matches(k, keys.enter):
			token := flow.NewSecret(r.field.value())
			if r.empty = token.IsZero(); r.empty {
				return move{}, nil
			}
			return move{kind: over, page: newTokenTest(r.d, token)}, nil
		}
	}
	r.field.update(msg)
	return move{}, nil
}

func (r *renewal) view(width, _ int) screen {
	s := r.screen("New token", width)
	b, d := &s.body, r.d
	b.add(prefixed("  ", wrap("Make a token in GitLab with api, read_user and read_repository, for the same account. The old one stays in use until the new one has passed the test.", width-3))...)
	b.blank()
	b.add("  " + pad("Base URL", labelWidth) + cut(d.in.BaseURL.String(), width-3-labelWidth))
	text, cursor := r.field.draw(width - 3 - labelWidth - 17)
	b.focus(2 + labelWidth + cursor)
	note := ""
	if n := flow.NewSecret(r.field.value()).Len(); n > 0 {
		note = "   " + flow.Plural(n, "character")
	}
	b.add(d.styles.mark(true) + d.styles.label("Access token", labelWidth, true) + text + note)
	if r.empty {
		b.add("  " + pad("", labelWidth) + "Access token is empty. Paste the token that you made in GitLab.")
	}
	b.blank()
	kept := "in " + d.Database + ", sealed"
	if d.Demo != nil {
		kept = "for this demo only"
	}
	b.prose(width, 2, 0, "It will be kept "+kept+".")
	s.keys = r.keys(does(keys.enter, "test the new token"), keys.reveal, keys.back)
	return s
}

func (r *renewal) help() helpPage { return changeHelp("New token") }
