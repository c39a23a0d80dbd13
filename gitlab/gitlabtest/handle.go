package gitlabtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// handle answers one request, or does what a fault says instead.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	s.answering.RLock()
	defer s.answering.RUnlock()
	if s.closed {
		panic(http.ErrAbortHandler)
	}
	readBody(r)
	entry := s.record(r)
	fault := s.faults.next(r, s.root)
	if fault != nil && fault.Kind == Drop {
		panic(http.ErrAbortHandler)
	}
	if !s.pause(r) || fault != nil && fault.Kind == Hang {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if fault != nil && fault.Around != nil {
		s.answerThrough(fault.Around, entry, w, r)
		return
	}
	var a answer
	if fault != nil && fault.Kind == Answer {
		a = s.date(fault.answer())
	} else {
		a = s.answer(r)
	}
	if fault != nil && fault.Kind == Lose {
		panic(http.ErrAbortHandler)
	}
	s.journal.finish(entry, a.status)
	send(w, a, fault != nil && fault.Kind == Truncate)
}

// pause waits for the latency and reports whether the client is still there.
func (s *Server) pause(r *http.Request) bool {
	if s.options.Latency <= 0 {
		return true
	}
	timer := time.NewTimer(s.options.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// answer is the whole of what GitLab answers.
func (s *Server) answer(r *http.Request) answer { return s.date(s.routed(r)) }

// date is what GitLab's clock shows.
func (s *Server) date(a answer) answer {
	if a.header.Get("Date") == "" {
		a.header.Set("Date", s.now().UTC().Format(http.TimeFormat))
	}
	return a
}

// routed goes by the escaped path: a project's path in the address is one
// segment, with %2F inside.
func (s *Server) routed(r *http.Request) answer {
	path, inside := strings.CutPrefix(r.URL.EscapedPath(), s.root)
	if !inside || path != "" && path[0] != '/' {
		return outsidePage()
	}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if a, refused := s.maintained(r, strings.Join(segments, "/")); refused {
		s.number(a.header)
		return a
	}
	if segments[0] != "api" && segments[0] != "oauth" {
		a := s.web(r, segments)
		s.number(a.header)
		return a
	}
	a, limits, limited := s.countRequest(r)
	switch {
	case limited:
		s.sign(a.header, r)
	case segments[0] == "api":
		a = s.versioned(r, segments)
		s.sign(a.header, r)
	default:
		a = s.web(r, segments)
		s.number(a.header)
	}
	for name, value := range limits {
		a.header[name] = value
	}
	return a
}

// versioned: API v3 is gone since 11.0. Before, it asks everybody to sign in:
// none of its endpoints is played.
func (s *Server) versioned(r *http.Request, segments []string) answer {
	if len(segments) > 1 && segments[1] == "v3" {
		if s.release.since(11, 0) {
			return problem(http.StatusGone, "API V3 is no longer supported. Use API V4 instead.")
		}
		return unauthorized()
	}
	if len(segments) < 3 || segments[1] != "v4" {
		return problem(http.StatusNotFound, "404 Not Found")
	}
	s.company.mu.RLock()
	defer s.company.mu.RUnlock()
	return s.api(&call{Server: s, request: r}, segments[2:])
}

// number gives an answer of GitLab's own the id under which its log has it.
func (s *Server) number(h http.Header) {
	id := fmt.Sprintf("01FL0W%020X", s.lastRequest.Add(1))
	h.Set("X-Request-Id", id)
	h.Set("X-Gitlab-Meta", `{"correlation_id":"`+id+`","version":"1"}`)
}

// sign adds what every answer of the API carries.
func (s *Server) sign(h http.Header, r *http.Request) {
	s.number(h)
	h.Set("X-Runtime", strconv.FormatFloat(max(0.01, s.options.Latency.Seconds()), 'f', 6, 64))
	h.Set("Cache-Control", "max-age=0, private, must-revalidate")
	h.Set("Vary", "Origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Server", "nginx")
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}
