package store

import (
	"context"
	"database/sql"
	"strings"

	"flow"
)

func loadGroups(ctx context.Context, tx *sql.Tx, id int64) ([]flow.Group, error) {
	return appendGroups(ctx, tx, `WHERE integration_id = ?`, id)
}

func appendGroups(ctx context.Context, tx *sql.Tx, which string, args ...any) ([]flow.Group, error) {
	return scanGroups(ctx, tx, `SELECT id, parent_id, path, name, personal FROM "groups" `+which, args...)
}

func scanGroups(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]flow.Group, error) {
	var groups []flow.Group
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var g flow.Group
		err := rows.Scan(&g.ID, &g.ParentID, &g.Path, &g.Name, &g.Personal)
		groups = append(groups, g)
		return err
	}, query, args...)
	return groups, err
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
	}, `SELECT id, path FROM "groups" AS old WHERE integration_id = ? AND NOT EXISTS (SELECT 1 FROM staged_groups new WHERE new.discovery_id = ? AND new.id = old.id)`, id, g.id)
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
