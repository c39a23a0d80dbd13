package tui

import (
	"context"
	"fmt"
	"slices"
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
	grown     flow.Page                 // what a first discovery has brought since the tree last grew
	drawnAt   time.Time                 // when that was
	grewFor   time.Duration             // how long that took
	growing   task                      // until it may grow again
	lookedNew bool                      // the last refresh here looked for new repos only
	broken    *flow.Fault               // why the last discovery failed
	asked     time.Time                 // about which held list was asked
	below     map[int64]flow.GroupCount // counts of groups whose repos are not loaded yet; nil: all are
	ahead     []tea.KeyPressMsg         // held back until what they act on is known
	events    []flow.Event
	question  *question
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
	if d.first || d.unfinished() {
		cmds = append(cmds, d.refresh())
	}
	return tea.Batch(cmds...)
}

// unfinished reports whether nothing but a first walk is missing: one that was left
// goes on by itself.
func (d *details) unfinished() bool {
	return d.in.Discovery.At.IsZero() && d.in.Status.Data == flow.Processing
}

func (d *details) leave() {
	d.loader.stop()
	d.discovery.stop()
	d.growing.stop()
}

type reviewLoaded struct {
	review *flow.Review
	events []flow.Event
	held   *flow.Held // a list that waits to be accepted
	err    error
}

// load reads what is stored, and puts the changes that are not saved on top.
func (d *details) load() tea.Cmd {
	store, id, now := d.Store, d.in.ID, d.Now()
	return d.loader.start(d.env, storeBound, func(ctx context.Context, send func(tea.Msg)) tea.Msg {
		// The first rows come at once, however many there are.
		if glance, err := store.Glance(ctx, id, firstRows); err == nil {
			send(glance)
		}
		return loadReview(ctx, store, id, now)
	})
}

// firstRows is more than any window shows.
const firstRows = 300

// glance shows the first rows until all of them are loaded.
func (d *details) glance(g flow.Glance) {
	if d.loaded || d.discovery.running() || d.plan.IsChanged() || g.Review.Integration.Discovery.At.IsZero() {
		return
	}
	d.in, d.below = g.Review.Integration, g.Below
	d.replan(g.Review)
}

// countOf sums up a group.
func (d *details) countOf(g int) flow.GroupCount {
	if count, ok := d.below[d.plan.Groups[g].ID]; ok {
		return count
	}
	return d.plan.CountGroups()[g]
}

func loadReview(ctx context.Context, store Store, id int64, now time.Time) reviewLoaded {
	review, err := store.Review(ctx, id)
	if err != nil {
		return reviewLoaded{err: err}
	}
	events, err := store.Events(ctx, id, maxEvents)
	if err != nil {
		return reviewLoaded{err: err}
	}
	got := reviewLoaded{review: review, events: events}
	held, found, err := store.Held(ctx, id)
	if got.err = err; found {
		got.held = &held
	}
	review.Ready(now)
	return got
}

func (d *details) update(msg tea.Msg) (to move, cmd tea.Cmd) {
	switch msg := msg.(type) {
	case taskMsg:
		to, cmd = d.taskUpdate(msg)
	case tea.KeyPressMsg:
		to, cmd = d.press(msg)
	default:
		to, cmd = d.tabs[d.at].update(msg)
	}
	// Whatever has changed, the text of a field or the repos: it is searched.
	return to, tea.Batch(cmd, d.repos().search(), d.exclusions().preview())
}

func (d *details) repos() *repos { return d.tabs[0].(*repos) }

func (d *details) taskUpdate(m taskMsg) (move, tea.Cmd) {
	switch got, cmd := d.loader.take(m); got := got.(type) {
	case flow.Glance:
		d.glance(got)
		return move{}, cmd
	case reviewLoaded:
		d.loader.stop()
		d.take(got)
		if to := d.askHeld(got.held); to.kind != stay {
			d.ahead = nil
			return to, nil
		}
		return d.catchUp()
	}
	if d.repos().take(m) {
		return d.catchUp()
	}
	if msg, _ := d.growing.take(m); msg == (growDue{}) {
		d.growing.stop()
		return move{}, d.grow()
	}
	got, cmd := d.discovery.take(m)
	switch got := got.(type) {
	case flow.Progress:
		return move{}, tea.Batch(cmd, d.progressed(got))
	case discovered:
		d.discovery.stop()
		d.growing.stop()
		if got.err != nil {
			d.broken = flow.FaultOf(got.err)
		} else {
			d.notice = d.summary(got)
		}
		if got.settled != nil && got.reviewLoaded.err == nil {
			return move{}, d.settle(got)
		}
		d.grown = flow.Page{}
		d.take(got.reviewLoaded)
		return d.askHeld(got.held), nil
	}
	return d.tabs[d.at].update(m)
}

