package gitlab

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// words are what a server says when it refuses. GitLab has three shapes of
// JSON for that, Rack::Attack plain text, proxies HTML.
type words struct {
	code        string // error: insufficient_scope
	description string // error_description
	message     string // message, also that of a nested one
	isJSON      bool
}

func wordsOf(a answer) words {
	var body struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
		Message     json.RawMessage `json:"message"`
	}
	text := opening(a.body)
	if json.Unmarshal(text, &body) != nil {
		return words{message: plainWords(text)}
	}
	return words{code: spoken(body.Error, deepest), description: body.Description, message: spoken(body.Message, deepest), isJSON: true}
}

// opening is as much of a page as is read of an error anyway. One that comes with
// 200 may be as long as a page of a walk, and take seconds to look through.
func opening(body []byte) []byte { return body[:min(len(body), maxError)] }

// deepest is how far a message may be nested. Every level is read again, so that
// a thousand of them would take minutes.
const deepest = 5

// spoken makes one line of a message, which may be a text, a list or an object
// of field names with their complaints.
func spoken(raw json.RawMessage, levels int) string {
	var text string
	var list []json.RawMessage
	var fields map[string]json.RawMessage
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &text) == nil:
		return text
	case levels == 0:
		return string(raw)
	case json.Unmarshal(raw, &list) == nil && len(list) > 0:
		return spoken(list[0], levels-1)
	case json.Unmarshal(raw, &fields) == nil && len(fields) == 1:
		for name, value := range fields {
			if name == "error" {
				return spoken(value, levels-1)
			}
			return name + " " + spoken(value, levels-1)
		}
	}
	return string(raw)
}

var titlePattern = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// title is the whole title of an HTML page, "" if there is none. It is as the
// server has it: whoever shows it has to clean it.
func title(body []byte) string {
	if m := titlePattern.FindSubmatch(opening(body)); m != nil {
		return strings.TrimSpace(html.UnescapeString(string(m[1])))
	}
	return ""
}

func isHTML(a answer) bool {
	start := bytes.ToLower(bytes.TrimSpace(a.body[:min(len(a.body), 512)]))
	return strings.Contains(a.header.Get("Content-Type"), "html") || bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

func plainWords(body []byte) string {
	if t := title(body); t != "" {
		return t
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return ""
	}
	return string(body)
}

// line is the words in one line, led by the status: 403 insufficient_scope.
func (w words) line(status int, r *request) string {
	text := w.message
	switch {
	case strings.HasPrefix(w.code, "insufficient_"):
		text = w.code
	case w.description != "":
		text = w.description
	case w.code != "":
		text = w.code
	}
	text = clean(r.redact, text, 160)
	number := strconv.Itoa(status)
	switch {
	case text == "":
		text = number + " " + http.StatusText(status)
	case !strings.HasPrefix(text, number):
		text = number + " " + text
	}
	return strings.TrimSpace(text)
}
