package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"flow"
)

// A stage gathers one running discovery in staging tables.
type stage struct {
	store       *Store
	id          int64 // of the discovery
	walker      int64 // counts who went on with it; all but the last one have to stop
	integration flow.Integration
	at          time.Time
	resume      flow.Checkpoint
	groups      int // that it had when it was taken over
	repos       int
	pulse       *pulse

	mu     sync.Mutex
	failed error           // of an Add: no later one may claim that its page was kept
	beatAt time.Time       // when a page last said that the walk is running
	left   flow.Checkpoint // of pages since then
}

var errAbandoned = errors.New("the discovery is over, or stood still for too long")

// Stage starts a discovery; at is when it began. Where a walk of the same
// integration was interrupted less than an hour ago, after more than a minute, it
// goes on with that one, and with its time. What crashed processes left of theirs
// is removed; those that are running in other processes stay. Fault: NoIntegration.
func (s *Store) Stage(ctx context.Context, id int64, at time.Time) (flow.Stage, error) {
	g := &stage{store: s, walker: 1, at: moment(nanos(at))}
	err := s.write(ctx, "start a discovery", func(tx *sql.Tx) (err error) {
		if g.integration, err = integration(ctx, tx, id); err != nil {
			return err
		}
		found, err := g.takeOver(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.dropDead(ctx, tx); err != nil || found {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO discoveries (integration_id, at, beat_at) VALUES (?, ?, ?) RETURNING id`,
			id, nanos(at), nanos(s.now())).Scan(&g.id)
	})
	if err != nil {
		return nil, err
	}
	g.pulse = s.startPulse(ctx, beatEvery, func(ctx context.Context) error {
		return s.writePages(ctx, "keep the discovery alive", func(tx *sql.Tx) error { return g.beat(ctx, tx, nil) })
	})
	return g, nil
}

// Resume returns where the walk goes on that this stage has taken over; nil for
// one from the beginning.
func (g *stage) Resume() flow.Checkpoint { return g.resume }

// Began returns when the walk did: one that was taken over keeps its time.
func (g *stage) Began() time.Time { return g.at }

// Kept returns how many groups, without people's namespaces, and repos the walk
// had found that this stage has taken over.
func (g *stage) Kept() (groups, repos int) { return g.groups, g.repos }

// Add gathers one page. What comes twice counts as it came last. Its checkpoint is
// kept with one of the pages of the next second, or by Release: a crash costs what
// came since then. Once a page is not kept no other one is. Fault: NoIntegration where
// the integration was deleted meanwhile.
func (g *stage) Add(ctx context.Context, p flow.Page) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed != nil {
		return g.failed
	}
	left := p.Left
	if left == nil {
		left = g.left
	}
	now := g.store.now()
	beats := g.beatAt.IsZero() || now.Sub(g.beatAt) >= checkpointEvery
	if g.failed = g.add(ctx, p, left, beats); g.failed != nil {
		return g.failed
	}
	if g.left = slices.Clone(left); beats {
		g.beatAt, g.left = now, nil
	}
	return nil
}

func (g *stage) add(ctx context.Context, p flow.Page, left flow.Checkpoint, beats bool) error {
	return g.store.writePages(ctx, "keep a page of the discovery", func(tx *sql.Tx) error {
		if err := g.mayAdd(ctx, tx, left, beats); err != nil {
			return err
		}
		if err := g.addGroups(ctx, tx, p.Groups); err != nil {
			return err
		}
		if err := g.addRepos(ctx, tx, p.Repos); err != nil {
			return err
		}
		return g.setRoles(ctx, tx, p.Roles)
	})
}

// running chooses a discovery that a walker is still at.
const running = `id = ? AND walker = ? AND complete = 0 AND held = 0 AND released = 0`

// beat says that this discovery is running, and finds out if it no longer is.
// left, where there is one, is where it can go on.
func (g *stage) beat(ctx context.Context, tx *sql.Tx, left flow.Checkpoint) error {
	result, err := tx.ExecContext(ctx, `UPDATE discoveries SET beat_at = ?, checkpoint = ifnull(?, checkpoint) WHERE `+running,
		nanos(g.store.now()), orNull(left), g.id, g.walker)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return g.over(ctx, tx)
}

// mayAdd is beat for a page, which need not write anything: a checkpoint may be
// many times as long as the row it is in, and there are tens of thousands of pages.
func (g *stage) mayAdd(ctx context.Context, tx *sql.Tx, left flow.Checkpoint, beats bool) error {
	if beats {
		return g.beat(ctx, tx, left)
	}
	var runs bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM discoveries WHERE `+running+`)`, g.id, g.walker).Scan(&runs)
	if err != nil || runs {
		return err
	}
	return g.over(ctx, tx)
}

// over says why the discovery is not running any more.
func (g *stage) over(ctx context.Context, tx *sql.Tx) error {
	if _, err := integration(ctx, tx, g.integration.ID); err != nil {
		if flow.CausedBy(err, flow.NoIntegration) {
			return gone(g.integration.Name)
		}
		return err
	}
	return errAbandoned
}

func orNull(left flow.Checkpoint) any {
	if left == nil {
		return nil
	}
	return []byte(left)
}

func (g *stage) addGroups(ctx context.Context, tx *sql.Tx, groups []flow.Group) error {
	return insertRows(ctx, tx, `INSERT OR REPLACE INTO staged_groups (discovery_id, id, parent_id, path, name, personal)`, 6,
		len(groups), func(args []any, i int) []any {
			group := &groups[i]
			return append(args, g.id, group.ID, group.ParentID, group.Path, group.Name, group.Personal)
		})
}

func (g *stage) addRepos(ctx context.Context, tx *sql.Tx, repos []flow.Repo) error {
	return insertRows(ctx, tx, `INSERT OR REPLACE INTO staged_repos (discovery_id, id, `+foundColumns+`)`, 11,
		len(repos), func(args []any, i int) []any { return appendFound(append(args, g.id, repos[i].ID), &repos[i]) })
}

func (g *stage) setRoles(ctx context.Context, tx *sql.Tx, roles map[int64]flow.Role) error {
	return putRoles(ctx, tx, `UPDATE staged_repos SET role = ?1 WHERE discovery_id = ?2 AND id = ?3 AND role <> ?1`, g.id, roles)
}

// putRoles prepares an update for the roles that a page corrects.
func putRoles(ctx context.Context, tx *sql.Tx, update string, of int64, roles map[int64]flow.Role) error {
	if len(roles) == 0 {
		return nil
	}
	set, err := tx.PrepareContext(ctx, update)
	if err != nil {
		return err
	}
	defer set.Close()
	for id, role := range roles {
		if _, err := set.ExecContext(ctx, int64(role), of, id); err != nil {
			return err
		}
	}
	return nil
}

// rowsAtOnce is how many rows one statement inserts: a page of GitLab.
const rowsAtOnce = 100

// insertRows inserts n rows, many per statement.
func insertRows(ctx context.Context, tx *sql.Tx, insert string, columns, n int, row func(args []any, i int) []any) error {
	marks := "(?" + strings.Repeat(", ?", columns-1) + ")"
	args := make([]any, 0, columns*min(n, rowsAtOnce))
	for from := 0; from < n; from += rowsAtOnce {
		to := min(from+rowsAtOnce, n)
		args = args[:0]
		for i := from; i < to; i++ {
			args = row(args, i)
		}
		if _, err := tx.ExecContext(ctx, insert+" VALUES "+marks+strings.Repeat(", "+marks, to-from-1), args...); err != nil {
			return err
		}
	}
	return nil
}

// Release ends a walk that was interrupted, and keeps what it has gathered for one
// that goes on within the hour, if that pays: after more than a minute. Else it
// forgets it.
func (g *stage) Release(ctx context.Context) (kept bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pulse.stop()
	err = g.store.write(ctx, "release the discovery", func(tx *sql.Tx) error {
		now := g.store.now()
		result, err := tx.ExecContext(ctx, `UPDATE discoveries SET released = 1, beat_at = ?1, checkpoint = ifnull(?2, checkpoint)
			WHERE ifnull(?2, checkpoint) IS NOT NULL AND at < ?3 AND id = ?4 AND walker = ?5 AND complete = 0 AND held = 0 AND released = 0`,
			nanos(now), orNull(g.left), nanos(now.Add(-worthKeeping)), g.id, g.walker)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if kept = n > 0; err != nil || kept {
			return err
		}
		return g.forget(ctx, tx)
	})
	return kept && err == nil, err
}

// Abandon forgets what was gathered. Doing so twice, or after the integration
// was deleted, is no error; nor is it after another walk has taken over or the
// discovery is held, which changes nothing.
func (g *stage) Abandon(ctx context.Context) error {
	g.pulse.stop()
	return g.store.write(ctx, "abandon the discovery", func(tx *sql.Tx) error { return g.forget(ctx, tx) })
}

func (g *stage) forget(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM discoveries WHERE `+running, g.id, g.walker)
	return err
}
