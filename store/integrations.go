package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"flow"
)

// Create stores a new integration with its sealed credential and logs that, in
// one transaction. Faults: NameTaken, NoToken, StoreFull, StoreFailed
// and those of the key, which is made if this is the first secret.
func (s *Store) Create(ctx context.Context, in flow.Integration, c flow.Connection) (flow.Integration, error) {
	const doing = "create an integration"
	key, err := s.keyFor(ctx, c)
	if err != nil {
		return flow.Integration{}, s.fault(doing, err)
	}
	err = s.write(ctx, doing, func(tx *sql.Tx) error {
		if err := checkFree(ctx, tx, in.Name, 0); err != nil {
			return err
		}
		id, err := insertIntegration(ctx, tx, in, c)
		if err != nil {
			return err
		}
		if err := s.putCredential(ctx, tx, key, id, c); err != nil {
			return err
		}
		who := in.CreatedBy
		if who == "" {
			who = s.who
		}
		if err := s.log(ctx, tx, id, 1, who, "created the integration"); err != nil {
			return err
		}
		in, err = integration(ctx, tx, id)
		return err
	})
	if err != nil {
		return flow.Integration{}, err
	}
	return in, nil
}

func insertIntegration(ctx context.Context, tx *sql.Tx, in flow.Integration, c flow.Connection) (id int64, err error) {
	report, err := reportJSON(in.Report, c)
	if err != nil {
		return 0, err
	}
	network, err := networkJSON(c.Network)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO integrations
		(name, name_folded, provider, method, base_url, network, client_id, redirect_uri, services, report,
		 status, status_cause, status_reason, status_since, version, created_at, created_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?) RETURNING id`,
		in.Name, fold(in.Name), in.Provider, c.Method(), c.BaseURL.String(), network, c.App.ClientID, c.App.Redirect, in.Services, report,
		in.Status.Data, in.Status.Cause, in.Status.Reason, nanos(in.Status.Since), nanos(in.CreatedAt), in.CreatedBy,
	).Scan(&id)
	return id, err
}

// checkFree says whether a name may be given to an integration; except is the
// one that may have it already.
func checkFree(ctx context.Context, tx *sql.Tx, name string, except int64) error {
	var taken string
	err := tx.QueryRowContext(ctx, `SELECT name FROM integrations WHERE name_folded = ? AND id <> ?`, fold(name), except).Scan(&taken)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return &flow.Fault{Cause: flow.NameTaken, Detail: taken}
}

// fold makes names equal that strings.EqualFold calls equal, which SQLite does
// for ASCII only.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}

const selectIntegration = `SELECT i.id, i.name, i.provider, i.method, i.base_url, i.network, i.client_id, i.redirect_uri, ifnull(c.renewal, ''), i.services, i.report,
	i.status, i.status_cause, i.status_reason, i.status_since, i.counts, i.version, i.created_at, i.created_by,
	ifnull(d.at, 0), ifnull(d.groups_found, 0), ifnull(d.repos_found, 0), ifnull(d.outcome, '{}'), ifnull(d.beat_at - d.at, 0)
	FROM integrations i LEFT JOIN discoveries d ON d.id = i.discovery_id LEFT JOIN credentials c ON c.integration_id = i.id `

func scanIntegration(scan func(...any) error) (in flow.Integration, err error) {
	var baseURL, network, report, counts, outcome string
	var since, created, discovered int64
	d := &in.Discovery
	err = scan(&in.ID, &in.Name, &in.Provider, &in.Method, &baseURL, &network, &in.App.ClientID, &in.App.Redirect, &in.Renewal, &in.Services, &report,
		&in.Status.Data, &in.Status.Cause, &in.Status.Reason, &since, &counts, &in.Version, &created, &in.CreatedBy,
		&discovered, &d.Groups, &d.Repos, &outcome, &d.Took)
	if err != nil {
		return in, err
	}
	in.Status.Since, in.CreatedAt, d.At = moment(since), moment(created), moment(discovered)
	if in.BaseURL, err = flow.ParseBaseURL(baseURL); err != nil {
		return in, fmt.Errorf("read the base URL of %q: %w", in.Name, err)
	}
	if in.Network, err = parseNetwork(network); err != nil {
		return in, fmt.Errorf("read the network of %q: %w", in.Name, err)
	}
	if err := json.Unmarshal([]byte(report), &in.Report); err != nil {
		return in, fmt.Errorf("read the report of %q: %w", in.Name, err)
	}
	if err := json.Unmarshal([]byte(counts), &in.Counts); err != nil {
		return in, fmt.Errorf("read the counts of %q: %w", in.Name, err)
	}
	if err := json.Unmarshal([]byte(outcome), &d.Outcome); err != nil {
		return in, fmt.Errorf("read the last discovery of %q: %w", in.Name, err)
	}
	d.Changes = d.Count()
	return in, nil
}

// integration reads one integration. Fault: NoIntegration.
func integration(ctx context.Context, tx *sql.Tx, id int64) (flow.Integration, error) {
	in, err := scanIntegration(tx.QueryRowContext(ctx, selectIntegration+`WHERE i.id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return in, gone(strconv.FormatInt(id, 10))
	}
	return in, err
}

// List returns all integrations by name, without regard to case. What it costs
// does not depend on their repos.
func (s *Store) List(ctx context.Context) ([]flow.Integration, error) {
	var all []flow.Integration
	err := s.read(ctx, "list integrations", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			in, err := scanIntegration(rows.Scan)
			all = append(all, in)
			return err
		}, selectIntegration+`ORDER BY i.name_folded`)
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Named finds an integration by its name, without regard to case. Fault:
// NoIntegration.
func (s *Store) Named(ctx context.Context, name string) (flow.Integration, error) {
	var in flow.Integration
	err := s.read(ctx, "find an integration", func(tx *sql.Tx) (err error) {
		in, err = scanIntegration(tx.QueryRowContext(ctx, selectIntegration+`WHERE i.name_folded = ?`, fold(name)).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return gone(flow.CleanLine(name, 64))
		}
		return err
	})
	return in, err
}

// Delete removes an integration with everything that belongs to it, in one
// transaction. Fault: NoIntegration.
func (s *Store) Delete(ctx context.Context, id int64) error {
	return s.write(ctx, "delete an integration", func(tx *sql.Tx) error {
		// Every other table refers to this one, ON DELETE CASCADE.
		result, err := tx.ExecContext(ctx, `DELETE FROM integrations WHERE id = ?`, id)
		if err != nil {
			return err
		}
		return oneRow(result, id)
	})
}

// oneRow says NoIntegration where a statement found no row.
func oneRow(result sql.Result, id int64) error {
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return gone(strconv.FormatInt(id, 10))
}
