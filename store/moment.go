package store

import (
	"time"

	"flow"
)

// The database keeps times as [flow.Moment]s.

func nanos(t time.Time) int64 { return int64(flow.MomentOf(t)) }

func moment(nanos int64) time.Time { return flow.Moment(nanos).Time() }
