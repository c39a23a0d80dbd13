package store

import (
	"context"
	"database/sql"
	"strings"

	"flow"
)

// A difference is what a discovery changes, in numbers.
type difference struct {
	groups, repos                     int // found
	newRepos, renamed, moved          int
	archived, unarchived, found, lost int
	newGroups, renamedGroups, gone    int
	imported                          int
}

// compare counts what differs between the staged rows and the stored ones,
// before these are merged.
func (g *stage) compare(ctx context.Context, tx *sql.Tx) (d difference, err error) {
	// sum() of nothing is NULL.
	err = tx.QueryRowContext(ctx, `SELECT count(*), count(*) - count(old.id),
			ifnull(sum(new.group_id <> old.group_id), 0),
			ifnull(sum(new.group_id = old.group_id AND `+slug("new")+` <> `+slug("old")+`), 0),
			ifnull(sum(new.flags & ?1 > old.flags & ?1), 0), ifnull(sum(new.flags & ?1 < old.flags & ?1), 0),
			ifnull(sum(old.lost_at <> 0), 0)
		FROM staged_repos new LEFT JOIN repos old ON old.integration_id = ?2 AND old.id = new.id
		WHERE new.discovery_id = ?3`, int64(archived), g.integration.ID, g.id,
	).Scan(&d.repos, &d.newRepos, &d.moved, &d.renamed, &d.archived, &d.unarchived, &d.found)
	if err != nil {
		return d, err
	}
	// A person's namespace is no group to whoever reads the numbers.
	err = tx.QueryRowContext(ctx, `SELECT ifnull(sum(new.personal = 0), 0), ifnull(sum(new.personal = 0 AND old.id IS NULL), 0),
			ifnull(sum(new.path <> old.path AND new.parent_id = old.parent_id AND `+slug("new")+` <> `+slug("old")+`), 0)
		FROM staged_groups new LEFT JOIN "groups" old ON old.integration_id = ? AND old.id = new.id
		WHERE new.discovery_id = ?`, g.integration.ID, g.id,
	).Scan(&d.groups, &d.newGroups, &d.renamedGroups)
	if err != nil {
		return d, err
	}
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM repos WHERE integration_id = ? AND lost_at = 0
		AND id NOT IN (SELECT id FROM staged_repos WHERE discovery_id = ?)`, g.integration.ID, g.id).Scan(&d.lost)
	return d, err
}

// slug is the last part of a path, in SQL: what is left after trimming from the
// right everything that is no slash is the path above.
func slug(table string) string {
	path := table + ".path"
	return `substr(` + path + `, length(rtrim(` + path + `, replace(` + path + `, '/', ''))) + 1)`
}

// text is the line of the activity log, "" if nothing changed.
func (d difference) text(first bool) string {
	var parts []string
	if first {
		parts = []string{flow.Plural(d.groups, "group"), flow.Plural(d.repos, "repo")}
		d = difference{imported: d.imported}
	}
	named := len(parts) > 0 // "2 new repos, 1 archived": the noun is said once
	add := func(n int, noun, word string) {
		switch {
		case n == 0:
			return
		case noun != "":
			parts = append(parts, flow.Plural(n, noun))
		case named:
			parts = append(parts, flow.Number(n)+" "+word)
		default:
			parts = append(parts, flow.Plural(n, "repo")+" "+word)
		}
		named = true
	}
	add(d.newRepos, "new repo", "")
	add(d.renamed, "", "renamed")
	add(d.moved, "", "moved")
	add(d.archived, "", "archived")
	add(d.unarchived, "", "no longer archived")
	add(d.found, "", "found again")
	add(d.lost, "", "not found any more")
	add(d.imported, "", "imported")
	add(d.newGroups, "new group", "")
	add(d.renamedGroups, "renamed group", "")
	add(d.gone, "lost group", "")
	if len(parts) == 0 {
		return ""
	}
	return "discovery: " + strings.Join(parts, ", ")
}
