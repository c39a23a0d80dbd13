package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"flow"
)

const (
	// beatEvery is how often a walk says that it is running while no page comes: a
	// rate limit may make it wait for minutes.
	beatEvery = 10 * time.Second
	// checkpointEvery is how often a walk keeps where it can go on.
	checkpointEvery = time.Second
	// silentAfter is how long it may say nothing before another may go on with it.
	silentAfter = 30 * time.Second
	// worthKeeping is how long a walk has to have taken for its rows to be kept.
	worthKeeping = time.Minute
	// resumableFor is how long a walk that broke off may be gone on with. What it
	// found first is then up to that much older than what it finds last.
	resumableFor = time.Hour
	// abandonedAfter is how long nothing may be added to a running discovery that
	// can't be gone on with before it counts as left by a process that is gone.
	abandonedAfter = 10 * time.Minute
)

// takeOver goes on with an interrupted walk of the same integration, if there is
// one that is worth it. A discovery that was completed after it began knows more.
func (g *stage) takeOver(ctx context.Context, tx *sql.Tx) (found bool, err error) {
	now := g.store.now()
	var at int64
	err = tx.QueryRowContext(ctx, `SELECT id, at, walker + 1, checkpoint FROM discoveries
		WHERE integration_id = ? AND complete = 0 AND held = 0 AND checkpoint IS NOT NULL
			AND beat_at - at > ? AND beat_at > ? AND (released = 1 OR beat_at < ?) AND at >= ?
		ORDER BY at DESC LIMIT 1`,
		g.integration.ID, worthKeeping.Nanoseconds(), nanos(now.Add(-resumableFor)), nanos(now.Add(-silentAfter)), nanos(g.integration.Discovery.At),
	).Scan(&g.id, &at, &g.walker, (*[]byte)(&g.resume))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	g.at = moment(at)
	_, err = tx.ExecContext(ctx, `UPDATE discoveries SET walker = ?, released = 0, beat_at = ? WHERE id = ?`, g.walker, nanos(now), g.id)
	if err != nil {
		return false, err
	}
	return true, tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM staged_groups WHERE discovery_id = ?1 AND personal = 0),
		(SELECT count(*) FROM staged_repos WHERE discovery_id = ?1)`, g.id).Scan(&g.groups, &g.repos)
}

// pageOfFound is how many repos Found hands on at a time.
const pageOfFound = 1000

// Found hands on what had been gathered when the walk was taken over: groups, then
// repos page by page. Nothing is being read while each has one.
func (g *stage) Found(ctx context.Context, each func(flow.Page) error) error {
	if g.resume == nil {
		return nil
	}
	const doing = "read what was found"
	var groups []flow.Group
	err := g.store.read(ctx, doing, func(tx *sql.Tx) (err error) {
		groups, err = scanGroups(ctx, tx, `SELECT id, parent_id, path, name, personal FROM staged_groups WHERE discovery_id = ?`, g.id)
		return err
	})
	if err == nil && len(groups) > 0 {
		err = each(flow.Page{Groups: groups})
	}
	for last := int64(0); err == nil; {
		var repos []flow.Repo
		err = g.store.read(ctx, doing, func(tx *sql.Tx) (err error) {
			repos, err = scanRepos(ctx, tx, nil, selectStaged+`WHERE r.discovery_id = ? AND r.id > ? ORDER BY r.id LIMIT ?`, g.id, last, pageOfFound)
			return err
		})
		if err != nil || len(repos) == 0 {
			break
		}
		last = repos[len(repos)-1].ID
		err = each(flow.Page{Repos: repos})
	}
	return err
}

// dropDead removes what crashed processes left of their walks, once nobody can go
// on with it any more.
func (s *Store) dropDead(ctx context.Context, tx *sql.Tx) error {
	now := s.now()
	_, err := tx.ExecContext(ctx, `DELETE FROM discoveries WHERE complete = 0 AND held = 0
		AND (beat_at <= ? OR beat_at < ? AND checkpoint IS NULL)`, nanos(now.Add(-resumableFor)), nanos(now.Add(-abandonedAfter)))
	return err
}

// dropUnfinished removes all discoveries of an integration that are not complete:
// they belong to an account or address that it has no more.
func dropUnfinished(ctx context.Context, tx *sql.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM discoveries WHERE integration_id = ? AND complete = 0`, id)
	return err
}

// A pulse calls something again and again until it is stopped, its context ends or
// the store is closed.
type pulse struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (s *Store) startPulse(ctx context.Context, every time.Duration, beat func(context.Context) error) *pulse {
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(s.life, cancel)
	p := &pulse{cancel: cancel}
	s.pulses.Add(1)
	p.done.Add(1)
	go func() {
		defer s.pulses.Done()
		defer p.done.Done()
		defer detach()
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				// If it fails, so does the next page, which says so.
				_ = beat(ctx)
			}
		}
	}()
	return p
}

// stop waits until nothing is called any more.
func (p *pulse) stop() {
	p.cancel()
	p.done.Wait()
}
