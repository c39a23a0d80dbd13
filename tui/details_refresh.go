package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
)

// discoveryBound is how long a walk may take: a server that allows 200 pages a
// minute needs 50 minutes for a million repos.
const discoveryBound = 6 * time.Hour

type discovered struct {
	reviewLoaded // as it is stored now
	found        flow.Discovery
	err          error // of the discovery
}

// refresh starts a discovery, unless one runs.
func (d *details) refresh() tea.Cmd {
	if d.discovery.running() {
		return nil
	}
	d.broken, d.progress = nil, flow.Progress{}
	d.found, d.foundIn = map[int64]flow.Repo{}, map[int64]flow.Group{}
	setup, store, in := d.setup(), d.Store, d.in
	return d.discovery.start(d.env, discoveryBound, func(ctx context.Context, send func(tea.Msg)) tea.Msg {
		found, err := setup.Refresh(ctx, in, func(p flow.Progress) { send(p) })
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil // nobody waits any more
		}
		load, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeBound)
		defer cancel()
		return discovered{loadReview(load, store, in.ID), found, err}
	})
}

// summary says what a discovery brought, and after the first one how to let
// cron do it.
func (d *details) summary(found flow.Discovery) string {
	if d.first {
		d.first = false
		return "For new ones let cron run: flow refresh " + d.in.Name
	}
	text := "Refreshed: " + flow.Plural(found.New, "new repo")
	if found.Lost > 0 {
		text += ", " + flow.Number(found.Lost) + " no longer found"
	}
	if found.Taken > 0 {
		text += ", " + flow.Number(found.Taken) + " imported"
	}
	return text + "."
}

// drawEvery is how often a growing tree is made anew.
const drawEvery = 250 * time.Millisecond

// progressed takes a page of a walk. The first walk's repos can be chosen while
// it runs; a later one changes the list only when it is complete.
func (d *details) progressed(p flow.Progress) {
	d.progress = p
	if !d.in.Discovery.At.IsZero() {
		return
	}
	for _, g := range p.Page.Groups {
		d.foundIn[g.ID] = g
	}
	for _, r := range p.Page.Repos {
		d.found[r.ID] = r
	}
	for id, role := range p.Page.Roles {
		if r, ok := d.found[id]; ok {
			r.Role = role
			d.found[id] = r
		}
	}
	if now := time.Now(); now.Sub(d.drawnAt) >= drawEvery {
		d.drawnAt = now
		groups, repos := make([]flow.Group, 0, len(d.foundIn)), make([]flow.Repo, 0, len(d.found))
		for _, g := range d.foundIn {
			groups = append(groups, g)
		}
		for _, r := range d.found {
			repos = append(repos, r)
		}
		d.replan(flow.NewReview(d.in, d.plan.Settings, groups, repos))
	}
}

// finding is row 2 while a walk runs or after it failed; "" otherwise.
func (d *details) finding() string {
	switch {
	case d.discovery.running() && d.in.Discovery.At.IsZero():
		return "Finding repos: " + d.progress.String() + " so far. You can start choosing."
	case d.discovery.running():
		return "Finding repos: " + d.progress.String() + " so far."
	case d.loaded && mendedBy(d.in.Status) != nil:
		return mendedBy(d.in.Status).short
	case d.broken != nil:
		return d.broken.Sentence() + " r tries again."
	case !d.loaded:
		return "Reading what is stored..."
	}
	return ""
}
