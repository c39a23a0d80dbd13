package gitlabtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// serveHookCreation is here for what it tells about a token: GitLab looks
// at scopes, project and role before it looks at the parameters. So a call for
// project 0 answers 404 to a token with the scope api, and 403 to others.
// Targets are refused, as on a GitLab that allows none in the local network.
func serveHookCreation(k *call) answer {
	p, a := k.findProject()
	if p == nil {
		return a
	}
	if !k.administers(p) {
		return forbidden()
	}
	if k.bodyValue("url") == "" {
		return problem(http.StatusBadRequest, "url is missing")
	}
	return problem(http.StatusUnprocessableEntity, "Invalid url given")
}

// bodyValue reads one parameter of a JSON or form body, or of the query.
func (k *call) bodyValue(name string) string {
	text, err := io.ReadAll(k.request.Body) // bounded by readBody
	if err != nil {
		return ""
	}
	if strings.HasPrefix(k.request.Header.Get("Content-Type"), "application/json") {
		var fields map[string]any
		if json.Unmarshal(text, &fields) == nil {
			value, _ := fields[name].(string)
			return value
		}
		return ""
	}
	form, err := url.ParseQuery(string(text))
	if err == nil && form.Get(name) != "" {
		return form.Get(name)
	}
	return k.request.URL.Query().Get(name)
}
