package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"flow"
)

// SetNetwork stores another way to the GitLab of an integration together with its
// test. The secrets of n take the place of those that were stored with the former
// way; the token or sign-in stays, and so does what a renewal of it has left
// behind. The same way again stores its test alone. Faults: ChangedMeanwhile,
// NoIntegration, those of the key, and SealBroken where what is stored does not
// open by the former way; nothing is changed then.
func (s *Store) SetNetwork(ctx context.Context, id, version int64, n flow.Network, r flow.Report) (flow.Integration, error) {
	const doing = "store a way to GitLab"
	key, err := s.key(ctx)
	if err != nil {
		return flow.Integration{}, s.fault(doing, err)
	}
	return s.change(ctx, doing, id, version, func(tx *sql.Tx, in flow.Integration) (string, error) {
		stored, err := credentialByID(ctx, tx, id)
		if err != nil {
			return "", err
		}
		c, err := key.openCredential(stored)
		if err != nil {
			return "", err
		}
		did := networkWords(c.Network, n)
		r := redacted(r, c)
		c.Network = n
		if err := s.putReport(ctx, tx, in, r, c); err != nil || len(did) == 0 {
			return "", err
		}
		return strings.Join(did, " and "), key.reroute(ctx, tx, id, c)
	})
}

// reroute seals the credential of a connection anew, for the way that it has now,
// and stores both. Unlike another credential it ends no renewal.
func (k *identity) reroute(ctx context.Context, tx *sql.Tx, id int64, c flow.Connection) error {
	sealed, err := k.seal(c)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE credentials SET sealed = ? WHERE integration_id = ?`, sealed, id); err != nil {
		return err
	}
	network, err := networkJSON(c.Network)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE integrations SET network = ? WHERE id = ?`, network, id)
	return err
}

// networkJSON encodes what of a network may stand in the open.
func networkJSON(n flow.Network) (string, error) {
	text, err := json.Marshal(n.WithoutSecrets())
	return string(text), err
}

func parseNetwork(text string) (n flow.Network, err error) {
	err = json.Unmarshal([]byte(text), &n)
	return n, err
}

// networkWords says for the activity log what makes one network another, each in
// a few words; nothing where they are the same.
func networkWords(was, now flow.Network) (did []string) {
	say := func(holds bool, text string) {
		if holds {
			did = append(did, text)
		}
	}
	say(now.PlainHTTP && !was.PlainHTTP, "accepted plain http")
	say(was.PlainHTTP && !now.PlainHTTP, "stopped accepting plain http")
	say(now.Unverified && !was.Unverified, "switched certificate verification off")
	say(was.Unverified && !now.Unverified, "switched certificate verification on")
	did = append(did, everyOne("trusted %s", "trusted %s", "authority", newAuthorities(was, now))...)
	did = append(did, everyOne("stopped trusting %s", "stopped trusting %s", "authority", newAuthorities(now, was))...)
	switch {
	case now.Proxy == was.Proxy:
		say(now.ProxyPassword != was.ProxyPassword, "changed the password of the proxy")
	case now.Proxy == "":
		did = append(did, "left the proxy to the environment")
	case now.Proxy == flow.NoProxy:
		did = append(did, "chose no proxy")
	default:
		did = append(did, "changed the proxy to "+flow.ProxyHost(now.Proxy))
	}
	switch {
	case now.Certificate == was.Certificate && now.Key == was.Key:
	case now.Certificate == "":
		did = append(did, "took out the client certificate")
	case was.Certificate == "":
		did = append(did, "put in a client certificate")
	default:
		did = append(did, "put in another client certificate")
	}
	if len(did) == 0 && now != was { // the same authorities, written otherwise
		did = append(did, "changed how GitLab is reached")
	}
	return did
}

// newAuthorities names those that now are trusted and were not.
func newAuthorities(was, now flow.Network) (names []string) {
	known := map[string]bool{}
	for _, c := range flow.Certificates(was.Authorities) {
		known[c.SHA256] = true
	}
	for _, c := range flow.Certificates(now.Authorities) {
		if !known[c.SHA256] {
			known[c.SHA256] = true
			names = append(names, c.Name())
		}
	}
	return names
}