// counts are how many repos are in which state, as saved.
func (d *details) counts() flow.Counts {
	if d.below != nil {
		return d.in.Counts
	}
	return d.plan.SavedCounts()
}

// waits holds a key back that acts on what is not known yet, and all that follow
// it: more than the first rows while the others are read, what the filter shows
// while that is looked for.
func (d *details) waits(k tea.KeyPressMsg) bool {
	switch r := d.repos(); {
	case !d.loaded && d.loader.running():
		if len(d.ahead) == 0 && d.at == 0 && key.Matches(k, keys.up, keys.down, keys.pageUp, keys.pageDown, keys.first, keys.last, keys.left, keys.right) {
			return false
		}
	case d.at == 0 && !r.filtering && r.waits():
	default:
		return false
	}
	d.ahead = append(d.ahead, k)
	return true
}

// catchUp acts on the keys that were held back. Those after one that leads to
// another page were not meant for that.
func (d *details) catchUp() (to move, cmd tea.Cmd) {
	ahead := d.ahead
	d.ahead = nil
	for _, k := range ahead {
		var next tea.Cmd
		to, next = d.press(k)
		if cmd = tea.Batch(cmd, next); to.kind != stay {
			break
		}
	}
	return to, cmd
}

func (d *details) take(got reviewLoaded) {
	if got.err != nil {
		if d.below != nil {
			// Nobody should choose from a part of the list.
			d.below, d.ahead = nil, nil
			d.replan(flow.NewReview(d.in, flow.Settings{}, nil, nil))
		}
		f := flow.FaultOf(got.err)
		d.notice = f.Sentence() + " " + f.Next()
		return
	}
	d.loaded, d.below = true, nil
	d.in, d.events = got.review.Integration, got.events
	if d.in.Discovery.At.IsZero() && d.discovery.running() {
		// Nothing is stored of the repos yet; what the walk has brought says more.
		got.review = flow.NewReview(d.in, got.review.Settings, slices.Clone(d.plan.Groups), slices.Clone(d.plan.Repos))
	}
	d.replan(got.review)
}

// replan makes the plan anew over a review, with the changes that are not saved.
// What was asked about the old one is not asked any more.
func (d *details) replan(r *flow.Review) {
	d.question = nil
	d.repos().focused()
	d.plan = d.plan.Over(r, d.Now())
	d.treeChanged()
}

func (d *details) treeChanged() {
	for _, t := range d.tabs {
		t.replaced()
	}
}

func (d *details) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	t := d.tabs[d.at]
	d.notice = ""
	if d.question != nil {
		d.answer(k)
		return move{}, nil
	}
	if key.Matches(k, keys.back) {
		d.ahead = nil
		if t.back() {
			return d.goBack(), nil
		}
	}
	if d.waits(k) {
		return move{}, nil
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
	case key.Matches(k, keys.undo):
		d.undo(d.plan.Undo, "Undone: %s. U does it again.", "Nothing is left to undo.")
		return move{}, nil
	case key.Matches(k, keys.redo):
		d.undo(d.plan.Redo, "Done again: %s. u undoes it.", "Nothing is left to do again.")
		return move{}, nil
	case key.Matches(k, keys.again):
		return move{}, d.refresh()
	case key.Matches(k, keys.missing):
		return move{kind: over, page: newMissing(d)}, nil
	}
	return t.update(k)
}

func (d *details) undo(step func() (what string, ok bool), done, none string) {
	what, ok := step()
	if d.notice = none; ok {
		d.notice = fmt.Sprintf(done, what)
	}
	d.changedPlan()
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

// hasMessage reports whether viewMessage has something to say.
func (d *details) hasMessage() bool {
	return d.notice != "" || len(d.ahead) > 0 && !d.loaded || d.plan.IsChanged()
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
	case len(d.ahead) > 0 && !d.loaded:
		s.message = "  Reading what is stored..."
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
