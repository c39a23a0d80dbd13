package gitlab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"flow"
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
	if json.Unmarshal(a.body, &body) != nil {
		return words{message: plainWords(a.body)}
	}
	return words{code: spoken(body.Error), description: body.Description, message: spoken(body.Message), isJSON: true}
}

// spoken makes one line of a message, which may be a text, a list or an object
// of field names with their complaints.
func spoken(raw json.RawMessage) string {
	var text string
	var list []json.RawMessage
	var fields map[string]json.RawMessage
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &list) == nil && len(list) > 0:
		return spoken(list[0])
	case json.Unmarshal(raw, &fields) == nil && len(fields) == 1:
		for name, value := range fields {
			if name == "error" {
				return spoken(value)
			}
			return name + " " + spoken(value)
		}
	}
	return string(raw)
}

var titlePattern = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// title returns the title of an HTML page, "" if there is none.
func title(body []byte) string {
	if m := titlePattern.FindSubmatch(body); m != nil {
		return flow.CleanLine(html.UnescapeString(string(m[1])), 60)
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
	case w.code == "insufficient_scope":
		text = w.code
	case w.description != "":
		text = w.description
	case w.code != "":
		text = w.code
	}
	// Redacted before it is cut, so that no half of a token is left.
	text = flow.CleanLine(r.redact(text), 160)
	number := strconv.Itoa(status)
	switch {
	case text == "":
		text = number + " " + http.StatusText(status)
	case !strings.HasPrefix(text, number):
		text = number + " " + text
	}
	return strings.TrimSpace(text)
}

// welcomePages are what stands at an address before anything is set up there.
var welcomePages = []struct{ title, name string }{
	{"welcome to nginx", "nginx welcome page"},
	{"apache2 debian default page", "Apache welcome page"},
	{"apache2 ubuntu default page", "Apache welcome page"},
	{"test page for the", "web server test page"},
	{"iis windows", "IIS welcome page"},
}

// look says what an answer that is not GitLab's looks like.
func (a answer) look() string {
	name := title(a.body)
	for _, page := range welcomePages {
		if strings.Contains(strings.ToLower(name), page.title) {
			return page.name
		}
	}
	switch {
	case name != "" && isHTML(a):
		return fmt.Sprintf("a page titled %q", name)
	case a.status != http.StatusOK:
		return strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	case isHTML(a):
		return "a page without a title"
	case json.Valid(a.body):
		return "another program's JSON"
	}
	return "something that is no page"
}
