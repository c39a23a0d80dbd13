package gitlab

import (
	"runtime"
	"testing"

	"flow"
)

// BenchmarkBook is what a walk keeps for itself of 1,000,000 projects in 100,000
// namespaces, and what a checkpoint of it takes.
func BenchmarkBook(b *testing.B) {
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	for b.Loop() {
		before := heap()
		d := newDiscovery(&session{client: New(Options{}), version: version{17, 5}}, nil)
		d.resume(nil)
		for id := range int64(1_000_000) {
			row := projectRow{ID: 4 * id, Namespace: namespace{ID: id % 100_000, Kind: []string{"user", "group"}[id%2]}}
			row.Permissions.Group.Level = flow.Developer
			if id%50 == 0 {
				row.Shares = []share{{id % 100, flow.Developer}}
			}
			d.roles.note(&row)
			if home := row.home(); home.Personal {
				d.tree.people.add(home.ID)
			} else if !d.tree.knows(home.ID) {
				d.tree.homes[home.ID] = home
			}
		}
		b.ReportMetric(heap()-before, "MB")
		d.left.top = 4_000_000
		b.ReportMetric(float64(len(d.checkpoint()))/(1<<20), "checkpoint-MB")
		runtime.KeepAlive(d)
	}
}
