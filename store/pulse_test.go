package store

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestAPulseBeatsUntilItsEnd(t *testing.T) {
	for name, end := range map[string]func(s *Store, p *pulse, cancel func()) error{
		"stopped":              func(_ *Store, p *pulse, _ func()) error { p.stop(); return nil },
		"the context is over":  func(_ *Store, p *pulse, cancel func()) error { cancel(); p.done.Wait(); return nil },
		"the store is closed":  func(s *Store, _ *pulse, _ func()) error { return s.Close() },
		"stopped, then closed": func(s *Store, p *pulse, _ func()) error { p.stop(); p.stop(); return s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(context.Background(), Options{Path: t.TempDir() + "/flow.db"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			beats := make(chan int)
			n := 0
			p := s.startPulse(ctx, time.Microsecond, func(ctx context.Context) error {
				n++
				select {
				case beats <- n:
				case <-ctx.Done():
				}
				return errors.New("a beat that fails does not end it")
			})
			for want := 1; want <= 3; want++ {
				if got := <-beats; got != want {
					t.Errorf("beat %d, want %d", got, want)
				}
			}
			if err := end(s, p, cancel); err != nil {
				t.Fatal(err)
			}
			// Nobody beats any more: else the race detector tells.
			if n < 3 {
				t.Errorf("%d beats", n)
			}
		})
	}
}
