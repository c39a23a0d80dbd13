package main

import (
	"fmt"
	"io"
	"math"
	"net/url"
	"sync"
	"time"

	"flow"
)

// A doorman tells how an attempt to sign in can be answered, and what becomes of
// it: to people in plain lines, to programs as events.
type doorman struct {
	w       io.Writer
	events  *events
	now     func() time.Time
	ssh     string            // user@host of this machine, for who sits at another one; "": nobody does
	own     bool              // the browser ends on a page of the company's own
	takes   string            // what to do with the address that the browser ends on; "": nothing is read
	hint    func(error) error // adds what a command can do
	newCode func()

	mu    sync.Mutex // answers are told by the goroutine that reads them
	seen  flow.Doors
	open  bool // the doors have been told
	late  bool // a code is not waited for any more
	codes int  // that were asked for in place of another one
}

// codePatience is how long the other doors wait to be told together with the
// code, which comes first where it is the easiest.
const codePatience = 2 * time.Second

// maxCodes bounds how many codes one attempt gets by itself: two take up its ten
// minutes, the others are for those that are denied.
const maxCodes = 5

// tell takes the doors as they are now and tells what has changed.
func (m *doorman) tell(d flow.Doors) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open || m.late || d.Code.State != flow.CodeAsked {
		m.change(d)
	}
}

// tellLate tells the doors even if the code is still to come.
func (m *doorman) tellLate(doors func() flow.Doors) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.late = true; !m.open {
		m.change(doors())
	}
}

func (m *doorman) change(d flow.Doors) {
	was, first := m.seen, !m.open
	m.seen, m.open = d, true
	if first {
		m.tellDoors(d)
	} else if d.Code.Code != was.Code.Code && d.Code.State == flow.CodeOpen {
		m.code(d)
	}
	if d.Stage != was.Stage {
		switch d.Stage {
		case flow.BrowserReached:
			if was.Stage < d.Stage {
				m.line("A browser has opened the short address.")
			}
		case flow.BrowserBack:
			m.line("The browser came back. Finishing.")
		}
	}
	if d.Said != nil && d.Said != was.Said {
		m.refused(d.Said)
	}
	m.renew(was.Code, d.Code)
}

// renew gets another code where the last one is of no use any more. Nobody is
// here to press a key for it.
func (m *doorman) renew(was, is flow.CodeDoor) {
	dead := is.State == flow.CodeTooOld || is.State == flow.CodeDenied
	if !dead || is.State == was.State && is.Code == was.Code || m.codes == maxCodes {
		return
	}
	if is.State == flow.CodeTooOld {
		m.line("The code " + is.Code + " is too old. Another one follows.")
	}
	m.codes++
	m.newCode()
}

// answer tells why an answer can't be one.
func (m *doorman) answer(err error) {
	if err == nil {
		return // what becomes of it is told by a change of the doors
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused(err)
}

func (m *doorman) refused(err error) {
	p := wordsOf(m.hint(err))
	fmt.Fprint(m.w, p.lines())
	m.events.tell(refusedEvent{"refused", p})
}

func (m *doorman) line(text string) { fmt.Fprintln(m.w, text) }

// tellDoors tells all of them. The easiest one comes first: the code where the
// browser is on another machine.
func (m *doorman) tellDoors(d flow.Doors) {
	m.events.tell(m.authURL(d))
	m.line("Approve Flow in a browser, within " + m.minutes(d.Until) + ". The first way to finish wins; ctrl+c cancels.")
	if d.Local.Taken != 0 {
		m.line(fmt.Sprintf("Port %d is taken on this machine. Flow uses %d.", d.Local.Taken, d.Local.Port))
	}
	tell := []func(flow.Doors){m.local, m.code, m.paste}
	if m.ssh != "" {
		tell[0], tell[1] = m.code, m.local
	}
	for _, door := range tell {
		door(d)
	}
	m.line("")
}

func (m *doorman) authURL(d flow.Doors) authURLEvent {
	redirect := ""
	if u, err := url.Parse(d.Address); err == nil {
		redirect = u.Query().Get("redirect_uri")
	}
	return authURLEvent{
		Event: "auth_url", URL: d.Address, ShortURL: d.Local.Address, Port: d.Local.Port, SSH: m.forward(d.Local),
		RedirectURI: redirect, ExpiresAt: d.Until,
	}
}

// forward is the command that makes the short address work where the user sits.
func (m *doorman) forward(l flow.LocalDoor) string {
	if l.Address == "" || m.ssh == "" {
		return ""
	}
	return fmt.Sprintf("ssh -N -L %d:127.0.0.1:%d %s", l.Port, l.Port, m.ssh)
}

func (m *doorman) local(d flow.Doors) {
	if d.Local.Address == "" {
		return
	}
	if run := m.forward(d.Local); run == "" {
		m.line("\nIn a browser on this machine")
	} else {
		m.line("\nIn the browser on your laptop")
		m.line("  run    " + run)
		m.line("         there, in a second terminal. It prints nothing; leave it open.")
	}
	m.line("  open   " + d.Local.Address)
}

func (m *doorman) code(d flow.Doors) {
	if d.Code.State != flow.CodeOpen {
		return
	}
	m.events.tell(userCodeEvent{"user_code", d.Code.Code, d.Code.Address, d.Code.Until})
	m.line("\nWith a code, on any device")
	m.line("  open   " + d.Code.Address)
	m.line("  enter  " + d.Code.Code + ", within " + m.minutes(d.Code.Until))
}

// paste shows the long address alone on its line, so that all of it and nothing
// else can be copied.
func (m *doorman) paste(d flow.Doors) {
	if m.takes == "" {
		return
	}
	m.line("\nIn any browser, then back here")
	m.line("  open   this address, all of it:")
	m.line(d.Address)
	if m.own {
		m.line("  " + m.takes + " the address you end on, whatever its page shows")
		return
	}
	m.line("  " + m.takes + " the address you end on; its page can't load, that is expected")
}

func (m *doorman) minutes(until time.Time) string {
	return flow.Plural(max(int(math.Round(until.Sub(m.now()).Minutes())), 1), "minute")
}
