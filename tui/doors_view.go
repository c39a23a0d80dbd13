package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"

	"flow"
)

const approveFlow = "Approve Flow in a browser."

func (p *doors) view(width, height int) screen {
	s := screen{body: newBody(), keys: []key.Binding{keys.back, keys.help}}
	switch {
	case p.w.signIn.bad != nil:
		p.viewEnd(&s, width)
	case p.w.signIn.attempt == nil:
		s.body.add("  " + p.w.styles.bold.Render(approveFlow))
		s.message = "  Asking GitLab how to sign in..."
	case p.code:
		p.viewCode(&s, width, height)
	default:
		p.viewDoors(&s, width, height)
	}
	return s
}

// viewEnd says why there are no doors any more.
func (p *doors) viewEnd(s *screen, width int) {
	st, b, bad := p.w.styles, &s.body, p.w.signIn.bad
	b.add("  " + st.bold.Render(approveFlow))
	b.blank()
	b.focus(2)
	for _, row := range wrap(bad.Sentence(), width-3) {
		b.add("  " + st.red.Render(row))
	}
	b.add(prefixed("  ", wrap(underNetwork(bad.Next()), width-3))...)
	if bad.Says != "" {
		b.add("  " + cut(bad.Quote(), width-3))
	}
	act := "try again"
	if p.w.signIn.wantsEntries() {
		act = "change the entries"
	}
	s.keys = []key.Binding{does(keys.enter, act), keys.back, keys.help}
	if p.w.signIn.wantsNetwork() {
		s.keys = []key.Binding{does(keys.enter, "change the network"), does(keys.again, "try again"), keys.back, keys.help}
	}
}

// sideColumn is where stands what belongs to a row, but not to what is done.
const sideColumn = 38

func (p *doors) viewDoors(s *screen, width, height int) {
	st, b, list, focused := p.w.styles, &s.body, p.list(), p.focused()
	p.foot(s, width, height)
	s.summary = p.accepted(width)
	room := p.room(width, height, strings.Count(s.about, "\n"))
	below, headings := p.fold(list, width, height, room)
	title := line{text: "  " + st.bold.Render(approveFlow) + waysIn(len(list), width), drop: dropDetail}
	if !headings {
		title.drop = dropBlank // before them
	}
	b.addLines(title)
	for i, d := range list {
		heading := line{text: st.mark(d == focused) + st.label(p.name(d), 0, d == focused)}
		if below[d] == nil {
			where := "down shows it"
			if i < slices.Index(list, focused) {
				where = "up shows it"
			}
			if width > sideColumn+len(where) {
				heading.text = pad(heading.text, sideColumn) + where
			}
			if !headings {
				heading.drop = dropDetail
			}
		}
		b.blank()
		if d == focused {
			b.focus(2)
		}
		b.addLines(heading)
		b.addLines(below[d]...)
	}
	b.fit(room)
	s.keys = p.keys(below[codeDoor] != nil, width)
}

// waysIn says that there is no need to choose.
func waysIn(ways, width int) string {
	switch {
	case ways == 1 || width < 60:
		return ""
	case width < roomy:
		return " The first way to finish wins."
	case ways == 2:
		return " Both ways are open; the first to finish wins."
	}
	return " All three ways are open; the first to finish wins."
}

func (p *doors) name(d door) string {
	switch {
	case d == codeDoor:
		return "With a code, on any device"
	case d == pasteDoor:
		return "In any browser, then paste"
	case p.w.SSH != "":
		return "In the browser on your laptop"
	case p.w.OpenURL != nil:
		return "In your browser, here"
	}
	return "In a browser on this machine"
}

// fold returns what stands below the heading of each door that is open: of all if
// they fit; else of the focused one, and of those others that still do. headings
// reports whether those of the closed ones fit as well.
func (p *doors) fold(list []door, width, height, room int) (below map[door][]line, headings bool) {
	fit := func(below map[door][]line, title int) bool {
		rows := title + len(list)
		for _, lines := range below {
			rows += needed(lines)
		}
		return rows <= room
	}
	all := map[door][]line{}
	for _, d := range list {
		all[d] = p.lines(d, width, height, true)
	}
	if fit(all, 1) {
		return all, true
	}
	focused := p.focused()
	below = map[door][]line{focused: all[focused]}
	if 1+needed(below[focused]) > room {
		// An address is shown whole or not at all.
		below[focused] = p.lines(focused, width, height, false)
	}
	if !fit(below, 0) {
		return below, false
	}
	for _, d := range list {
		if below[d] == nil {
			if below[d] = all[d]; !fit(below, 1) {
				delete(below, d)
			}
		}
	}
	return below, true
}

// room is how many rows the body may have. One row for what became of an answer
// counts also while it is empty, so that nothing moves when it is filled; more is
// how many beside that one are. Only where the focused door needs it, it is not
// kept free.
func (p *doors) room(width, height, more int) int {
	const header, summary, foot = 1, 1, 3
	room := height - header - foot - more
	if height >= lowHeight || p.accepted(width) != "" {
		room -= summary
	}
	if p.foremost(width, height) > room && more == 0 {
		room++
	}
	return room
}

// accepted is the second row: what was accepted of how GitLab is reached.
func (p *doors) accepted(width int) string {
	rows := accepted(p.w.styles, p.w.draft.Server.BaseURL, p.w.draft.Network, width-3)
	if len(rows) == 0 {
		return ""
	}
	return "  " + rows[0]
}

// foremost is how many rows the focused door needs at least.
func (p *doors) foremost(width, height int) int {
	return 1 + needed(p.lines(p.focused(), width, height, false))
}

// needed counts the lines that can't be left out.
func needed(lines []line) int {
	n := 0
	for _, l := range lines {
		if l.drop == 0 {
			n++
		}
	}
	return n
}

func (p *doors) keys(code bool, width int) []key.Binding {
	if p.paste.open {
		return []key.Binding{does(keys.enter, "take it"), does(keys.clear, "clear"), does(keys.back, "close")}
	}
	var list []key.Binding
	if p.focused() == pasteDoor {
		list = append(list, does(keys.enter, "paste"))
	}
	if p.w.OpenURL != nil {
		list = append(list, keys.browse)
	}
	address := keys.copy
	if width < narrow {
		address = does(keys.copy, "copy address")
	}
	list = append(list, address, keys.print)
	if code {
		list = append(list, does(keys.add, "new code"))
	}
	return append(list, keys.back, keys.help)
}

// foot says what became of the last answer, or takes one; and what is waited for.
func (p *doors) foot(s *screen, width, height int) {
	st, d := p.w.styles, p.w.signIn.doors
	s.message = "  " + p.waiting(width)
	switch {
	case p.paste.open:
		const label = 12
		text, cursor := p.paste.field.draw(width - 1 - label)
		s.about, s.typing = "  "+pad("Paste", label-2)+text, label+cursor
		switch hint := "The address of the last page, from the browser's address bar."; {
		case p.fault != nil:
			s.message = "  " + st.red.Render(cut(p.fault.Sentence(), width-3))
		case len(hint) <= width-3:
			s.message = "  " + hint
		}
	case p.fault != nil:
		var rows []string
		for _, row := range wrap(p.fault.Sentence(), width-3) {
			rows = append(rows, st.red.Render(row))
		}
		s.say(p.limit(append(rows, wrap(p.fault.Next(), width-3)...), width, height))
	case p.notice != "":
		s.say(p.limit(wrap(p.notice, width-3), width, height))
	case d.Stage == flow.BrowserBack && p.paste.given:
		s.message = "  The browser's answer is here. Finishing."
	case d.Stage == flow.BrowserBack:
		s.message = "  The browser came back. Finishing."
	case d.Stage == flow.BrowserReached:
		s.about = "  Your browser has reached Flow. Approve it there."
	case p.w.Demo != nil && p.w.Demo.User != "":
		s.about = "  " + cut("Demo: sign in there as "+p.w.Demo.User+", password "+p.w.Demo.Password, width-3)
	}
}

// limit leaves out rows for which there is no room beside the focused door.
func (p *doors) limit(rows []string, width, height int) []string {
	const keys = 1
	header := 1
	if p.accepted(width) != "" {
		header++
	}
	room := max(height-header-keys-p.foremost(width, height), 2)
	if len(rows) > room {
		rows = rows[:room]
		rows[room-1] = cut(rows[room-1], width-6) + "..."
	}
	return rows
}

// waiting is the message while nothing has happened, as much of it as fits.
func (p *doors) waiting(width int) string {
	left := minutes(p.w.signIn.doors.Until.Sub(p.w.Now()), "", " left")
	for _, text := range []string{
		"Waiting for GitLab, " + left + ". An error in the browser? Press ?",
		"Waiting for GitLab, " + left + ". Trouble? Press ?",
		"Waiting for GitLab, " + left + ".",
	} {
		if len(text) <= width-3 {
			return text
		}
	}
	return "Waiting, " + left + "."
}

// minutes writes a time that runs down: whole minutes, so that it never says
// more than there is. more stands before the word.
func minutes(left time.Duration, more, after string) string {
	switch n := int(left / time.Minute); {
	case left < time.Minute:
		return "under a minute" + after
	case more != "":
		return strings.Replace(flow.Plural(n, "minute"), " ", " "+more+" ", 1) + after
	default:
		return flow.Plural(n, "minute") + after
	}
}

func portTaken(d flow.LocalDoor) string {
	return fmt.Sprintf("Port %d is taken on this machine. Flow uses %d; the lines above have changed.", d.Taken, d.Port)
}
