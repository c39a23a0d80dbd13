package gitlabtest

import (
	"net/http"
	"strconv"
	"strings"
)

// answer is a whole response. It is complete before the first byte is sent, so
// that a fault can cut it anywhere.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func jsonAnswer(status int, body []byte) answer {
	return answer{status, http.Header{"Content-Type": {"application/json"}}, body}
}

func page(status int, html string) answer {
	return answer{status, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte(html)}
}

// message is the shape of an error that GitLab's own code raises.
func message(status int, text string) answer {
	var e entity
	e.open('{')
	e.text("message", text)
	e.shut('}')
	return jsonAnswer(status, e.buf)
}

// problem is the shape of an error that its API framework raises: unknown
// routes, bad parameters, refused paging.
func problem(status int, text string) answer {
	var e entity
	e.open('{')
	e.text("error", text)
	e.shut('}')
	return jsonAnswer(status, e.buf)
}

func notFound(what string) answer { return message(http.StatusNotFound, "404 "+what+" Not Found") }

func forbidden() answer { return message(http.StatusForbidden, "403 Forbidden") }

func unauthorized() answer { return message(http.StatusUnauthorized, "401 Unauthorized") }

// tokenProblem is the OAuth shape, which GitLab uses for personal access
// tokens as well (since 10.2). A 403 comes without WWW-Authenticate: GitLab's
// lib/api/api_guard.rb calls that a breach of the standard, and leaves it.
func tokenProblem(status int, code, description string, scopes []string) answer {
	var e entity
	e.open('{')
	e.text("error", code)
	e.text("error_description", description)
	if len(scopes) > 0 {
		e.text("scope", strings.Join(scopes, " "))
	}
	e.shut('}')
	a := jsonAnswer(status, e.buf)
	if status == http.StatusUnauthorized {
		a.header.Set("WWW-Authenticate", `Bearer realm="The API", error="`+code+`", error_description="`+description+`"`)
	}
	return a
}

// send writes an answer, or half of it and then cuts the connection.
func send(w http.ResponseWriter, a answer, cut bool) {
	for name, value := range a.header {
		w.Header()[name] = value
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if !cut {
		w.Write(a.body)
		return
	}
	w.Write(a.body[:len(a.body)/2])
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}
