package store

import (
	"context"
	"database/sql"
	"strings"

	"flow"
)

// Complete makes what was gathered the integration's discovery, imports what the
// settings take in, and brings counts, data status and activity up to date, all
// in one transaction. Fault: NoIntegration where the integration was deleted
// meanwhile.
func (g *stage) Complete(ctx context.Context) (flow.Discovery, error) {
	found := flow.Discovery{At: g.at}
	err := g.store.write(ctx, "complete the discovery", func(tx *sql.Tx) error {
		if err := g.beat(ctx, tx); err != nil {
			return err
		}
		was, err := integration(ctx, tx, g.integration.ID)
		if err != nil {
			return err
		}
		d, err := g.compare(ctx, tx)
		if err != nil {
			return err
		}
		if err := g.merge(ctx, tx); err != nil {
			return err
		}
		if d.gone, err = g.dropGroups(ctx, tx); err != nil {
			return err
		}
		if err := g.emptyTables(ctx, tx); err != nil {
			return err
		}
		found.Groups, found.Repos, found.New, found.Lost = d.groups, d.repos, d.newRepos, d.lost
		found.Taken, err = g.settle(ctx, tx, was, found)
		if err != nil {
			return err
		}
		d.imported = found.Taken
		if text := d.text(was.Discovery.At.IsZero()); text != "" {
			return g.store.log(ctx, tx, was.ID, was.Version, "", text)
		}
		return nil
	})
	if err != nil {
		return flow.Discovery{}, err
	}
	return found, nil
}

// settle ends the discovery and draws its consequences; it returns how many
// repos were imported.
func (g *stage) settle(ctx context.Context, tx *sql.Tx, was flow.Integration, found flow.Discovery) (int, error) {
	_, err := tx.ExecContext(ctx, `UPDATE integrations SET discovery_id = ? WHERE id = ?`, g.id, was.ID)
	if err != nil {
		return 0, err
	}
	review, err := loadReview(ctx, tx, was.ID)
	if err != nil {
		return 0, err
	}
	taken, err := g.store.takeIn(ctx, tx, review)
	if err != nil {
		return 0, err
	}
	if err := g.store.putCounts(ctx, tx, review); err != nil {
		return 0, err
	}
	if err := putStatus(ctx, tx, was, g.store.health(review)); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE discoveries SET complete = 1, groups_found = ?, repos_found = ?, repos_new = ?, repos_lost = ?, repos_imported = ?
		WHERE id = ?`, found.Groups, found.Repos, found.New, found.Lost, len(taken), g.id)
	return len(taken), err
}

// merge brings the staged rows into the tables by their IDs. Rows that are as
// they were are not written.
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
		{`INSERT INTO repos AS old (integration_id, id, group_id, path, name, role, created_at, active_at, flags, services_off, first_seen)
			SELECT ?, id, group_id, path, name, role, created_at, active_at, flags, services_off, ? FROM staged_repos WHERE discovery_id = ?
			ON CONFLICT DO UPDATE SET group_id = excluded.group_id, path = excluded.path, name = excluded.name, role = excluded.role,
				created_at = excluded.created_at, active_at = excluded.active_at, flags = excluded.flags, services_off = excluded.services_off, lost_at = 0
			WHERE (old.group_id, old.path, old.name, old.role, old.created_at, old.active_at, old.flags, old.services_off, old.lost_at)
				IS NOT (excluded.group_id, excluded.path, excluded.name, excluded.role, excluded.created_at, excluded.active_at, excluded.flags, excluded.services_off, 0)`,
			[]any{id, at, g.id}},
		// What was never imported and nobody chose by hand is forgotten; the rest
		// waits to be found again.
		{`DELETE FROM repos WHERE integration_id = ? AND imported_at = 0
			AND id NOT IN (SELECT id FROM staged_repos WHERE discovery_id = ?)
			AND id NOT IN (SELECT repo_id FROM pins WHERE integration_id = ?)`, []any{id, g.id, id}},
		{`UPDATE repos SET lost_at = ? WHERE integration_id = ? AND lost_at = 0
			AND id NOT IN (SELECT id FROM staged_repos WHERE discovery_id = ?)`, []any{at, id, g.id}},
	} {
		if _, err := tx.ExecContext(ctx, step.statement, step.args...); err != nil {
			return err
		}
	}
	return nil
}

// dropGroups removes the groups that were not found, save those that hold a repo
// which is kept though it was not found either. It returns how many went. Their
// settings stay, by ID.
func (g *stage) dropGroups(ctx context.Context, tx *sql.Tx) (int, error) {
	id := g.integration.ID
	lost := map[int64]string{}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var group int64
		var path string
		err := rows.Scan(&group, &path)
		lost[group] = strings.ToLower(path)
		return err
	}, `SELECT id, path FROM "groups" WHERE integration_id = ? AND id NOT IN (SELECT id FROM staged_groups WHERE discovery_id = ?)`, id, g.id)
	if err != nil {
		return 0, err
	}
	if err := g.keepOwners(ctx, tx, lost); err != nil {
		return 0, err
	}
	for group := range lost {
		if _, err := tx.ExecContext(ctx, `DELETE FROM "groups" WHERE integration_id = ? AND id = ?`, id, group); err != nil {
			return 0, err
		}
	}
	return len(lost), nil
}

func (g *stage) emptyTables(ctx context.Context, tx *sql.Tx) error {
	for _, table := range []string{"staged_groups", "staged_repos"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE discovery_id = ?`, g.id); err != nil {
			return err
		}
	}
	return nil
}

// keepOwners takes from lost the groups that are above a lost repo, unless
// another group has their path by now.
func (g *stage) keepOwners(ctx context.Context, tx *sql.Tx, lost map[int64]string) error {
	if len(lost) == 0 {
		return nil
	}
	id := g.integration.ID
	taken := map[string]bool{}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var path string
		err := rows.Scan(&path)
		taken[strings.ToLower(path)] = true
		return err
	}, `SELECT path FROM staged_groups WHERE discovery_id = ?`, g.id)
	if err != nil {
		return err
	}
	byPath := map[string]int64{}
	for group, path := range lost {
		if !taken[path] {
			byPath[path] = group
		}
	}
	return each(ctx, tx, func(rows *sql.Rows) error {
		var owner int64
		var path string
		err := rows.Scan(&owner, &path)
		if p, ok := lost[owner]; ok && !taken[p] {
			delete(lost, owner)
		}
		for path = strings.ToLower(path); path != ""; {
			path = path[:max(strings.LastIndexByte(path, '/'), 0)]
			if group, ok := byPath[path]; ok {
				delete(lost, group)
			}
		}
		return err
	}, `SELECT group_id, path FROM repos WHERE integration_id = ? AND lost_at <> 0`, id)
}
