package gitlab

import (
	"net/http"
	"time"
)

// A serverClock is how far a server's clock is ahead of this machine's. Date tells
// whole seconds only, so one answer tells it to a second; many tell it to the time
// that an answer takes, which limits of ten requests a second need.
type serverClock struct {
	least, most time.Duration // it is between them
	known       bool
}

// hear takes in the Date of an answer: it was written after the request had left
// and before the answer was there.
func (c *serverClock) hear(date string, left, arrived time.Time) {
	written, err := http.ParseTime(date)
	if err != nil {
		return
	}
	least, most := written.Sub(arrived), written.Add(time.Second).Sub(left)
	if c.known && least <= c.most && most >= c.least {
		least, most = max(least, c.least), min(most, c.most)
	}
	// Otherwise one of the clocks was set.
	c.least, c.most, c.known = least, most, true
}

// here is when a time of the server has surely come, by this machine's clock.
func (c *serverClock) here(theirs time.Time) time.Time { return theirs.Add(-c.least) }
