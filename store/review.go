package store

import (
	"context"
	"database/sql"

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

// Settled returns what is known of the repos of a first discovery beyond what it has
// found. Fault: NoIntegration.
func (s *Store) Settled(ctx context.Context, id int64) (flow.Settled, error) {
	var got flow.Settled
	err := s.read(ctx, "read what was imported", func(tx *sql.Tx) (err error) {
		got = flow.Settled{}
		if got.Integration, err = integration(ctx, tx, id); err != nil {
			return err
		}
		if got.Settings, err = loadSettings(ctx, tx, id); err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			var one flow.Import
			err := rows.Scan(&one.ID, &one.At)
			got.Imported = append(got.Imported, one)
			return err
		}, `SELECT id, imported_at FROM repos WHERE integration_id = ? AND imported_at <> 0`, id)
	})
	return got, err
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
	repos, err := appendRepos(ctx, tx, make([]flow.Repo, 0, in.Discovery.Repos), `WHERE r.integration_id = ?`, id)
	if err != nil {
		return nil, err
	}
	return flow.NewReview(in, settings, groups, repos), nil
}

func loadSettings(ctx context.Context, tx *sql.Tx, id int64) (settings flow.Settings, err error) {
	if settings.Auto, err = loadAutos(ctx, tx, id, ""); err != nil {
		return settings, err
	}
	if settings.Pins, err = loadPins(ctx, tx, id, ""); err != nil {
		return settings, err
	}
	settings.Rules, err = loadRules(ctx, tx, id)
	return settings, err
}

// loadAutos reads the auto-import settings of an integration, those for which more
// holds.
func loadAutos(ctx context.Context, tx *sql.Tx, id int64, more string, args ...any) (map[int64]bool, error) {
	autos := map[int64]bool{}
	return autos, each(ctx, tx, func(rows *sql.Rows) error {
		var group int64
		var on bool
		err := rows.Scan(&group, &on)
		autos[group] = on
		return err
	}, `SELECT group_id, is_on FROM auto_imports WHERE integration_id = ?`+more, append([]any{id}, args...)...)
}

// loadPins is loadAutos for what was chosen by hand.
func loadPins(ctx context.Context, tx *sql.Tx, id int64, more string, args ...any) (map[int64]flow.Pin, error) {
	pins := map[int64]flow.Pin{}
	return pins, each(ctx, tx, func(rows *sql.Rows) error {
		var repo int64
		var pin flow.Pin
		err := rows.Scan(&repo, &pin)
		pins[repo] = pin
		return err
	}, `SELECT repo_id, pin FROM pins WHERE integration_id = ?`+more, append([]any{id}, args...)...)
}
