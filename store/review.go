package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"flow"
)

// Review returns an integration with its groups, repos and settings, all of one
// moment. Fault: NoIntegration.
func (s *Store) Review(ctx context.Context, id int64) (*flow.Review, error) {
	var review *flow.Review
	err := s.read(ctx, "read groups and repos", func(tx *sql.Tx) (err error) {
		review, err = loadReview(ctx, tx, id)
		return err
	})
	return review, err
}

func loadReview(ctx context.Context, tx *sql.Tx, id int64) (*flow.Review, error) {
	in, err := integration(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	settings, err := loadSettings(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	groups, err := loadGroups(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	repos, err := loadRepos(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	return flow.NewReview(in, settings, groups, repos), nil
}

func loadSettings(ctx context.Context, tx *sql.Tx, id int64) (flow.Settings, error) {
	settings := flow.Settings{Auto: map[int64]bool{}, Pins: map[int64]flow.Pin{}}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var group int64
		var on bool
		err := rows.Scan(&group, &on)
		settings.Auto[group] = on
		return err
	}, `SELECT group_id, is_on FROM auto_imports WHERE integration_id = ?`, id)
	if err != nil {
		return settings, err
	}
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var repo int64
		var pin flow.Pin
		err := rows.Scan(&repo, &pin)
		settings.Pins[repo] = pin
		return err
	}, `SELECT repo_id, pin FROM pins WHERE integration_id = ?`, id)
	if err != nil {
		return settings, err
	}
	return settings, each(ctx, tx, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		// One that can't be read is no reason to import what it keeps out.
		rule, err := flow.ParseRule(text)
		if err != nil {
			return fmt.Errorf("read a stored rule: %w", err)
		}
		settings.Rules = append(settings.Rules, rule)
		return nil
	}, `SELECT text FROM rules WHERE integration_id = ? ORDER BY id`, id)
}

func loadGroups(ctx context.Context, tx *sql.Tx, id int64) ([]flow.Group, error) {
	var groups []flow.Group
	return groups, each(ctx, tx, func(rows *sql.Rows) error {
		var g flow.Group
		err := rows.Scan(&g.ID, &g.ParentID, &g.Path, &g.Name, &g.Personal)
		groups = append(groups, g)
		return err
	}, `SELECT id, parent_id, path, name, personal FROM "groups" WHERE integration_id = ?`, id)
}

func loadRepos(ctx context.Context, tx *sql.Tx, in flow.Integration) ([]flow.Repo, error) {
	repos := make([]flow.Repo, 0, in.Discovery.Repos)
	return repos, each(ctx, tx, func(rows *sql.Rows) error {
		var r flow.Repo
		var created, active, seen, lost, imported int64
		var flags repoFlags
		err := rows.Scan(&r.ID, &r.GroupID, &r.Path, &r.Name, &r.Role, &created, &active, &flags, &r.Off, &seen, &lost, &imported)
		r.CreatedAt, r.ActiveAt, r.FirstSeen = moment(created), moment(active), moment(seen)
		r.LostAt, r.ImportedAt = moment(lost), moment(imported)
		flags.set(&r)
		repos = append(repos, r)
		return err
	}, `SELECT id, group_id, path, name, role, created_at, active_at, flags, services_off, first_seen, lost_at, imported_at
		FROM repos WHERE integration_id = ?`, in.ID)
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

// takeIn imports what the settings of a review take in now, and returns the IDs
// of these repos. The review stays as it was read: what was just imported counts
// as imported with or without its date.
func (s *Store) takeIn(ctx context.Context, tx *sql.Tx, review *flow.Review) ([]int64, error) {
	now := s.now()
	ids := review.ToImport(now)
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE repos SET imported_at = ?
		WHERE integration_id = ? AND imported_at = 0 AND id IN (SELECT value FROM json_each(?))`,
		nanos(now), review.Integration.ID, string(list))
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// putCounts stores how many repos are in which state, for the list.
func (s *Store) putCounts(ctx context.Context, tx *sql.Tx, review *flow.Review) error {
	counts, err := json.Marshal(flow.Count(review.Decisions(s.now())))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE integrations SET counts = ? WHERE id = ?`, string(counts), review.Integration.ID)
	return err
}
