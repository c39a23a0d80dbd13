package gitlab_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"flow/gitlab/gitlabtest/scale"
)

// TestMain lets the test binary be the client that is measured.
func TestMain(m *testing.M) {
	scale.Called(walkAsTold)
	os.Exit(m.Run())
}

// BenchmarkWalk is the complete walk over 100,000 projects of full size at 80 ms a
// request. Client and server are two processes on the same cores. What stands in a
// table is walk-s: from the first request for projects to the last answer to one,
// with the walk over groups beside it, without those by role that follow. all-s is
// everything, peak-MB the memory until the end of the walk.
//
// FLOW_BENCH_PROFILE names a folder for CPU profiles of the clients.
func BenchmarkWalk(b *testing.B) {
	for _, w := range []struct {
		name string
		o    scale.Options
		task walkTask
	}{
		{"flying=16", scale.Options{}, walkTask{Concurrency: 16}},
		{"flying=8", scale.Options{}, walkTask{Concurrency: 8}},
		{"flying=32", scale.Options{}, walkTask{Concurrency: 32}},
		{"flying=16,plain", scale.Options{Plain: true}, walkTask{Concurrency: 16}},
		{"flying=16,broken=1%", scale.Options{Broken: 0.01}, walkTask{Concurrency: 16}},
		{"flying=16,by-page", scale.Options{Version: "12.9.0-ee"}, walkTask{Concurrency: 16}},
		{"sequential", scale.Options{}, walkTask{Plainly: true}},
	} {
		b.Run(w.name, func(b *testing.B) {
			w.o.Projects, w.o.Latency = 100_000, 80*time.Millisecond
			measureWalk(b, w.o, w.task)
		})
	}
}

func measureWalk(b *testing.B, o scale.Options, t walkTask) {
	s, err := scale.Start(o)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	t.URL = s.URL()
	if folder := os.Getenv("FLOW_BENCH_PROFILE"); folder != "" {
		t.Profile = filepath.Join(folder, fmt.Sprintf("%s-%d.cpu", filepath.Base(b.Name()), os.Getpid()))
	}
	for b.Loop() {
		s.Reset()
		var d walkDeed
		cpu, err := scale.Alone(b.Context(), t, &d)
		if err != nil {
			b.Fatal(err)
		}
		if d.Repos != o.Projects {
			b.Fatalf("%d repos of %d were found", d.Repos, o.Projects)
		}
		c := s.Counts()
		b.ReportMetric(c.Full.Took().Seconds(), "walk-s")
		b.ReportMetric(float64(c.Full.Requests), "pages")
		b.ReportMetric(c.Last.Sub(c.First).Seconds(), "all-s")
		b.ReportMetric(float64(c.Requests), "requests")
		b.ReportMetric(cpu.Seconds(), "cpu-s")
		b.ReportMetric(d.WalkPeakMB, "peak-MB")
		b.ReportMetric(d.PeakMB, "all-peak-MB")
	}
}
