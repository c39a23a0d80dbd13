package tui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// A screen is what a page wants to be seen, before it is fitted to the window:
//
//	row 1        where am I
//	row 2        blank, or a summary in numbers
//	body         lines
//	row h-2      about the focused row; more rows if it has more lines
//	row h-1      message
//	row h        keys
type screen struct {
	header  string
	summary string
	body    body
	about   string
	typing  int // column of the cursor in about, where a field stands there; 0: it is elsewhere
	message string
	keys    []key.Binding
}

// A line of the body. Lines with a higher drop go first where the window is too
// low; those with 0 stay. Lines of one group, such as the rows of a sentence, go
// together.
type line struct {
	text  string
	drop  int
	group int  // 0 is none
	full  bool // may fill its row: only an address does
}

// What goes first where there is no room.
const (
	dropDetail = 1 // lines that only explain
	dropBlank  = 2
)

// A body gathers lines and remembers where the real cursor belongs.
type body struct {
	lines   []line
	cursorX int
	cursorY int // index in lines; -1 shows no cursor in the body
}

func newBody() body { return body{cursorY: -1} }

func (b *body) add(lines ...string) {
	for _, text := range lines {
		b.lines = append(b.lines, line{text: text})
	}
}

func (b *body) addLines(lines ...line) { b.lines = append(b.lines, lines...) }

func (b *body) detail(lines ...string) {
	for _, text := range lines {
		b.lines = append(b.lines, line{text: text, drop: dropDetail})
	}
}

// prose adds text that is wrapped between words, below a left margin. Its rows
// go together where there is no room, if drop says so.
func (b *body) prose(width, margin, drop int, text string) {
	b.together(drop, prefixed(strings.Repeat(" ", margin), wrap(text, width-1-margin))...)
}

// together adds lines that go together where there is no room.
func (b *body) together(drop int, lines ...string) {
	group := len(b.lines) + 1
	for _, text := range lines {
		b.lines = append(b.lines, line{text: text, drop: drop, group: group})
	}
}

func (b *body) blank() { b.lines = append(b.lines, line{drop: dropBlank}) }

// focus puts the cursor at column x of the line that is added next.
func (b *body) focus(x int) { b.cursorX, b.cursorY = x, len(b.lines) }

// fit drops and scrolls lines until at most n are left.
func (b *body) fit(n int) {
	for drop := dropBlank; drop > 0 && len(b.lines) > n; drop-- {
		// From the bottom: what stands first explains the rest.
		for i := len(b.lines) - 1; i >= 0 && len(b.lines) > n; i-- {
			if l := b.lines[i]; l.drop == drop && i != b.cursorY {
				first := i
				for l.group != 0 && first > 0 && b.lines[first-1].group == l.group {
					first--
				}
				b.cut(first, i+1)
				i = first
			}
		}
	}
	if len(b.lines) > n {
		top := min(max(0, b.cursorY-n/2), len(b.lines)-n)
		b.lines = b.lines[top : top+n]
		b.cursorY = max(b.cursorY-top, -1)
	}
}

// cut takes out the lines from i to j, which the cursor is not on.
func (b *body) cut(i, j int) {
	b.lines = slices.Delete(b.lines, i, j)
	if i < b.cursorY {
		b.cursorY -= j - i
	}
}

// The smallest window that holds a page.
const (
	minWidth  = 40
	minHeight = 10
	lowHeight = 20 // below it, blank rows go
	narrow    = 72 // below it, step names and columns go
	roomy     = 80 // below it, long wordings go
)

// say puts rows above the message, and the last one in its place if there are
// several.
func (s *screen) say(rows []string) {
	rows = prefixed("  ", rows)
	if last := len(rows) - 1; last > 0 {
		s.message, rows = rows[last], rows[:last]
	}
	s.about = strings.Join(rows, "\n")
}

// draw fits the screen to the window and returns its rows and the cursor.
func (s screen) draw(width, height int) (string, *tea.Cursor) {
	rows := make([]string, 0, height)
	rows = append(rows, s.header)
	if height >= lowHeight || s.summary != "" {
		rows = append(rows, s.summary)
	}
	footer := []string{s.message, footerRow(s.keys, width-1)}
	if s.about != "" {
		footer = append(strings.Split(s.about, "\n"), footer...)
	}
	room := height - len(rows) - len(footer)
	s.body.fit(room)
	top := len(rows)
	for _, l := range s.body.lines {
		if l.full {
			rows = append(rows, l.text)
		} else {
			rows = append(rows, cut(strings.TrimRight(l.text, " "), width-1))
		}
	}
	for len(rows) < height-len(footer) {
		rows = append(rows, "")
	}
	rows = append(rows, footer...)
	for i, row := range rows {
		if i < top || i >= height-len(footer) {
			rows[i] = cut(strings.TrimRight(row, " "), width-1)
		}
	}
	var cursor *tea.Cursor
	switch {
	case s.typing > 0:
		cursor = tea.NewCursor(min(s.typing, width-1), height-3)
	case s.body.cursorY >= 0:
		cursor = tea.NewCursor(min(s.body.cursorX, width-1), top+s.body.cursorY)
	default:
		cursor = tea.NewCursor(2, height-2) // the message row says what is being waited for
	}
	cursor.Blink = false
	return strings.Join(rows, "\n"), cursor
}

// footerRow writes the keys of what has the focus. Where they don't fit, those
// at the right go, but never esc and ?.
func footerRow(bindings []key.Binding, width int) string {
	for _, gap := range []string{"   ", "  "} {
		if row := joinKeys(bindings, gap); ansi.StringWidth(row) <= width {
			return row
		}
	}
	kept := append([]key.Binding(nil), bindings...)
	for i := len(kept) - 1; i >= 0; i-- {
		if k := kept[i].Help().Key; k == "esc" || k == "?" {
			continue
		}
		kept = append(kept[:i:i], kept[i+1:]...)
		if row := joinKeys(kept, "  "); ansi.StringWidth(row) <= width {
			return row
		}
	}
	return cut(joinKeys(kept, "  "), width)
}

func joinKeys(bindings []key.Binding, gap string) string {
	var parts []string
	for _, b := range bindings {
		if b.Enabled() {
			parts = append(parts, b.Help().Key+" "+b.Help().Desc)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "  " + strings.Join(parts, gap)
}

// headerRow puts left and right into one row whose last column stays empty. The
// left part gives way.
func headerRow(left, right string, width int) string {
	room := width - 1 - ansi.StringWidth(right)
	left = ansi.Truncate(left, max(room-1, 0), "...")
	return pad(left, room) + right
}

// tooSmall says what size is needed.
func tooSmall(width, height int) string {
	text := fmt.Sprintf("Flow needs %d columns and %d rows; this window has %d and %d.", minWidth, minHeight, width, height)
	rows := wrap(text, max(width-1, 1))
	if len(rows) > height {
		rows = rows[:max(height, 0)]
	}
	return strings.Join(rows, "\n")
}
