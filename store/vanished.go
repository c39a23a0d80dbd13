package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"flow"
)

// twoWalks is how far apart two complete walks have to be for what both did not
// find to be asked about, and called gone if GitLab says so too.
const twoWalks = 24 * time.Hour

// ToConfirm returns up to limit repos of which GitLab should be asked what became
// of them: those that two complete discoveries, a day apart, did not bring, and at
// once those that the last one is the first not to bring, if they are imported or
// chosen by hand. Imported ones come first. Fault: NoIntegration.
func (s *Store) ToConfirm(ctx context.Context, id int64, limit int) ([]int64, error) {
	var ids []int64
	err := s.read(ctx, "read what is missing", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil {
			return err
		}
		return each(ctx, tx, func(rows *sql.Rows) error {
			var repo int64
			err := rows.Scan(&repo)
			ids = append(ids, repo)
			return err
		}, `SELECT r.id FROM repos r LEFT JOIN pins p ON p.integration_id = r.integration_id AND p.repo_id = r.id
			WHERE r.integration_id = ?1 AND r.lost_why = ?2 AND r.lost_at <> 0
				AND (r.lost_at <= ?3 OR r.lost_at = ?4 AND (r.imported_at <> 0 OR p.pin IS NOT NULL))
			ORDER BY r.imported_at = 0, p.pin IS NULL, r.id LIMIT ?5`,
			id, int64(flow.Missing), nanos(in.Discovery.At.Add(-twoWalks)), nanos(in.Discovery.At), limit)
	})
	return ids, err
}

// Confirmed stores what GitLab said of missing repos, in one transaction: one that
// it shows is no longer the account's; one that is not there is gone if two
// complete discoveries a day apart did not bring it. Those that were never imported
// nor chosen by hand are then forgotten. What was found again meanwhile stays
// found. It returns how many are gone, and how many no longer the account's, which
// the last discovery then tells as well. Fault: NoIntegration.
func (s *Store) Confirmed(ctx context.Context, id int64, said map[int64]flow.Presence) (o flow.Outcome, err error) {
	if len(said) == 0 {
		return o, nil
	}
	err = s.write(ctx, "store what became of repos", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil {
			return err
		}
		before := nanos(in.Discovery.At.Add(-twoWalks))
		o = flow.Outcome{}
		for repo, presence := range said {
			why, latest := flow.Gone, before
			switch presence {
			case flow.Absent:
			case flow.Visible:
				why, latest = flow.NoLongerMember, nanos(in.Discovery.At)
			default:
				continue
			}
			result, err := tx.ExecContext(ctx, `UPDATE repos SET lost_why = ? WHERE integration_id = ? AND id = ? AND lost_why = ? AND lost_at <= ?`,
				int64(why), id, repo, int64(flow.Missing), latest)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			if why == flow.Gone {
				o.Gone += int(n)
			} else {
				o.NotMember += int(n)
			}
		}
		if forgotten, err := forgetVanished(ctx, tx, id); err != nil {
			return err
		} else if forgotten > 0 {
			if _, err := s.settleStored(ctx, tx, in); err != nil {
				return err
			}
		}
		if o == (flow.Outcome{}) {
			return nil
		}
		all := in.Discovery.Outcome
		all.Gone, all.NotMember = all.Gone+o.Gone, all.NotMember+o.NotMember
		if err := putOutcome(ctx, tx, id, all); err != nil {
			return err
		}
		return s.log(ctx, tx, id, in.Version, "", discoveryText(o.Words()))
	})
	if err != nil {
		return flow.Outcome{}, err
	}
	return o, nil
}

// putOutcome stores what the last complete discovery found otherwise.
func putOutcome(ctx context.Context, tx *sql.Tx, id int64, o flow.Outcome) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE discoveries SET outcome = ? WHERE id = (SELECT discovery_id FROM integrations WHERE id = ?)`, string(text), id)
	return err
}

// forgetVanished removes the repos of which it is known that the account has them
// no more, unless they were imported or chosen by hand: those stay, in case they
// come back. It returns how many went.
func forgetVanished(ctx context.Context, tx *sql.Tx, id int64) (int64, error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM repos WHERE integration_id = ? AND lost_why IN (?, ?) AND imported_at = 0
		AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.integration_id = repos.integration_id AND pins.repo_id = repos.id)`,
		id, int64(flow.Gone), int64(flow.NoLongerMember))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
