package tui

import (
	"context"
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// details is one integration: its repos, its exclusion rules and how it is
// doing, as three tabs over one plan of changes.
type details struct {
	*env
	in   flow.Integration
	plan *flow.Plan // never nil; empty until the store has answered
	tabs [3]tab
	at   int

	first     bool // just created: nothing is stored of its repos yet
	loader    task
	loaded    bool
	discovery task
	progress  flow.Progress
	found     map[int64]flow.Repo  // of a first discovery, as they come
	foundIn   map[int64]flow.Group // likewise
	drawnAt   time.Time            // when the tree was last made of them
	broken    *flow.Fault          // why the last discovery failed
	events    []flow.Event
	notice    string // message row, until the next key
}

// A tab is one of the three views of an integration.
type tab interface {
	enter() tea.Cmd
	update(msg tea.Msg) (move, tea.Cmd)
	draw(s *screen, width, height int)
	typing() bool
	back() bool // esc belongs to the page, not to the tab
	replaced()  // the plan was made anew
	help() helpPage
}

// newDetails opens an integration; first starts its first discovery.
func newDetails(e *env, in flow.Integration, first bool) *details {
	d := &details{env: e, in: in, first: first}
	d.plan = flow.NewPlan(flow.NewReview(in, flow.Settings{}, nil, nil), flow.Changes{}, e.Now())
	d.tabs = [3]tab{newRepos(d), newExclusions(d), newOverview(d)}
	return d
}

func (d *details) title() string { return "Flow: " + d.in.Name }
func (d *details) typing() bool  { return d.tabs[d.at].typing() }

func (d *details) guard() any {
	if d.first {
		return d
	}
	return nil
}

func (d *details) help() helpPage {
	return d.tabs[d.at].help()
}

func (d *details) enter() tea.Cmd {
	cmds := []tea.Cmd{d.load(), d.tabs[d.at].enter()}
	if d.first {
		cmds = append(cmds, d.refresh())
	}
	return tea.Batch(cmds...)
}

func (d *details) leave() {
	d.loader.stop()
	d.discovery.stop()
}

type reviewLoaded struct {
	review *flow.Review
	events []flow.Event
	err    error
}

// load reads what is stored, and puts the changes that are not saved on top.
func (d *details) load() tea.Cmd {
	store, id := d.Store, d.in.ID
	return d.loader.start(d.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		return loadReview(ctx, store, id)
	})
}

func loadReview(ctx context.Context, store Store, id int64) reviewLoaded {
	review, err := store.Review(ctx, id)
	if err != nil {
		return reviewLoaded{err: err}
	}
	events, err := store.Events(ctx, id, maxEvents)
	return reviewLoaded{review, events, err}
}

func (d *details) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		return d.taskUpdate(msg)
	case tea.KeyPressMsg:
		return d.press(msg)
	}
	return d.tabs[d.at].update(msg)
}

func (d *details) taskUpdate(m taskMsg) (move, tea.Cmd) {
	if got, _ := d.loader.take(m); got != nil {
		d.loader.stop()
		d.take(got.(reviewLoaded))
		return move{}, nil
	}
	got, cmd := d.discovery.take(m)
	switch got := got.(type) {
	case flow.Progress:
		d.progressed(got)
	case discovered:
		d.discovery.stop()
		d.found, d.foundIn = nil, nil
		if got.err != nil {
			d.broken = flow.FaultOf(got.err)
		} else {
			d.notice = d.summary(got.found)
		}
		d.take(got.reviewLoaded)
		return move{}, nil
	default:
		return d.tabs[d.at].update(m)
	}
	return move{}, cmd
}

func (d *details) take(got reviewLoaded) {
	if got.err != nil {
		f := flow.FaultOf(got.err)
		d.notice = f.Sentence() + " " + f.Next()
		return
	}
	d.loaded = true
	d.in, d.events = got.review.Integration, got.events
	if d.in.Discovery.At.IsZero() && d.discovery.running() {
		// Nothing is stored of the repos yet; what the walk has brought says more.
		got.review = flow.NewReview(d.in, got.review.Settings, d.plan.Groups, d.plan.Repos)
	}
	d.replan(got.review)
}

