package store

import (
	"context"
	"database/sql"
	"fmt"

	"flow"
)

func loadRules(ctx context.Context, tx *sql.Tx, id int64) (rules []flow.Rule, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var text string
		var group int64
		if err := rows.Scan(&text, &group); err != nil {
			return err
		}
		// One that can't be read is no reason to import what it keeps out.
		rule, err := flow.ParseRule(text)
		if err != nil {
			return fmt.Errorf("read a stored rule: %w", err)
		}
		rules = append(rules, rule.OfGroup(group))
		return nil
	}, `SELECT text, group_id FROM rules WHERE integration_id = ? ORDER BY id`, id)
	return rules, err
}

func putRules(ctx context.Context, tx *sql.Tx, id int64, c flow.Changes) error {
	for _, rule := range c.Remove {
		_, err := tx.ExecContext(ctx, `DELETE FROM rules WHERE integration_id = ? AND text = ? AND group_id = ?`, id, rule.String(), rule.GroupID())
		if err != nil {
			return err
		}
	}
	for _, rule := range c.Add {
		_, err := tx.ExecContext(ctx, `INSERT INTO rules (integration_id, text, group_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, rule.String(), rule.GroupID())
		if err != nil {
			return err
		}
	}
	return nil
}

// followGroups lets rules on groups follow what a discovery tells of these: one
// that was made before its group was known belongs to it now, and one whose group
// is called otherwise by now has its new path.
func followGroups(ctx context.Context, tx *sql.Tx, id int64) error {
	const onGroup = `rules.integration_id = ? AND rules.text LIKE 'group:%' AND g.integration_id = rules.integration_id`
	for _, statement := range []string{
		`UPDATE OR IGNORE rules SET group_id = g.id FROM "groups" g
			WHERE ` + onGroup + ` AND rules.group_id = 0 AND lower(g.path) = lower(trim(substr(rules.text, 7), '/'))`,
		`UPDATE rules SET text = 'group:' || g.path FROM "groups" g
			WHERE ` + onGroup + ` AND g.id = rules.group_id AND rules.text <> 'group:' || g.path`,
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}
