package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"

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
	s.about, s.keys = r.about(width), r.keys()
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
	r.scroll()
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
}

func (r *repos) empty() string {
	switch {
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
	if finding := r.d.finding(); finding != "" {
		return finding
	}
	return countsRow(r.d.plan.SavedCounts(), width)
}

func countsRow(c flow.Counts, width int) string {
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
		if width < narrow {
			word = st.short
		}
		if c[st.state] > 0 || st.state == flow.Imported {
			parts = append(parts, flow.Number(c[st.state])+" "+word)
		}
	}
	return flow.Plural(c.All(), "repo") + ": " + strings.Join(parts, ", ")
}

func (r *repos) hint() string {
	if r.d.plan.SavedCounts()[flow.Imported] == 0 && len(r.d.plan.Settings.Auto) == 0 {
		return "Nothing is imported yet. Press a on a group to import it, now and in future."
	}
	return "Is every group here? If one is missing, press f: it says why."
}

func (r *repos) drawFilter(b *body, width int) {
	note := flow.Number(r.shown) + " shown"
	text, cursor := r.filter.draw(width - 8 - len(note))
	if r.filtering {
		b.focus(4 + cursor)
	}
	b.add(pad("  / "+text, width-2-len(note)) + note)
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
	if w.group >= 0 {
		change, mark, name, middle, text = r.groupCells(w)
	} else {
		change, mark, name, middle, text = r.repoCells(w)
	}
	focus := " "
	if i == r.at {
		focus = r.d.styles.accent.Render(">")
	}
	indent := strings.Repeat("  ", min(w.depth, 8))
	room := nameEnd - treeColumn - len(indent) - 1
	line := pad(focus+change+mark+" "+indent+cut(name, room), nameEnd)
	if role > 0 {
		line = pad(line+middle, state)
	}
	return line + cut(text, width-1-state)
}

var marks = [...]string{flow.MarkOut: "[ ]", flow.MarkIn: "[x]", flow.MarkSome: "[~]", flow.MarkNone: "n/a"}

func (r *repos) groupCells(w row) (change, mark, name, middle, text string) {
	p, count := r.d.plan, r.counts[w.group]
	g := p.Groups[w.group]
	glyph := r.d.styles.folded
	if r.isOpen(w.group) || r.filter.value() != "" {
		glyph = r.d.styles.open
	}
	if p.Size(w.group) == 0 && len(p.GroupsIn[w.group]) == 0 {
		glyph = " "
	}
	// Below a group that is hidden from the account the label is longer than a name.
	label := g.Path
	if up := p.Parent(w.group); up >= 0 {
		label = strings.TrimPrefix(g.Path, p.Groups[up].Path+"/")
	}
	change = " "
	switch folded := !r.isOpen(w.group); {
	case p.AutoChanged(w.group) && p.EffectiveAuto(w.group).On:
		change = "+"
	case p.AutoChanged(w.group):
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
	text = p.AutoText(w.group)
	if g.Personal && text == "" {
		text = "personal"
	}
	return change, marks[count.Mark()], glyph + " " + label, middle, text
}

func (r *repos) repoCells(w row) (change, mark, name, middle, text string) {
	p := r.d.plan
	repo := &p.Repos[w.repo]
	was, will := p.Saved(w.repo), p.Will(w.repo)
	change = " "
	switch {
	case will.In() && !was.In():
		change = "+"
	case was.In() && !will.In(), p.Pin(w.repo) == flow.PinOut && will.State == flow.KeptOut && was.State != flow.KeptOut:
		change = "-"
	}
	active := ""
	if !repo.ActiveAt.IsZero() {
		active = flow.Age(r.d.Now(), repo.ActiveAt)
		if ago := active + " ago"; active != "now" && len(ago) < activeWidth {
			active = ago
		}
	}
	role := repo.Role.String()
	if repo.Role == flow.RoleUnknown {
		role = ""
	}
	return change, marks[p.Mark(w.repo)], "  " + repo.Slug(), pad(role, roleWidth) + active, p.StateText(w.repo)
}

// about is the sentence of the focused row, or the question that is asked.
func (r *repos) about(width int) string {
	if r.ask != nil {
		return "  " + cut(r.ask.text, width-3)
	}
	if len(r.rows) == 0 {
		return " "
	}
	w := r.rows[r.at]
	text := ""
	if w.group >= 0 {
		text = r.d.plan.ExplainGroup(w.group)
	} else {
		text = r.d.plan.Explain(w.repo)
	}
	return "  " + cut(text, width-3)
}

func (r *repos) keys() []key.Binding {
	switch {
	case r.ask != nil:
		return []key.Binding{does(keys.enter, "yes"), does(keys.back, "no")}
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
	if r.d.plan.IsChanged() {
		return append(list, keys.save, keys.help, does(keys.back, "integrations"))
	}
	return append(list, keys.help, does(keys.back, "integrations"))
}
