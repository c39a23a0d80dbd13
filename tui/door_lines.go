package tui

import (
	"fmt"
	"strings"

	"flow"
)

// A doorPage writes the rows below the heading of a door: verbs in the order in
// which things are done, and beside each what to do it with.
type doorPage struct {
	styles        styles
	width         int
	indent, label int
	lines         []line
}

func newDoorPage(st styles, width int) *doorPage {
	switch {
	case width >= narrow:
		return &doorPage{styles: st, width: width, indent: 4, label: 10}
	case width >= 50:
		return &doorPage{styles: st, width: width, indent: 4, label: 8}
	}
	return &doorPage{styles: st, width: width, indent: 2, label: 6}
}

func (g *doorPage) column() int { return g.indent + g.label }

func (g *doorPage) room() int { return g.width - 1 - g.column() }

func (g *doorPage) row(verb, text string, drop int) {
	lead := strings.Repeat(" ", g.indent) + pad(verb, g.label)
	g.lines = append(g.lines, line{text: lead + text, drop: drop})
}

// words adds a text that is wrapped beside its verb.
func (g *doorPage) words(verb, text string, drop int) {
	for _, row := range wrap(text, g.room()) {
		g.row(verb, row, drop)
		verb = ""
	}
}

// address adds an address beside its verb if it fits there, else below it.
func (g *doorPage) address(verb, url string) {
	if len(url) <= g.room() {
		g.row(verb, g.styles.accent.Hyperlink(url).Render(url), 0)
		return
	}
	g.row(verb, "", 0)
	g.lines = append(g.lines, g.styles.address(url, g.width)...)
}

// lines are the rows of a door. Without whole the long address is left out.
func (p *doors) lines(d door, width, height int, whole bool) []line {
	g := newDoorPage(p.w.styles, width)
	switch d {
	case codeDoor:
		p.codeLines(g)
	case localDoor:
		if p.w.SSH != "" {
			g.forward(p.w.signIn.doors.Local.Port, p.w.SSH)
			if height >= lowHeight {
				g.words("", "there, in a second terminal. It prints nothing; leave it open.", dropDetail)
			}
		}
		g.address("open", p.w.signIn.doors.Local.Address)
	default:
		p.pasteLines(g, whole)
	}
	return g.lines
}

// codeLines never show a code that GitLab would refuse.
func (p *doors) codeLines(g *doorPage) {
	d := p.w.signIn.doors.Code
	left := d.Until.Sub(p.w.Now())
	if d.Address == "" {
		g.words("open", "Asking GitLab for a code...", 0)
		g.row("", "", dropDetail)
		return
	}
	g.address("open", d.Address)
	switch {
	case d.State == flow.CodeAsked:
		g.words("enter", "Asking GitLab for a new code...", 0)
	case d.State == flow.CodeDenied:
		g.words("enter", "You denied it in GitLab. Press n for a new code.", 0)
	case d.State == flow.CodeTooOld, left <= 0:
		g.words("enter", "The code is too old. Press n for a new one.", 0)
	default:
		g.code(d.Code, "for "+minutes(left, "more", ""))
	}
}

// code adds a code and how long it can be entered.
func (g *doorPage) code(code, time string) {
	at := sideColumn
	if g.width >= roomy {
		at = 57
	}
	text := pad(code, at-g.column()) + time
	if at-g.column() > len(code) && g.column()+len(text) < g.width {
		g.row("enter", text, 0)
		return
	}
	g.row("enter", code, 0)
	g.row("", time, dropDetail)
}

// forward adds the line that leads the browser's port to this machine. Where it
// does not fit beside its verb it is written so that a shell takes both rows.
func (g *doorPage) forward(port int, reached string) {
	lead := fmt.Sprintf("ssh -N -L %d:127.0.0.1:%d ", port, port)
	if len(lead+reached) <= g.room() {
		g.row("run", lead+reached, 0)
		return
	}
	g.row("run", "", 0)
	g.lines = append(g.lines, line{text: lead + `\`})
	for rest := reached; rest != ""; {
		n := min(g.width, len(rest))
		g.lines = append(g.lines, line{text: rest[:n], full: true})
		rest = rest[n:]
	}
}

func (p *doors) pasteLines(g *doorPage, whole bool) {
	switch {
	case !whole:
		g.words("open", "the long address: c copies it, p prints it", 0)
	case g.width >= narrow || g.width < 50:
		g.words("open", "this address, all of it:", 0)
	default:
		g.words("open", "this address, all of it; c copies, p prints", 0)
	}
	if whole {
		g.lines = append(g.lines, p.w.styles.address(p.w.signIn.doors.Address, g.width)...)
	}
	end := "the address you end on; its page can't load, that is expected"
	if p.w.draft.App.Redirect != "" {
		end = "the address you end on" // what the company's page does nobody knows
	}
	g.words("paste", end, 0)
}
