package store

import (
	"context"
	"database/sql"
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
// found. Fault: NoIntegration.
func (s *Store) Confirmed(ctx context.Context, id int64, said map[int64]flow.Presence) error {
	if len(said) == 0 {
		return nil
	}
	return s.write(ctx, "store what became of repos", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil {
			return err
		}
		before := nanos(in.Discovery.At.Add(-twoWalks))
		counts := map[flow.Lost]int{}
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
			counts[why] += int(n)
		}
		if forgotten, err := forgetVanished(ctx, tx, id); err != nil {
			return err
		} else if forgotten > 0 {
			if _, err := s.settleStored(ctx, tx, in); err != nil {
				return err
			}
		}
		var words []string
		if n := counts[flow.Gone]; n > 0 {
			words = append(words, flow.Plural(n, "repo")+" gone from GitLab")
		}
		if n := counts[flow.NoLongerMember]; n > 0 {
			words = append(words, flow.Plural(n, "repo")+" no longer shared with the account")
		}
		if text := discoveryText(words); text != "" {
			return s.log(ctx, tx, id, in.Version, "", text)
		}
		return nil
	})
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
