package tui

import (
	"testing"

	"flow"
)

func TestCountsFitTheirRow(t *testing.T) {
	few := flow.Counts{flow.Imported: 347, flow.NotImported: 17}
	many := flow.Counts{flow.Imported: 53_713, flow.NotImported: 36_056, flow.Paused: 1_851, flow.NotSupported: 8_380}
	for _, test := range []struct {
		counts flow.Counts
		width  int
		want   string
	}{
		{few, 80, "364 repos: 347 imported, 17 not imported"},
		{few, 60, "364 repos: 347 in, 17 not"},
		{many, 80, "100,000 repos: 53,713 in, 36,056 not, 1,851 paused, 8,380 n/a"},
		{many, 120, "100,000 repos: 53,713 imported, 36,056 not imported, 1,851 paused, 8,380 not supported"},
	} {
		if got := countsRow(test.counts, test.width); got != test.want {
			t.Errorf("in %d columns: %q, want %q", test.width, got, test.want)
		}
	}
}
