package store

import (
	"context"
	"database/sql"
	"strings"

	"flow"
)

// A difference is how the staged rows differ from the stored ones.
type difference struct {
	known         int // repos before, without those that are missing already
	groups, repos int // found
	flow.Outcome
}

// compare counts what differs between the staged rows and the stored ones,
// before these are merged.
func (g *stage) compare(ctx context.Context, tx *sql.Tx) (d difference, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count(*), ifnull(sum(NOT EXISTS (SELECT 1 FROM staged_repos new WHERE new.discovery_id = ? AND new.id = old.id)), 0)
		FROM repos old WHERE old.integration_id = ? AND old.lost_at = 0`, g.id, g.integration.ID).Scan(&d.known, &d.Lost)
	if err != nil {
		return d, err
	}
	// sum() of nothing is NULL.
	err = tx.QueryRowContext(ctx, `SELECT count(*), count(*) - count(old.id),
			ifnull(sum(new.group_id <> old.group_id), 0),
			ifnull(sum(CASE WHEN new.group_id = old.group_id AND new.path <> old.path THEN `+slug("new")+` <> `+slug("old")+` END), 0),
			ifnull(sum(new.role <> old.role), 0),
			ifnull(sum(new.flags & ?1 > old.flags & ?1), 0), ifnull(sum(new.flags & ?1 < old.flags & ?1), 0),
			ifnull(sum(old.lost_at <> 0), 0)
		FROM staged_repos new LEFT JOIN repos old ON old.integration_id = ?2 AND old.id = new.id
		WHERE new.discovery_id = ?3`, int64(archived), g.integration.ID, g.id,
	).Scan(&d.repos, &d.New, &d.Moved, &d.Renamed, &d.Roles, &d.Archived, &d.Unarchived, &d.Back)
	if err != nil {
		return d, err
	}
	// A person's namespace is no group to whoever reads the numbers.
	err = tx.QueryRowContext(ctx, `SELECT ifnull(sum(new.personal = 0), 0), ifnull(sum(new.personal = 0 AND old.id IS NULL), 0),
			ifnull(sum(CASE WHEN new.path <> old.path AND new.parent_id = old.parent_id THEN `+slug("new")+` <> `+slug("old")+` END), 0)
		FROM staged_groups new LEFT JOIN "groups" old ON old.integration_id = ? AND old.id = new.id
		WHERE new.discovery_id = ?`, g.integration.ID, g.id,
	).Scan(&d.groups, &d.NewGroups, &d.RenamedGroups)
	return d, err
}

// slug is the last part of a path, in SQL: what is left after trimming from the
// right everything that is no slash is the path above.
func slug(table string) string {
	path := table + ".path"
	return `substr(` + path + `, length(rtrim(` + path + `, replace(` + path + `, '/', ''))) + 1)`
}

// discoveryText is the line of the activity log, "" where there are no words.
func discoveryText(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "discovery: " + strings.Join(words, ", ")
}
