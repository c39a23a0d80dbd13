package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"flow"
)

const (
	openTimeout = 30 * time.Second
	// Whoever renews a sign-in waits a minute for GitLab's answer, then has half
	// a minute to store it.
	renewTimeout = 90 * time.Second
	lockPoll     = 10 * time.Millisecond
)

// lock keeps other processes from opening the same file at the same moment: two
// that switch a fresh one to WAL or migrate it would fail each other.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	return lockFile(ctx, s.path+".lock", openTimeout, errLocked)
}

// LockCredential keeps all others, in this process and in others, from renewing
// or revoking the sign-in of an integration, or of one that may share its tokens:
// with the same base URL and client ID. It waits for them up to 90 seconds.
// The lock is a file beside the database and ends with the process; no
// transaction is open. Faults: NoIntegration, and SignInBusy where the wait was in
// vain.
func (s *Store) LockCredential(ctx context.Context, id int64) (unlock func(), err error) {
	const doing = "lock a sign-in"
	for {
		path, err := s.lockPath(ctx, id)
		if err != nil {
			return nil, err
		}
		release, err := lockFile(ctx, path, renewTimeout, &flow.Fault{Cause: flow.SignInBusy})
		if err != nil {
			return nil, s.fault(doing, err)
		}
		unlock := func() {
			_ = giveRoom(path)
			release()
		}
		// While it was held, somebody may have connected the integration anew:
		// then this is the lock of another sign-in.
		now, err := s.lockPath(ctx, id)
		if err == nil && now == path {
			return unlock, nil
		}
		unlock()
		if err != nil {
			return nil, err
		}
	}
}

// lockPath names the file to lock for the sign-in of an integration. It is never
// removed: whoever waits for it would then wait for another file than who comes
// next.
func (s *Store) lockPath(ctx context.Context, id int64) (path string, err error) {
	const doing = "find the lock of a sign-in"
	var in flow.Integration
	err = s.read(ctx, doing, func(tx *sql.Tx) (err error) {
		in, err = integration(ctx, tx, id)
		return err
	})
	if err != nil {
		return "", err
	}
	// Beside the file itself, as SQLite has its log, whatever links lead there.
	file, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		return "", s.fault(doing, err)
	}
	hash := fnv.New64a()
	// Not by account as well: its name may change in GitLab, and then two that
	// share their tokens would have two locks.
	fmt.Fprintf(hash, "%s\n%s", in.BaseURL, in.App.ClientID)
	return fmt.Sprintf("%s.%016x.lock", file, hash.Sum64()), nil
}

// lockFile waits for a lock that all others of that path exclude, at most for
// bound; busy is then the error.
func lockFile(ctx context.Context, path string, bound time.Duration, busy error) (unlock func(), err error) {
	bounded, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	file := flock.New(path, flock.SetPermissions(0o600))
	if _, err := file.TryLockContext(bounded, lockPoll); err != nil {
		if bounded.Err() != nil && ctx.Err() == nil {
			err = busy
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = file.Close() }, nil
}

// room is what a renewal sets aside on the disk: more than SQLite adds to its log
// and its shared memory when a renewed sign-in is stored.
const room = 256 << 10

// takeRoom sets room aside in a lock file.
func takeRoom(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	text := make([]byte, room)
	_, _ = rand.Read(text) // zeros take no room where the file system compresses
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// giveRoom gives it back.
func giveRoom(path string) error { return os.Truncate(path, 0) }
