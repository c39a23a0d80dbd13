package gitlab

import (
	"net/http"
	"strings"
	"time"
)

// A gate is what requests to a host, or to one endpoint of it, wait for together.
type gate struct {
	line slots // pages of walks go through one by one
	hold hold
	pace pace
}

func newGate() *gate { return &gate{line: slots{level: level{most: 1}}} }

// through is when the next page of a walk may leave by each of two gates.
func through(now time.Time, gates ...*gate) time.Time {
	at := now
	for _, g := range gates {
		if next := g.pace.leave(now); next.After(at) {
			at = next
		}
	}
	return at
}

// gate is that of the endpoint that a request is for. It is called with mu held.
func (b *budget) gate(r *request) *gate {
	if b.endpoints == nil {
		b.endpoints = map[string]*gate{}
	}
	at := r.endpoint()
	if b.endpoints[at] == nil {
		b.endpoints[at] = newGate()
	}
	return b.endpoints[at]
}

// endpoint is what GitLab counts requests to by themselves: the path, whichever
// project or group it names.
func (r *request) endpoint() string {
	parts := strings.Split(r.path, "/")
	for i, part := range parts {
		if part != "" && strings.Trim(part, "0123456789") == "" {
			parts[i] = ":id"
		}
	}
	return strings.Join(parts, "/")
}

// ofEndpoint reports whether a refusal is for the endpoint alone. The limits inside
// GitLab are, which answer in JSON: GET /projects has 2,000 in ten minutes in new
// installs since 18.0, where GET /groups has 200 in one. That in front of it answers
// with text, proxies do with a page.
func (a answer) ofEndpoint() bool {
	return a.status == http.StatusTooManyRequests && a.header.Get("RateLimit-Limit") == "" &&
		strings.HasPrefix(a.header.Get("Content-Type"), "application/json")
}
