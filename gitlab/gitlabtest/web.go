package gitlabtest

import (
	"net/http"
	"net/url"
	"strings"
)

// webRoute is one address outside the API.
type webRoute struct {
	method string
	path   string // below the relative root; a segment that starts with ':' takes any value
	since  since
	until  since // the first release without it; the zero value is none
	kind   webKind
	serve  func(*visit) answer
}

// webKind is for whom an address is.
type webKind uint8

const (
	forMembers  webKind = iota // people; those who aren't signed in are sent to do that
	forVisitors                // people, signed in or not
	forPrograms                // no session, and no form that could be forged
)

// webRoutes is what is played outside the API, in one table.
func webRoutes() []webRoute {
	return []webRoute{
		{method: "GET", path: "", serve: showStart},
		{method: "GET", path: "users/sign_in", kind: forVisitors, serve: showSignIn},
		{method: "POST", path: "users/sign_in", kind: forVisitors, serve: signInWithPassword},
		{method: "POST", path: "users/sign_out", kind: forVisitors, serve: signOut},

		{method: "GET", path: "oauth/authorize", serve: showConsent},
		{method: "POST", path: "oauth/authorize", serve: approve},
		{method: "DELETE", path: "oauth/authorize", serve: deny},
		{method: "GET", path: "oauth/applications", serve: showApplications},
		{method: "POST", path: "oauth/applications", serve: registerApplication},
		{method: "GET", path: "profile/applications", until: since{14, 0}, serve: showApplications},
		{method: "GET", path: "-/profile/applications", since: since{13, 5}, until: since{16, 7}, serve: showApplications},
		{method: "GET", path: "-/user_settings/applications", since: since{16, 7}, serve: showApplications},
		{method: "GET", path: "oauth/device", since: since{17, 2}, serve: askUserCode},
		{method: "POST", path: "oauth/device/confirm", since: since{17, 2}, serve: confirmDevice},
		{method: "POST", path: "oauth/device", since: since{17, 2}, serve: approveDevice},
		{method: "DELETE", path: "oauth/device", since: since{17, 2}, serve: denyDevice},

		{method: "POST", path: "oauth/token", kind: forPrograms, serve: serveToken},
		{method: "POST", path: "oauth/revoke", kind: forPrograms, serve: serveRevocation},
		{method: "GET", path: "oauth/token/info", kind: forPrograms, serve: serveTokenInfo},
		{method: "POST", path: "oauth/authorize_device", since: since{17, 2}, kind: forPrograms, serve: serveDeviceAuthorization},
	}
}

// web answers everything outside the API. Any private or unknown address leads
// to the sign-in page, so that nobody can tell the two apart.
func (s *Server) web(r *http.Request, segments []string) answer {
	if rt := s.findPage(formMethod(r), segments); rt != nil {
		// Sessions aside, these make, use or end tokens: each has the company
		// for itself.
		s.company.mu.Lock()
		defer s.company.mu.Unlock()
		return s.visit(rt, r)
	}
	s.company.mu.RLock()
	defer s.company.mu.RUnlock()
	path := strings.Join(segments, "/")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return missingPage()
	}
	switch {
	case path == ".well-known/openid-configuration":
		if s.release.since(9, 0) {
			return s.discovery()
		}
		return missingPage()
	case strings.HasPrefix(path, ".well-known/"), strings.HasPrefix(path, "assets/"), path == "robots.txt":
		return missingPage()
	}
	if name := s.publicPage(path); name != "" {
		return document(http.StatusOK, name, `<h1>`+htmlText(name)+`</h1>`)
	}
	if s.signedIn(r) != nil {
		return missingPage()
	}
	return redirectTo(s.requestBase(r) + "/users/sign_in")
}

func (s *Server) findPage(method string, segments []string) *webRoute {
	for i := range s.pages {
		rt := &s.pages[i]
		_, fits := match(rt.path, segments)
		gone := rt.until != since{} && s.release.since(rt.until.major, rt.until.minor)
		if fits && rt.method == method && !gone && s.release.since(rt.since.major, rt.since.minor) {
			return rt
		}
	}
	return nil
}

// formMethod: a browser's form can only post, so Rails takes the real method
// from a field.
func formMethod(r *http.Request) string {
	switch {
	case r.Method == http.MethodHead:
		return http.MethodGet
	case r.Method == http.MethodPost && r.PostForm.Get("_method") != "":
		return strings.ToUpper(r.PostForm.Get("_method"))
	}
	return r.Method
}

// publicPage is the display name of a public group, project or person.
func (s *Server) publicPage(path string) string {
	decoded, err := url.PathUnescape(strings.TrimPrefix(path, "groups/"))
	if err != nil || decoded == "" {
		return ""
	}
	n := s.company.namespaceAt(decoded)
	switch p := s.company.projectAt(decoded); {
	case n.group != nil && n.group.Visibility == Public:
		return n.group.Name
	case n.user != nil:
		return n.user.Name
	case p != nil && p.Visibility == Public:
		return p.Name
	}
	return ""
}

// requestBase is how the browser reached GitLab; redirects stay there.
func (s *Server) requestBase(r *http.Request) string {
	k := &call{Server: s, request: r}
	return k.scheme() + "://" + r.Host + s.root
}

func redirectTo(address string) answer {
	a := page(http.StatusFound, `<html><body>You are being <a href="`+htmlText(address)+`">redirected</a>.</body></html>`)
	a.header.Set("Location", address)
	return a
}
