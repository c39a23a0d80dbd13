package store

import (
	"context"
	"database/sql"

	"flow"
)

// SetStatus stores how an integration is doing. One that is known already keeps
// the time since when it holds. Fault: NoIntegration.
func (s *Store) SetStatus(ctx context.Context, id int64, status flow.Status) error {
	return s.write(ctx, "store the data status", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil {
			return err
		}
		return putStatus(ctx, tx, in, status)
	})
}

func putStatus(ctx context.Context, tx *sql.Tx, in flow.Integration, status flow.Status) error {
	if status.Data == in.Status.Data && (status.Reason == in.Status.Reason || status.Data == flow.FailedItem) {
		status.Since = in.Status.Since
	}
	_, err := tx.ExecContext(ctx, `UPDATE integrations SET status = ?, status_cause = ?, status_reason = ?, status_since = ? WHERE id = ?`,
		status.Data, status.Cause, status.Reason, nanos(status.Since), in.ID)
	return err
}

// SetReport stores the outcome of a test. One that passed ends a failure of the
// integration as a whole. Fault: NoIntegration.
func (s *Store) SetReport(ctx context.Context, id int64, r flow.Report) error {
	return s.write(ctx, "store a test", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := s.openAtHand(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.putReport(ctx, tx, in, r, c)
	})
}

func (s *Store) putReport(ctx context.Context, tx *sql.Tx, in flow.Integration, r flow.Report, c flow.Connection) error {
	text, err := reportJSON(r, c)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE integrations SET report = ? WHERE id = ?`, text, in.ID); err != nil {
		return err
	}
	if !r.Passed() {
		return nil
	}
	return s.contactWentWell(ctx, tx, in)
}

// contactWentWell ends a failure of the integration as a whole.
func (s *Store) contactWentWell(ctx context.Context, tx *sql.Tx, in flow.Integration) (err error) {
	if in.Status.Data != flow.FailedIntegration && in.Status.Data != flow.RateLimited {
		return nil
	}
	status := flow.Status{Data: flow.Processing, Since: s.now()}
	if !in.Discovery.At.IsZero() {
		if status, err = s.storedHealth(ctx, tx, in.ID); err != nil {
			return err
		}
	}
	return putStatus(ctx, tx, in, status)
}
