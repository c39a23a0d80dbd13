package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"flow"
)

// abandonedAfter is how long nothing may be added to a running discovery before
// it counts as left by a process that is gone.
const abandonedAfter = 10 * time.Minute

// A stage gathers one running discovery in staging tables.
type stage struct {
	store       *Store
	id          int64 // of the discovery
	integration flow.Integration
	at          time.Time
}

var errAbandoned = errors.New("the discovery is over, or stood still for too long")

// Stage starts a discovery; at is when it began. What crashed processes left of
// theirs is removed; those that are running in other processes stay. Fault:
// NoIntegration.
func (s *Store) Stage(ctx context.Context, id int64, at time.Time) (flow.Stage, error) {
	g := &stage{store: s, at: moment(nanos(at))}
	err := s.write(ctx, "start a discovery", func(tx *sql.Tx) (err error) {
		if g.integration, err = integration(ctx, tx, id); err != nil {
			return err
		}
		now := s.now()
		_, err = tx.ExecContext(ctx, `DELETE FROM discoveries WHERE complete = 0 AND beat_at < ?`, nanos(now.Add(-abandonedAfter)))
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO discoveries (integration_id, at, beat_at) VALUES (?, ?, ?) RETURNING id`,
			id, nanos(at), nanos(now)).Scan(&g.id)
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// Add gathers one page. What comes twice counts as it came last. Fault:
// NoIntegration where the integration was deleted meanwhile.
func (g *stage) Add(ctx context.Context, p flow.Page) error {
	return g.store.writePages(ctx, "keep a page of the discovery", func(tx *sql.Tx) error {
		if err := g.beat(ctx, tx); err != nil {
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

// beat says that this discovery is running, and finds out if it no longer is.
func (g *stage) beat(ctx context.Context, tx *sql.Tx) error {
	result, err := tx.ExecContext(ctx, `UPDATE discoveries SET beat_at = ? WHERE id = ? AND complete = 0`, nanos(g.store.now()), g.id)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	if _, err := integration(ctx, tx, g.integration.ID); err != nil {
		if flow.CausedBy(err, flow.NoIntegration) {
			return gone(g.integration.Name)
		}
		return err
	}
	return errAbandoned
}

func (g *stage) addGroups(ctx context.Context, tx *sql.Tx, groups []flow.Group) error {
	return insertRows(ctx, tx, `INSERT OR REPLACE INTO staged_groups (discovery_id, id, parent_id, path, name, personal)`, 6,
		len(groups), func(args []any, i int) []any {
			group := &groups[i]
			return append(args, g.id, group.ID, group.ParentID, group.Path, group.Name, group.Personal)
		})
}

func (g *stage) addRepos(ctx context.Context, tx *sql.Tx, repos []flow.Repo) error {
	return insertRows(ctx, tx, `INSERT OR REPLACE INTO staged_repos
		(discovery_id, id, group_id, path, name, role, created_at, active_at, flags, services_off)`, 10,
		len(repos), func(args []any, i int) []any {
			r := &repos[i]
			return append(args, g.id, r.ID, r.GroupID, r.Path, r.Name, int64(r.Role),
				nanos(r.CreatedAt), nanos(r.ActiveAt), int64(flagsOf(r)), int64(r.Off))
		})
}

func (g *stage) setRoles(ctx context.Context, tx *sql.Tx, roles map[int64]flow.Role) error {
	if len(roles) == 0 {
		return nil
	}
	set, err := tx.PrepareContext(ctx, `UPDATE staged_repos SET role = ? WHERE discovery_id = ? AND id = ?`)
	if err != nil {
		return err
	}
	for id, role := range roles {
		if _, err := set.ExecContext(ctx, int64(role), g.id, id); err != nil {
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

// Abandon forgets what was gathered. Doing so twice, or after the integration
// was deleted, is no error.
func (g *stage) Abandon(ctx context.Context) error {
	return g.store.write(ctx, "abandon the discovery", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM discoveries WHERE id = ? AND complete = 0`, g.id)
		return err
	})
}
