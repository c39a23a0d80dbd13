package gitlab

import (
	"sync"
	"time"
)

const (
	retryStock = 20               // retries that may be made at once
	retryCost  = 10 * time.Second // of one: the time that brings it back
	retryEarn  = 2 * time.Second  // of that, for every request that went well
)

// An allowance is how many retries the requests to one host may make together:
// with a server that fails most requests, each of them trying again by itself
// would multiply what it has to do. A sixth of all requests may fail for good;
// what fails beyond the stock is not tried again. The zero value is full.
type allowance struct {
	mu    sync.Mutex
	spent time.Duration
	since time.Time // of the last retry
}

// spend takes one retry, if there is one.
func (a *allowance) spend(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.since.IsZero() {
		a.refund(max(0, now.Sub(a.since)))
	}
	a.since = now
	if a.spent > (retryStock-1)*retryCost {
		return false
	}
	a.spent += retryCost
	return true
}

// earn counts a request that went well.
func (a *allowance) earn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refund(retryEarn)
}

func (a *allowance) refund(d time.Duration) { a.spent = max(0, a.spent-d) }
