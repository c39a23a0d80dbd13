package weather

import (
	"net/http"
	"slices"
	"sync"
)

// Request is one request that came by. It never holds a secret.
type Request struct {
	Method string
	Host   string // as the client named it, with the port if it gave one
	Path   string // escaped, without the query; "" for CONNECT
	Status int    // what was answered; 0 while it is not, or where nothing was

	// Secrets are the headers with a credential that could be read here, in
	// the clear: "Authorization", "PRIVATE-TOKEN", "Cookie",
	// "Proxy-Authorization". A proxy through which TLS passes sees none of a
	// GitLab's.
	Secrets []string
}

// secretHeaders are those that carry a credential, as their standards write
// them.
var secretHeaders = []string{"Authorization", "PRIVATE-TOKEN", "JOB-TOKEN", "Cookie", "Proxy-Authorization"}

const maxSeen = 20_000

// seen is a journal of requests.
type seen struct {
	mu      sync.Mutex
	entries []*Request
}

func (s *seen) add(r *http.Request) *Request {
	entry := &Request{Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath()}
	for _, name := range secretHeaders {
		if r.Header.Get(name) != "" {
			entry.Secrets = append(entry.Secrets, name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.entries) >= maxSeen {
		s.entries = slices.Delete(s.entries, 0, maxSeen/10)
	}
	s.entries = append(s.entries, entry)
	return entry
}

func (s *seen) finish(entry *Request, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry.Status = status
}

func (s *seen) list() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Request, len(s.entries))
	for i, entry := range s.entries {
		list[i] = *entry
	}
	return list
}
