package gitlabtest

import (
	"net/http"
	"slices"
	"strings"
)

// SetMaintenance puts GitLab into Maintenance Mode or ends it. It is a feature
// of the Enterprise Edition since 13.9; others take no notice.
func (s *Server) SetMaintenance(on bool) { s.maintenance.Store(on) }

// writableInMaintenance are the addresses that stay open for POST: signing in
// and out, and queries in GraphQL. What gives, asks for or ends access with
// OAuth is not among them (18.9, read_only/controller.rb).
var writableInMaintenance = []string{"users/sign_in", "users/sign_out", "oauth/token", "api/graphql", "api/v4/application/settings"}

// maintained refuses what would change something. Only a request that says it
// sends JSON is told so; any other is sent back to the page it came from, as if
// it were a browser's.
func (s *Server) maintained(r *http.Request, path string) (answer, bool) {
	writes := slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, r.Method)
	open := slices.ContainsFunc(writableInMaintenance, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
	if !writes || open || !s.maintenance.Load() || !s.release.enterprise || !s.release.since(13, 9) {
		return answer{}, false
	}
	if isJSON(r.Header) {
		a := message(http.StatusServiceUnavailable, "GitLab Maintenance: system is in maintenance mode")
		a.header.Set("Retry-After", "900")
		return a, true
	}
	back := r.Referer()
	if back == "" {
		back = s.external + "/"
	}
	return answer{http.StatusMovedPermanently, http.Header{"Location": {back}}, nil}, true
}
