package store

import (
	"context"
	"database/sql"

	"flow"
)

// Save stores changes of the settings and imports what these take in, in one
// transaction. It returns the integration as stored. Changes that change nothing
// leave the version as it is. Faults: ChangedMeanwhile where they were made from
// another version than the stored one (EventsSince tells what happened),
// NoIntegration.
func (s *Store) Save(ctx context.Context, id int64, c flow.Changes) (flow.Integration, error) {
	var in flow.Integration
	err := s.write(ctx, "save", func(tx *sql.Tx) (err error) {
		if in, err = s.unchanged(ctx, tx, id, c.Version); err != nil {
			return err
		}
		review, err := loadReview(ctx, tx, id)
		if err != nil {
			return err
		}
		// A plan drops what is no change.
		plan := flow.NewPlan(review, c, s.now())
		if !plan.IsChanged() {
			return nil
		}
		if err := putSettings(ctx, tx, id, plan.Changes()); err != nil {
			return err
		}
		if err := s.settle(ctx, tx, plan); err != nil {
			return err
		}
		in, err = integration(ctx, tx, id)
		return err
	})
	if err != nil {
		return flow.Integration{}, err
	}
	return in, nil
}

func putSettings(ctx context.Context, tx *sql.Tx, id int64, c flow.Changes) error {
	for group, setting := range c.Auto {
		if err := putAuto(ctx, tx, id, group, setting); err != nil {
			return err
		}
	}
	if err := putPins(ctx, tx, id, c.Pins); err != nil {
		return err
	}
	for _, text := range c.Remove {
		if _, err := tx.ExecContext(ctx, `DELETE FROM rules WHERE integration_id = ? AND text = ?`, id, text); err != nil {
			return err
		}
	}
	for _, rule := range c.Add {
		_, err := tx.ExecContext(ctx, `INSERT INTO rules (integration_id, text) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, rule.String())
		if err != nil {
			return err
		}
	}
	return nil
}

func putAuto(ctx context.Context, tx *sql.Tx, id, group int64, setting flow.AutoSetting) error {
	if setting == flow.AsAbove {
		_, err := tx.ExecContext(ctx, `DELETE FROM auto_imports WHERE integration_id = ? AND group_id = ?`, id, group)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO auto_imports (integration_id, group_id, is_on) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET is_on = excluded.is_on`, id, group, setting == flow.AutoOn)
	return err
}

// putPins is prepared for one whole integration put in or out by hand.
func putPins(ctx context.Context, tx *sql.Tx, id int64, pins map[int64]flow.Pin) error {
	if len(pins) == 0 {
		return nil
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO pins (integration_id, repo_id, pin) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET pin = excluded.pin`)
	if err != nil {
		return err
	}
	remove, err := tx.PrepareContext(ctx, `DELETE FROM pins WHERE integration_id = ? AND repo_id = ?`)
	if err != nil {
		return err
	}
	for repo, pin := range pins {
		if pin == flow.NoPin {
			_, err = remove.ExecContext(ctx, id, repo)
		} else {
			_, err = put.ExecContext(ctx, id, repo, pin)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle draws the consequences of settings that were just stored: imports,
// counts, data status, version and activity.
func (s *Store) settle(ctx context.Context, tx *sql.Tx, plan *flow.Plan) error {
	review, c := plan.Review, plan.Changes()
	did := words(plan)
	review.Settings = c.Apply(review.Settings)
	taken, err := s.takeIn(ctx, tx, review)
	if err != nil {
		return err
	}
	byItself := 0
	for _, id := range taken {
		if review.Pins[id] != flow.PinIn {
			byItself++
		}
	}
	if byItself > 0 {
		did = append(did, "imported "+flow.Plural(byItself, "repo")+" through auto-import")
	}
	if err := s.putCounts(ctx, tx, review); err != nil {
		return err
	}
	// A repo that is kept out by hand is no longer missed.
	if in := review.Integration; in.Status.Data == flow.FailedItem || in.Status.Data == flow.Healthy {
		if err := putStatus(ctx, tx, in, s.health(review)); err != nil {
			return err
		}
	}
	return s.raise(ctx, tx, review.Integration, did...)
}
