package tui

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// doors is the page of an attempt to sign in: the ways in which the browser's
// answer can reach Flow, all open at once.
type doors struct {
	w     *wizard
	at    door
	paste pasteField
	clock task // runs until the next minute that is shown
	code  bool // the device address is shown as a QR code

	notice   string      // what the last key did
	fault    *flow.Fault // why the last answer did not do
	byItself any         // not nil: what is shown came up without a key
}

// A door is one way in.
type door int

const (
	anyDoor   door = iota // the first one
	codeDoor              // a code, entered at GitLab on any device
	localDoor             // a page of this machine
	pasteDoor             // the address on which a browser ended
)

func newDoors(w *wizard) *doors {
	return &doors{w: w, paste: newPasteField(), fault: w.signIn.doors.Said}
}

// enter goes on with the attempt that there is, or starts one.
func (p *doors) enter() tea.Cmd {
	s, wanted := &p.w.signIn, p.w.draft.SignIn()
	if s.task.running() && s.isOf(wanted) {
		return p.tick()
	}
	p.fault = nil
	return p.w.startSignIn()
}

func (p *doors) typing() bool { return p.paste.open }

func (p *doors) leave() {
	p.clock.stop()
	p.paste.task.stop()
}

// back closes what is open; true leads to the step before.
func (p *doors) back() bool {
	if p.code || p.paste.open {
		p.code = false
		p.paste.close()
		return false
	}
	return true
}

func (p *doors) guard() any { return p.byItself }

// list returns the doors that there are, the likeliest first: whoever came over
// SSH has the browser elsewhere.
func (p *doors) list() []door {
	d, list := p.w.signIn.doors, []door{pasteDoor}
	local, code := d.Local.Address != "", d.Code.State != flow.NoCode
	if local && p.w.SSH != "" {
		list = slices.Insert(list, 0, localDoor)
	}
	if code {
		list = slices.Insert(list, 0, codeDoor)
	}
	if local && p.w.SSH == "" {
		list = slices.Insert(list, 0, localDoor)
	}
	return list
}

// focused is the door that has the focus. One that has closed gives it to the
// first.
func (p *doors) focused() door {
	list := p.list()
	if slices.Contains(list, p.at) {
		return p.at
	}
	return list[0]
}

func (p *doors) move(by int) (moved bool) {
	list := p.list()
	i := slices.Index(list, p.focused()) + by
	if i < 0 || i >= len(list) {
		return false
	}
	p.at = list[i]
	return true
}

// heard takes what is new about the doors since they were as they were.
func (p *doors) heard(was flow.Doors) tea.Cmd {
	d := p.w.signIn.doors
	if was.Until.IsZero() && d.Local.Taken != 0 {
		p.notice = portTaken(d.Local)
	}
	told := d.Said != was.Said
	if told {
		p.fault, p.notice = d.Said, ""
	}
	if d.Said != nil {
		p.paste.given = false
	}
	if d.Stage != was.Stage {
		p.notice = ""
	}
	if d.Stage == flow.BrowserBack {
		p.fault = nil
	}
	if (told || d.Stage == flow.BrowserBack) && p.w.printer.on {
		p.w.printer.back()
		p.byItself = new(int)
	}
	return p.tick()
}

// over tells the page that the attempt has ended.
func (p *doors) over() {
	p.leave()
	p.paste.close()
	p.code, p.notice, p.fault, p.byItself = false, "", nil, new(int)
}

// minutePassed says that a time that is shown is another one now.
type minutePassed struct{}

// tick waits for the next minute of what runs down: the page is drawn anew then,
// and not by the second.
func (p *doors) tick() tea.Cmd {
	d, now := p.w.signIn.doors, p.w.Now()
	if d.Until.IsZero() {
		return nil
	}
	pause := untilMinute(d.Until.Sub(now))
	if d.Code.State == flow.CodeOpen {
		pause = min(pause, untilMinute(d.Code.Until.Sub(now)))
	}
	return p.clock.start(p.w.env, time.Hour, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		select {
		case <-time.After(pause):
			return minutePassed{}
		case <-ctx.Done():
			return nil
		}
	})
}

