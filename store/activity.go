package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"flow"
)

// log adds lines to the activity log of an integration; version is the one that
// it has after them.
func (s *Store) log(ctx context.Context, tx *sql.Tx, id, version int64, who string, texts ...string) error {
	for _, text := range texts {
		if _, err := tx.ExecContext(ctx, `INSERT INTO events (integration_id, at, who, version, text) VALUES (?, ?, ?, ?, ?)`,
			id, nanos(s.now()), who, version, text); err != nil {
			return err
		}
	}
	return nil
}

// Events returns the latest n events of an integration, newest first.
func (s *Store) Events(ctx context.Context, id int64, n int) ([]flow.Event, error) {
	return s.events(ctx, `WHERE integration_id = ? ORDER BY id DESC LIMIT ?`, id, n)
}

// EventsSince returns what saves did after a version of the integration, in the
// order in which they did it. What Flow did by itself is not among it.
func (s *Store) EventsSince(ctx context.Context, id, version int64) ([]flow.Event, error) {
	return s.events(ctx, `WHERE integration_id = ? AND version > ? AND who <> '' ORDER BY id`, id, version)
}

func (s *Store) events(ctx context.Context, which string, args ...any) ([]flow.Event, error) {
	var events []flow.Event
	err := s.read(ctx, "read the activity log", func(tx *sql.Tx) error {
		return each(ctx, tx, func(rows *sql.Rows) error {
			e, err := scanEvent(rows.Scan)
			events = append(events, e)
			return err
		}, `SELECT at, who, text FROM events `+which, args...)
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

func scanEvent(scan func(...any) error) (e flow.Event, err error) {
	var at int64
	err = scan(&at, &e.By, &e.Text)
	e.At = moment(at)
	return e, err
}

// changedMeanwhile refuses a save that was made from another version, and says
// who made the latest one.
func (s *Store) changedMeanwhile(ctx context.Context, tx *sql.Tx, in flow.Integration) error {
	e, err := scanEvent(tx.QueryRowContext(ctx, `SELECT at, who, text FROM events
		WHERE integration_id = ? AND version = ? AND who <> '' ORDER BY id DESC LIMIT 1`, in.ID, in.Version).Scan)
	if err != nil && err != sql.ErrNoRows {
		return err
	}
	if e.By == "" {
		e.By = "somebody"
	}
	words := slices.DeleteFunc([]string{in.Name, ago(s.now(), e.At)}, func(w string) bool { return w == "" })
	return &flow.Fault{Cause: flow.ChangedMeanwhile, Detail: e.By, Where: strings.Join(words, " ")}
}

// ago says when, so that it can end a sentence.
func ago(now, t time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return "just now"
	case d < 7*24*time.Hour:
		return flow.Ago(now, t)
	}
	return "on " + flow.Ago(now, t)
}
