package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// networkPage changes how the GitLab of an integration is reached. It lies over
// the Overview. What is stored stays in use until another way has passed the test
// with the stored credential, and somebody has said that it is to be saved.
type networkPage struct {
	change
	fields networkFields
	at     netStop
	opener task          // opens the stored connection
	stored *flow.Network // with its secrets; nil until they are read
	waits  bool          // for files, to test then

	checks checkList
	shown  bool            // the checks are, not the fields
	conn   flow.Connection // what is or was tested
	say    string          // what the last key did
}

func newNetworkPage(d *details) *networkPage {
	p := &networkPage{change: change{d: d}, fields: newNetworkFields(d.env, d.in.Network), checks: newCheckList(d.env, "What is stored stays as it is.")}
	p.fields.all = true
	p.to(netCA)
	return p
}

// enter reads the secrets of the network, which the integration does not have.
func (p *networkPage) enter() tea.Cmd {
	store, id := p.d.Store, p.d.in.ID
	return p.opener.start(p.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		conn, err := store.Connection(ctx, id)
		return opened{conn, err}
	})
}

func (p *networkPage) typing() bool {
	return !p.shown && p.fields.at(p.at) != nil
}

func (p *networkPage) leave() {
	p.opener.stop()
	p.fields.stop()
	p.checks.task.stop()
	p.storing.stop()
}

// guard is the end of the test, which comes up by itself and leads to saving.
func (p *networkPage) guard() any {
	if p.shown && !p.checks.task.running() && !p.storing.running() {
		return &p.checks
	}
	return nil
}

func (p *networkPage) to(s netStop) {
	if f := p.fields.at(p.at); f != nil {
		f.blur()
	}
	p.at = s
	if f := p.fields.at(s); f != nil {
		f.focus()
	}
}

func (p *networkPage) stepBy(d netStop) {
	s := p.at + d
	for s >= 0 && s < netStops && !p.fields.open(s) {
		s += d
	}
	if s >= 0 && s < netStops {
		p.to(s)
	}
}

func (p *networkPage) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		return p.taskUpdate(msg)
	case reportWritten:
		p.say = string(msg)
	case tea.PasteMsg:
		p.edit(msg)
	case tea.KeyPressMsg:
		p.say = ""
		switch {
		case p.storing.running():
		case p.shown:
			return p.pressChecks(msg)
		default:
			return p.press(msg)
		}
	}
	return move{}, nil
}

func (p *networkPage) taskUpdate(m taskMsg) (move, tea.Cmd) {
	if got, _ := p.opener.take(m); got != nil {
		p.opener.stop()
		return p.opened(got.(opened))
	}
	if p.fields.take(m) {
		return move{}, p.read()
	}
	if p.checks.task.running() && m.run == p.checks.task.run {
		return move{}, p.checks.take(m)
	}
	return p.change.stored(m)
}

// opened takes the stored connection: first for its secrets, then, by the way
// that was given, for the test.
func (p *networkPage) opened(o opened) (move, tea.Cmd) {
	waited := p.waits
	p.waits = false
	switch {
	case o.err != nil:
		p.bad = flow.FaultOf(o.err)
	case p.stored == nil:
		n := o.conn.Network
		p.stored = &n
		if n.WithoutSecrets() == p.d.in.Network.WithoutSecrets() {
			p.fields.join(n)
		} else {
			p.fields.set(n) // somebody else has changed it since the details were read
		}
		if waited {
			return move{}, p.test() // enter was faster than the store
		}
	default:
		p.conn, p.shown = o.conn, true
		return move{}, p.checks.run(p.conn)
	}
	return move{}, nil
}

func (p *networkPage) edit(msg tea.Msg) {
	if p.typing() && p.fields.edit(p.at, msg) {
		p.bad, p.waits = nil, false
	}
}

func (p *networkPage) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	var cmd tea.Cmd
	onField := p.typing()
	switch {
	case key.Matches(k, keys.next, keys.previous, keys.enter), k.Code == tea.KeyUp, k.Code == tea.KeyDown:
		cmd = p.fields.leave(p.at)
	}
	switch {
	case key.Matches(k, keys.back):
		return p.back()
	case key.Matches(k, keys.next), k.Code == tea.KeyDown, !onField && key.Matches(k, keys.down):
		p.stepBy(1)
	case key.Matches(k, keys.previous), k.Code == tea.KeyUp, !onField && key.Matches(k, keys.up):
		p.stepBy(-1)
	case key.Matches(k, keys.enter):
		return move{}, tea.Batch(cmd, p.enterOn())
	case key.Matches(k, keys.reveal):
		f := p.fields.at(netPassword)
		f.showing = !f.showing
	case !onField && key.Matches(k, keys.space):
		p.fields.toggle(p.at)
	default:
		p.edit(k)
	}
	return move{}, cmd
}

func (p *networkPage) enterOn() tea.Cmd {
	if p.fields.bad[p.at] == nil && !p.fields.endsAt(p.at) && !isBox(p.at) {
		p.stepBy(1)
		return nil
	}
	return p.test()
}

// read goes on when a file was read.
func (p *networkPage) read() tea.Cmd {
	if p.waits && !p.fields.reading() {
		return p.test()
	}
	return nil
}

// test tries the way that was given with the stored credential.
func (p *networkPage) test() tea.Cmd {
	p.bad, p.waits = nil, p.fields.reading() || p.opener.running()
	s, wrong := p.fields.wrong()
	switch {
	case p.waits:
		return nil
	case wrong:
		p.to(s)
		return nil
	case p.stored != nil && p.fields.n == *p.stored:
		p.say = "Nothing has changed."
		return nil
	}
	setup, in, by := p.d.setup(), p.d.in, p.fields.n
	if p.stored == nil {
		p.stored = &in.Network // its secrets could not be read: the next answer is for the test
	}
	return p.opener.start(p.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		conn, err := setup.ConnectBy(ctx, in, by)
		return opened{conn, err}
	})
}

func (p *networkPage) pressChecks(k tea.KeyPressMsg) (move, tea.Cmd) {
	switch running := p.checks.task.running(); {
	case key.Matches(k, keys.back) && p.bad != nil:
		return p.back()
	case key.Matches(k, keys.back), !running && key.Matches(k, keys.enter) && !p.checks.report.Passed():
		p.checks.task.stop()
		p.shown, p.bad = false, nil
	case running:
	case key.Matches(k, keys.enter):
		return move{}, p.save()
	case key.Matches(k, keys.again):
		p.bad = nil
		return move{}, p.checks.run(p.conn)
	case key.Matches(k, keys.report):
		return move{}, p.checks.write(p.conn)
	default:
		p.checks.moved(k)
	}
	return move{}, nil
}

// save stores what has passed the test.
func (p *networkPage) save() tea.Cmd {
	p.bad, p.notice = nil, "The network is changed. Tested: "+p.checks.report.Tally()+"."
	setup, in, by, report := p.d.setup(), p.d.in, p.conn.Network, p.checks.report
	// Another program may hold the sign-in.
	return p.storing.start(p.d.env, reconnectBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		fresh, err := setup.Reroute(ctx, in, by, report)
		return changed{fresh, err}
	})
}
