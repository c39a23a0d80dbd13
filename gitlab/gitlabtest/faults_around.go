package gitlabtest

import "net/http"

// answerThrough lets front decide what becomes of GitLab's answer. The journal
// has the status that front sends.
func (s *Server) answerThrough(front func(http.Handler) http.Handler, entry *Request, w http.ResponseWriter, r *http.Request) {
	own := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { send(w, s.answer(r), false) })
	front(own).ServeHTTP(&noted{ResponseWriter: w, note: func(status int) { s.journal.finish(entry, status) }}, r)
}

// noted tells of the status before it is on its way: whoever has the answer
// finds it in the journal.
type noted struct {
	http.ResponseWriter
	note func(status int)
	done bool
}

func (n *noted) WriteHeader(status int) {
	if !n.done && status >= http.StatusOK {
		n.done = true
		n.note(status)
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *noted) Write(text []byte) (int, error) {
	if !n.done {
		n.WriteHeader(http.StatusOK)
	}
	return n.ResponseWriter.Write(text)
}

// Unwrap lets http.ResponseController flush and take over the connection.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }
