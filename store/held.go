package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"flow"
)

const heldExamples = 5

var errNotHeld = errors.New("no list waits to be accepted any more")

func frozenFault(known, lost int) *flow.Fault {
	return &flow.Fault{Cause: flow.Frozen, Detail: fmt.Sprintf("%s of %s", flow.Number(lost), flow.Plural(known, "repo"))}
}

// hold keeps the staged rows for a person to decide about, instead of an older
// held list.
func (g *stage) hold(ctx context.Context, tx *sql.Tx, d difference) error {
	if err := g.dropWaiting(ctx, tx, "held = 1"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE discoveries SET held = 1, checkpoint = NULL, groups_found = ?, repos_found = ?, repos_known = ?, repos_lost = ? WHERE id = ?`,
		d.groups, d.repos, d.known, d.Lost, g.id)
	return err
}

// dropWaiting removes those of the integration's discoveries, save this one, that
// nobody is at.
func (g *stage) dropWaiting(ctx context.Context, tx *sql.Tx, which string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM discoveries WHERE integration_id = ? AND id <> ? AND complete = 0 AND (`+which+`)`, g.integration.ID, g.id)
	return err
}

// Held returns the discovery of an integration that waits to be accepted, if there
// is one.
func (s *Store) Held(ctx context.Context, id int64) (held flow.Held, found bool, err error) {
	err = s.read(ctx, "read the held list", func(tx *sql.Tx) error {
		discovery, at := int64(0), int64(0)
		err := tx.QueryRowContext(ctx, `SELECT id, at, groups_found, repos_found, repos_known, repos_lost FROM discoveries
			WHERE integration_id = ? AND held = 1`, id).Scan(&discovery, &at, &held.Groups, &held.Repos, &held.Known, &held.Lost)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found, held.At = true, moment(at)
		return each(ctx, tx, func(rows *sql.Rows) error {
			var path string
			err := rows.Scan(&path)
			held.Examples = append(held.Examples, path)
			return err
		}, `SELECT path FROM repos WHERE integration_id = ? AND lost_at = 0
				AND NOT EXISTS (SELECT 1 FROM staged_repos new WHERE new.discovery_id = ? AND new.id = repos.id)
			ORDER BY imported_at = 0, path LIMIT ?`, id, discovery, heldExamples)
	})
	return held, found, err
}

// AcceptHeld makes a held discovery the integration's, as if so many repos were
// often missing: they are kept as such until GitLab confirms what became of them.
// Faults: StoreFailed where it waits no more, NoIntegration.
func (s *Store) AcceptHeld(ctx context.Context, id int64) (found flow.Discovery, err error) {
	err = s.write(ctx, "accept the held list", func(tx *sql.Tx) error {
		g, err := s.heldStage(ctx, tx, id)
		if err != nil {
			return err
		}
		d, err := g.compare(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.log(ctx, tx, id, g.integration.Version, s.who, "accepted that "+flow.Plural(d.Lost, "repo")+" are missing"); err != nil {
			return err
		}
		found, err = g.finish(ctx, tx, g.integration, d)
		return err
	})
	if err != nil {
		return flow.Discovery{}, err
	}
	return found, nil
}

// DropHeld forgets a held discovery; the last complete one stays. That there is
// none is no error.
func (s *Store) DropHeld(ctx context.Context, id int64) error {
	return s.write(ctx, "drop the held list", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM discoveries WHERE integration_id = ? AND held = 1`, id)
		return err
	})
}

func (s *Store) heldStage(ctx context.Context, tx *sql.Tx, id int64) (*stage, error) {
	in, err := integration(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	g, at := &stage{store: s, integration: in}, int64(0)
	err = tx.QueryRowContext(ctx, `SELECT id, at FROM discoveries WHERE integration_id = ? AND held = 1`, id).Scan(&g.id, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotHeld
	}
	g.at = moment(at)
	return g, err
}
