package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// busyTimeout is how long a write waits for another process, whose longest
// transaction completes a discovery: a second or two at 100,000 repos, ten at a
// million, on two cores, and more on a slow disk. Who waits may be about to store
// a renewed sign-in, which must not fail for that.
const busyTimeout = time.Minute

// connect opens the pools, in WAL where the file system can hold its shared
// memory.
func (s *Store) connect(ctx context.Context, networkFS string) error {
	journal := "WAL"
	if networkFS != "" {
		journal = "DELETE"
	}
	err := s.openPools(ctx, journal)
	if journal == "WAL" && lacksSharedMemory(err) {
		if err := s.closePools(); err != nil {
			return err
		}
		journal = "DELETE"
		err = s.openPools(ctx, journal)
	}
	if err != nil {
		return err
	}
	if journal != "WAL" {
		where := "is on a file system"
		if networkFS != "" {
			where += " (" + networkFS + ")"
		}
		s.notes = append(s.notes, fmt.Sprintf("%s %s where SQLite can't use its write-ahead log: Flow is slower there, and waits while another one writes.", filepath.Base(s.path), where))
	}
	return nil
}

func (s *Store) openPools(ctx context.Context, journal string) (err error) {
	// Without WAL, synchronous=NORMAL may damage the file in a power cut.
	staging := "FULL"
	if journal == "WAL" {
		staging = "NORMAL"
	}
	if s.writes, err = sql.Open("sqlite", dsn(s.path, journal, "FULL", "immediate")); err != nil {
		return err
	}
	s.writes.SetMaxOpenConns(1)
	if s.pages, err = sql.Open("sqlite", dsn(s.path, journal, staging, "immediate")); err != nil {
		return err
	}
	s.pages.SetMaxOpenConns(1)
	if s.reads, err = sql.Open("sqlite", dsn(s.path, journal, "FULL", "deferred")+"&_query_only=1"); err != nil {
		return err
	}
	s.reads.SetMaxOpenConns(4)

	var mode string
	if err := s.writes.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if journal == "WAL" && mode != "wal" {
		return errNoWAL
	}
	return nil
}

// dsn holds every pragma: one that is set by a statement misses all but one
// connection of a pool.
func dsn(path, journal, synchronous, begin string) string {
	query := url.Values{
		"_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())},
		"_journal_mode": {journal},
		"_synchronous":  {synchronous},
		"_foreign_keys": {"1"},
		// A first discovery makes a long log; it need not stay so long.
		"_pragma": {"temp_store(MEMORY)", "journal_size_limit(16777216)"},
		"_txlock": {begin},
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// write runs f in one transaction, which is on disk when write returns nil. doing
// says in errors what failed.
func (s *Store) write(ctx context.Context, doing string, f func(*sql.Tx) error) error {
	return s.fault(doing, transact(ctx, s.writes, nil, f))
}

// writePages is write for staging rows: they survive the process, but not the
// machine.
func (s *Store) writePages(ctx context.Context, doing string, f func(*sql.Tx) error) error {
	return s.fault(doing, transact(ctx, s.pages, nil, f))
}

// read runs f in one transaction, which sees one state of the database.
func (s *Store) read(ctx context.Context, doing string, f func(*sql.Tx) error) error {
	return s.readFault(doing, transact(ctx, s.reads, &sql.TxOptions{ReadOnly: true}, f))
}

func transact(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// each calls scan for every row of a query.
func each(ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
