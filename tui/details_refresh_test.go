package tui

import (
	"testing"
	"time"

	"flow"
)

// How far a walk is fits the row, and how long it will take goes before what it
// has found.
func TestHowFarAWalkIs(t *testing.T) {
	const wide, small = 77, 57
	first, later := flow.Integration{}, flow.Integration{Discovery: flow.Discovery{At: flow.MomentOf(time.Unix(1_700_000_000, 0)).Time()}}
	slow, limited := flow.Estimate{Left: 12 * time.Minute}, flow.Estimate{Left: 40 * time.Minute, Limited: true}
	for _, test := range []struct {
		in    flow.Integration
		ahead flow.Estimate
		room  int
		want  string
	}{
		{first, flow.Estimate{}, wide, "Finding repos: 4,999 groups, 100,000 repos so far. You can start choosing."},
		{first, flow.Estimate{}, small, "Finding repos: 100,000 so far. You can start choosing."},
		{later, flow.Estimate{}, small, "Finding repos: 4,999 groups, 100,000 repos so far."},
		{first, slow, wide, "Finding repos: 100,000, about 12 minutes to go. You can start choosing."},
		{later, slow, wide, "Finding repos: 4,999 groups, 100,000 repos so far, about 12 minutes to go."},
		{first, limited, wide, "Finding repos: 100,000 so far, about 40 minutes to go at this server's limit."},
		{later, limited, small, "Finding repos: 100,000, about 40 minutes to go."},
		{first, flow.Estimate{Roles: 66_000}, wide, "Finding repos: 100,000, 66,000 roles to read. You can start choosing."},
		{first, flow.Estimate{Roles: 66_000, Left: 3 * time.Minute}, wide, "Finding repos: 100,000, about 3 minutes to go. You can start choosing."},
	} {
		d := &details{in: test.in, progress: flow.Progress{Groups: 4_999, Repos: 100_000, Ahead: test.ahead}}
		if got := d.findingSoFar(test.room); got != test.want {
			t.Errorf("in %d columns: %q, want %q", test.room, got, test.want)
		}
	}
}
