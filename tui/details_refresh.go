package tui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// discoveryBound is how long a walk may take: a server that allows 200 pages a
// minute needs 50 minutes for a million repos.
const discoveryBound = 6 * time.Hour

type discovered struct {
	reviewLoaded               // as it is stored now
	settled      *flow.Settled // instead of the review, where the tree has grown by what was found
	first        bool          // nothing was found before
	found        flow.Discovery
	news         *flow.News // where only new repos were looked for
	err          error      // of the discovery
}

// refresh starts a discovery, unless one runs. Where a complete walk takes long
// and is not due, it looks for new repos only; asked once more it walks.
func (d *details) refresh() tea.Cmd {
	if d.discovery.running() {
		return nil
	}
	d.broken, d.progress, d.grown = nil, flow.Progress{}, flow.Page{}
	newOnly := !d.lookedNew && !d.in.Discovery.WalkDue(d.Now())
	d.lookedNew = newOnly
	setup, store, in, now := d.setup(), d.Store, d.in, d.Now
	return d.discovery.start(d.env, discoveryBound, func(ctx context.Context, send func(tea.Msg)) tea.Msg {
		done := discovered{first: in.Discovery.At.IsZero()}
		tell := func(p flow.Progress) { send(p) }
		if newOnly {
			var news flow.News
			news, done.err = setup.RefreshNew(ctx, in, tell)
			done.news = &news
		} else {
			done.found, done.err = setup.Refresh(ctx, in, tell)
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil // nobody waits any more
		}
		load, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeBound)
		defer cancel()
		if done.first && done.err == nil {
			done.settled, done.reviewLoaded = loadSettled(load, store, in.ID)
		} else {
			done.reviewLoaded = loadReview(load, store, in.ID, now())
		}
		return done
	})
}

// loadSettled reads what is known of the repos of a first discovery beyond what it
// has found: to read them all again would take as much room as they do.
func loadSettled(ctx context.Context, store Store, id int64) (*flow.Settled, reviewLoaded) {
	settled, err := store.Settled(ctx, id)
	if err != nil {
		return nil, reviewLoaded{err: err}
	}
	events, err := store.Events(ctx, id, maxEvents)
	return &settled, reviewLoaded{events: events, err: err}
}

// settle makes the tree that has grown the stored one. Where that is another one,
// since somebody else has walked as well, it is read.
func (d *details) settle(got discovered) tea.Cmd {
	d.question = nil // as always where a tree is another one
	d.repos().focused()
	d.plan.Grow(d.grown.Groups, d.grown.Repos, d.grown.Roles)
	d.grown = flow.Page{}
	if !d.plan.Settle(*got.settled, d.progress.Began, d.Now()) {
		return d.load()
	}
	d.loaded, d.below = true, nil
	d.in, d.events = got.settled.Integration, got.events
	d.treeChanged()
	return nil
}

// summary says what a discovery brought, and after the first one how to let
// cron do it.
func (d *details) summary(done discovered) string {
	if done.first {
		d.first = false
		return "For new ones let cron run: flow refresh " + d.in.Name
	}
	if done.news != nil {
		return fmt.Sprintf("%s, %s imported. The last complete walk was %s and took %s; r once more makes one.", flow.Plural(done.news.Repos, "new repo"),
			flow.Number(done.news.Imported), flow.Ago(d.Now(), d.in.Discovery.At), flow.Lasted(d.in.Discovery.Took))
	}
	words := done.found.Outcome.Words()
	if len(words) == 0 {
		return "Refreshed: nothing has changed."
	}
	return "Refreshed: " + strings.Join(words, ", ") + "."
}

// drawEvery is how often a growing tree is made anew.
const drawEvery = 250 * time.Millisecond

// progressed takes a page of a walk. The first walk's repos can be chosen while
// it runs; a later one changes the list only when it is complete.
func (d *details) progressed(p flow.Progress) tea.Cmd {
	d.progress = p
	if !d.in.Discovery.At.IsZero() {
		return nil
	}
	d.grown.Groups = append(d.grown.Groups, p.Page.Groups...)
	d.grown.Repos = append(d.grown.Repos, p.Page.Repos...)
	if d.grown.Roles == nil {
		d.grown.Roles = map[int64]flow.Role{}
	}
	maps.Copy(d.grown.Roles, p.Page.Roles)
	return d.grow()
}

// growDue is the message of a tree that may grow again.
type growDue struct{}

// grow takes into the tree what was found since it last grew, or sees to it that
// this is done soon. A search ends before the tree grows again, or it would never be
// over, and most of the time is left to the walk and to keys.
func (d *details) grow() tea.Cmd {
	if len(d.grown.Groups)+len(d.grown.Repos)+len(d.grown.Roles) == 0 || d.growing.running() {
		return nil
	}
	r := d.repos()
	wait := max(drawEvery, 4*r.took, 4*d.grewFor) - time.Since(d.drawnAt)
	if r.searching.running() || d.question != nil {
		wait = max(wait, drawEvery)
	}
	if wait > 0 {
		return d.growing.start(d.env, searchBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
			return growDue{}
		})
	}
	began := time.Now()
	r.focused()
	d.plan.Expect(d.progress.Ahead.Total)
	d.plan.Grow(d.grown.Groups, d.grown.Repos, d.grown.Roles)
	d.grown = flow.Page{}
	d.treeChanged()
	d.drawnAt = time.Now()
	d.grewFor = d.drawnAt.Sub(began)
	return nil
}

// finding is row 2 while a walk runs or after it failed; "" otherwise.
func (d *details) finding(room int) string {
	switch {
	case d.discovery.running():
		return d.findingSoFar(room)
	case d.loaded && mendedBy(d.in.Status) != nil:
		return mendedBy(d.in.Status).short
	case d.broken != nil && d.broken.Cause == flow.Frozen:
		return d.broken.Detail + " are missing at once; the list is kept. r asks GitLab again."
	case d.broken != nil:
		return d.broken.Sentence() + " r tries again."
	case !d.loaded && d.below == nil:
		return "Reading what is stored..."
	}
	return ""
}

// findingSoFar says how far the walk is and, where that is minutes, how long it
// will still take: as much of it as there is room for.
func (d *details) findingSoFar(room int) string {
	p := d.progress
	wait, choose := p.Ahead.Wait(), ""
	if wait != "" {
		wait = ", " + wait
	}
	if d.in.Discovery.At.IsZero() {
		choose = " You can start choosing."
	}
	brief := flow.Number(p.Repos) + " so far"
	if p.Ahead.Roles > 0 {
		brief = flow.Number(p.Repos) + ", " + flow.Number(p.Ahead.Roles) + " roles to read"
	}
	found := flow.Number(p.Repos)
	for _, text := range []string{p.SoFar() + wait + "." + choose, brief + wait + "." + choose, found + wait + "." + choose, brief + wait + ".", found + wait + "."} {
		if text = "Finding repos: " + text; ansi.StringWidth(text) <= room {
			return text
		}
	}
	return "Finding repos: " + found + ", " + flow.Estimate{Left: p.Ahead.Left}.Wait() + "."
}
