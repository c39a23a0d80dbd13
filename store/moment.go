package store

import "time"

// The database keeps times as unix nanoseconds, 0 for none. What does not fit
// (years before 1678 or after 2262) is no date that a GitLab ever had.
var (
	firstMoment = time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	lastMoment  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)

func nanos(t time.Time) int64 {
	if t.Before(firstMoment) || t.After(lastMoment) {
		return 0
	}
	return t.UnixNano()
}

func moment(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
