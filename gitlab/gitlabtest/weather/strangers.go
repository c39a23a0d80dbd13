package weather

import (
	"fmt"
	"net/http"
	"strings"
)

// A stranger answers some paths, and the rest with its own 404.
type stranger struct {
	header http.Header
	pages  map[string]func(base string) canned
	rest   canned
}

func (s stranger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	for name, values := range s.header {
		w.Header()[name] = values
	}
	if page, ok := s.pages[strings.TrimSuffix(r.URL.EscapedPath(), "/")]; ok {
		page(scheme+r.Host).ServeHTTP(w, r)
		return
	}
	s.rest.ServeHTTP(w, r)
}

func fixed(c canned) func(string) canned { return func(string) canned { return c } }

// unnamed is an answer without a Server header.
func unnamed(status int, kind, body string) canned {
	return canned{status, http.Header{"Content-Type": {kind}}, body}
}

const (
	htmlUTF8 = "text/html; charset=utf-8"
	jsonUTF8 = "application/json;charset=utf-8"
)

// discovery is an OpenID Connect document (OpenID Connect Discovery 1.0 section
// 3) whose endpoints follow from one pattern.
func discovery(issuer, authorize, token, userinfo string) string {
	return fmt.Sprintf(`{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"userinfo_endpoint":%q,`+
		`"response_types_supported":["code","id_token"],"id_token_signing_alg_values_supported":["RS256"],`+
		`"scopes_supported":["openid","profile","email","groups"],"code_challenge_methods_supported":["plain","S256"],`+
		`"grant_types_supported":["authorization_code","refresh_token"]}`, issuer, authorize, token, userinfo)
}

// Gitea is a Gitea 1.22: like a GitLab it has an OpenID Connect document, and an
// API whose version tells the two apart.
func Gitea() http.Handler {
	return stranger{
		header: http.Header{"X-Frame-Options": {"SAMEORIGIN"}, "Set-Cookie": {"i_like_gitea=7f3a; Path=/; HttpOnly; SameSite=Lax"}},
		pages: map[string]func(string) canned{
			"": fixed(unnamed(200, htmlUTF8, "<!DOCTYPE html>\n<html lang=\"en-US\" data-theme=\"gitea-auto\"><head><title>Gitea: Git with a cup of tea</title>"+
				"<meta name=\"author\" content=\"Gitea - Git with a cup of tea\"></head><body><h1>Gitea: Git with a cup of tea</h1>Powered by Gitea Version: 1.22.3</body></html>\n")),
			"/.well-known/openid-configuration": func(base string) canned {
				return unnamed(200, jsonUTF8, discovery(base, base+"/login/oauth/authorize", base+"/login/oauth/access_token", base+"/login/oauth/userinfo"))
			},
			"/api/v1/version": fixed(unnamed(200, jsonUTF8, `{"version":"1.22.3"}`+"\n")),
		},
		rest: unnamed(404, htmlUTF8, "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>Page Not Found - Gitea: Git with a cup of tea</title></head><body>404 Not Found</body></html>\n"),
	}
}

// Jenkins refuses everything to those who have not signed in, with 403 and a
// page that goes on to the sign-in.
func Jenkins() http.Handler {
	return stranger{
		header: http.Header{"X-Jenkins": {"2.462.3"}, "X-Hudson": {"1.395"}, "X-Jenkins-Session": {"4c1d2e3f"}, "Server": {"Jetty(10.0.24)"}},
		rest: unnamed(403, "text/html;charset=utf-8", "<html><head><meta http-equiv='refresh' content='1;url=/login?from=%2F'/>"+
			"<script id='redirect' src='/static/redirect.js'></script></head><body style='background-color:white; color:white;'>Authentication required\n<!--\n--></body></html>\n"),
	}
}

// Nginx is a fresh nginx with its welcome page.
func Nginx() http.Handler {
	return stranger{
		pages: map[string]func(string) canned{
			"": fixed(html(200, "nginx/1.24.0", "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n"+
				"<p>If you see this page, the nginx web server is successfully installed and working.</p>\n</body>\n</html>\n")),
		},
		rest: nginxPage(404, ""),
	}
}

// Apache is a fresh Apache on Debian with its default page.
func Apache() http.Handler {
	const server = "Apache/2.4.62 (Debian)"
	return stranger{
		pages: map[string]func(string) canned{
			"": fixed(html(200, server, "<!DOCTYPE html>\n<html><head><title>Apache2 Debian Default Page: It works</title></head>\n<body><h1>It works!</h1></body></html>\n")),
		},
		rest: html(404, server, "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n"+
			"<p>The requested URL was not found on this server.</p>\n<hr>\n<address>"+server+" Server</address>\n</body></html>\n"),
	}
}

// IIS is a fresh Internet Information Services.
func IIS() http.Handler {
	const server = "Microsoft-IIS/10.0"
	return stranger{
		header: http.Header{"X-Powered-By": {"ASP.NET"}},
		pages: map[string]func(string) canned{
			"": fixed(html(200, server, "<!DOCTYPE html>\n<html>\n<head>\n<title>IIS Windows Server</title>\n</head>\n<body>\n<img src=\"iisstart.png\" alt=\"IIS\">\n</body>\n</html>\n")),
		},
		rest: html(404, server, "<!DOCTYPE html>\n<html>\n<head>\n<title>404 - File or directory not found.</title>\n</head>\n<body><h1>Server Error</h1>"+
			"<h2>404 - File or directory not found.</h2></body>\n</html>\n"),
	}
}

// SPA is an application of one page: the same HTML with status 200 for every
// path, the API's and the discovery document's too.
func SPA() http.Handler {
	return html(200, "nginx", "<!doctype html>\n<html lang=\"en\"><head><title>Acme Portal</title><script type=\"module\" src=\"/assets/index-4f1c.js\"></script></head>"+
		"<body><noscript>You need to enable JavaScript to run this app.</noscript><div id=\"root\"></div></body></html>\n")
}
