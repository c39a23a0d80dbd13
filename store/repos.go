package store

import (
	"context"
	"database/sql"
	"strings"

	"flow"
)

// foundColumns are those of a repo that a walk finds, in staging as in the end.
const foundColumns = `group_id, path, name, role, created_at, active_at, flags, services_off, topics`

func appendFound(args []any, r *flow.Repo) []any {
	return append(args, r.GroupID, r.Path, r.Name, int64(r.Role), int64(r.CreatedAt), int64(r.ActiveAt), int64(flagsOf(r)), int64(r.Off), r.Topics)
}

// selectRepos is followed by what is to hold for repos r.
const selectRepos = `SELECT r.id, r.group_id, r.path, r.name, r.role, r.created_at, r.active_at, r.flags, r.services_off, r.topics,
	r.first_seen, r.lost_at, r.lost_why, r.imported_at FROM repos r `

// appendRepos reads repos; query goes on where selectRepos ends.
func appendRepos(ctx context.Context, tx *sql.Tx, repos []flow.Repo, query string, args ...any) ([]flow.Repo, error) {
	return scanRepos(ctx, tx, repos, selectRepos+query, args...)
}

// selectStaged reads repos of a walk as selectRepos does those of a discovery.
const selectStaged = `SELECT r.id, r.group_id, r.path, r.name, r.role, r.created_at, r.active_at, r.flags, r.services_off, r.topics,
	0, 0, 0, 0 FROM staged_repos r `

func scanRepos(ctx context.Context, tx *sql.Tx, repos []flow.Repo, query string, args ...any) ([]flow.Repo, error) {
	topics := map[string]string{} // many repos have the same
	var r flow.Repo
	var flags repoFlags
	err := each(ctx, tx, func(rows *sql.Rows) error {
		err := rows.Scan(&r.ID, &r.GroupID, &r.Path, &r.Name, &r.Role, &r.CreatedAt, &r.ActiveAt, &flags, &r.Off, &r.Topics,
			&r.FirstSeen, &r.LostAt, &r.LostWhy, &r.ImportedAt)
		if strings.HasSuffix(r.Path, r.Name) {
			r.Name = r.Path[len(r.Path)-len(r.Name):] // once in memory
		}
		if known, ok := topics[r.Topics]; ok {
			r.Topics = known
		} else {
			topics[r.Topics] = r.Topics
		}
		flags.set(&r)
		repos = append(repos, r)
		return err
	}, query, args...)
	return repos, err
}

// repoFlags are the attributes of a repo that are or are not, one bit each.
type repoFlags int64

const (
	archived repoFlags = 1 << iota
	fork
	mirror
	empty
	public
	sha256Objects
)

func flagsOf(r *flow.Repo) (flags repoFlags) {
	for _, f := range []struct {
		flag repoFlags
		is   bool
	}{{archived, r.Archived}, {fork, r.Fork}, {mirror, r.Mirror}, {empty, r.Empty}, {public, r.Public}, {sha256Objects, r.SHA256}} {
		if f.is {
			flags |= f.flag
		}
	}
	return flags
}

func (f repoFlags) set(r *flow.Repo) {
	r.Archived, r.Fork, r.Mirror = f&archived != 0, f&fork != 0, f&mirror != 0
	r.Empty, r.Public, r.SHA256 = f&empty != 0, f&public != 0, f&sha256Objects != 0
}
