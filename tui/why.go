package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// why says why a repo is in or out, or what holds for a group, and offers the
// three choices that there are in words.
type why struct {
	d       *details
	row     row
	on      focus // the same, by GitLab's number
	at      int
	choices []choice
}

type choice struct {
	label, about string
	make         func()
}

func newWhy(d *details, w row) *why {
	p := d.plan
	y := &why{d: d, row: w}
	y.on = focus{isRepo: w.isRepo}
	if w.isRepo {
		y.on.id = p.Repos[w.at].ID
	} else {
		y.on.id = p.Groups[w.at].ID
	}
	if g := w.group(); g >= 0 {
		y.choices = []choice{
			{"Auto-import on", "import its repos, now and in future", func() { p.SetAuto(g, flow.AutoOn) }},
			{"Auto-import off", "leave new repos out; what is imported stays", func() { p.SetAuto(g, flow.AutoOff) }},
			{"As above", "follow the group above it", func() { p.SetAuto(g, flow.AsAbove) }},
		}
		y.at = map[flow.AutoSetting]int{flow.AutoOn: 0, flow.AutoOff: 1, flow.AsAbove: 2}[p.Auto(g)]
		return y
	}
	i := w.repo()
	if p.Will(i).State == flow.NotSupported {
		return y
	}
	y.choices = []choice{
		{"Import by hand", "whatever group and rules say", func() { p.SetPin(i, flow.PinIn) }},
		{"Keep out by hand", "whatever rules say; its data stays", func() { p.SetPin(i, flow.PinOut) }},
		{"Follow the group", "and its rules", func() { p.SetPin(i, flow.NoPin) }},
	}
	y.at = map[flow.Pin]int{flow.PinIn: 0, flow.PinOut: 1, flow.NoPin: 2}[p.Pin(i)]
	return y
}

func (y *why) enter() tea.Cmd { return nil }
func (y *why) typing() bool   { return false }
func (y *why) leave()         {}

func (y *why) askBeforeLeaving() (page, bool) { return y.d.askBeforeLeaving() }

func (y *why) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		before := y.d.plan
		_, cmd := y.d.update(msg) // a walk goes on behind this page
		if !y.follow(before) {
			return y.d.resume(), cmd
		}
		return move{}, cmd
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, keys.back):
			return y.d.resume(), nil
		case key.Matches(msg, keys.up):
			y.at = max(y.at-1, 0)
		case key.Matches(msg, keys.down):
			y.at = max(min(y.at+1, len(y.choices)-1), 0)
		case key.Matches(msg, keys.enter):
			if len(y.choices) > 0 {
				y.choices[y.at].make()
			}
			return y.d.resume(), nil
		}
	}
	return move{}, nil
}

// follow finds the row again where the plan was made anew; false: it is gone.
func (y *why) follow(before *flow.Plan) bool {
	p, at, ok := y.d.plan, 0, false
	if y.on.isRepo {
		at, ok = p.RepoByID(y.on.id)
	} else {
		at, ok = p.GroupByID(y.on.id)
	}
	if !ok {
		return false
	}
	if p != before || int32(at) != y.row.at {
		chosen := y.at
		moved := newWhy(y.d, row{at: int32(at), depth: y.row.depth, isRepo: y.on.isRepo})
		*y = *moved
		y.at = min(chosen, max(len(y.choices)-1, 0))
	}
	return true
}

func (y *why) view(width, _ int) screen {
	p, st := y.d.plan, y.d.styles
	s := screen{body: newBody(), header: "  " + y.d.in.Name + "   " + st.bold.Render("Why is it in or out?")}
	b := &s.body
	room := width - 3
	if g := y.row.group(); g >= 0 {
		b.add("  " + st.bold.Render(cutPath(p.Groups[g].Path, room)))
		b.blank()
		b.add(prefixed("  ", wrap(p.ExplainGroup(g), room))...)
		b.detail("  " + flow.Plural(p.Size(g), "repo") + " below it")
	} else {
		y.repo(b, room)
	}
	b.blank()
	for i, c := range y.choices {
		if i == y.at {
			b.focus(2)
		}
		b.add(st.mark(i == y.at) + st.label(c.label, 18, i == y.at) + cut(c.about, width-21))
	}
	s.keys = []key.Binding{keys.up, keys.enter, keys.back, keys.help}
	if len(y.choices) == 0 {
		s.keys = []key.Binding{keys.back, keys.help}
	}
	return s
}

func (y *why) repo(b *body, room int) {
	p, i := y.d.plan, y.row.repo()
	repo, st := &p.Repos[i], y.d.styles
	b.add("  " + st.bold.Render(cutPath(repo.Path, room)))
	b.blank()
	b.add(prefixed("  ", wrap(p.Explain(i), room))...)
	b.blank()
	const label = 13
	row := func(name, value string) { b.detail("  " + pad(name, label) + cut(value, room-label)) }
	row("State", p.StateText(i))
	row("Decided by", p.Will(i).Reason())
	row("Role", repo.Role.String())
	if !repo.ActiveAt.IsZero() {
		row("Active", flow.Ago(y.d.Now(), repo.ActiveAt.Time()))
	}
	if !repo.ImportedAt.IsZero() {
		row("Imported", "since "+flow.Date(repo.ImportedAt.Time()))
	}
	if repo.Name != "" && !strings.EqualFold(repo.Name, repo.Slug()) {
		row("Name", repo.Name)
	}
	row("In GitLab", fmt.Sprintf("number %d", repo.ID))
}

func prefixed(prefix string, rows []string) []string {
	for i := range rows {
		rows[i] = prefix + rows[i]
	}
	return rows
}

func (y *why) help() helpPage {
	return helpPage{name: "Why",
		left:  []helpGroup{{"Choose", [][2]string{{"up, down", "one choice"}, {"enter", "take it"}}}},
		right: []helpGroup{always}}
}
