package flow_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"flow"
)

func TestMoments(t *testing.T) {
	east := time.FixedZone("east", 3600)
	for _, test := range []struct {
		name string
		at   time.Time
		kept bool
	}{
		{"a time of a GitLab", time.Date(2026, 11, 21, 9, 30, 0, 123456789, time.UTC), true},
		{"in another time zone", time.Date(2026, 11, 21, 9, 30, 0, 0, east), true},
		{"before computers", time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{"none", time.Time{}, false},
		{"too early to count", time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC), false},
		{"too late to count", time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := flow.MomentOf(test.at)
			if m.IsZero() == test.kept || test.kept && !m.Time().Equal(test.at) || !test.kept && !m.Time().IsZero() {
				t.Errorf("it is %v", m)
			}
			if later := test.at.Add(time.Hour); m.Before(later) != test.kept || m.Before(test.at) {
				t.Errorf("before %v is %v", later, m.Before(later))
			}
			var back struct {
				At flow.Moment `json:"at,omitzero"`
			}
			back.At = m
			text, err := json.Marshal(back)
			if err != nil || (string(text) == "{}") == test.kept {
				t.Errorf("it is written as %s, %v", text, err)
			}
			back.At = math.MaxInt64
			if test.kept {
				if err := json.Unmarshal(text, &back); err != nil || back.At != m {
					t.Errorf("%s is read as %v, %v", text, back.At, err)
				}
			}
		})
	}
}
