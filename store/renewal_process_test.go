package store_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"flow"
	"flow/store"
)

const countRounds = 20

// countUnderLock adds to the number in a file, which loses some unless one
// process at a time does.
func countUnderLock(ctx context.Context, name string) error {
	s, err := other(ctx, name)
	if err != nil {
		return err
	}
	for range countRounds {
		unlock, err := s.LockCredential(ctx, 1)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(os.Getenv("HOME") + "/count")
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(string(text))
		if err != nil {
			return err
		}
		if err := os.WriteFile(os.Getenv("HOME")+"/count", []byte(strconv.Itoa(n+1)), 0o600); err != nil {
			return err
		}
		unlock()
	}
	return s.Close()
}

func TestProcessesLockACredential(t *testing.T) {
	home := t.TempDir()
	path := home + "/flow.db"
	s := openStore(t, store.Options{Path: path, Env: env(home)})
	signIn(t, s, "acme", signedIn(t))
	if err := os.WriteFile(home+"/count", []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
	names := []string{"a", "b", "c"}
	for name, result := range race(t, home, path, "count", names...) {
		if result != "ok" {
			t.Errorf("%s: %s", name, result)
		}
	}
	if got, want := string(must[[]byte](t)(os.ReadFile(home+"/count"))), strconv.Itoa(len(names)*countRounds); got != want {
		t.Errorf("counted %s, want %s", got, want)
	}
}

func holdLock(ctx context.Context, name string) error {
	s, err := other(ctx, name)
	if err != nil {
		return err
	}
	if _, err := s.LockCredential(ctx, 1); err != nil {
		return err
	}
	if _, err := s.BeginRenewal(ctx, 1); err != nil {
		return err
	}
	fmt.Println("held")
	never := make(chan os.Signal, 1)
	signal.Notify(never, syscall.SIGUSR1)
	<-never
	return nil
}

func TestALockEndsWithItsProcess(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	path := home + "/flow.db"
	s := openStore(t, store.Options{Path: path, Env: env(home)})
	in := signIn(t, s, "acme", signedIn(t))
	p := launch(t, home, path, "hold", "other")
	p.in.Close()
	if line := p.line(); line != "held" {
		t.Fatal(line)
	}
	if files := locks(t, path); len(files) != 1 || !isHeld(t, files[0]) {
		t.Fatalf("got the locks %v", files)
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	unlock := must[func()](t)(s.LockCredential(ctx, in.ID))
	if !isHeld(t, locks(t, path)[0]) {
		t.Error("nobody holds the lock")
	}
	unlock()
	if info := must[os.FileInfo](t)(os.Stat(locks(t, path)[0])); info.Size() != 0 {
		t.Errorf("the room of the process that is gone is left: %d bytes", info.Size())
	}
	_ = p.cmd.Wait()
}

func dieAfterBegin(ctx context.Context, name string) error {
	s, err := other(ctx, name)
	if err != nil {
		return err
	}
	if _, err := s.BeginRenewal(ctx, 1); err != nil {
		return err
	}
	return syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

func dieAfterKeep(ctx context.Context, name string) error {
	s, err := other(ctx, name)
	if err != nil {
		return err
	}
	if _, err := s.BeginRenewal(ctx, 1); err != nil {
		return err
	}
	if err := s.KeepGrant(ctx, 1, grant(0), grant(1)); err != nil {
		return err
	}
	return syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

func TestAKilledRenewal(t *testing.T) {
	for _, test := range []struct {
		part string
		left flow.Renewal
		n    int // of the grant that is stored then
	}{
		{"die after begin", flow.RenewalBegun, 0},
		{"die after keep", flow.RenewalDone, 1},
	} {
		t.Run(test.part, func(t *testing.T) {
			home := t.TempDir()
			o := store.Options{Path: home + "/flow.db", Env: env(home)}
			in := signIn(t, openStore(t, o), "acme", signedIn(t))
			p := launch(t, home, o.Path, test.part, "other")
			p.in.Close()
			if line := p.line(); line != "" {
				t.Fatal(line)
			}
			_ = p.cmd.Wait()
			s := openStore(t, o)
			wantRenewal(t, s, in.ID, test.left)
			wantConnection(t, s, in.ID, renewed(signedIn(t), test.n))
		})
	}
}

// beginOnFullDisk may make no file grow.
func beginOnFullDisk(ctx context.Context, name string) error {
	s, err := other(ctx, name)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{}); err != nil {
		return err
	}
	unlock, err := s.LockCredential(ctx, 1)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = s.BeginRenewal(ctx, 1)
	return err
}

func TestAFullDiskBeginsNoRenewal(t *testing.T) {
	home := t.TempDir()
	path := home + "/flow.db"
	s := openStore(t, store.Options{Path: path, Env: env(home)})
	in := signIn(t, s, "acme", signedIn(t))
	result := race(t, home, path, "full renewal", "other")["other"]
	if want := "store full|store full: " + path + ": begin to renew a sign-in: "; !strings.HasPrefix(result, want) {
		t.Errorf("got %q, want %q", result, want)
	}
	wantRenewal(t, s, in.ID, flow.RenewalDone)
	wantConnection(t, s, in.ID, signedIn(t))
	must[flow.Renewal](t)(s.BeginRenewal(context.Background(), in.ID))
}
