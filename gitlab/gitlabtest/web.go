package gitlabtest

import (
	"html"
	"net/http"
	"net/url"
	"strings"
)

// web answers everything outside the API, as a browser that is not
// signed in sees it. Any private or unknown address leads to the sign-in page, so that nobody
// can tell the two apart.
func (s *Server) web(r *http.Request, segments []string) answer {
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
	case path == "users/sign_in":
		return signInPage(s.root)
	case strings.HasPrefix(path, ".well-known/"), strings.HasPrefix(path, "assets/"), path == "robots.txt":
		return missingPage()
	}
	if name := s.publicPage(path); name != "" {
		return page(http.StatusOK, `<!DOCTYPE html><html class="" lang="en"><head><title>`+htmlText(name)+` · GitLab</title>`+
			`<meta content="GitLab" property="og:site_name"></head><body data-page="projects:show"><h1>`+
			htmlText(name)+`</h1></body></html>`)
	}
	return redirectTo(s.requestBase(r) + "/users/sign_in")
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

func signInPage(root string) answer {
	return page(http.StatusOK, `<!DOCTYPE html>
<html class="" lang="en">
<head>
<meta charset="utf-8">
<title>Sign in · GitLab</title>
<meta content="GitLab" property="og:site_name">
<meta content="Sign in" property="og:title">
</head>
<body class="login-page">
<h1>GitLab Enterprise Edition</h1>
<form class="new_user" action="`+root+`/users/sign_in" method="post">
<label for="user_login">Username or primary email</label>
<input id="user_login" name="user[login]" type="text" autocomplete="username">
<label for="user_password">Password</label>
<input id="user_password" name="user[password]" type="password" autocomplete="current-password">
<button type="submit">Sign in</button>
</form>
</body>
</html>
`)
}

func missingPage() answer {
	return page(http.StatusNotFound, `<!DOCTYPE html><html><head><title>The page you're looking for could not be found (404)</title></head>`+
		`<body><h1>404</h1><h3>The page could not be found or you don't have permission to view it.</h3></body></html>`)
}

// outsidePage is the web server's own answer beside GitLab's relative root.
func outsidePage() answer {
	return page(http.StatusNotFound, "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"+
		"<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
}

func htmlText(text string) string { return html.EscapeString(text) }
