package gitlabtest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// FaultKind is what goes wrong.
type FaultKind uint8

const (
	Answer   FaultKind = iota // the fault's own status, headers and body
	Drop                      // the connection is cut without an answer; on one that was used before, Go's client repeats a GET
	Hang                      // nothing comes until the client leaves
	Truncate                  // the real answer breaks off in the middle
	Lose                      // the request is carried out, then the connection is cut without an answer
)

// Fault makes requests go wrong: those that match, after the first After of
// them, Times times (0 is every time).
type Fault struct {
	Method string                   // "" is any
	Path   string                   // below the relative root, such as /api/v4/projects/*/issues; a last ** is any rest; "" is any
	Match  func(*http.Request) bool // a further condition; nil is none
	After  int
	Times  int

	Kind     FaultKind
	Status   int // for Answer; 500, or 302 with a Redirect, where it is 0
	Header   http.Header
	Body     string
	Redirect string // the Location to send the client to

	// Around, for Answer, takes the place of all these: it wraps GitLab's own
	// answer, which it may change, delay or never ask for. Package weather has
	// ready-made ones, and ready-made faults.
	Around func(http.Handler) http.Handler
}

type faults struct {
	mu     sync.Mutex
	active []*activeFault
}

type activeFault struct {
	Fault
	seen, failed int
}

// Fail adds a fault until undo is called. Of several that match, the one that
// was added last decides.
func (s *Server) Fail(f Fault) (undo func()) {
	added := &activeFault{Fault: f}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.active = append(s.faults.active, added)
	return func() {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		s.faults.active = slices.DeleteFunc(s.faults.active, func(a *activeFault) bool { return a == added })
	}
}

// next counts a request against every fault that it matches and returns the
// one to act on.
func (f *faults) next(r *http.Request, root string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var hit *activeFault
	for _, a := range slices.Backward(f.active) {
		if !a.matches(r, root) {
			continue
		}
		a.seen++
		if hit == nil && a.seen > a.After && (a.Times == 0 || a.failed < a.Times) {
			a.failed++
			hit = a
		}
	}
	if hit == nil {
		return nil
	}
	return &hit.Fault
}

func (f *Fault) matches(r *http.Request, root string) bool {
	path := strings.TrimPrefix(r.URL.EscapedPath(), root)
	return (f.Method == "" || f.Method == r.Method) &&
		(f.Path == "" || pathMatches(f.Path, path)) &&
		(f.Match == nil || f.Match(r))
}

func pathMatches(pattern, path string) bool {
	wanted, parts := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, want := range wanted {
		if want == "**" && i == len(wanted)-1 {
			return true
		}
		if i >= len(parts) || want != "*" && want != parts[i] {
			return false
		}
	}
	return len(wanted) == len(parts)
}

func (f *Fault) answer() answer {
	a := answer{status: f.Status, header: http.Header{}, body: []byte(f.Body)}
	for name, values := range f.Header {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	if f.Redirect != "" {
		a.header.Set("Location", f.Redirect)
		if a.status == 0 {
			a.status = http.StatusFound
		}
	}
	if a.status == 0 {
		a.status = http.StatusInternalServerError
	}
	if a.header.Get("Content-Type") == "" && strings.HasPrefix(f.Body, "{") {
		a.header.Set("Content-Type", "application/json")
	}
	return a
}
