package gitlabtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// since is the first release that has something. The zero value is always.
type since struct{ major, minor int }

// route is one endpoint of the API.
type route struct {
	method string
	path   string // below /api/v4; a segment that starts with ':' takes any value
	since  since
	scopes []string // accepted beside api and read_api
	// readUserSince adds read_user from a release on.
	readUserSince since
	anyScope      bool  // any token may call it, whatever its scopes
	signedIn      bool  // anonymous calls get 401
	openSince     since // anonymous calls get 401 before
	parameters    []parameter
	serve         func(*call) answer
}

// openToAll is about when groups, issues and merge requests that are public
// could be read without signing in. Their code of 9.2 asks for it; that of 10.7
// does not.
var openToAll = since{10, 3}

// routes is the API that is played, in one table. What is outside it is in
// webRoutes.
func routes() []route {
	return []route{
		{method: "GET", path: "version", readUserSince: since{12, 9}, signedIn: true, serve: serveVersion},
		{method: "GET", path: "metadata", since: since{15, 2}, readUserSince: since{12, 9}, signedIn: true, serve: serveMetadata},
		{method: "GET", path: "user", scopes: []string{"read_user"}, signedIn: true, serve: serveUser},
		{method: "GET", path: "personal_access_tokens/self", since: since{15, 5}, anyScope: true, signedIn: true, serve: serveTokenSelf},
		{method: "GET", path: "groups", openSince: openToAll, parameters: groupListParameters, serve: serveGroups},
		{method: "GET", path: "groups/:id", openSince: openToAll, parameters: groupParameters, serve: serveGroup},
		{method: "GET", path: "groups/:id/subgroups", since: since{10, 3}, parameters: groupListParameters, serve: serveSubgroups},
		{method: "GET", path: "groups/:id/descendant_groups", since: since{13, 5}, parameters: groupListParameters, serve: serveDescendants},
		{method: "GET", path: "groups/:id/members/:user_id", openSince: openToAll, serve: serveGroupMember},
		{method: "GET", path: "groups/:id/projects", openSince: openToAll, parameters: groupProjectParameters, serve: serveGroupProjects},
		{method: "GET", path: "projects", parameters: projectListParameters, serve: serveProjects},
		{method: "GET", path: "projects/:id", parameters: projectParameters, serve: serveProject},
		{method: "GET", path: "projects/:id/repository/commits", parameters: commitParameters, serve: serveCommits},
		{method: "GET", path: "projects/:id/merge_requests", openSince: openToAll, parameters: mergeRequestParameters, serve: serveMergeRequests},
		{method: "GET", path: "projects/:id/issues", openSince: openToAll, parameters: issueParameters, serve: serveIssues},
		{method: "GET", path: "projects/:id/hooks", signedIn: true, parameters: paging, serve: serveHooks},
		{method: "POST", path: "projects/:id/hooks", signedIn: true, serve: serveHookCreation},
	}
}

// call is one request to the API while it is answered, with the company locked
// for reading.
type call struct {
	*Server
	request    *http.Request
	route      *route
	id         string // the :id of the path, decoded
	credential credential
	token      *Token      // a personal one
	oauthToken *oauthToken // or one of an application
	scopes     []string    // of either
	user       *User       // nil for anonymous
	view       *view
	values     values
	anonymous  bool
}

// api answers a path below /api/v4, given as escaped segments.
func (s *Server) api(k *call, segments []string) answer {
	rt, id, allow := s.find(k.request.Method, segments)
	if rt == nil && len(allow) > 0 {
		a := problem(http.StatusMethodNotAllowed, "405 Not Allowed")
		a.header.Set("Allow", strings.Join(allow, ", "))
		return a
	}
	if rt == nil {
		return problem(http.StatusNotFound, "404 Not Found")
	}
	k.route, k.id = rt, id
	if a, ok := s.signIn(k); !ok {
		return a
	}
	if k.user == nil && (rt.signedIn || !s.release.since(rt.openSince.major, rt.openSince.minor)) {
		return unauthorized()
	}
	k.anonymous = k.user == nil
	k.view = s.company.viewFor(k.user)
	if a, limited := s.countCall(k); limited {
		return a
	}
	if rt.parameters != nil {
		var a answer
		var ok bool
		if k.values, a, ok = k.parse(rt.parameters); !ok {
			return a
		}
	}
	return rt.serve(k)
}

// find returns the route of a path, or the methods that it does have.
func (s *Server) find(method string, segments []string) (found *route, id string, allow []string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range s.routes {
		rt := &s.routes[i]
		value, fits := match(rt.path, segments)
		if !fits || !s.release.since(rt.since.major, rt.since.minor) {
			continue
		}
		if rt.method == method {
			return rt, value, nil
		}
		if allow = append(allow, rt.method); rt.method == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	slices.Sort(allow)
	return nil, "", allow
}

func match(pattern string, segments []string) (id string, fits bool) {
	count := 0
	for want := range strings.SplitSeq(pattern, "/") {
		if count >= len(segments) {
			return "", false
		}
		if segment := segments[count]; strings.HasPrefix(want, ":") {
			decoded, err := url.PathUnescape(segment)
			if err != nil || segment == "" {
				return "", false
			}
			id = decoded
		} else if want != segment {
			return "", false
		}
		count++
	}
	return id, count == len(segments)
}
