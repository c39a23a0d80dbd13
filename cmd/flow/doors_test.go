package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"flow"
)

// A porch is a doorman with what it says.
type porch struct {
	doorman
	said, events bytes.Buffer
	asked        int // codes
}

func newPorch(now time.Time) *porch {
	p := &porch{}
	p.doorman = doorman{
		w: &p.said, now: func() time.Time { return now }, takes: "paste ",
		hint: func(err error) error { return err }, newCode: func() { p.asked++ },
	}
	p.doorman.events = (&program{stdout: &p.events}).events(true)
	return p
}

// news returns what was said since it was called last.
func (p *porch) news() string {
	defer p.said.Reset()
	return p.said.String()
}

func opened(now time.Time) flow.Doors {
	return flow.Doors{
		Until:   now.Add(10 * time.Minute),
		Address: "https://gitlab.example.com/git/oauth/authorize?client_id=" + strings.Repeat("948f", 16) + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A7171%2Fcallback&state=A8fArOOV2AGC2weuLDDwNA",
		Local:   flow.LocalDoor{Address: "http://127.0.0.1:7171/k7Qm2xVd", Port: 7171},
		Code:    flow.CodeDoor{State: flow.CodeOpen, Code: "0A44L90H", Address: "https://gitlab.example.com/git/oauth/device", Until: now.Add(5 * time.Minute)},
	}
}

func TestDoorsInPlainLines(t *testing.T) {
	now := time.Unix(1e9, 0)
	const head = "Approve Flow in a browser, within 10 minutes. The first way to finish wins; ctrl+c cancels.\n"
	const code = "\nWith a code, on any device\n  open   https://gitlab.example.com/git/oauth/device\n  enter  0A44L90H, within 5 minutes\n"
	paste := "\nIn any browser, then back here\n  open   this address, all of it:\n" + opened(now).Address + "\n"
	const expected = "  paste  the address you end on; its page can't load, that is expected\n"
	for _, test := range []struct {
		name   string
		change func(*porch, *flow.Doors)
		want   string
	}{
		{"here", func(*porch, *flow.Doors) {},
			head + "\nIn a browser on this machine\n  open   http://127.0.0.1:7171/k7Qm2xVd\n" + code + paste + expected + "\n"},
		{"over SSH", func(p *porch, _ *flow.Doors) { p.ssh = "ana@build-07" },
			head + code + "\nIn the browser on your laptop\n  run    ssh -N -L 7171:127.0.0.1:7171 ana@build-07\n" +
				"         there, in a second terminal. It prints nothing; leave it open.\n  open   http://127.0.0.1:7171/k7Qm2xVd\n" + paste + expected + "\n"},
		{"without codes", func(_ *porch, d *flow.Doors) { d.Code = flow.CodeDoor{} },
			head + "\nIn a browser on this machine\n  open   http://127.0.0.1:7171/k7Qm2xVd\n" + paste + expected + "\n"},
		{"a page of the company's own", func(p *porch, d *flow.Doors) {
			p.own, p.ssh = true, "ana@build-07"
			d.Local, d.Code = flow.LocalDoor{}, flow.CodeDoor{}
		},
			head + paste + "  paste  the address you end on, whatever its page shows\n\n"},
		{"nothing is read", func(p *porch, d *flow.Doors) { p.takes = "" },
			head + "\nIn a browser on this machine\n  open   http://127.0.0.1:7171/k7Qm2xVd\n" + code + "\n"},
		{"a port is taken", func(_ *porch, d *flow.Doors) { d.Local.Taken, d.Code = 7170, flow.CodeDoor{} },
			head + "Port 7170 is taken on this machine. Flow uses 7171.\n\nIn a browser on this machine\n  open   http://127.0.0.1:7171/k7Qm2xVd\n" + paste + expected + "\n"},
	} {
		p, d := newPorch(now), opened(now)
		test.change(p, &d)
		p.tell(d)
		if got := p.news(); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
		p.tell(d)
		if got := p.news(); got != "" || p.asked > 0 {
			t.Errorf("%s: nothing has changed, but it said %q", test.name, got)
		}
	}
}

