package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"flow"
	"flow/store"
)

// smallDisk is a folder on a file system of one megabyte, "" where none can be
// made.
func smallDisk(t *testing.T, home string) string {
	t.Helper()
	disk := home + "/disk"
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Logf("not tried: only root can mount a small file system here: %v", err)
		return ""
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	return disk
}

// fill takes all that is left of a disk, as another program may.
func fill(t *testing.T, disk string) {
	t.Helper()
	f := must[*os.File](t)(os.Create(disk + "/fill"))
	defer f.Close()
	for {
		if _, err := f.Write(bytes.Repeat([]byte{1}, 4096)); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFullFileSystem(t *testing.T) {
	home := t.TempDir()
	disk := smallDisk(t, home)
	if disk == "" {
		return
	}
	s := must[*store.Store](t)(store.Open(context.Background(), store.Options{Path: disk + "/flow.db", Env: env(home)}))
	defer s.Close()
	in := create(t, s, "acme")
	stage := must[flow.Stage](t)(s.Stage(context.Background(), in.ID, newClock().now()))
	var full error
	for page := range crowd(100, 100_000) {
		if full = stage.Add(context.Background(), page); full != nil {
			break
		}
	}
	if f := wantCause(t, full, flow.StoreFull); f.Detail != disk+"/flow.db" {
		t.Errorf("got %v", f)
	}
	must[[]flow.Integration](t)(s.List(context.Background()))
	if got := len(review(t, s, in.ID).Repos); got != 0 {
		t.Errorf("%d repos", got)
	}
	_, err := store.Open(context.Background(), store.Options{Path: disk + "/more/flow.db", Env: env(home)})
	wantCause(t, err, flow.StoreFull)
}

// A disk that is full before a renewal stops it; one that becomes full while
// GitLab is asked does not cost the sign-in.
func TestARenewalHasRoomOnTheDisk(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		name string
		end  func(s *store.Store, id int64) error
		n    int
		left flow.Renewal
	}{
		{"answered", func(s *store.Store, id int64) error { return s.KeepGrant(ctx, id, grant(0), grant(1)) }, 1, flow.RenewalDone},
		{"not answered", func(s *store.Store, id int64) error { return s.EndRenewal(ctx, id, flow.RenewalUnanswered) }, 0, flow.RenewalUnanswered},
	} {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			disk := smallDisk(t, home)
			if disk == "" {
				return
			}
			s := must[*store.Store](t)(store.Open(ctx, store.Options{Path: disk + "/flow.db", Env: env(home)}))
			defer s.Close()
			in := signIn(t, s, "acme", signedIn(t))
			unlock := must[func()](t)(s.LockCredential(ctx, in.ID))
			defer unlock()

			fill(t, disk)
			_, err := s.BeginRenewal(ctx, in.ID)
			wantCause(t, err, flow.StoreFull)
			wantRenewal(t, s, in.ID, flow.RenewalDone)
			if err := os.Remove(disk + "/fill"); err != nil {
				t.Fatal(err)
			}

			must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID))
			fill(t, disk)
			if err := test.end(s, in.ID); err != nil {
				t.Fatal(err)
			}
			wantConnection(t, s, in.ID, renewed(signedIn(t), test.n))
			wantRenewal(t, s, in.ID, test.left)
		})
	}
}
