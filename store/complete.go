package store

import (
	"context"
	"database/sql"

	"flow"
)

// Complete makes what was gathered the integration's discovery, imports what the
// settings take in, and brings counts, data status and activity up to date, all
// in one transaction. Faults: Frozen where too many repos are missing at once:
// what was gathered is held then, and nothing else is changed; NoIntegration where
// the integration was deleted meanwhile.
//
// Where another discovery that began later is complete already, that one stays and
// is returned.
func (g *stage) Complete(ctx context.Context) (found flow.Discovery, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed != nil {
		return flow.Discovery{}, g.failed
	}
	var frozen *flow.Fault
	err = g.store.write(ctx, "complete the discovery", func(tx *sql.Tx) error {
		if err := g.beat(ctx, tx, nil); err != nil {
			return err
		}
		was, err := integration(ctx, tx, g.integration.ID)
		if err != nil {
			return err
		}
		if was.Discovery.At.After(g.at) {
			found = was.Discovery
			return g.forget(ctx, tx)
		}
		d, err := g.compare(ctx, tx)
		if err != nil {
			return err
		}
		if flow.Freezes(d.known, d.Lost) {
			frozen = frozenFault(d.known, d.Lost)
			return g.hold(ctx, tx, d)
		}
		found, err = g.finish(ctx, tx, was, d)
		return err
	})
	g.pulse.stop()
	switch {
	case err != nil:
		return flow.Discovery{}, err
	case frozen != nil:
		return flow.Discovery{}, frozen
	}
	return found, nil
}

// finish makes the staged rows the discovery and draws its consequences. Lists that
// wait to be accepted and walks that were interrupted know less by now, and go.
func (g *stage) finish(ctx context.Context, tx *sql.Tx, was flow.Integration, d difference) (found flow.Discovery, err error) {
	if err := g.merge(ctx, tx); err != nil {
		return found, err
	}
	if err := g.dropWaiting(ctx, tx, "held = 1 OR released = 1"); err != nil {
		return found, err
	}
	if d.LostGroups, err = g.dropGroups(ctx, tx); err != nil {
		return found, err
	}
	if err := g.emptyStage(ctx, tx); err != nil {
		return found, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE integrations SET discovery_id = ? WHERE id = ?`, g.id, was.ID); err != nil {
		return found, err
	}
	t, err := g.store.settleStored(ctx, tx, was)
	if err != nil {
		return found, err
	}
	if err := putStatus(ctx, tx, was, g.store.health(t.missed)); err != nil {
		return found, err
	}
	first := was.Discovery.At.IsZero()
	found = flow.Discovery{At: g.at, Groups: d.groups, Repos: d.repos, Outcome: d.Outcome, Changes: d.Count()}
	found.Taken = len(t.taken)
	if err := tx.QueryRowContext(ctx, `SELECT beat_at - at FROM discoveries WHERE id = ?`, g.id).Scan(&found.Took); err != nil {
		return found, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE discoveries SET complete = 1, held = 0, released = 0, checkpoint = NULL,
			groups_found = ?, repos_found = ? WHERE id = ?`, found.Groups, found.Repos, g.id)
	if err != nil {
		return found, err
	}
	if err := putOutcome(ctx, tx, was.ID, found.Outcome); err != nil {
		return found, err
	}
	much, words := found.Words(first)
	if first {
		words = []string{much}
	}
	if text := discoveryText(words); text != "" {
		return found, g.store.log(ctx, tx, was.ID, was.Version, "", text)
	}
	return found, nil
}

// merge brings the staged rows into the tables by their IDs. Rows that are as
// they were are not written. A repo that was not found is missing from now on,
// whoever cared for it; what it takes to call it gone is in vanished.go.
func (g *stage) merge(ctx context.Context, tx *sql.Tx) error {
	id, at := g.integration.ID, nanos(g.at)
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{`INSERT INTO "groups" AS old (integration_id, id, parent_id, path, name, personal)
			SELECT ?, id, parent_id, path, name, personal FROM staged_groups WHERE discovery_id = ?
			ON CONFLICT DO UPDATE SET parent_id = excluded.parent_id, path = excluded.path, name = excluded.name, personal = excluded.personal
			WHERE (old.parent_id, old.path, old.name, old.personal)
				IS NOT (excluded.parent_id, excluded.path, excluded.name, excluded.personal)`, []any{id, g.id}},
		{`INSERT INTO repos AS old (integration_id, id, ` + foundColumns + `, first_seen)
			SELECT ?, id, ` + foundColumns + `, ? FROM staged_repos WHERE discovery_id = ?
			ON CONFLICT DO UPDATE SET group_id = excluded.group_id, path = excluded.path, name = excluded.name, role = excluded.role,
				created_at = excluded.created_at, active_at = excluded.active_at, flags = excluded.flags, services_off = excluded.services_off,
				topics = excluded.topics, lost_at = 0, lost_why = 0
			WHERE (old.group_id, old.path, old.name, old.role, old.created_at, old.active_at, old.flags, old.services_off, old.topics, old.lost_at)
				IS NOT (excluded.group_id, excluded.path, excluded.name, excluded.role, excluded.created_at, excluded.active_at, excluded.flags, excluded.services_off, excluded.topics, 0)`,
			[]any{id, at, g.id}},
		{`UPDATE repos SET lost_at = ?, lost_why = ? WHERE integration_id = ? AND lost_at = 0
			AND NOT EXISTS (SELECT 1 FROM staged_repos new WHERE new.discovery_id = ? AND new.id = repos.id)`, []any{at, int64(flow.Missing), id, g.id}},
	} {
		if _, err := tx.ExecContext(ctx, step.statement, step.args...); err != nil {
			return err
		}
	}
	if err := followGroups(ctx, tx, id); err != nil {
		return err
	}
	_, err := forgetVanished(ctx, tx, id)
	return err
}

// emptyStage removes the staged rows. Where they are the only ones SQLite gives
// back their pages without looking at them, which row by row takes seconds at a
// million repos.
func (g *stage) emptyStage(ctx context.Context, tx *sql.Tx) error {
	var others bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM discoveries WHERE complete = 0 AND id <> ?)`, g.id).Scan(&others)
	if err != nil {
		return err
	}
	for _, table := range []string{"staged_groups", "staged_repos"} {
		if others {
			_, err = tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE discovery_id = ?`, g.id)
		} else {
			_, err = tx.ExecContext(ctx, `DELETE FROM `+table)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
