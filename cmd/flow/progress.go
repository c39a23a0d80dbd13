package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"flow"
)

const (
	checkStatusWidth = 10
	checkNameWidth   = 11
)

// tellChecks returns a function that writes one line for every check that has
// ended, and below it what a failed or warning one means.
func tellChecks(w io.Writer, names commands) func(flow.Check) {
	return func(c flow.Check) {
		if !c.Status.Done() {
			return
		}
		c = shown(c, names)
		fmt.Fprintln(w, pad(string(c.Status), checkStatusWidth)+pad(c.Name, checkNameWidth)+c.Text)
		const indent = checkStatusWidth + checkNameWidth
		for _, text := range append([]string{c.Hint, c.Link, c.Quote()}, flow.OfferOf(c.Certificates).Rows(indent)...) {
			if text != "" {
				fmt.Fprintln(w, strings.Repeat(" ", indent)+text)
			}
		}
	}
}

// shown is a check in the words of commands.
func shown(c flow.Check, names commands) flow.Check {
	c.Hint = onCommandLine(c.Hint, names)
	return c
}

// progress writes how far something has come: on a terminal in one line that
// changes, elsewhere a line a second at most.
type progress struct {
	w         io.Writer
	now       func() time.Time
	rewriting bool
	told      time.Time
	shown     bool // a line stands there that has to be wiped
}

const (
	tellEvery    = time.Second
	rewriteEvery = 100 * time.Millisecond
	wipeLine     = "\r\x1b[K"
)

func (p *program) progress() *progress {
	rewriting := p.isTerminal(p.stderr) && p.env("TERM") != "dumb"
	return &progress{w: p.stderr, now: p.now, rewriting: rewriting, told: p.now()}
}

func (p *progress) tell(found flow.Progress) {
	text := found.SoFar()
	if wait := found.Ahead.Wait(); wait != "" {
		text += "; " + wait
	}
	p.say(text)
}

func (p *progress) say(text string) {
	every := tellEvery
	if p.rewriting {
		every = rewriteEvery
	}
	if p.now().Sub(p.told) < every {
		return
	}
	p.told = p.now()
	if p.rewriting {
		fmt.Fprint(p.w, wipeLine, text)
		p.shown = true
		return
	}
	fmt.Fprintln(p.w, text)
}

func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.w, wipeLine)
	}
}
