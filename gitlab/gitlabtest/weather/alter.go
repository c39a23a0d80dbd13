package weather

import (
	"bytes"
	"net/http"
	"strconv"
)

// A Reply is a whole answer, for [Alter] to change.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Alter holds every answer back until it is complete and has change do to it
// what it likes. Content-Length is set anew, ETag goes.
func Alter(change func(r *http.Request, reply *Reply)) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reply := take(behind, r)
			change(r, reply)
			reply.Header.Del("ETag")
			reply.send(w, r)
		})
	}
}

// Buffer holds every answer back until it is complete, as nginx does where
// proxy_buffering is on and the answer small.
func Buffer() Front { return Alter(func(*http.Request, *Reply) {}) }

// take is the whole answer to r, not packed.
func take(behind http.Handler, r *http.Request) *Reply {
	r = r.Clone(r.Context())
	r.Header.Del("Accept-Encoding")
	rec := &recorder{reply: Reply{Status: http.StatusOK, Header: http.Header{}}}
	behind.ServeHTTP(rec, r)
	rec.reply.Body = rec.body.Bytes()
	return &rec.reply
}

func (reply *Reply) send(w http.ResponseWriter, r *http.Request) {
	for name, values := range reply.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(reply.Body)))
	w.WriteHeader(reply.Status)
	if r.Method != http.MethodHead {
		w.Write(reply.Body)
	}
}

type recorder struct {
	reply Reply
	body  bytes.Buffer
	begun bool
}

func (r *recorder) Header() http.Header { return r.reply.Header }

func (r *recorder) WriteHeader(status int) {
	if !r.begun && status >= http.StatusOK {
		r.reply.Status, r.begun = status, true
	}
}

func (r *recorder) Write(text []byte) (int, error) {
	r.begun = true
	return r.body.Write(text)
}
