package store

import (
	"context"
	"database/sql"
	"strconv"

	"flow"
)

// BeginRenewal notes durably that the refresh token of an integration is about
// to be spent, and returns what an earlier renewal left behind. It rehearses
// KeepGrant with the present grant, and sets room aside for it, so that a full
// disk, a database that can't be written or a lost key fails here. Call it under
// the lock of the credential, which gives the room back. Faults: NoIntegration,
// Reconnected where the integration has no sign-in any more, StoreFull,
// StoreFailed, those of the key, SealBroken.
func (s *Store) BeginRenewal(ctx context.Context, id int64) (flow.Renewal, error) {
	const doing = "begin to renew a sign-in"
	path, err := s.lockPath(ctx, id)
	if err != nil {
		return "", err
	}
	key, err := s.key(ctx)
	if err != nil {
		return "", s.fault(doing, err)
	}
	if err := takeRoom(path); err != nil {
		return "", s.fault(doing, err)
	}
	var left flow.Renewal
	err = s.write(ctx, doing, func(tx *sql.Tx) error {
		all, err := alike(ctx, tx, id)
		if err != nil {
			return err
		}
		own, err := key.openCredential(all[0])
		if err != nil {
			return err
		}
		if own.Method() != flow.OAuth {
			return &flow.Fault{Cause: flow.Reconnected, Host: own.BaseURL.Host()}
		}
		left = all[0].renewal
		if _, err := key.replace(ctx, tx, all, own.Grant, own.Grant); err != nil {
			return err
		}
		return putRenewal(ctx, tx, flow.RenewalBegun, id)
	})
	if err != nil {
		return "", err
	}
	return left, nil
}

// KeepGrant stores what renewing the spent grant brought, in one transaction, in
// every integration with the origin and application of this one that holds the
// spent one, and ends the renewal. Where this one holds it no longer, somebody
// has signed in again meanwhile: the newer sign-in stays, and that is no error.
//
// GitLab has killed the spent grant by now, so as little as possible stands
// between the call and the commit: the key is the one that BeginRenewal has read.
// Faults: NoIntegration, StoreFull, StoreFailed, those of the key, SealBroken.
func (s *Store) KeepGrant(ctx context.Context, id int64, spent, fresh flow.Grant) error {
	const doing = "keep a renewed sign-in"
	key, err := s.keyAtHand(ctx)
	if err != nil {
		return s.fault(doing, err)
	}
	return s.writeInRoom(ctx, doing, id, func(tx *sql.Tx) error {
		all, err := alike(ctx, tx, id)
		if err != nil {
			return err
		}
		kept, err := key.replace(ctx, tx, all, spent, fresh)
		if err != nil {
			return err
		}
		return putRenewal(ctx, tx, flow.RenewalDone, append(kept, id)...)
	})
}

// EndRenewal notes how a renewal that brought no tokens ended. One that is not
// open, because somebody has signed in again meanwhile, stays ended. Faults:
// NoIntegration, StoreFull, StoreFailed.
func (s *Store) EndRenewal(ctx context.Context, id int64, left flow.Renewal) error {
	return s.writeInRoom(ctx, "end the renewal of a sign-in", id, func(tx *sql.Tx) error {
		stored, err := credentialByID(ctx, tx, id)
		if err != nil || stored.renewal != flow.RenewalBegun {
			return err
		}
		return putRenewal(ctx, tx, left, id)
	})
}

// Shared reports whether another integration signs in with the same base URL,
// client ID and account. Personal access tokens are not shared. Fault:
// NoIntegration.
func (s *Store) Shared(ctx context.Context, id int64) (shared bool, err error) {
	err = s.read(ctx, "look for a shared sign-in", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil || in.Method != flow.OAuth {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM integrations
			WHERE id <> ? AND base_url = ? AND client_id = ? AND ifnull(report ->> '$.account', '') = ?)`,
			id, in.BaseURL.String(), in.App.ClientID, in.Report.Account).Scan(&shared)
	})
	return shared, err
}

// alike reads the credentials of all integrations with the application of one,
// which comes first. Fault: NoIntegration.
func alike(ctx context.Context, tx *sql.Tx, id int64) ([]credential, error) {
	all, err := credentials(ctx, tx, `WHERE i.client_id = (SELECT client_id FROM integrations WHERE id = ?1) ORDER BY i.id <> ?1`, id)
	if err == nil && len(all) == 0 {
		err = gone(strconv.FormatInt(id, 10))
	}
	return all, err
}

// replace stores fresh instead of held in those that hold that, at the origin of
// the first, and returns their IDs. Others that can't be opened hold something
// else.
func (k *identity) replace(ctx context.Context, tx *sql.Tx, all []credential, held, fresh flow.Grant) (kept []int64, err error) {
	var origin string
	for i, stored := range all {
		c, err := k.openCredential(stored)
		if i == 0 {
			if err != nil {
				return nil, err
			}
			origin = c.BaseURL.Origin()
		}
		if err != nil || c.BaseURL.Origin() != origin || c.Method() != flow.OAuth || c.Grant.Access != held.Access {
			continue
		}
		c.Grant = fresh
		sealed, err := k.seal(c)
		if err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE credentials SET sealed = ? WHERE integration_id = ?`, sealed, stored.id); err != nil {
			return nil, err
		}
		kept = append(kept, stored.id)
	}
	return kept, nil
}

func putRenewal(ctx context.Context, tx *sql.Tx, left flow.Renewal, ids ...int64) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, `UPDATE credentials SET renewal = ? WHERE integration_id = ?`, left, id); err != nil {
			return err
		}
	}
	return nil
}

// writeInRoom is write, which takes the room that BeginRenewal has set aside
// where the disk has become full since then.
func (s *Store) writeInRoom(ctx context.Context, doing string, id int64, f func(*sql.Tx) error) error {
	err := s.write(ctx, doing, f)
	if !flow.CausedBy(err, flow.StoreFull) {
		return err
	}
	path, unknown := s.lockPath(ctx, id)
	if unknown != nil || giveRoom(path) != nil {
		return err
	}
	return s.write(ctx, doing, f)
}