func TestTheDoorsAreToldTogetherWithTheCode(t *testing.T) {
	now := time.Unix(1e9, 0)
	p, d := newPorch(now), opened(now)
	asked := d
	asked.Code = flow.CodeDoor{State: flow.CodeAsked}
	p.tell(asked)
	if got := p.news(); got != "" {
		t.Errorf("the code was not waited for: %s", got)
	}
	p.tell(d)
	if got := p.news(); strings.Count(got, "0A44L90H") != 1 {
		t.Errorf("it said %s", got)
	}

	// It does not come in time, but later.
	p = newPorch(now)
	p.tell(asked)
	p.tellLate(func() flow.Doors { return asked })
	if got := p.news(); !strings.Contains(got, "7171/k7Qm2xVd") || strings.Contains(got, "With a code") {
		t.Errorf("it said %s", got)
	}
	p.tell(d)
	if got := p.news(); !strings.HasPrefix(got, "\nWith a code, on any device\n") || strings.Contains(got, "k7Qm2xVd") {
		t.Errorf("it said %s", got)
	}
}

func TestCodesRenewThemselves(t *testing.T) {
	now := time.Unix(1e9, 0)
	p, d := newPorch(now), opened(now)
	p.tell(d)
	p.news()
	for n := 1; n <= 2*maxCodes; n++ {
		d.Code.State = flow.CodeTooOld
		p.tell(d)
		p.tell(d) // told again because of something else
		if want := min(n, maxCodes); p.asked != want {
			t.Fatalf("%d codes were asked for, want %d", p.asked, want)
		}
		if got := p.news(); n == 1 && got != "The code 0A44L90H is too old. Another one follows.\n" {
			t.Errorf("it said %s", got)
		}
		d.Code.State = flow.CodeAsked
		p.tell(d)
		d.Code.State, d.Code.Code = flow.CodeOpen, fmt.Sprintf("CODE%04d", n)
		p.tell(d)
		if got := p.news(); !strings.Contains(got, "enter  "+d.Code.Code+",") {
			t.Errorf("it said %s", got)
		}
	}
	// One that is denied is no less of use.
	p, d = newPorch(now), opened(now)
	p.tell(d)
	d.Code.State = flow.CodeDenied
	if p.tell(d); p.asked != 1 {
		t.Errorf("%d codes were asked for", p.asked)
	}
	// One that never came is not asked for again.
	p, d = newPorch(now), opened(now)
	d.Code = flow.CodeDoor{}
	p.tell(d)
	if p.asked != 0 {
		t.Errorf("%d codes were asked for", p.asked)
	}
}

func TestWhatTheBrowserDoesIsTold(t *testing.T) {
	now := time.Unix(1e9, 0)
	p, d := newPorch(now), opened(now)
	p.tell(d)
	p.news()
	for _, test := range []struct {
		change func()
		want   string
	}{
		{func() { d.Stage = flow.BrowserReached }, "A browser has opened the short address.\n"},
		{func() { d.Stage = flow.BrowserBack }, "The browser came back. Finishing.\n"},
		{func() {
			d.Stage, d.Said = flow.BrowserReached, &flow.Fault{Cause: flow.AnswerRefused, Says: "invalid_grant"}
		}, "GitLab refuses the answer: it is too old, or was used before.\nOpen one of the addresses again.\nGitLab says: invalid_grant\n"},
		{func() { d.Stage = flow.BrowserBack }, "The browser came back. Finishing.\n"},
		{func() { d.Stage, d.Said = flow.BrowserReached, &flow.Fault{Cause: flow.Denied} }, "You denied the request in GitLab.\nOpen one of the addresses again and approve it.\n"},
	} {
		test.change()
		p.tell(d)
		if got := p.news(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
	p.answer(nil)
	p.answer(&flow.Fault{Cause: flow.CutPaste})
	if got := p.news(); got != "The address has no code in it: it was cut.\nCopy the whole address bar and give it again.\n" {
		t.Errorf("got %q", got)
	}
	if got := strings.Count(p.events.String(), `{"event":"refused",`); got != 3 {
		t.Errorf("%d answers were refused:\n%s", got, p.events.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestEventsThatNobodyGetsAreAFailure(t *testing.T) {
	e := (&program{stdout: brokenPipe{}}).events(true)
	e.tell(foundEvent{Event: "found"})
	if err := e.end(nil); err == nil {
		t.Error("no error")
	}
	var none *events
	none.tell(foundEvent{Event: "found"})
	if err := none.end(nil); err != nil {
		t.Error(err)
	}
}
