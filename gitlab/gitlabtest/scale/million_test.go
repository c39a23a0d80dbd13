package scale_test

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest/scale"
	"flow/store"
)

// TestMain lets the test binary be the program that is measured.
func TestMain(m *testing.M) {
	scale.Called(keep)
	os.Exit(m.Run())
}

// BenchmarkMillion is a refresh of 1,000,000 projects into a new database, and
// from there into the plan of the screens, all by one process.
func BenchmarkMillion(b *testing.B) {
	s, err := scale.Start(scale.Options{Projects: 1_000_000})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		folder, err := os.MkdirTemp(b.TempDir(), "store")
		if err != nil {
			b.Fatal(err)
		}
		var k kept
		cpu, err := scale.Alone(b.Context(), keeping{s.URL(), folder, os.Getenv("FLOW_BENCH_PROFILE")}, &k)
		if err != nil {
			b.Fatal(err)
		}
		if k.Repos != 1_000_000 {
			b.Fatalf("%d repos are in the plan", k.Repos)
		}
		b.ReportMetric(k.Stored.Seconds(), "stored-s")
		b.ReportMetric(k.Planned.Seconds(), "planned-s")
		b.ReportMetric(cpu.Seconds(), "cpu-s")
		b.ReportMetric(k.StoredPeakMB, "stored-peak-MB")
		b.ReportMetric(k.PeakMB, "peak-MB")
		if err := os.RemoveAll(folder); err != nil {
			b.Fatal(err)
		}
	}
}

// keeping is where to find the projects and where to keep them.
type keeping struct{ URL, Folder, ProfileIn string }

// kept is what came of it: how long it took until all was stored, and then to
// read it into a plan, and the memory that each needed at most.
type kept struct {
	Repos                int
	Stored, Planned      time.Duration
	StoredPeakMB, PeakMB float64
}

func keep(t keeping) (k kept, err error) {
	if t.ProfileIn != "" {
		file, err := os.Create(t.ProfileIn + "/million.cpu")
		if err != nil {
			return kept{}, err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return kept{}, err
		}
		defer pprof.StopCPUProfile()
	}
	ctx := context.Background()
	base, err := flow.ParseBaseURL(t.URL)
	if err != nil {
		return kept{}, err
	}
	s, err := store.Open(ctx, store.Options{Path: t.Folder + "/flow.db", Env: func(name string) string {
		if name == "HOME" {
			return t.Folder
		}
		return ""
	}})
	if err != nil {
		return kept{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	conn := flow.Connection{BaseURL: base, Token: flow.NewSecret(scale.Token), Network: flow.Network{PlainHTTP: true}}
	in, err := s.Create(ctx, flow.Integration{Name: "acme"}, conn)
	if err != nil {
		return kept{}, err
	}
	client := gitlab.New(gitlab.Options{Concurrency: 16})
	defer client.Close()
	start := time.Now()
	if _, err := (flow.Setup{GitLab: client, Store: s, Now: time.Now}).Refresh(ctx, in, nil); err != nil {
		return kept{}, err
	}
	k.Stored, k.StoredPeakMB = time.Since(start), scale.PeakMB()
	start = time.Now()
	review, err := s.Review(ctx, in.ID)
	if err != nil {
		return kept{}, err
	}
	k.Repos = len(flow.NewPlan(review, flow.Changes{}, time.Now()).Repos)
	k.Planned, k.PeakMB = time.Since(start), scale.PeakMB()
	return k, nil
}
