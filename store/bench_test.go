package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// BenchmarkDiscovery stages, completes and reviews 100,000 repos in 2,000 groups,
// in pages of 100 as GitLab gives them. The second discovery of the same repos
// merges instead of inserting.
func BenchmarkDiscovery(b *testing.B) {
	const groups, repos = 2_000, 100_000
	ctx := context.Background()
	pages := crowd(groups, repos)
	for b.Loop() {
		s := openStore(b, store.Options{Path: b.TempDir() + "/flow.db"})
		in := create(b, s, "acme")
		for _, name := range []string{"first", "again"} {
			start := time.Now()
			stage, err := s.Stage(ctx, in.ID, time.Now())
			if err != nil {
				b.Fatal(err)
			}
			for _, p := range pages {
				if err := stage.Add(ctx, p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(time.Since(start).Seconds(), name+"-stage-s")
			start = time.Now()
			if _, err := stage.Complete(ctx); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(start).Seconds(), name+"-complete-s")
		}
		start := time.Now()
		review, err := s.Review(ctx, in.ID)
		if err != nil || len(review.Repos) != repos {
			b.Fatal(err, len(review.Repos))
		}
		b.ReportMetric(time.Since(start).Seconds(), "review-s")
		start = time.Now()
		c := flow.Changes{Version: in.Version, Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}}
		if _, err := s.Save(ctx, in.ID, c); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "save-s")
		start = time.Now()
		if _, err := s.List(ctx); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "list-s")
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
func crowd(groups, repos int) []flow.Page {
	var pages []flow.Page
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	paths := make([]string, groups)
	var page flow.Page
	for g := range groups {
		paths[g] = fmt.Sprintf("group-%d", g)
		if g%5 > 0 {
			paths[g] = paths[g-g%5] + "/" + paths[g]
		}
		page.Groups = append(page.Groups, flow.Group{ID: int64(g + 1), Path: paths[g], Name: paths[g]})
		if len(page.Groups) == 100 {
			pages, page = append(pages, page), flow.Page{}
		}
	}
	for i := range repos {
		g := i * 7 % groups
		page.Repos = append(page.Repos, flow.Repo{
			ID: int64(3*i + 1), GroupID: int64(g + 1), Path: fmt.Sprintf("%s/repo-%d", paths[g], i), Name: fmt.Sprintf("Repo %d", i),
			Role: flow.Reporter, CreatedAt: at, ActiveAt: at.Add(time.Duration(i) * time.Minute), Archived: i%17 == 0,
		})
		if len(page.Repos) == 100 {
			pages, page = append(pages, page), flow.Page{}
		}
	}
	return append(pages, page)
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
