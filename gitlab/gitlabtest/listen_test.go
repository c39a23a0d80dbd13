package gitlabtest_test

import (
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
)

// An address that somebody still has is listened on once it is free.
func TestAnAddressIsWaitedFor(t *testing.T) {
	t.Parallel()
	held, err := gitlabtest.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	// A millisecond is enough for Listen to have met somebody there.
	time.AfterFunc(time.Millisecond, func() { held.Close() })
	l, err := gitlabtest.Listen(held.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if l.Addr().String() != held.Addr().String() {
		t.Errorf("it listens on %s, want %s", l.Addr(), held.Addr())
	}
}
