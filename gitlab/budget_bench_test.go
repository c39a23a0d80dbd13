package gitlab

import (
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest/scale"
)

// askPages asks a server for pages of projects, by all workers that a client
// takes, and returns how long that took.
func askPages(b *testing.B, s *scale.Server, concurrency, pages int) time.Duration {
	b.Helper()
	base, err := flow.ParseBaseURL(s.URL())
	if err != nil {
		b.Fatal(err)
	}
	c := New(Options{Concurrency: concurrency})
	defer c.Close()
	width := s.Highest()/int64(pages) + 1
	begins := make(chan int64, pages)
	for i := range pages {
		begins <- int64(i) * width
	}
	close(begins)
	var all sync.WaitGroup
	start := time.Now()
	for range c.workers() {
		all.Go(func() {
			for begin := range begins {
				a, err := c.do(b.Context(), &request{
					site: site{base: base, network: flow.Network{PlainHTTP: true}}, path: "/api/v4/projects", token: flow.NewSecret(scale.Token), patient: true,
					query: url.Values{
						"membership": {"true"}, "order_by": {"id"}, "sort": {"asc"}, "pagination": {"keyset"}, "per_page": {"100"},
						"id_after": {strconv.FormatInt(begin, 10)}, "id_before": {strconv.FormatInt(begin+width+1, 10)},
					},
				})
				if err != nil || a.status != 200 {
					b.Errorf("%d, %v", a.status, err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(start)
}

func serveScale(b *testing.B, o scale.Options) *scale.Server {
	b.Helper()
	s, err := scale.Start(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	return s
}

// BenchmarkEightThreads: a server that works on eight requests at once, asked by
// a client that may send 8, and one that may send 32.
func BenchmarkEightThreads(b *testing.B) {
	for _, concurrency := range []int{8, 32} {
		b.Run(strconv.Itoa(concurrency), func(b *testing.B) {
			s := serveScale(b, scale.Options{Projects: 40_000, Latency: 80 * time.Millisecond, Threads: 8})
			const pages = 400
			b.ResetTimer()
			for range b.N {
				took := askPages(b, s, concurrency, pages)
				b.ReportMetric(pages/took.Seconds(), "pages/s")
			}
			counts := s.Counts()
			b.ReportMetric(float64(counts.MostQueued)/8, "queued/thread")
		})
	}
}

// BenchmarkRateLimited: one that lets ten requests a second through.
func BenchmarkRateLimited(b *testing.B) {
	for _, test := range []struct {
		name  string
		limit scale.Limit
	}{
		{"window/headers", scale.Limit{PerSecond: 10, Window: time.Second, Headers: true}},
		{"window/retry-after", scale.Limit{PerSecond: 10, Window: time.Second, Inside: true}},
		{"bucket/headers", scale.Limit{PerSecond: 10, Headers: true}},
		{"bucket/retry-after", scale.Limit{PerSecond: 10, Inside: true}},
	} {
		b.Run(test.name, func(b *testing.B) {
			s := serveScale(b, scale.Options{Projects: 40_000, Latency: 80 * time.Millisecond, Limit: test.limit})
			const pages = 600
			b.ResetTimer()
			for range b.N {
				took := askPages(b, s, 8, pages)
				b.ReportMetric(100*pages/took.Seconds()/test.limit.PerSecond, "%allowed")
			}
			counts := s.Counts()
			b.ReportMetric(float64(counts.Limited)/float64(b.N), "429s")
			b.ReportMetric(float64(pages)-float64(counts.Answered)/float64(b.N), "lost")
		})
	}
}
