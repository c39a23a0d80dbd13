package filter_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"flow/tui/filter"
)

// typed are queries of 1 to 21 characters: common and rare, with and without
// hits, fuzzy and exact, several words, and with every sign.
var typed = []string{
	"a", "e", "q", "/", "ap", "zz", "e-", "api", "svc", "acm", "xqz", "core", "pymt", "lgcy", "auth/", "infra", "acpay", "^acme",
	"client", "paymts", "secret", "gateway", "plt api", "web$", "!acme", "'legacy", "billing-", "acmplapi", "payments/", "datapipel",
	"mobile app", "ac pl se we", "'core-api'", "monitoring", "acmeplatse", "infra !test", "auth | core", "billing-core", "web frontend",
	"acme/platform", "secret-scanner", "customer-portal", "platform/gateway", "acme/platform/web", "acme pay gate serv", "acme/platform/billi", "acme/platform/billing", "acmeplatformbillingse",
}

// BenchmarkKey searches as one key does that changes all of the query: nothing
// is known from before. The figures are over all queries.
func BenchmarkKey(b *testing.B) {
	each(b, func(b *testing.B, x *filter.Index, time func(search func())) {
		for _, query := range typed {
			p := filter.Parse(query)
			x.Forget()
			time(func() { search(b, x, p) })
		}
	})
}

// BenchmarkTyping types every query key by key.
func BenchmarkTyping(b *testing.B) {
	each(b, func(b *testing.B, x *filter.Index, time func(search func())) {
		for _, query := range typed {
			x.Forget()
			for n := range query {
				p := filter.Parse(query[:n+1])
				time(func() { search(b, x, p) })
			}
		}
	})
}

// each runs a benchmark on lists of both sizes, and reports the times it takes.
func each(b *testing.B, run func(b *testing.B, x *filter.Index, time func(search func()))) {
	for _, size := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			x := filter.New(company(size))
			var took []time.Duration
			for b.Loop() {
				run(b, x, func(search func()) {
					start := time.Now()
					search()
					took = append(took, time.Since(start))
				})
			}
			report(b, took)
		})
	}
}

func search(b *testing.B, x *filter.Index, p filter.Pattern) {
	if _, err := x.Search(context.Background(), p, nil); err != nil {
		b.Fatal(err)
	}
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*95/100]), "p95-ms")
	b.ReportMetric(ms(took[len(took)-1]), "max-ms")
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// company gives paths as a large company has them: 55 of 100 below one group, 5
// of 100 personal, sorted as in the tree.
func company(size int) iter.Seq[string] {
	random := rand.New(rand.NewPCG(5, 5))
	areas := strings.Fields("platform payments mobile data infra security web search billing identity logistics marketing finance research sandbox legal")
	nouns := strings.Fields("api gateway core client service worker portal frontend backend scanner pipeline monitor proxy auth secret customer order report library tools deploy config schema events cache ledger")
	word := func(list []string) string { return list[random.IntN(len(list))] }
	paths := make([]string, 0, size)
	for i := range size {
		name := fmt.Sprintf("%s-%s-%d", word(nouns), word(nouns), i%9973)
		if random.IntN(12) == 0 {
			name = "legacy-" + name
		}
		switch n := random.IntN(100); {
		case n < 55:
			paths = append(paths, fmt.Sprintf("acme/%s/team-%s-%02d/%s", word(areas), word(nouns), random.IntN(40), name))
		case n < 95:
			paths = append(paths, fmt.Sprintf("%s-%d/%s/%s", word(areas), random.IntN(300), word(nouns), name))
		default:
			paths = append(paths, fmt.Sprintf("user%d/%s", random.IntN(9000), name))
		}
	}
	slices.Sort(paths)
	return slices.Values(paths)
}
