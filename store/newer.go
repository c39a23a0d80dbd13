package store

import (
	"context"
	"database/sql"
	"time"

	"flow"
)

// Highest returns the highest ID of a repo that is known of an integration, 0
// where none is: GitLab numbers the repos that come later higher.
func (s *Store) Highest(ctx context.Context, id int64) (highest int64, err error) {
	err = s.read(ctx, "read the highest number of a repo", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT ifnull(max(id), 0) FROM repos WHERE integration_id = ?`, id).Scan(&highest)
	})
	return highest, err
}

// AddNewer adds the repos of a page that are not known yet, and groups that are
// not, imports what the settings take in, and brings counts, data status and
// activity up to date, in one transaction. What is known already waits for a
// complete discovery to change it, and so does everything before the first one.
// Fault: NoIntegration.
func (s *Store) AddNewer(ctx context.Context, id int64, at time.Time, p flow.Page) (news flow.News, err error) {
	err = s.write(ctx, "store new repos", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil || in.Discovery.At.IsZero() {
			return err
		}
		if news.Repos, err = insertNewer(ctx, tx, id, at, p); err != nil {
			return err
		}
		if news.Repos == 0 {
			return s.contactWentWell(ctx, tx, in)
		}
		t, err := s.settleStored(ctx, tx, in)
		if err != nil {
			return err
		}
		news.Imported = len(t.taken)
		if err := putStatus(ctx, tx, in, s.health(t.missed)); err != nil {
			return err
		}
		text := discoveryText(flow.Outcome{New: news.Repos, Taken: news.Imported}.Words())
		return s.log(ctx, tx, id, in.Version, "", text)
	})
	if err != nil {
		return flow.News{}, err
	}
	return news, nil
}

// insertNewer returns how many repos were not known.
func insertNewer(ctx context.Context, tx *sql.Tx, id int64, at time.Time, p flow.Page) (n int, err error) {
	if len(p.Repos) == 0 {
		return 0, nil
	}
	err = insertRows(ctx, tx, `INSERT OR IGNORE INTO "groups" (integration_id, id, parent_id, path, name, personal)`, 6,
		len(p.Groups), func(args []any, i int) []any {
			g := &p.Groups[i]
			return append(args, id, g.ID, g.ParentID, g.Path, g.Name, g.Personal)
		})
	if err != nil {
		return 0, err
	}
	if err := followGroups(ctx, tx, id); err != nil {
		return 0, err
	}
	before, err := countRepos(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	err = insertRows(ctx, tx, `INSERT OR IGNORE INTO repos (integration_id, id, `+foundColumns+`, first_seen)`, 12,
		len(p.Repos), func(args []any, i int) []any {
			r := p.Repos[i]
			if role, ok := p.Roles[r.ID]; ok {
				r.Role = role
			}
			return append(appendFound(append(args, id, r.ID), &r), nanos(at))
		})
	if err != nil {
		return 0, err
	}
	after, err := countRepos(ctx, tx, id)
	return after - before, err
}

func countRepos(ctx context.Context, tx *sql.Tx, id int64) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM repos WHERE integration_id = ?`, id).Scan(&n)
	return n, err
}
