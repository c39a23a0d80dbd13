package gitlabtest

import "net/http"

// answerThrough lets front decide what becomes of GitLab's answer. The journal
// has the status that front sends.
func (s *Server) answerThrough(front func(http.Handler) http.Handler, entry *Request, w http.ResponseWriter, r *http.Request) {
	own := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { send(w, s.answer(r), false) })
	front(own).ServeHTTP(Noting(w, func(status int) { s.journal.finish(entry, status) }), r)
}

// A Noted answer tells of its status before that is on its way: whoever has the
// answer finds it in a journal.
type Noted struct {
	http.ResponseWriter
	note func(status int)
	done bool
}

// Noting returns an answer that calls note once, with its status.
func Noting(w http.ResponseWriter, note func(status int)) *Noted {
	return &Noted{ResponseWriter: w, note: note}
}

// Note tells of a status that is sent past the answer, on its connection.
func (n *Noted) Note(status int) {
	if !n.done {
		n.done = true
		n.note(status)
	}
}

func (n *Noted) WriteHeader(status int) {
	if status >= http.StatusOK {
		n.Note(status)
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *Noted) Write(text []byte) (int, error) {
	if !n.done {
		n.WriteHeader(http.StatusOK)
	}
	return n.ResponseWriter.Write(text)
}

// Unwrap lets http.ResponseController flush and take over the connection.
func (n *Noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }
