package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// Columns of the tree in a window of 80. Wider ones give names two thirds of
// what is left, the State column the rest.
const (
	treeColumn  = 6
	roleColumn  = 36
	roleWidth   = 11
	activeWidth = 10
	stateNarrow = 23 // width of State and the margin where Role and Active are left out
)

func (r *repos) draw(s *screen, width, height int) {
	s.summary = "  " + cut(r.summary(width), width-3)
	if asked := r.d.question; asked != nil {
		s.say(wrap(asked.text, width-3))
	} else {
		r.about(s, width)
	}
	s.keys = r.keys(width)
	b := &s.body
	rows := height - 2 - 3
	high := height >= lowHeight
	if r.filtering || r.filter.value() != "" {
		r.drawFilter(b, width)
		rows--
	} else if high {
		b.add("  " + cut(r.hint(), width-3))
		rows--
	}
	if high {
		b.add("")
		b.add(r.titles(width))
		rows -= 2
	}
	r.page = max(rows, 1)
	if r.outgrown() {
		r.drawn.again(s)
		return
	}
	r.scroll()
	from := len(b.lines)
	for i := r.top; i < min(r.top+r.page, len(r.rows)); i++ {
		if i == r.at && !r.filtering {
			b.focus(2)
		}
		b.add(r.row(i, width))
	}
	if len(r.rows) == 0 {
		if !r.filtering {
			b.focus(2)
		}
		b.prose(width, 2, 0, r.empty())
	}
	r.drawn = drawn{slices.Clone(b.lines[from:]), b.cursorY - from, s.about}
}

// drawn are the rows as they were drawn last, and the sentence of the focused one.
type drawn struct {
	lines []line
	focus int
	about string
}

// outgrown reports whether the tree has grown since the filter searched it: until
// that is done again, what was found before stays on screen.
func (r *repos) outgrown() bool {
	return r.filter.value() != "" && r.hits.text != "" && r.hits.tree != r.tree
}

func (w drawn) again(s *screen) {
	if w.focus >= 0 && s.body.cursorY < 0 {
		s.body.cursorX, s.body.cursorY = 2, len(s.body.lines)+w.focus
	}
	s.body.lines = append(s.body.lines, w.lines...)
	s.about = w.about
}

func (r *repos) empty() string {
	switch {
	case r.waits():
		return ""
	case r.filtering && r.filter.value() != "":
		return "No repo matches. enter, then f, says why one is missing."
	case r.filter.value() != "":
		return "No repo matches. f says why one is missing, esc clears the filter."
	case r.d.discovery.running() || !r.d.loaded:
		return ""
	}
	return "No repos. Add the account to your groups as Reporter, then press r."
}

// scroll keeps the focused row on screen.
func (r *repos) scroll() {
	r.top = min(r.top, r.at)
	r.top = max(r.top, r.at-r.page+1)
	r.top = max(min(r.top, len(r.rows)-r.page), 0)
}

// summary is what is saved, in numbers; while repos are being found, how many
// there are so far.
func (r *repos) summary(width int) string {
	if finding := r.d.finding(width - 3); finding != "" {
		return finding
	}
	return countsRow(r.d.counts(), width)
}

// countsRow says it in short words where the long ones do not fit.
func countsRow(c flow.Counts, width int) string {
	if row := countsIn(c, false); width >= narrow && ansi.StringWidth(row) <= width-3 {
		return row
	}
	return countsIn(c, true)
}

func countsIn(c flow.Counts, brief bool) string {
	states := [...]struct {
		state       flow.State
		long, short string
	}{
		{flow.Imported, "imported", "in"}, {flow.NotImported, "not imported", "not"}, {flow.Excluded, "excluded", "excluded"},
		{flow.KeptOut, "kept out", "kept out"}, {flow.Paused, "paused", "paused"}, {flow.NotSupported, "not supported", "n/a"},
	}
	var parts []string
	for _, st := range states {
		word := st.long
		if brief {
			word = st.short
		}
		if c[st.state] > 0 || st.state == flow.Imported {
			parts = append(parts, flow.Number(c[st.state])+" "+word)
		}
	}
	return flow.Plural(c.All(), "repo") + ": " + strings.Join(parts, ", ")
}

func (r *repos) hint() string {
	if r.d.counts()[flow.Imported] == 0 && len(r.d.plan.Settings.Auto) == 0 {
		return "Nothing is imported yet. Press a on a group to import it, now and in future."
	}
	return "Is every group here? If one is missing, press f: it says why."
}

func (r *repos) drawFilter(b *body, width int) {
	note := r.shownText()
	text, cursor := r.filter.draw(width - 8 - len(note))
	if r.filtering {
		b.focus(4 + cursor)
	}
	b.add(pad("  / "+text, width-2-len(note)) + note)
}

// shownText counts what the filter shows, as soon as that is known.
func (r *repos) shownText() string {
	switch {
	case r.filter.value() == "":
		return ""
	case r.hits.text != r.filter.value():
		return "searching"
	}
	return flow.Number(r.found()) + " shown"
}

// filterHint says what can be typed; "" where nothing need be said.
func (r *repos) filterHint() string {
	switch {
	case !r.filtering:
		return ""
	case r.filter.value() == "":
		return "Words in any order; also is:archived, role:reporter, new."
	}
	return r.hits.hint
}

func (r *repos) columns(width int) (role, state int) {
	if width < narrow {
		return 0, width - stateNarrow
	}
	role = roleColumn + max(0, width-80)*2/3
	return role, role + roleWidth + activeWidth
}

