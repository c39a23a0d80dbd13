package gitlabtest

import (
	"net/http"
	"strconv"
	"strings"
)

// findProject reads the :id of the path: a number, or the full path. What the
// caller may not see is not found. Up to 16.6 an old path is not found either,
// although GitLab's pages have led on from there since 9.1; since then a GET is
// sent on, and anything else refused (18.9, lib/api/helpers.rb).
func (k *call) findProject() (*Project, answer) {
	p, moved := k.projectCalled(k.id)
	switch {
	case p == nil || !k.company.seesProject(k.view, p) || k.shutOut(p.Group):
		return nil, notFound("Project")
	case moved && k.request.Method != http.MethodGet && k.request.Method != http.MethodHead:
		return nil, message(http.StatusMethodNotAllowed, "Non GET methods are not allowed for moved projects")
	case moved:
		return nil, k.movedTo(p)
	}
	return p, answer{}
}

func (k *call) projectCalled(id string) (p *Project, moved bool) {
	if number, err := strconv.Atoi(id); err == nil {
		return k.company.project(number), false
	}
	if !strings.Contains(id, "/") {
		return nil, false
	}
	if p := k.company.projectAt(id); p != nil || !k.release.since(16, 7) {
		return p, false
	}
	return k.company.movedFrom(id), true
}

// movedTo sends those who ask by an old path to the address with the number:
// of the same host, with the same query.
func (k *call) movedTo(p *Project) answer {
	_, rest, _ := strings.Cut(k.route.path, ":id")
	address := k.requestBase(k.request) + "/api/v4/projects/" + strconv.Itoa(p.ID) + rest
	if k.request.URL.RawQuery != "" {
		address += "?" + k.request.URL.RawQuery
	}
	return answer{
		status: http.StatusMovedPermanently,
		header: http.Header{"Content-Type": {"text/plain"}, "Location": {address}},
		body:   []byte("This resource has been moved permanently to " + address),
	}
}
