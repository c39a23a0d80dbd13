package store_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"flow"
	"flow/store"
)

// locks lists the lock files of credentials beside a database.
func locks(t testing.TB, path string) []string {
	t.Helper()
	return must[[]string](t)(filepath.Glob(path + ".?*.lock"))
}

// isHeld reports whether somebody holds the lock of a file.
func isHeld(t testing.TB, path string) bool {
	t.Helper()
	f := must[*os.File](t)(os.Open(path))
	defer f.Close()
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil && err != syscall.EWOULDBLOCK {
		t.Fatal(err)
	}
	return err != nil
}

func TestTheLockOfACredential(t *testing.T) {
	ctx := context.Background()
	o := defaults(t, store.Options{})
	s := openStore(t, o)
	in := signIn(t, s, "acme", signedIn(t))
	unlock := must[func()](t)(s.LockCredential(ctx, in.ID))
	files := locks(t, o.Path)
	if len(files) != 1 || !isHeld(t, files[0]) {
		t.Fatalf("got the locks %v", files)
	}
	wantMode(t, files[0], 0o600)
	must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID)) // no transaction is open meanwhile
	if info := must[os.FileInfo](t)(os.Stat(files[0])); info.Size() < 64<<10 {
		t.Errorf("%d bytes are set aside", info.Size())
	}
	wantMode(t, files[0], 0o600)
	for range 2 {
		unlock()
	}
	if info := must[os.FileInfo](t)(os.Stat(files[0])); info.Size() != 0 || isHeld(t, files[0]) {
		t.Errorf("%d bytes are left, or the lock", info.Size())
	}
	must[func()](t)(s.LockCredential(ctx, in.ID))()
	if files = locks(t, o.Path); len(files) != 1 {
		t.Errorf("got the locks %v", files)
	}
}

func TestWhoWaitsForWhom(t *testing.T) {
	for _, test := range []struct {
		name  string
		other func(t *testing.T, in *flow.Integration, c *flow.Connection) // beside one with @flow-bot's sign-in
		waits bool
	}{
		{"the same account", func(*testing.T, *flow.Integration, *flow.Connection) {}, true},
		{"another account, whose name may be new", func(_ *testing.T, in *flow.Integration, _ *flow.Connection) { in.Report.Account = "@ana" }, true},
		{"another application", func(_ *testing.T, _ *flow.Integration, c *flow.Connection) { c.App.ClientID = "other" }, false},
		{"another GitLab", func(t *testing.T, _ *flow.Integration, c *flow.Connection) {
			c.BaseURL = address(t, "https://gitlab.example.org/git")
		}, false},
		{"a token", func(t *testing.T, _ *flow.Integration, c *flow.Connection) { *c = connection(t) }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := context.Background()
				o := defaults(t, store.Options{})
				s := openStore(t, o)
				own := signIn(t, s, "own", signedIn(t))
				in, c := integration(t, "other"), renewed(signedIn(t), 5)
				test.other(t, &in, &c)
				in = must[flow.Integration](t)(s.Create(ctx, in, c))

				// SQLite has its files beside the one that a link leads to.
				o.Path = filepath.Join(t.TempDir(), "link.db")
				if err := os.Symlink(s.Keeping().Database, o.Path); err != nil {
					t.Fatal(err)
				}
				for _, other := range []*store.Store{s, openStore(t, o)} {
					unlock := must[func()](t)(s.LockCredential(ctx, own.ID))
					start := time.Now()
					too, err := other.LockCredential(ctx, in.ID)
					if waited := time.Since(start) > 0; waited != test.waits || (err != nil) != test.waits {
						t.Errorf("%s waits: %v, %v", other.Keeping().Database, waited, err)
					}
					if err == nil {
						too()
					}
					unlock()
				}
			})
		})
	}
}

func TestOneAtATimeHasTheLock(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	in := signIn(t, s, "acme", signedIn(t))
	held, most, all := 0, 0, 0
	var mu sync.Mutex
	count := func(d int) {
		mu.Lock()
		defer mu.Unlock()
		held += d
		most = max(most, held)
		all += max(d, 0)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10 {
				unlock, err := s.LockCredential(ctx, in.ID)
				if err != nil {
					t.Error(err)
					return
				}
				count(1)
				_, _ = s.Shared(ctx, in.ID)
				count(-1)
				unlock()
			}
		})
	}
	group.Wait()
	if most != 1 || all != 40 {
		t.Errorf("%d had the lock at once, %d in all", most, all)
	}
}

func TestTheWaitForALockIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		o := defaults(t, store.Options{})
		s := openStore(t, o)
		in := signIn(t, s, "acme", signedIn(t))
		unlock := must[func()](t)(s.LockCredential(ctx, in.ID))
		defer unlock()
		start := time.Now()
		_, err := s.LockCredential(ctx, in.ID)
		wantCause(t, err, flow.SignInBusy)
		if took := time.Since(start); took != 90*time.Second {
			t.Errorf("after %v", took)
		}
	})
}

// Who waits for the lock of a sign-in that is replaced meanwhile gets that of the
// new one.
func TestALockFollowsTheSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		o := defaults(t, store.Options{})
		s := openStore(t, o)
		in := signIn(t, s, "acme", signedIn(t))
		unlock := must[func()](t)(s.LockCredential(ctx, in.ID))
		former := locks(t, o.Path)[0]
		got := make(chan func())
		go func() {
			unlock, err := s.LockCredential(ctx, in.ID)
			if err != nil {
				t.Error(err)
			}
			got <- unlock
		}()
		synctest.Wait()
		c := signedIn(t)
		c.App.ClientID = "other"
		must[flow.Integration](t)(s.SetConnection(ctx, in.ID, in.Version, c, in.Report))
		unlock()
		unlock = <-got
		defer unlock()
		for _, path := range locks(t, o.Path) {
			if held := isHeld(t, path); held != (path != former) {
				t.Errorf("%s is held: %v", path, held)
			}
		}
		if n := len(locks(t, o.Path)); n != 2 {
			t.Errorf("%d locks", n)
		}
	})
}
