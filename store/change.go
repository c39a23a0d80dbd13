package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"flow"
)

// Rename gives an integration another name. Faults: BadName, NameTaken,
// ChangedMeanwhile where version is not the stored one, NoIntegration.
func (s *Store) Rename(ctx context.Context, id, version int64, name string) (flow.Integration, error) {
	return s.change(ctx, "rename an integration", id, version, func(tx *sql.Tx, in flow.Integration) (string, error) {
		if name == in.Name {
			return "", nil
		}
		if err := flow.CheckName(name, nil); err != nil {
			return "", err
		}
		if err := checkFree(ctx, tx, name, id); err != nil {
			return "", err
		}
		_, err := tx.ExecContext(ctx, `UPDATE integrations SET name = ?, name_folded = ? WHERE id = ?`, name, fold(name), id)
		return fmt.Sprintf("renamed %s to %s", in.Name, name), err
	})
}

// SetServices chooses what is read. Faults: NoService where nothing would be,
// ChangedMeanwhile, NoIntegration.
func (s *Store) SetServices(ctx context.Context, id, version int64, services flow.Services) (flow.Integration, error) {
	return s.change(ctx, "set the services", id, version, func(tx *sql.Tx, in flow.Integration) (string, error) {
		if services&flow.EveryService == 0 {
			return "", &flow.Fault{Cause: flow.NoService}
		}
		var words []string
		if on := services &^ in.Services; on != 0 {
			words = append(words, fmt.Sprintf("switched %s on", on))
		}
		if off := in.Services &^ services; off != 0 {
			words = append(words, fmt.Sprintf("switched %s off", off))
		}
		if len(words) == 0 {
			return "", nil
		}
		_, err := tx.ExecContext(ctx, `UPDATE integrations SET services = ? WHERE id = ?`, services, id)
		return strings.Join(words, " and "), err
	})
}

// SetConnection stores another credential, address or network together with their
// test. What was stored is not carried over, nor are the secrets of the network: a
// secret does not follow to another address.
// Faults: NoToken where c has no credential, ChangedMeanwhile, NoIntegration,
// those of the key.
func (s *Store) SetConnection(ctx context.Context, id, version int64, c flow.Connection, r flow.Report) (flow.Integration, error) {
	const doing = "store a connection"
	key, err := s.keyFor(ctx, c)
	if err != nil {
		return flow.Integration{}, s.fault(doing, err)
	}
	return s.change(ctx, doing, id, version, func(tx *sql.Tx, in flow.Integration) (string, error) {
		if err := s.putCredential(ctx, tx, key, id, c); err != nil {
			return "", err
		}
		if err := s.putReport(ctx, tx, in, r, c); err != nil {
			return "", err
		}
		if c.BaseURL != in.BaseURL || r.Account != in.Report.Account {
			// A walk of another account must not be gone on with, nor accepted.
			if err := dropUnfinished(ctx, tx, id); err != nil {
				return "", err
			}
		}
		network, err := networkJSON(c.Network)
		if err != nil {
			return "", err
		}
		_, err = tx.ExecContext(ctx, `UPDATE integrations SET method = ?, base_url = ?, network = ?, client_id = ?, redirect_uri = ? WHERE id = ?`,
			c.Method(), c.BaseURL.String(), network, c.App.ClientID, c.App.Redirect, id)
		did := append([]string{connectionWords(in, c)}, networkWords(in.Network, c.Network.WithoutSecrets())...)
		return strings.Join(did, " and "), err
	})
}

// connectionWords says for the activity log what took the place of a connection.
func connectionWords(was flow.Integration, c flow.Connection) string {
	method := map[flow.Method]string{flow.OAuth: "OAuth", flow.AccessToken: "access token"}[c.Method()]
	switch {
	case c.BaseURL != was.BaseURL && c.Method() != was.Method:
		return fmt.Sprintf("changed the base URL to %s and the method to %s", c.BaseURL, method)
	case c.BaseURL != was.BaseURL:
		return fmt.Sprintf("changed the base URL to %s", c.BaseURL)
	case c.Method() != was.Method:
		return "changed the method to " + method
	case c.Method() == flow.OAuth:
		return "signed in again"
	}
	return "put in a new token"
}

// change makes one change of an integration's own columns: f makes it and says
// in the words of the activity log what it did, "" for nothing.
func (s *Store) change(ctx context.Context, doing string, id, version int64, f func(*sql.Tx, flow.Integration) (string, error)) (flow.Integration, error) {
	var in flow.Integration
	err := s.write(ctx, doing, func(tx *sql.Tx) (err error) {
		if in, err = s.unchanged(ctx, tx, id, version); err != nil {
			return err
		}
		did, err := f(tx, in)
		if err != nil {
			return err
		}
		if did != "" {
			if err := s.raise(ctx, tx, in, did); err != nil {
				return err
			}
		}
		in, err = integration(ctx, tx, id)
		return err
	})
	if err != nil {
		return flow.Integration{}, err
	}
	return in, nil
}

// unchanged reads an integration and refuses if its version is another one.
func (s *Store) unchanged(ctx context.Context, tx *sql.Tx, id, version int64) (flow.Integration, error) {
	in, err := integration(ctx, tx, id)
	if err == nil && in.Version != version {
		err = s.changedMeanwhile(ctx, tx, in)
	}
	return in, err
}

// raise raises the version by one save and logs what the save did.
func (s *Store) raise(ctx context.Context, tx *sql.Tx, in flow.Integration, did ...string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE integrations SET version = version + 1 WHERE id = ?`, in.ID); err != nil {
		return err
	}
	return s.log(ctx, tx, in.ID, in.Version+1, s.who, did...)
}
