package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"flow"
)

// KeepDraft keeps what a user has answered so far, instead of an earlier draft
// of the same user. Secrets are not kept, nor a certificate that is of no use
// without its key, nor what is learned with them: the server that was found and the
// report of its test. A draft without a time when it was left gets the present one.
func (s *Store) KeepDraft(ctx context.Context, d flow.Draft) error {
	d.Address, d.Network = withoutSecrets(d.Address), d.Network.Kept()
	if flow.CheckRedirect(d.App.Redirect) != nil {
		d.App.Redirect = withoutSecrets(d.App.Redirect)
	}
	if d.StoppedAt.IsZero() {
		d.StoppedAt = s.now()
	}
	body, err := json.Marshal(d)
	if err != nil {
		return s.fault("keep the draft", err)
	}
	return s.write(ctx, "keep the draft", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO drafts (who, body) VALUES (?, ?)
			ON CONFLICT (who) DO UPDATE SET body = excluded.body`, s.who, string(body))
		return err
	})
}

// withoutSecrets cuts from an address, as it was typed or pasted, the parts in
// which people have passwords and tokens: user:password@ and the query.
func withoutSecrets(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	return scheme + rest[strings.LastIndexByte(rest, '@')+1:]
}

// KeptDraft returns the draft that the user left, if there is one.
func (s *Store) KeptDraft(ctx context.Context) (d flow.Draft, found bool, err error) {
	err = s.read(ctx, "read the draft", func(tx *sql.Tx) error {
		var body string
		err := tx.QueryRowContext(ctx, `SELECT body FROM drafts WHERE who = ?`, s.who).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		return json.Unmarshal([]byte(body), &d)
	})
	if err != nil {
		return flow.Draft{}, false, err
	}
	return d, found, nil
}

// DropDraft forgets the user's draft, if there is one.
func (s *Store) DropDraft(ctx context.Context) error {
	return s.write(ctx, "drop the draft", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE who = ?`, s.who)
		return err
	})
}
