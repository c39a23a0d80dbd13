package gitlab

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// The level ends at what a server works on at the same time. What the floor is, a
// server without any overhead would take.
func TestAsManyRequestsFlyAsTheServerWorksOn(t *testing.T) {
	for _, test := range []struct {
		threads, most int
		uneven        bool
		over          float64 // of the floor, at most
		queued        int     // requests for each thread that wait there, at most
		least         int     // the level at the end
		highest       int
	}{
		{0, 1, false, 1.05, 0, 1, 1},
		{0, 8, false, 1.1, 0, 8, 8},
		{0, 16, false, 1.15, 0, 16, 16},
		{0, 32, false, 1.3, 0, 32, 32},
		{4, 8, false, 1.1, 1, 3, 6},
		{8, 8, false, 1.1, 0, 8, 8},
		{8, 32, false, 1.1, 2, 8, 14},
		{12, 32, false, 1.2, 2, 10, 20},
		{24, 32, false, 1.25, 1, 18, 32},
		{0, 8, true, 2.2, 0, 4, 8},
		{0, 32, true, 7, 0, 4, 32},
		{8, 32, true, 2.2, 3, 4, 32},
	} {
		synctest.Test(t, func(t *testing.T) {
			const pages, latency = 1000, 80 * time.Millisecond
			s := (&busyServer{latency: latency, threads: test.threads, uneven: test.uneven}).fresh()
			walk := walkBusy(t, s, test.most, pages)
			together, threads := test.most, test.most
			if test.threads > 0 {
				together, threads = min(test.threads, test.most), test.threads
			}
			over := walk.took.Seconds() / (pages * latency.Seconds() / float64(together))
			queued := int(math.Ceil(float64(max(0, s.most-threads)) / float64(threads)))
			t.Logf("%d threads, up to %d: %s, %.2f of the floor, %d at once, level %d at the end", test.threads, test.most, walk.took, over, s.most, walk.level)
			if over > test.over || queued > test.queued || walk.level < test.least || walk.level > test.highest || walk.lost > 0 {
				t.Errorf("%d threads, up to %d: %.2f of the floor, want %.2f; %d queued for each thread, want %d; level %d at the end, want %d to %d",
					test.threads, test.most, over, test.over, queued, test.queued, walk.level, test.least, test.highest)
			}
		})
	}
}

// A server that fails one request in twenty, by chance, is asked less, and not by
// one after the other: without any failure it would take 5.5 s, one by one 80.
func TestFailuresByChanceDoNotAddUp(t *testing.T) {
	const walks, most = 4, 28 * time.Second
	took := time.Duration(0)
	for range walks {
		synctest.Test(t, func(t *testing.T) {
			s := &busyServer{latency: 80 * time.Millisecond, broken: 20}
			walk := walkBusy(t, s, 16, 1000)
			if walk.lost > 0 || s.passed != 1000 {
				t.Errorf("%d lost, %d came through", walk.lost, s.passed)
			}
			took += walk.took
		})
	}
	if took /= walks; took > most {
		t.Errorf("took %s", took)
	}
}

func TestALevelIsHalvedOnceInARoundTrip(t *testing.T) {
	l := &level{most: 16}
	l.limit()
	l.turn(16)
	early := sent{gen: l.gen, full: true}
	for range 16 {
		l.halve(early) // all that were on their way
	}
	if l.limit() != 8 {
		t.Errorf("%d after one failure of all", l.limit())
	}
	late := sent{gen: l.gen, full: true}
	l.halve(late)
	if l.limit() != 4 {
		t.Errorf("%d after the second", l.limit())
	}
	for range 20 {
		l.halve(sent{gen: l.gen})
	}
	if l.limit() != 1 {
		t.Errorf("%d after many", l.limit())
	}
}

// What is asked for may change in the middle of a trial: pages of another list
// take another time, which says nothing about the level.
func TestTimesOfOtherRequestsSayNothing(t *testing.T) {
	l := &level{most: 32}
	give := func(kind string, took time.Duration, n int) {
		for range n {
			l.took(kind, sent{gen: l.gen, full: true}, took)
		}
	}
	l.limit()
	give("projects", 80*time.Millisecond, fewestSamples)
	if l.at != 2*firstFlying {
		t.Fatalf("a trial of %d", l.at)
	}
	give("projects simple", 800*time.Millisecond, 3*fewestSamples)
	if l.at < 2*firstFlying {
		t.Errorf("slower because of others: %d", l.at)
	}
	// Those that left while there was room are not counted either, nor those that
	// left at another level.
	before := l.now.n
	l.took("projects simple", sent{gen: l.gen}, time.Hour)
	l.took("projects simple", sent{gen: l.gen - 1, full: true}, time.Hour)
	if l.now.n != before {
		t.Error("they are counted")
	}
}

func TestWhatAServerCannotCopeWithHalvesTheLevel(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	r := &request{path: "/api/v4/projects", patient: true}
	for status, want := range map[int]int{200: 4, 401: 4, 404: 4, 429: 2, 500: 2, 502: 2, 503: 2, 524: 2} {
		b := &budget{}
		b.slots.leave(now)
		b.note(answer{status: status}, r, b.slots.leave(now), now)
		if got := b.slots.limit(); got != want {
			t.Errorf("%d after %d, want %d", got, status, want)
		}
	}
	b := &budget{}
	b.slow(b.slots.leave(now))
	if got := b.slots.limit(); got != 2 {
		t.Errorf("%d after no answer, want 2", got)
	}
}
