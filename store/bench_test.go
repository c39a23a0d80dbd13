package store_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// BenchmarkDiscovery stages, completes and reviews repos, in pages of 100 as
// GitLab gives them. The second discovery of the same repos merges instead of
// inserting. The peak is that of the whole process, once for every run of the
// benchmark: -benchtime 1x.
func BenchmarkDiscovery(b *testing.B) {
	for _, size := range []struct{ groups, repos int }{{2_000, 100_000}, {20_000, 1_000_000}} {
		b.Run(fmt.Sprint(size.repos), func(b *testing.B) {
			for b.Loop() {
				benchmarkDiscovery(b, size.groups, size.repos)
			}
		})
	}
}

func benchmarkDiscovery(b *testing.B, groups, repos int) {
	ctx := context.Background()
	s := openStore(b, store.Options{Path: b.TempDir() + "/flow.db"})
	in := create(b, s, "acme")
	timed := func(what string, f func() error) {
		b.Helper()
		start := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), what+"-s")
	}
	for _, name := range []string{"first", "again"} {
		stage := must[flow.Stage](b)(s.Stage(ctx, in.ID, time.Now()))
		timed(name+"-stage", func() error {
			for p := range crowd(groups, repos) {
				if err := stage.Add(ctx, p); err != nil {
					return err
				}
			}
			return nil
		})
		timed(name+"-complete", func() error { _, err := stage.Complete(ctx); return err })
	}
	timed("save", func() error {
		_, err := s.Save(ctx, in.ID, flow.Changes{Version: in.Version, Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}})
		return err
	})
	timed("newer", func() error {
		p := flow.Page{Repos: []flow.Repo{repo(int64(9*repos), 1, "group-0/new")}}
		_, err := s.AddNewer(ctx, in.ID, time.Now(), p)
		return err
	})
	timed("list", func() error { _, err := s.List(ctx); return err })
	timed("glance", func() error { _, err := s.Glance(ctx, in.ID, 40); return err })
	b.ReportMetric(peakMB(b), "store-peak-MB")
	var plan *flow.Plan
	timed("review", func() error {
		review, err := s.Review(ctx, in.ID)
		if err == nil && len(review.Repos) != repos+1 {
			err = fmt.Errorf("%d repos", len(review.Repos))
		}
		plan = flow.NewPlan(review, flow.Changes{}, time.Now())
		return err
	})
	b.ReportMetric(peakMB(b), "peak-MB")
	runtime.KeepAlive(plan)
}

// peakMB is the most memory that this process ever had, where Linux tells it.
func peakMB(b *testing.B) float64 {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kB float64
	_, _ = fmt.Sscan(rest, &kB)
	return kB / 1024
}

// BenchmarkFirstFrame is what the first frame of the details needs of the store,
// with 100,000 stored repos: to open it, find the integration and read the rows
// that are seen first.
func BenchmarkFirstFrame(b *testing.B) {
	ctx := context.Background()
	o := defaults(b, store.Options{})
	s := openStore(b, o)
	in := create(b, s, "acme")
	stage := must[flow.Stage](b)(s.Stage(ctx, in.ID, time.Now()))
	for p := range crowd(2_000, 100_000) {
		if err := stage.Add(ctx, p); err != nil {
			b.Fatal(err)
		}
	}
	must[flow.Discovery](b)(stage.Complete(ctx))
	for b.Loop() {
		s := must[*store.Store](b)(store.Open(ctx, o))
		in := must[flow.Integration](b)(s.Named(ctx, "acme"))
		if glance := must[flow.Glance](b)(s.Glance(ctx, in.ID, 40)); len(glance.Review.Groups)+len(glance.Review.Repos) != 40 {
			b.Fatal(glance)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens a store that is there, as every start of Flow does.
func BenchmarkOpen(b *testing.B) {
	o := defaults(b, store.Options{})
	openStore(b, o)
	for b.Loop() {
		s, err := store.Open(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// crowd makes pages of 100 with groups of which every fifth lies in the one
// before it.
func crowd(groups, repos int) iter.Seq[flow.Page] {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	path := func(g int) string {
		if g%5 > 0 {
			return fmt.Sprintf("group-%d/group-%d", g-g%5, g)
		}
		return fmt.Sprintf("group-%d", g)
	}
	return func(yield func(flow.Page) bool) {
		for from := 0; from < groups; from += 100 {
			var page flow.Page
			for g := from; g < min(from+100, groups); g++ {
				page.Groups = append(page.Groups, flow.Group{ID: int64(g + 1), Path: path(g), Name: path(g)})
			}
			if !yield(page) {
				return
			}
		}
		for from := 0; from < repos; from += 100 {
			var page flow.Page
			for i := from; i < min(from+100, repos); i++ {
				g := i * 7 % groups
				page.Repos = append(page.Repos, flow.Repo{
					ID: int64(3*i + 1), GroupID: int64(g + 1), Path: fmt.Sprintf("%s/repo-%d", path(g), i), Name: fmt.Sprintf("repo-%d", i),
					Role: flow.Reporter, CreatedAt: flow.MomentOf(at), ActiveAt: flow.MomentOf(at.Add(time.Duration(i) * time.Minute)), Archived: i%17 == 0,
				})
			}
			if !yield(page) {
				return
			}
		}
	}
}

// BenchmarkBeginRenewal is what stands before GitLab is asked: room on the disk
// and one transaction.
func BenchmarkBeginRenewal(b *testing.B) {
	ctx := context.Background()
	s := openStore(b, store.Options{})
	in := signIn(b, s, "acme", signedIn(b))
	for b.Loop() {
		if _, err := s.BeginRenewal(ctx, in.ID); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKeepGrant is the moment in which a crash costs the sign-in: from
// GitLab's answer until the new tokens are on disk.
func BenchmarkKeepGrant(b *testing.B) {
	ctx := context.Background()
	for _, sharing := range []int{0, 2} {
		b.Run(fmt.Sprintf("sharing=%d", sharing), func(b *testing.B) {
			s := openStore(b, store.Options{})
			in := signIn(b, s, "acme", signedIn(b))
			for i := range sharing {
				signIn(b, s, fmt.Sprintf("sharing-%d", i), signedIn(b))
			}
			spent, n := grant(0), 0
			for b.Loop() {
				n++
				fresh := grant(n)
				if err := s.KeepGrant(ctx, in.ID, spent, fresh); err != nil {
					b.Fatal(err)
				}
				spent = fresh
			}
		})
	}
}
