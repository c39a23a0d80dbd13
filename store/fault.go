package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"flow"
)

var (
	errNoPath = errors.New("no path is given")
	errNoWAL  = errors.New("the file system can't hold a write-ahead log")
	errLocked = errors.New("another program keeps it locked")
	errNewer  = errors.New("a newer Flow has written it; update this one")
)

// reasons say in a few words what SQLite's primary result codes mean.
var reasons = map[int]string{
	sqlite3.SQLITE_BUSY:       "another program keeps it locked",
	sqlite3.SQLITE_LOCKED:     "another program keeps it locked",
	sqlite3.SQLITE_READONLY:   "the database can only be read",
	sqlite3.SQLITE_PERM:       "permission denied",
	sqlite3.SQLITE_AUTH:       "permission denied",
	sqlite3.SQLITE_CANTOPEN:   "the database can't be opened",
	sqlite3.SQLITE_IOERR:      "the disk can't be read or written",
	sqlite3.SQLITE_CORRUPT:    "the database is damaged",
	sqlite3.SQLITE_NOTADB:     "the file is not a database",
	sqlite3.SQLITE_NOMEM:      "memory ran out",
	sqlite3.SQLITE_TOOBIG:     "a text is too long",
	sqlite3.SQLITE_CONSTRAINT: "two entries contradict each other",
}

// fault makes the error of an operation one that can be told to a person, and
// keeps its chain. An error that holds a fault keeps that one.
func (s *Store) fault(doing string, err error) error {
	return faultAt(s.path, doing, err)
}

// readFault is fault where nothing was going to be written.
func (s *Store) readFault(doing string, err error) error {
	err = s.fault(doing, err)
	var f *flow.Fault
	if errors.As(err, &f) && f.Cause == flow.StoreFailed {
		f.Cause = flow.StoreUnreadable
	}
	return err
}

// faultAt is fault for any file.
func faultAt(path, doing string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", doing, err)
	if f := (*flow.Fault)(nil); errors.As(err, &f) {
		return err
	}
	switch code := sqliteCode(err); {
	case errors.Is(err, context.Canceled) || code == sqlite3.SQLITE_INTERRUPT:
		return &flow.Fault{Cause: flow.Cancelled, Err: err}
	case isFull(path, err):
		return &flow.Fault{Cause: flow.StoreFull, Detail: path, Err: err}
	default:
		return &flow.Fault{Cause: flow.StoreFailed, Detail: reason(code&0xff, err), Where: path, Err: err}
	}
}

func reason(code int, err error) string {
	for _, own := range []error{errNewer, errNoPath, errLocked, errAbandoned, errNotHeld} {
		if errors.Is(err, own) {
			return own.Error()
		}
	}
	var errno syscall.Errno
	switch {
	case reasons[code] != "":
		return reasons[code]
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.As(err, &errno):
		return errno.Error()
	}
	return "the database does not work"
}

// sqliteCode returns the extended result code of SQLite, 0 without one.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// isFull reports whether there is no space. SQLite tells a full disk, but not a
// used-up quota or a limit on file sizes, from a broken disk: those are found by
// trying.
func isFull(path string, err error) bool {
	switch code := sqliteCode(err); {
	case code&0xff == sqlite3.SQLITE_FULL, isNoSpace(err):
		return true
	case code&0xff == sqlite3.SQLITE_IOERR:
		return isNoSpace(tryWriting(filepath.Dir(path)))
	}
	return false
}

func isNoSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// tryWriting writes as much as SQLite adds to its shared memory at once.
func tryWriting(dir string) error {
	f, err := os.CreateTemp(dir, ".space-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, 64<<10))
	return errors.Join(err, f.Sync(), f.Close())
}

// lacksSharedMemory reports whether the file system can't do what WAL needs.
func lacksSharedMemory(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMLOCK:
		return true
	}
	return errors.Is(err, errNoWAL)
}

// gone says that there is no integration with that name or number.
func gone(name string) error { return &flow.Fault{Cause: flow.NoIntegration, Detail: name} }
