package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"flow"
)

const (
	statusWidth = 10
	checkWidth  = 11
)

// draw adds title, checks and the line that counts them, where the cursor is
// while the test runs; in a low window that line is the message. What explains a
// check stands below the focused one.
func (l *checkList) draw(s *screen, width, height int) {
	st, b := l.env.styles, &s.body
	b.add("  " + st.bold.Render("Test connection") + "   " + cut(l.base.String(), width-22))
	b.add(prefixed("  ", accepted(st, l.base, l.by, width-3))...)
	b.blank()
	indent := 2 + statusWidth + checkWidth
	for _, c := range l.rows() {
		focused := c.Name == l.at
		if focused {
			b.focus(2)
		}
		room := width - 1 - indent
		rows := []string{c.Text}
		if focused {
			rows = wrap(c.Text, room)
		}
		b.add(st.mark(focused) + st.check(c.Status, pad(string(c.Status), statusWidth)) + pad(c.Name, checkWidth) + cut(rows[0], room))
		for _, row := range rows[1:] {
			b.add(strings.Repeat(" ", indent) + row)
		}
		if focused || c.Status == flow.Failed && l.at == "" {
			l.explain(b, c, indent, width)
		}
	}
	count := "  " + l.count()
	if first, _, more := strings.Cut(count, ". "); more && ansi.StringWidth(count) > width-1 {
		count = first + "." // what follows only reassures
	}
	const around, below = 4, 2 // rows beside the body; blank and count
	if height < lowHeight || len(b.lines)+below > height-around {
		// There it is in sight wherever the list is scrolled to.
		s.message = count
		return
	}
	b.blank()
	if l.at == "" {
		b.focus(2)
	}
	b.add(count)
}

// count says how many checks are done, at the end how the test went.
func (l *checkList) count() string {
	if l.task.running() {
		done := 0
		for _, c := range l.checks {
			if c.Status.Done() {
				done++
			}
		}
		return fmt.Sprintf("%d of %d checks done. %s", done, len(l.checks), l.promise)
	}
	return l.report.Summary()
}

func (l *checkList) explain(b *body, c flow.Check, indent, width int) {
	lead, room := strings.Repeat(" ", indent), width-1-indent
	if width < narrow {
		lead, room = "    ", width-5
	}
	if c.Hint != "" {
		for _, row := range wrap(underNetwork(c.Hint), room) {
			b.add(prefixed(lead, flow.SplitFingerprint(row, room))...)
		}
	}
	b.offer(flow.OfferOf(c.Certificates), len(lead), width)
	if c.Link != "" {
		b.addLines(l.env.styles.address(c.Link, width)...)
	}
	if c.Says != "" {
		b.add(lead + cut(c.Quote(), room))
	}
}