// replan makes the plan anew over a review, with the changes that are not saved.
func (d *details) replan(r *flow.Review) {
	d.plan = flow.NewPlan(r, d.plan.Changes(), d.Now())
	for _, t := range d.tabs {
		t.replaced()
	}
}

func (d *details) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	t := d.tabs[d.at]
	d.notice = ""
	if key.Matches(k, keys.back) && t.back() {
		return d.goBack(), nil
	}
	if t.typing() {
		return t.update(k)
	}
	switch {
	case key.Matches(k, keys.tab1):
		return move{}, d.show(0)
	case key.Matches(k, keys.tab2):
		return move{}, d.show(1)
	case key.Matches(k, keys.tab3):
		return move{}, d.show(2)
	case key.Matches(k, keys.next):
		return move{}, d.show((d.at + 1) % len(d.tabs))
	case key.Matches(k, keys.previous):
		return move{}, d.show((d.at + len(d.tabs) - 1) % len(d.tabs))
	case key.Matches(k, keys.changed), key.Matches(k, keys.save):
		if !d.plan.IsChanged() {
			d.notice = "Nothing has changed."
			return move{}, nil
		}
		reason := toSave
		if key.Matches(k, keys.changed) {
			reason = toLook
		}
		return move{kind: over, page: newSave(d, reason)}, nil
	case key.Matches(k, keys.again):
		return move{}, d.refresh()
	case key.Matches(k, keys.missing):
		return move{kind: over, page: newMissing(d)}, nil
	}
	return t.update(k)
}

func (d *details) show(at int) tea.Cmd {
	d.at = at
	return d.tabs[at].enter()
}

// goBack leads to the list of integrations; what is not saved is asked about.
func (d *details) goBack() move {
	if d.plan.IsChanged() {
		return move{kind: over, page: newSave(d, toLeave)}
	}
	return move{kind: toPage, page: newIntegrations(d.env, nil)}
}

// resume comes back from a page that lay over this one; what runs, runs on.
func (d *details) resume() move {
	d.changedPlan()
	return move{kind: resume, page: d}
}

func (d *details) askBeforeLeaving() (page, bool) {
	if !d.plan.IsChanged() {
		return nil, false
	}
	return newSave(d, toQuit), true
}

func (d *details) view(width, height int) screen {
	s := screen{body: newBody(), header: d.header(width)}
	d.tabs[d.at].draw(&s, width, height)
	if s.message == "" {
		d.viewMessage(&s, width)
	}
	return s
}

// viewMessage says the last notice, else what is not saved. A long notice takes
// the rows above too.
func (d *details) viewMessage(s *screen, width int) {
	switch {
	case d.notice != "":
		rows := wrap(d.notice, width-3)
		if s.message = "  " + rows[0]; len(rows) > 1 {
			s.say(rows)
		}
	case d.plan.IsChanged():
		s.message = "  " + cut(d.plan.NotSaved()+" e shows them.", width-3)
	}
}

var tabNames = [3]string{"Repos", "Exclusions", "Overview"}

// header names integration, data status and tabs; brackets take the place of
// spaces, so that nothing moves.
func (d *details) header(width int) string {
	var tabs string
	for i, name := range tabNames {
		name = fmt.Sprintf("%d %s", i+1, name)
		if i == d.at {
			tabs += "[" + d.styles.bold.Render(name) + "]"
		} else {
			tabs += " " + name + " "
		}
	}
	gap := "   "
	if width < narrow {
		gap = "  "
	}
	status := d.in.Status.Data
	state := gap + d.styles.status(status, string(status))
	name := d.in.Name
	if said := acceptedShort(d.in); said != "" && width >= narrow {
		// It gives way to nothing but the tabs.
		state += gap + d.styles.yellow.Render(said)
		name = cut(name, max(width-4-ansi.StringWidth(tabs+state), 8))
	}
	return headerRow("  "+name+state, tabs, width)
}
