package store

import (
	"context"
	"database/sql"
	"strings"

	"flow"
)

// A difference is what a discovery changes, in numbers.
type difference struct {
	known                             int // repos before, without those that are missing already
	groups, repos                     int // found
	newRepos, renamed, moved, roles   int
	archived, unarchived, found, lost int
	newGroups, renamedGroups, gone    int
	imported                          int
}

// changes is how much there is to tell.
func (d difference) changes() int {
	return d.newRepos + d.renamed + d.moved + d.roles + d.archived + d.unarchived + d.found + d.lost +
		d.newGroups + d.renamedGroups + d.gone
}

// compare counts what differs between the staged rows and the stored ones,
// before these are merged.
func (g *stage) compare(ctx context.Context, tx *sql.Tx) (d difference, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count(*), ifnull(sum(NOT EXISTS (SELECT 1 FROM staged_repos new WHERE new.discovery_id = ? AND new.id = old.id)), 0)
		FROM repos old WHERE old.integration_id = ? AND old.lost_at = 0`, g.id, g.integration.ID).Scan(&d.known, &d.lost)
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
	).Scan(&d.repos, &d.newRepos, &d.moved, &d.renamed, &d.roles, &d.archived, &d.unarchived, &d.found)
	if err != nil {
		return d, err
	}
	// A person's namespace is no group to whoever reads the numbers.
	err = tx.QueryRowContext(ctx, `SELECT ifnull(sum(new.personal = 0), 0), ifnull(sum(new.personal = 0 AND old.id IS NULL), 0),
			ifnull(sum(CASE WHEN new.path <> old.path AND new.parent_id = old.parent_id THEN `+slug("new")+` <> `+slug("old")+` END), 0)
		FROM staged_groups new LEFT JOIN "groups" old ON old.integration_id = ? AND old.id = new.id
		WHERE new.discovery_id = ?`, g.integration.ID, g.id,
	).Scan(&d.groups, &d.newGroups, &d.renamedGroups)
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
	parts = tell(parts, []told{
		{d.newRepos, "new repo", ""}, {d.renamed, "", "renamed"}, {d.moved, "", "moved"}, {d.roles, "", "with another role"},
		{d.archived, "", "archived"}, {d.unarchived, "", "no longer archived"},
		{d.found, "", "found again"}, {d.lost, "", "not found any more"}, {d.imported, "", "imported"},
		{d.newGroups, "new group", ""}, {d.renamedGroups, "renamed group", ""}, {d.gone, "lost group", ""},
	})
	return discoveryText(parts)
}

// told is a number of things with a noun of their own, or of repos of which
// something is said.
type told struct {
	n          int
	noun, word string
}

// tell says the noun once: 2 new repos, 1 archived.
func tell(parts []string, all []told) []string {
	for _, t := range all {
		switch {
		case t.n == 0:
		case t.noun != "":
			parts = append(parts, flow.Plural(t.n, t.noun))
		case len(parts) > 0:
			parts = append(parts, flow.Number(t.n)+" "+t.word)
		default:
			parts = append(parts, flow.Plural(t.n, "repo")+" "+t.word)
		}
	}
	return parts
}

func discoveryText(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return "discovery: " + strings.Join(parts, ", ")
}