func (r *repos) titles(width int) string {
	role, state := r.columns(width)
	if role == 0 {
		return pad("      Group or repo", state) + "State"
	}
	return pad("      Group or repo", role) + pad("Role", roleWidth) + pad("Active", activeWidth) + "State"
}

func (r *repos) row(i, width int) string {
	w := r.rows[i]
	role, state := r.columns(width)
	nameEnd := state
	if role > 0 {
		nameEnd = role
	}
	var change, mark, name, middle, text string
	if !w.isRepo {
		change, mark, name, middle, text = r.groupCells(w)
	} else {
		change, mark, name, middle, text = r.repoCells(w)
	}
	focus := " "
	if i == r.at {
		focus = r.d.styles.accent.Render(">")
	}
	indent := strings.Repeat("  ", min(int(w.depth), 8))
	room := nameEnd - treeColumn - len(indent) - 1
	line := pad(focus+change+mark+" "+indent+cut(name, room), nameEnd)
	if role > 0 {
		line = pad(line+middle, state)
	}
	return line + cut(text, width-1-state)
}

var marks = [...]string{flow.MarkOut: "[ ]", flow.MarkIn: "[x]", flow.MarkSome: "[~]", flow.MarkNone: "n/a"}

func (r *repos) groupCells(w row) (change, mark, name, middle, text string) {
	p, at := r.d.plan, w.group()
	g, count := p.Groups[at], r.d.countOf(at)
	glyph := r.d.styles.folded
	if r.isOpen(at) || r.filter.value() != "" {
		glyph = r.d.styles.open
	}
	if count.All == 0 && p.GroupEnd(at) == at+1 {
		glyph = " "
	}
	// Below a group that is hidden from the account the label is longer than a name.
	label := g.Path
	if up := p.Parent(at); up >= 0 {
		label = strings.TrimPrefix(g.Path, p.Groups[up].Path+"/")
	}
	change = " "
	switch folded := !r.isOpen(at); {
	case p.AutoChanged(at) && p.EffectiveAuto(at).On:
		change = "+"
	case p.AutoChanged(at):
		change = "-"
	case folded && count.GoIn > 0:
		change = "+"
	case folded && count.GoOut > 0:
		change = "-"
	}
	middle = flow.Number(count.Imported) + " of " + flow.Number(count.All)
	if count.All == 0 {
		middle = "no repos"
	}
	text = p.AutoText(at)
	if g.Personal && text == "" {
		text = "personal"
	}
	return change, marks[count.Mark()], glyph + " " + label, middle, text
}

func (r *repos) repoCells(w row) (change, mark, name, middle, text string) {
	p := r.d.plan
	at := w.repo()
	repo, was, will := &p.Repos[at], p.Saved(at), p.Will(at)
	change = " "
	switch {
	case will.In() && !was.In():
		change = "+"
	case was.In() && !will.In(), p.Pin(at) == flow.PinOut && will.State == flow.KeptOut && was.State != flow.KeptOut:
		change = "-"
	}
	active := ""
	if !repo.ActiveAt.IsZero() {
		active = flow.Age(r.d.Now(), repo.ActiveAt.Time())
		if ago := active + " ago"; active != "now" && len(ago) < activeWidth {
			active = ago
		}
	}
	role := repo.Role.String()
	if repo.Role == flow.RoleUnknown {
		role = ""
	}
	return change, marks[p.Mark(at)], "  " + r.lit(repo.Path, repo.Slug()), pad(role, roleWidth) + active, p.StateText(at)
}

// about says the sentence of the focused row. Where there is no message it may take
// the place of one.
func (r *repos) about(s *screen, width int) {
	text := r.sentence()
	if rows := wrap(text, width-3); len(rows) == 2 && !r.d.hasMessage() {
		s.say(rows)
		return
	}
	s.about = "  " + cut(text, width-3)
}

func (r *repos) sentence() string {
	if hint := r.filterHint(); hint != "" {
		return hint
	}
	if len(r.rows) == 0 {
		return ""
	}
	w := r.rows[r.at]
	switch {
	case w.isRepo:
		return r.d.plan.Explain(w.repo())
	case r.d.below == nil: // it counts what is below
		return r.d.plan.ExplainGroup(w.group())
	}
	return ""
}

func (r *repos) keys(width int) []key.Binding {
	switch {
	case r.d.question != nil:
		return questionKeys()
	case r.filtering:
		return []key.Binding{does(keys.enter, "keep the filter"), shown(keys.up, "up/down", "move"), does(keys.back, "clear it")}
	}
	list := []key.Binding{does(keys.space, "in/out"), keys.auto, keys.filter}
	if r.filter.value() != "" {
		list = []key.Binding{does(keys.space, "in/out"), does(keys.in, "import"), does(keys.out, "keep out all shown"), does(keys.back, "clear the filter")}
		if len(r.rows) == 0 {
			list = []key.Binding{keys.missing, does(keys.filter, "change the filter"), does(keys.back, "clear it")}
		}
		return append(list, keys.help)
	}
	if width < narrow && r.d.plan.IsChanged() {
		list = list[:2] // to undo and to save come first
	}
	if r.d.plan.CanUndo() {
		list = append(list, keys.undo)
	}
	if r.d.plan.IsChanged() {
		return append(list, keys.save, keys.help)
	}
	return append(list, keys.help, does(keys.back, "integrations"))
}
