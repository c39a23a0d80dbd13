// Package store keeps integrations, what was discovered of them and their
// sealed credentials in one SQLite file. It implements [flow.Store].
//
// Several processes may use the file at once. Every write is one transaction
// and is on disk when it is confirmed. All errors are or wrap a [*flow.Fault];
// none holds a secret.
package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"flow"
)

// Options say where the store is and who uses it.
type Options struct {
	Path string              // the database file; its folder is made with mode 0700
	Env  func(string) string // os.Getenv; nil: nothing is set
	Now  func() time.Time    // nil: time.Now
	Who  string              // user@host, for the activity log
}

// Store is an open database. Its methods may be called from several goroutines.
type Store struct {
	path  string
	env   func(string) string
	now   func() time.Time
	who   string
	notes []string

	reads  *sql.DB // connections that can't write
	writes *sql.DB // one connection: writers of this process queue here
	pages  *sql.DB // one connection that stages pages, which need not outlive a crash

	life   context.Context // ends with Close
	end    context.CancelFunc
	pulses sync.WaitGroup

	asking  sync.Mutex               // held while FLOW_IDENTITY_COMMAND runs
	lastKey atomic.Pointer[identity] // the one that was read last
}

var _ flow.Store = (*Store)(nil)

// DefaultPath returns $XDG_DATA_HOME/flow/flow.db, or the same below
// ~/.local/share where that is not set.
func DefaultPath(env func(string) string) (string, error) {
	return userPath(env, "XDG_DATA_HOME", ".local/share", "flow.db")
}

// userPath finds a file of Flow below one of the folders of the XDG Base
// Directory Specification, which has relative paths ignored.
func userPath(env func(string) string, variable, below, file string) (string, error) {
	if dir := env(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, "flow", file), nil
	}
	if home := env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, below, "flow", file), nil
	}
	return "", &flow.Fault{Cause: flow.StoreFailed, Detail: "neither HOME nor " + variable + " is set", Where: file}
}

// Open opens the database and creates it if there is none. Faults: StoreFull,
// and StoreUnreadable, also where a newer Flow has written the file.
func Open(ctx context.Context, o Options) (*Store, error) { return open(ctx, o, fileSystem) }

func open(ctx context.Context, o Options, fileSystem func(dir string) string) (*Store, error) {
	s := &Store{path: o.Path, env: o.Env, now: o.Now, who: o.Who}
	s.life, s.end = context.WithCancel(context.Background())
	if s.env == nil {
		s.env = func(string) string { return "" }
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.who == "" {
		s.who = "somebody" // "" is Flow itself, in the activity log
	}
	path, err := filepath.Abs(o.Path)
	if err != nil || o.Path == "" {
		return nil, s.readFault("open the store", errors.Join(errNoPath, err))
	}
	s.path = path
	if err := s.open(ctx, fileSystem(filepath.Dir(path))); err != nil {
		return nil, s.readFault("open the store", errors.Join(err, s.Close()))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, networkFS string) error {
	if err := makeFile(s.path); err != nil {
		return err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.connect(ctx, networkFS); err != nil {
		return err
	}
	return s.migrate(ctx)
}

// Close gives the file back. Writes that were confirmed are on disk already; what
// a running discovery has gathered is there, too.
func (s *Store) Close() error {
	s.end()
	s.pulses.Wait()
	return s.closePools()
}

func (s *Store) closePools() error {
	var err error
	for _, db := range []*sql.DB{s.pages, s.reads, s.writes} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// Notes says in whole sentences what the user should know about where the store
// lives; usually nothing.
func (s *Store) Notes() []string { return s.notes }

// Keeping says where things are kept.
type Keeping struct {
	Database string // path
	Key      string // path, or "the command in FLOW_IDENTITY_COMMAND"
}

// Keeping says where the database and the key to its secrets are or will be. It
// creates neither.
func (s *Store) Keeping() Keeping {
	place, err := s.keyPlace()
	if err != nil {
		return Keeping{s.path, flow.FaultOf(err).Sentence()}
	}
	return Keeping{s.path, place.String()}
}

// makeFile makes the folder and the file, for nobody but the user. SQLite gives
// what it puts beside a database the mode of that database.
func makeFile(path string) error {
	if err := makeDir(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(name, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// makeDir makes a folder of mode 0700 where there is none.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	return os.MkdirAll(dir, 0o700)
}
