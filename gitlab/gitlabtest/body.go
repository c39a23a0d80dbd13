package gitlabtest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
)

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// readBody takes in what was sent: a connection notices that its client has
// left only once the body has been read. A form is in r.PostForm from then on,
// and the body can be read once more.
func readBody(r *http.Request) {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	r.ParseForm() // what can't be read counts as absent, as with Rack
	if isJSON(r.Header) {
		addJSON(r, text)
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
}

func isJSON(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "application/json"
}

// addJSON treats the texts of a JSON body like the fields of a form, as Rails
// does: OAuth requests may come either way.
func addJSON(r *http.Request, text []byte) {
	var fields map[string]any
	if json.Unmarshal(text, &fields) != nil {
		return
	}
	for name, value := range fields {
		if value, ok := value.(string); ok {
			r.PostForm.Set(name, value)
			r.Form.Set(name, value)
		}
	}
}
