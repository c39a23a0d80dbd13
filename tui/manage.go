package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// The pages that change an integration lie over its Overview. They share how a
// change is stored: bounded, refused if somebody else changed it meanwhile, and
// on success back to the Overview with a notice.
type change struct {
	d       *details
	storing task
	bad     *flow.Fault
	notice  string // on success
	doing   string // while storing; "": saving
}

type changed struct {
	in  flow.Integration
	err error
}

func (c *change) typing() bool   { return false }
func (c *change) enter() tea.Cmd { return nil }
func (c *change) leave()         { c.storing.stop() }

func (c *change) askBeforeLeaving() (page, bool) { return c.d.askBeforeLeaving() }

// store runs f in the background.
func (c *change) store(notice string, f func(ctx context.Context, s Store, in flow.Integration) (flow.Integration, error)) tea.Cmd {
	c.bad, c.notice = nil, notice
	store, in := c.d.Store, c.d.in
	return c.storing.start(c.d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		in, err := f(ctx, store, in)
		return changed{in, err}
	})
}

// stored takes the outcome; other messages belong to the details behind.
func (c *change) stored(m taskMsg) (move, tea.Cmd) {
	got, cmd := c.storing.take(m)
	switch got := got.(type) {
	case nil:
		_, cmd = c.d.update(m)
	case changed:
		c.storing.stop()
		if got.err != nil {
			c.bad = flow.FaultOf(got.err)
			return move{}, nil
		}
		c.d.in, c.d.notice = got.in, c.notice
		return c.d.resume(), c.d.load()
	}
	return move{}, cmd
}

// screen is the frame of such a page.
func (c *change) screen(title string, width int) screen {
	s := screen{body: newBody(), header: "  " + cut(c.d.in.Name, width/2) + "   " + c.d.styles.bold.Render(title)}
	switch {
	case c.storing.running():
		s.message = "  Saving..."
		if c.doing != "" {
			s.message = "  " + cut(c.doing, width-3)
		}
	case c.bad != nil:
		next := c.bad.Next()
		if c.bad.Cause == flow.ChangedMeanwhile {
			next = "esc shows it as it is now; then change it again."
		}
		s.about = "  " + c.d.styles.red.Render(cut(c.bad.Sentence(), width-3))
		s.message = "  " + cut(next, width-3)
	}
	return s
}

// back leads to the Overview, as it is now if a change was refused.
func (c *change) back() (move, tea.Cmd) {
	if c.bad == nil {
		return c.d.resume(), nil
	}
	return c.d.resume(), c.d.load()
}

// keys are those of the page; while something is stored none acts.
func (c *change) keys(bindings ...key.Binding) []key.Binding {
	if c.storing.running() {
		return nil
	}
	return bindings
}

// typed hands a key or a paste to the page's one field; enter does what the page
// is for.
func (c *change) typed(f *field, msg tea.Msg, enter func() (move, tea.Cmd)) (move, tea.Cmd) {
	if c.storing.running() {
		return move{}, nil
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch {
		case key.Matches(k, keys.back):
			return c.back()
		case key.Matches(k, keys.enter):
			return enter()
		}
	}
	if f.update(msg) {
		c.bad = nil
	}
	return move{}, nil
}

// rename gives the integration another name.
type rename struct {
	change
	field field
}

func newRename(d *details) *rename {
	r := &rename{change: change{d: d}, field: newField(d.in.Name, 200)}
	r.field.focus()
	return r
}

func (r *rename) typing() bool { return true }

func (r *rename) update(msg tea.Msg) (move, tea.Cmd) {
	if m, ok := msg.(taskMsg); ok {
		return r.stored(m)
	}
	return r.typed(&r.field, msg, r.rename)
}

func (r *rename) rename() (move, tea.Cmd) {
	name := strings.TrimSpace(r.field.value())
	if name == r.d.in.Name {
		return r.d.resume(), nil
	}
	if err := flow.CheckName(name, nil); err != nil {
		r.bad = flow.FaultOf(err)
		return move{}, nil
	}
	return move{}, r.store("Renamed.", func(ctx context.Context, s Store, in flow.Integration) (flow.Integration, error) {
		return s.Rename(ctx, in.ID, in.Version, name)
	})
}

func (r *rename) view(width, _ int) screen {
	s := r.screen("Rename", width)
	b := &s.body
	b.add("  What should this integration be called?")
	b.blank()
	text, cursor := r.field.draw(width - 11)
	b.focus(10 + cursor)
	b.add(r.d.styles.mark(true) + r.d.styles.label("Name", 8, true) + text)
	b.prose(width, 10, 0, "1 to 64 characters. Scripts that name it have to be changed too.")
	s.keys = r.keys(does(keys.enter, "rename"), keys.clear, keys.back)
	return s
}

func (r *rename) help() helpPage { return changeHelp("Rename") }

// servicesPage turns services on and off.
type servicesPage struct {
	change
	list serviceList
}

func newServicesPage(d *details) *servicesPage {
	return &servicesPage{change: change{d: d}, list: newServiceList(d.styles, d.in.Services, d.in.Report)}
}

func (p *servicesPage) update(msg tea.Msg) (move, tea.Cmd) {
	if m, ok := msg.(taskMsg); ok {
		return p.stored(m)
	}
	k, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok || p.storing.running():
	case key.Matches(k, keys.back):
		return p.back()
	case key.Matches(k, keys.enter):
		on := p.list.chosen()
		if on == p.d.in.Services {
			return p.d.resume(), nil
		}
		return move{}, p.store("Saved: "+on.String()+".", func(ctx context.Context, s Store, in flow.Integration) (flow.Integration, error) {
			return s.SetServices(ctx, in.ID, in.Version, on)
		})
	default:
		p.list.press(k)
	}
	return move{}, nil
}

func (p *servicesPage) view(width, _ int) screen {
	s := p.screen("What should Flow read?", width)
	p.list.draw(&s.body, width)
	s.body.blank()
	s.body.add("  What was read stays. At least one service stays on.")
	if s.message == "" {
		s.message = "  " + p.list.say
	}
	s.keys = p.keys(keys.space, does(keys.enter, "save"), does(keys.back, "back, unchanged"), keys.help)
	return s
}

func (p *servicesPage) help() helpPage { return changeHelp("Services") }

func changeHelp(name string) helpPage {
	return helpPage{name: name,
		left:  []helpGroup{{"Change", [][2]string{{"enter", "what the last row says"}, {"space", "a box on or off"}, {"ctrl+u", "clear the field"}}}},
		right: []helpGroup{always}}
}
