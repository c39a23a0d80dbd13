package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"
)

// A helpPage lists all keys of a page, in two columns where there is room. What
// is too wide for a column stands above or below both.
type helpPage struct {
	name        string
	first, last []helpGroup
	left, right []helpGroup
}

type helpGroup struct {
	title string
	rows  [][2]string // key, what it does
}

// always are the keys that work on every page.
var always = helpGroup{"Always", [][2]string{
	{"esc", "back"}, {"ctrl+l", "draw again"}, {"ctrl+z", "to the shell, fg back"}, {"ctrl+c", "leave"},
}}

// moving are the keys of every list.
var moving = helpGroup{"Move", [][2]string{
	{"up, down", "one row"}, {"page up, down", "one screen"}, {"home, end", "first, last row"},
}}

const helpColumn = 39

// screen draws the page from row top on, and returns how far it can be scrolled.
func (h helpPage) screen(st styles, width, height, top int) (screen, int) {
	s := screen{header: "  " + st.bold.Render("Keys") + "   " + h.name, body: newBody()}
	s.message = screenReader(width)
	s.keys = []key.Binding{does(keys.back, "close")}
	left, right := h.rows(st, h.left, width), h.rows(st, h.right, width)
	if width < roomy {
		s.body.addLines(h.rows(st, h.first, width)...)
		s.body.addLines(left...)
		s.body.addLines(right...)
		s.body.addLines(h.rows(st, h.last, width)...)
		s.body.lines = slices.DeleteFunc(s.body.lines, func(l line) bool { return l.text == "" })
		room := height - 3
		last := max(len(s.body.lines)-room, 0)
		if last > 0 {
			s.keys = []key.Binding{shown(keys.down, "down", "more"), does(keys.back, "close")}
		}
		top = min(top, last)
		s.body.lines = s.body.lines[top:min(top+room, len(s.body.lines))]
		s.body.cursorX, s.body.cursorY = 2, 0
		return s, last
	}
	s.body.focus(2)
	if len(h.first) > 0 {
		s.body.addLines(h.rows(st, h.first, width)...)
		s.body.blank()
	}
	for i := range max(len(left), len(right)) {
		var l, r line
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		text := pad(l.text, helpColumn) + r.text
		drop := 0
		if l.text == "" && r.text == "" {
			drop = dropBlank
		}
		s.body.addLines(line{text: text, drop: drop})
	}
	if len(h.last) > 0 {
		s.body.blank()
		s.body.addLines(h.rows(st, h.last, width)...)
	}
	return s, 0
}

func (h helpPage) rows(st styles, groups []helpGroup, width int) []line {
	var rows []line
	wide := 0
	for _, g := range groups {
		for _, r := range g.rows {
			if r[1] != "" {
				wide = max(wide, ansi.StringWidth(r[0]))
			}
		}
	}
	for i, g := range groups {
		if i > 0 {
			rows = append(rows, line{drop: dropBlank})
		}
		rows = append(rows, line{text: "  " + st.bold.Render(g.title)})
		for _, r := range g.rows {
			if r[1] == "" || 4+wide+2+ansi.StringWidth(r[1]) < width {
				rows = append(rows, line{text: "    " + pad(r[0], wide+2) + r[1]})
				continue
			}
			rows = append(rows, line{text: "    " + r[0]}, line{text: "      " + r[1]})
		}
	}
	return rows
}
