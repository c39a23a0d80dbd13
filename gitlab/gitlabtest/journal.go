package gitlabtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Request is one request that came in. It never holds a secret: of the
// credential it has the header and the name that the company gives the token,
// and in the query and the form a secret is replaced.
type Request struct {
	Method     string
	Path       string // below the relative root, escaped as it came
	Query      url.Values
	Form       url.Values // of the body, be it a form or JSON; of JSON only the texts
	Credential string     // "PRIVATE-TOKEN", "Authorization", or "" for none
	Token      string     // the token's name, "OAuth token 3" for the one with this ID; "unknown" for one that is not the company's
	Status     int        // what was answered; 0 while it is not, or where nothing was
}

// Filtered stands in Query and Form for a secret, as it does in GitLab's log.
const Filtered = "[FILTERED]"

// openParameters are those outside the API that may be remembered as they came.
// Everything else there is taken for a secret.
var openParameters = []string{"_method", "client_id", "code_challenge_method", "grant_type", "redirect_uri", "response_type", "scope",
	"token_type_hint", "doorkeeper_application[confidential]", "doorkeeper_application[name]",
	"doorkeeper_application[redirect_uri]", "doorkeeper_application[scopes][]"}

// secretParameters are those of the API that may not.
var secretParameters = []string{"access_token", "client_secret", "code", "job_token", "password", "private_token",
	"refresh_token", "secret", "signing_token", "token"}

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
	c := presented(r)
	entry := &Request{
		Method:     r.Method,
		Path:       strings.TrimPrefix(r.URL.EscapedPath(), s.root),
		Query:      r.URL.Query(),
		Form:       maps.Clone(r.PostForm),
		Credential: c.header,
	}
	filter(entry.Path, entry.Query)
	filter(entry.Path, entry.Form)
	if c.value != "" {
		entry.Token = s.tokenName(c)
	}
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	if len(s.journal.entries) >= maxJournal {
		s.journal.entries = slices.Delete(s.journal.entries, 0, maxJournal/10)
	}
	s.journal.entries = append(s.journal.entries, entry)
	return entry
}

func filter(path string, values url.Values) {
	api := strings.HasPrefix(path, "/api/")
	for name := range values {
		if api && slices.Contains(secretParameters, name) || !api && !slices.Contains(openParameters, name) {
			values[name] = []string{Filtered}
		}
	}
}

func (j *journal) finish(entry *Request, status int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	entry.Status = status
}

func (s *Server) knows(c credential) bool {
	s.company.mu.RLock()
	defer s.company.mu.RUnlock()
	personal, row := s.tokenOf(c)
	return personal != nil || row != nil
}

func (s *Server) tokenName(c credential) string {
	s.company.mu.RLock()
	defer s.company.mu.RUnlock()
	switch personal, row := s.tokenOf(c); {
	case personal != nil:
		return personal.Name
	case row != nil:
		return row.name()
	}
	return "unknown"
}
