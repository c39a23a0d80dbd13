package gitlab

import (
	"time"

	"flow"
)

// A progress is how far a walk has come, and how fast.
type progress struct {
	began time.Time
	rows  int // projects that were found, by this walk and the one that it goes on with
	pages int // read by this walk

	rated    int // projects whose roles were told by this walk
	forRoles int // pages that were read for that

	older, newer mark
	saved        time.Time // the last checkpoint
}

// A mark is how many pages had been read at a time.
type mark struct {
	at    time.Time
	pages int
}

const (
	// tempoSpan is over which time a tempo is measured, at least: servers are fast
	// and slow by turns.
	tempoSpan = 30 * time.Second

	// checkpointPause is between two checkpoints. One has three bytes for every
	// repo, and what came since the last one is asked for again.
	checkpointPause = 15 * time.Second
)

// due reports whether it is time for a checkpoint.
func (p *progress) due(now time.Time) bool {
	last := p.saved
	if last.IsZero() {
		last = p.began
	}
	if now.Sub(last) < checkpointPause {
		return false
	}
	p.saved = now
	return true
}

// perPage is how long a page takes, as they come now; 0 if that is not known.
func (p *progress) perPage(now time.Time) time.Duration {
	if p.older.at.IsZero() {
		p.older, p.newer = mark{at: p.began}, mark{at: p.began}
	}
	if now.Sub(p.newer.at) > tempoSpan {
		p.older, p.newer = p.newer, mark{now, p.pages}
	}
	if p.pages == p.older.pages {
		return 0
	}
	return now.Sub(p.older.at) / time.Duration(p.pages-p.older.pages)
}

// estimate says what is known of the time that the whole walk will take. Groups
// are not in it: they are few, and read beside the projects.
func (d *discovery) estimate(now time.Time) flow.Estimate {
	e := flow.Estimate{Done: d.progress.pages, Repos: d.progress.rows}
	if d.left.roles != nil {
		e.Roles = d.left.rows
	}
	if !d.version.has(keysetProjects) || d.progress.rows == 0 {
		return e
	}
	pages := func(rows int) int { return (rows + pageSize - 1) / pageSize }
	e.Total = d.progress.rows
	if d.left.roles == nil {
		e.Total += d.left.rows
	}
	rest := 0
	switch p := &d.progress; {
	case d.left.roles == nil:
		// All are taken to have Reporter; who has Maintainer is as rare among the rest.
		rows := p.rows + d.left.rows
		rest = pages(d.left.rows) + len(d.left.open) + pages(rows)
		rest += pages(rows * d.roles.hooks / max(1, len(d.roles.noted)))
	case p.rated > 0:
		rest = d.left.rows * p.forRoles / p.rated
	default:
		rest = 2 * pages(d.left.rows)
	}
	e.All = e.Done + rest
	e.Left = time.Duration(rest) * d.progress.perPage(now)
	if least, limited := d.client.pace(d.base).lasts(rest, now); limited {
		e.Limited = least >= e.Left*3/4
		e.Left = max(e.Left, least)
	}
	return e
}
