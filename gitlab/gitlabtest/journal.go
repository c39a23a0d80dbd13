package gitlabtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Request is one request that came in. It never holds a secret: of the
// credential it has the header and the name that the company gives the token.
type Request struct {
	Method     string
	Path       string // below the relative root, escaped as it came
	Query      url.Values
	Credential string // "PRIVATE-TOKEN", "Authorization", or "" for none
	Token      string // the token's name; "unknown" for one that is not the company's
	Status     int    // what was answered; 0 while it is not, or where nothing was
}

// maxJournal bounds how many requests are remembered; the oldest go first.
const maxJournal = 20_000

type journal struct {
	mu      sync.Mutex
	entries []*Request
}

// Requests is what came in so far, oldest first, at most the last 20,000.
func (s *Server) Requests() []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	list := make([]Request, len(s.journal.entries))
	for i, entry := range s.journal.entries {
		list[i] = *entry
	}
	return list
}

// Forget empties the list of requests.
func (s *Server) Forget() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.entries = nil
}

func (s *Server) record(r *http.Request) *Request {
	c := presented(r, s.release)
	entry := &Request{
		Method:     r.Method,
		Path:       strings.TrimPrefix(r.URL.EscapedPath(), s.root),
		Query:      r.URL.Query(),
		Credential: c.header,
	}
	for _, secret := range []string{"private_token", "access_token", "code", "client_secret", "refresh_token"} {
		entry.Query.Del(secret)
	}
	if c.value != "" {
		entry.Token = s.company.tokenName(c.value)
	}
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	if len(s.journal.entries) >= maxJournal {
		s.journal.entries = slices.Delete(s.journal.entries, 0, maxJournal/10)
	}
	s.journal.entries = append(s.journal.entries, entry)
	return entry
}

func (j *journal) finish(entry *Request, status int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	entry.Status = status
}

func (c *Company) knows(value string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tokens[value] != nil
}

func (c *Company) tokenName(value string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if t := c.tokens[value]; t != nil {
		return t.Name
	}
	return "unknown"
}
