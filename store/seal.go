package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"flow"
)

// A binding is what a token belongs to. It is sealed together with the token and
// compared on opening, so that who can write the database can't send the token
// elsewhere.
type binding struct {
	Origin   string    `json:"origin"`
	ClientID string    `json:"client_id"` // of the OAuth application; "" for an access token
	TLS      tlsChoice `json:"tls"`
}

// A tlsChoice is how the server may be spoken to. Fields that are added later
// must mean no more trust by their zero value.
type tlsChoice struct {
	PlainHTTP bool `json:"plain_http"`
}

func bindingOf(c flow.Connection) binding {
	return binding{Origin: c.BaseURL.Origin(), TLS: tlsChoice{PlainHTTP: c.PlainHTTP}}
}

type sealedToken struct {
	binding
	Token string `json:"token"`
}

var (
	errNotSealed = errors.New("what is stored is not a sealed token")
	errElsewhere = errors.New("it was sealed for another origin, application or way of connecting")
)

func (k *identity) seal(c flow.Connection) ([]byte, error) {
	text, err := json.Marshal(sealedToken{bindingOf(c), c.Token.Reveal()})
	if err != nil {
		return nil, err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, k.keys[0].Recipient())
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// open returns the connection with its token if it is the one that the token was
// sealed for. Faults: KeyWrong, SealBroken.
func (k *identity) open(sealed []byte, c flow.Connection) (flow.Connection, error) {
	broken := func(err error) (flow.Connection, error) {
		return flow.Connection{}, &flow.Fault{Cause: flow.SealBroken, Host: c.BaseURL.Host(), Err: err}
	}
	keys := make([]age.Identity, len(k.keys))
	for i := range k.keys {
		keys[i] = k.keys[i]
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), keys...)
	if wrong := (*age.NoIdentityMatchError)(nil); errors.As(err, &wrong) {
		return flow.Connection{}, &flow.Fault{Cause: flow.KeyWrong, Detail: k.place.String(), Err: err}
	}
	if err != nil {
		return broken(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return broken(err)
	}
	var token sealedToken
	decoder := json.NewDecoder(bytes.NewReader(text))
	// A condition of a newer Flow that this one can't compare.
	decoder.DisallowUnknownFields()
	if decoder.Decode(&token) != nil {
		return broken(errNotSealed) // without the error, which may repeat what it read
	}
	if token.binding != bindingOf(c) {
		return broken(errElsewhere)
	}
	c.Token = flow.NewSecret(token.Token)
	return c, nil
}

// sealWith seals the token of a connection. Without a key it makes one, unless
// there are sealed tokens, which a new key could never open. In the transaction
// that stores the first of them, so that two processes agree on it.
func (s *Store) sealWith(ctx context.Context, tx *sql.Tx, key *identity, c flow.Connection) ([]byte, error) {
	if key == nil {
		var err error
		if key, err = s.firstKey(ctx, tx); err != nil {
			return nil, err
		}
	}
	return key.seal(c)
}

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

func putSealed(ctx context.Context, tx *sql.Tx, id int64, sealed []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO credentials (integration_id, sealed) VALUES (?, ?)
		ON CONFLICT (integration_id) DO UPDATE SET sealed = excluded.sealed`, id, sealed)
	return err
}

// Connection opens the sealed token of an integration. Faults: NoIntegration,
// KeyMissing, KeyTooOpen, KeyWrong, and SealBroken where the stored address is
// not the one that the token was given for.
func (s *Store) Connection(ctx context.Context, id int64) (flow.Connection, error) {
	const doing = "open the stored token"
	var c flow.Connection
	var sealed []byte
	err := s.read(ctx, doing, func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil {
			return err
		}
		c.BaseURL, c.PlainHTTP = in.BaseURL, in.PlainHTTP
		err = tx.QueryRowContext(ctx, `SELECT sealed FROM credentials WHERE integration_id = ?`, id).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return &flow.Fault{Cause: flow.SealBroken, Host: c.BaseURL.Host(), Err: errNotSealed}
		}
		return err
	})
	if err != nil {
		return flow.Connection{}, err
	}
	key, err := s.loadKey(ctx)
	if err == nil && key == nil {
		err = &flow.Fault{Cause: flow.KeyMissing, Detail: s.Keeping().Key}
	}
	if err != nil {
		return flow.Connection{}, s.fault(doing, err)
	}
	if c, err = key.open(sealed, c); err != nil {
		return flow.Connection{}, s.fault(doing, fmt.Errorf("integration %d: %w", id, err))
	}
	return c, nil
}
