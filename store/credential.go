package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"flow"
)

// A credential is the connection of an integration as it is stored, with its
// secrets still sealed.
type credential struct {
	id      int64 // of the integration
	method  flow.Method
	baseURL string
	network string // JSON
	app     flow.Application
	renewal flow.Renewal
	sealed  []byte
}

// credentials reads those of some integrations; which is what follows FROM.
func credentials(ctx context.Context, tx *sql.Tx, which string, args ...any) ([]credential, error) {
	var all []credential
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var c credential
		err := rows.Scan(&c.id, &c.method, &c.baseURL, &c.network, &c.app.ClientID, &c.app.Redirect, &c.renewal, &c.sealed)
		all = append(all, c)
		return err
	}, `SELECT i.id, i.method, i.base_url, i.network, i.client_id, i.redirect_uri, ifnull(c.renewal, ''), ifnull(c.sealed, x'')
		FROM integrations i LEFT JOIN credentials c ON c.integration_id = i.id `+which, args...)
	return all, err
}

// credentialByID reads that of one integration. Fault: NoIntegration.
func credentialByID(ctx context.Context, tx *sql.Tx, id int64) (credential, error) {
	all, err := credentials(ctx, tx, `WHERE i.id = ?`, id)
	if err != nil {
		return credential{}, err
	}
	if len(all) == 0 {
		return credential{}, gone(strconv.FormatInt(id, 10))
	}
	return all[0], nil
}

// openCredential returns the connection with its secrets. Faults: those of open.
func (k *identity) openCredential(stored credential) (flow.Connection, error) {
	c, err := k.openStored(stored)
	if err != nil {
		return flow.Connection{}, fmt.Errorf("integration %d: %w", stored.id, err)
	}
	return c, nil
}

func (k *identity) openStored(stored credential) (c flow.Connection, err error) {
	c.App = stored.app
	if c.BaseURL, err = flow.ParseBaseURL(stored.baseURL); err != nil {
		return c, err
	}
	broken := func(err error) error {
		return &flow.Fault{Cause: flow.SealBroken, Host: c.BaseURL.Host(), Err: err}
	}
	if c.Network, err = parseNetwork(stored.network); err != nil {
		return c, broken(err)
	}
	if c, err = k.open(stored.sealed, c); err == nil && c.Method() != stored.method {
		err = broken(errNotSealed)
	}
	return c, err
}

// Connection opens the sealed credential of an integration. Faults:
// NoIntegration, KeyMissing, KeyTooOpen, KeyWrong, and SealBroken where the
// stored address, application or method is not the one that it was given for.
func (s *Store) Connection(ctx context.Context, id int64) (flow.Connection, error) {
	const doing = "open the stored credential"
	var stored credential
	err := s.read(ctx, doing, func(tx *sql.Tx) (err error) {
		stored, err = credentialByID(ctx, tx, id)
		return err
	})
	if err != nil {
		return flow.Connection{}, err
	}
	key, err := s.key(ctx)
	if err != nil {
		return flow.Connection{}, s.fault(doing, err)
	}
	c, err := key.openCredential(stored)
	return c, s.fault(doing, err)
}

// openAtHand is Connection for what works without it: with the key that was read
// last, and nothing where that opens nothing.
func (s *Store) openAtHand(ctx context.Context, tx *sql.Tx, id int64) (flow.Connection, error) {
	stored, err := credentialByID(ctx, tx, id)
	key := s.lastKey.Load()
	if err != nil || key == nil {
		return flow.Connection{}, err
	}
	c, _ := key.openCredential(stored)
	return c, nil
}

// keyFor loads the key to seal the credential of a connection with; nil if it is
// still to be made. Faults: NoToken where there is no credential, those of
// loadKey.
func (s *Store) keyFor(ctx context.Context, c flow.Connection) (*identity, error) {
	if !c.HasCredential() {
		return nil, &flow.Fault{Cause: flow.NoToken}
	}
	return s.loadKey(ctx)
}

// putCredential seals the credential of a connection and stores it, whatever was
// left behind by renewing the one before. Without a key it makes one.
func (s *Store) putCredential(ctx context.Context, tx *sql.Tx, key *identity, id int64, c flow.Connection) error {
	if key == nil {
		var err error
		if key, err = s.firstKey(ctx, tx); err != nil {
			return err
		}
	}
	sealed, err := key.seal(c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO credentials (integration_id, sealed) VALUES (?, ?)
		ON CONFLICT (integration_id) DO UPDATE SET sealed = excluded.sealed, renewal = ''`, id, sealed)
	return err
}

// firstKey makes the key, unless there are sealed credentials, which a new one
// could never open. In the transaction that stores the first of them, so that
// two processes agree on it.
func (s *Store) firstKey(ctx context.Context, tx *sql.Tx) (*identity, error) {
	place, err := s.keyPlace()
	if err != nil {
		return nil, err
	}
	key, missing := readKey(place)
	if !flow.CausedBy(missing, flow.KeyMissing) {
		return key, missing
	}
	var sealed bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM credentials)`).Scan(&sealed); err != nil {
		return nil, err
	}
	if sealed {
		return nil, missing
	}
	return createKey(place)
}
