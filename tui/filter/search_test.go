package filter_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"flow/tui/filter"
)

// What was searched before must change nothing: queries that are typed, taken
// back and typed on find what a search without a past finds.
func TestTypingFindsWhatAFreshSearchFinds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	for kind := range 4 {
		paths := randomPaths(random, 4500, kind)
		x := filter.New(slices.Values(paths))
		typed := ""
		for n := range 150 {
			switch {
			case n%30 == 0:
				typed = randomQuery(random, paths)
			case typed != "" && random.IntN(3) == 0:
				typed = strings.ToValidUTF8(typed[:random.IntN(len(typed))], "")
			default:
				typed += string([]rune("abcde/-!'^$| A")[random.IntN(14)])
			}
			got := find(t, x, typed)
			want := find(t, filter.New(slices.Values(paths)), typed)
			if !slices.Equal(got.Hits, want.Hits) || got.Best != want.Best {
				t.Fatalf("%q: %d hits, best %d; without a past %d, best %d", typed, len(got.Hits), got.Best, len(want.Hits), want.Best)
			}
		}
	}
}

// A letter that fzf takes for another in one kind of search and not in the next.
func TestTypingWhereCaseFoldsInTwoWays(t *testing.T) {
	x := filter.New(slices.Values([]string{"a\u01c5", "b"}))
	if n := len(find(t, x, "\u01c6").Hits); n != 0 {
		t.Fatalf("%d hits: fzf has changed, and this test says nothing", n)
	}
	if n := len(find(t, x, "'\u01c6").Hits); n != 1 {
		t.Errorf("%d hits after a search that had none; want 1", n)
	}
}

// What the caller lets through depends on what it is asked for, not on what was
// found for the same words before.
func TestKeep(t *testing.T) {
	x := filter.New(company(10_000))
	all := find(t, x, "core").Hits
	for _, every := range []int{2, 3} {
		keep := func(i int) bool { return i%every == 0 }
		for _, query := range []string{"core", "core-", ""} {
			r, err := x.Search(context.Background(), filter.Parse(query), keep)
			if err != nil || len(r.Hits) == 0 || !keep(r.Best) || slices.ContainsFunc(r.Hits, func(i int32) bool { return !keep(int(i)) }) {
				t.Errorf("%q: %d hits, best %d, %v", query, len(r.Hits), r.Best, err)
			}
		}
	}
	if again := find(t, x, "core").Hits; !slices.Equal(all, again) {
		t.Errorf("%d hits, before %d", len(again), len(all))
	}
}

// A search that is cancelled while it runs ends with that, and spoils nothing
// for the next.
func TestCancelled(t *testing.T) {
	x := filter.New(company(50_000))
	want := find(t, filter.New(company(50_000)), "acmpl")
	for n := range 40 {
		ctx, cancel := context.WithCancel(context.Background())
		var once sync.Once
		_, err := x.Search(ctx, filter.Parse("acmpl"), func(i int) bool {
			if i > n*1000 {
				once.Do(cancel)
			}
			return true
		})
		if cancel(); !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled at %d: %v", n*1000, err)
		}
	}
	if got := find(t, x, "acmpl"); !slices.Equal(got.Hits, want.Hits) || got.Best != want.Best {
		t.Errorf("%d hits, best %d; want %d, best %d", len(got.Hits), got.Best, len(want.Hits), want.Best)
	}
}

// A newer key starts its search before the older one has ended.
func TestSearchesAtOnce(t *testing.T) {
	x := filter.New(company(20_000))
	var group sync.WaitGroup
	for n := range 8 {
		query := "acme/platform"[:5+n]
		group.Go(func() {
			if r := find(t, x, query); len(r.Hits) == 0 {
				t.Errorf("%q: no hits", query)
			}
		})
	}
	group.Wait()
}

func TestSmallLists(t *testing.T) {
	for _, size := range []int{0, 1, 63, 64, 65, 4095, 4096, 4097, 8192, 8200} {
		var paths []string
		for i := range size {
			paths = append(paths, fmt.Sprint("acme/repo-", i))
		}
		x := filter.New(slices.Values(paths))
		if x.Len() != size {
			t.Errorf("%d paths, not %d", x.Len(), size)
		}
		for i, p := range paths {
			if x.Path(i) != p {
				t.Fatalf("%d of %d is %q, not %q", i, size, x.Path(i), p)
			}
		}
		for query, want := range map[string]int{"": size, "acme": size, "!acme": 0, "zz": 0, "repo-0$": min(size, 1)} {
			if got := find(t, x, query).Hits; len(got) != want {
				t.Errorf("%q: %d hits of %d, not %d", query, len(got), size, want)
			}
		}
	}
}

// BenchmarkIndex tells what an index takes, in time and in memory that stays.
func BenchmarkIndex(b *testing.B) {
	for _, size := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			paths := company(size)
			var x *filter.Index
			for b.Loop() {
				x = filter.New(paths)
			}
			b.StopTimer()
			var with, without runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&with)
			runtime.KeepAlive(x)
			x = nil
			runtime.GC()
			runtime.ReadMemStats(&without)
			b.ReportMetric(float64(with.HeapAlloc-without.HeapAlloc)/1e6, "MB")
		})
	}
}
