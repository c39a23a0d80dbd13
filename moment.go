package flow

import "time"

// A Moment is a point in time in eight bytes, since a review holds five of them
// for each of a million repos: unix nanoseconds in UTC, 0 for none.
type Moment int64

// What does not fit into nanoseconds is no date that a GitLab ever had.
var (
	firstMoment = time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	lastMoment  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)

// MomentOf returns the moment of a time; none for the zero time, and for years
// before 1678 or after 2261.
func MomentOf(t time.Time) Moment {
	if t.Before(firstMoment) || !t.Before(lastMoment) {
		return 0
	}
	return Moment(t.UnixNano())
}

// Time returns the moment in UTC; the zero time for none.
func (m Moment) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(m)).UTC()
}

// IsZero reports whether it is none. With the option omitzero JSON leaves it out.
func (m Moment) IsZero() bool { return m == 0 }

// Before reports whether m is before t; none never is.
func (m Moment) Before(t time.Time) bool { return m != 0 && m.Time().Before(t) }

func (m Moment) String() string { return m.Time().String() }

// MarshalJSON writes it as a time.
func (m Moment) MarshalJSON() ([]byte, error) { return m.Time().MarshalJSON() }

func (m *Moment) UnmarshalJSON(text []byte) error {
	var t time.Time
	if err := t.UnmarshalJSON(text); err != nil {
		return err
	}
	*m = MomentOf(t)
	return nil
}
