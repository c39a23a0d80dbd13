package store_test

import (
	"context"
	"os"
	"syscall"
	"testing"

	"flow"
	"flow/store"
)

func TestAFullFileSystem(t *testing.T) {
	home := t.TempDir()
	disk := home + "/disk"
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Logf("not tried: only root can mount a small file system here: %v", err)
		return
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	s := must[*store.Store](t)(store.Open(context.Background(), store.Options{Path: disk + "/flow.db", Env: env(home)}))
	defer s.Close()
	in := create(t, s, "acme")
	stage := must[flow.Stage](t)(s.Stage(context.Background(), in.ID, newClock().now()))
	var full error
	for _, page := range crowd(100, 100_000) {
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
