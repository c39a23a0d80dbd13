// Package gitlab speaks to one GitLab over HTTP: it finds the server at an
// address, tests a connection and walks over all groups and projects. It calls
// a repo a project, as GitLab does; what it returns speaks of repos.
//
// What it sends is in GitLab's REST API v4, but for signing in. Grape, the framework below
// that API, drops parameters that a release does not know without a word and
// answers with everything, so whatever is newer than 9.0 is asked for by the
// table in capabilities.go, and what comes back is checked.
package gitlab

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"

	"flow"
)

const (
	// DefaultConcurrency is what [Options.Concurrency] is where nobody says otherwise:
	// more than the threads of a small GitLab would only queue up there.
	DefaultConcurrency = 8

	MaxConcurrency = 32 // the most that it may be
)

// Options are what a Client can be told. The zero value is what Flow uses.
type Options struct {
	UserAgent string           // sent with every request; "" means flow
	Now       func() time.Time // today, for dates and waits; nil means time.Now

	// Timeout bounds the connection, the TLS handshake and the wait for the
	// first byte of an answer; 0 means 10 s. A page of a walk may take six
	// times as long: GitLab's own targets allow 11 s for one.
	Timeout time.Duration

	// Sleep waits between the tries of a request; nil means really waiting.
	Sleep func(ctx context.Context, d time.Duration) error

	// Concurrency is how many requests to one host may be on their way at the same
	// time, 1 to 32; 0 means 8. There are fewer where more would only wait there.
	Concurrency int

	// Proxy chooses the proxy of a request; nil means what HTTPS_PROXY,
	// HTTP_PROXY and NO_PROXY say.
	Proxy func(*http.Request) (*url.URL, error)

	// Roots are the authorities to trust; nil means those of this machine.
	Roots *x509.CertPool

	// Resolver looks names up; nil means this machine's way.
	Resolver *net.Resolver
}

// A Client speaks to GitLab servers. It implements [flow.GitLab] and may be
// used by several goroutines.
type Client struct {
	options Options
	roads   roads
	budgets budgets
}

var _ flow.GitLab = (*Client)(nil)

// New returns a client. It keeps connections open between calls.
func New(o Options) *Client {
	if o.UserAgent == "" {
		o.UserAgent = "flow"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Concurrency == 0 {
		o.Concurrency = DefaultConcurrency
	}
	o.Concurrency = min(max(1, o.Concurrency), MaxConcurrency)
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	return &Client{options: o, budgets: budgets{most: o.Concurrency}}
}

// workers is how many requests one task should have ready to be sent to a host: as
// many as may be on their way. How many are is left to the host's budget.
func (c *Client) workers() int { return c.options.Concurrency }

// Close closes connections that are not in use.
func (c *Client) Close() { c.roads.closeIdle() }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