// untilMinute is how long it takes until a whole number of minutes is left.
func untilMinute(left time.Duration) time.Duration {
	if left <= 0 {
		return time.Minute
	}
	if part := left % time.Minute; part > 0 {
		return part + time.Millisecond // then it is below that number, for certain
	}
	return time.Minute
}

func (p *doors) owns(m taskMsg) bool { return p.clock.run == m.run || p.paste.task.run == m.run }

// take takes a message of the page's own tasks.
func (p *doors) take(m taskMsg) tea.Cmd {
	switch got := m.msg.(type) {
	case minutePassed:
		return p.tick()
	case pasteOver:
		p.paste.task.stop()
		if got.err != nil {
			p.fault, p.paste.given = flow.FaultOf(got.err), false
		}
	}
	return nil
}

func (p *doors) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case linkFailed:
		p.notice = "No browser opened; the address went to your terminal's clipboard."
		return move{}, tea.SetClipboard(string(msg))
	case pasteQuiet:
		if text, ok := p.paste.after(msg); ok {
			return move{}, p.give(text)
		}
	case tea.PasteMsg:
		return move{}, p.pasted(msg)
	case tea.KeyPressMsg:
		p.notice, p.fault = "", nil
		return p.press(msg)
	}
	return move{}, nil
}

func (p *doors) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	s := &p.w.signIn
	switch {
	case p.code:
		p.code = false
		return move{}, nil
	case p.paste.open:
		return move{}, p.paste.press(k)
	case key.Matches(k, keys.previous) && (s.attempt == nil || !p.move(-1)):
		return move{kind: back}, nil
	case s.bad != nil:
		return p.pressAtEnd(k)
	case s.attempt == nil:
		return move{}, nil
	}
	return move{}, p.act(k)
}

// pressAtEnd is press when the attempt has ended without a grant.
func (p *doors) pressAtEnd(k tea.KeyPressMsg) (move, tea.Cmd) {
	s := &p.w.signIn
	switch {
	case key.Matches(k, keys.enter) && s.wantsEntries():
		p.w.wrong = s.bad
		return move{kind: toStep, step: flow.StepCredentials}, nil
	case key.Matches(k, keys.enter) && s.wantsNetwork():
		p.w.mend = flow.FieldNetwork
		return move{kind: toStep, step: flow.StepCredentials}, nil
	case key.Matches(k, keys.enter, keys.again):
		return move{}, p.w.startSignIn()
	}
	return move{}, nil
}

// act does what a key stands for while the doors are open.
func (p *doors) act(k tea.KeyPressMsg) tea.Cmd {
	d, attempt := p.w.signIn.doors, p.w.signIn.attempt
	switch {
	case key.Matches(k, keys.up):
		p.move(-1)
	case key.Matches(k, keys.down, keys.next):
		p.move(1)
	case k.Text == "h":
		// The start of an address, from a terminal that does not mark pastes.
		p.paste.start("h")
	case key.Matches(k, keys.enter) && p.focused() == pasteDoor:
		p.paste.start(p.paste.field.value())
	case key.Matches(k, keys.browse) || key.Matches(k, keys.enter) && p.focused() == localDoor:
		return p.browse()
	case key.Matches(k, keys.copy):
		p.notice = "The long address went to your terminal's clipboard. If pasting gives something else, press p."
		return tea.SetClipboard(d.Address)
	case key.Matches(k, keys.print):
		p.w.printer.print(d.Address)
	case key.Matches(k, keys.add) && d.Code.State != flow.NoCode:
		return func() tea.Msg { attempt.NewCode(); return nil }
	case key.Matches(k, keys.square) && d.Code.Address != "":
		p.code = true
	}
	return nil
}

// browse opens the short address where a browser can be seen.
func (p *doors) browse() tea.Cmd {
	open, d := p.w.OpenURL, p.w.signIn.doors
	if open == nil {
		return nil
	}
	address := d.Local.Address
	if address == "" {
		address = d.Address
	}
	p.notice = "The page opens in your browser."
	return func() tea.Msg {
		if open(address) != nil {
			return linkFailed(address)
		}
		return nil
	}
}
