package weather_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestStrangersAreWhatTheyAre(t *testing.T) {
	const discovery, version = "/.well-known/openid-configuration", "/api/v4/version"
	for _, test := range []struct {
		name   string
		server http.Handler
		path   string
		status int
		header string // name: value; "" is none
		says   string
	}{
		{"Gitea", weather.Gitea(), "/", 200, "Set-Cookie: i_like_gitea", "Gitea: Git with a cup of tea"},
		{"Gitea", weather.Gitea(), discovery, 200, "", `"authorization_endpoint":"BASE/login/oauth/authorize"`},
		{"Gitea", weather.Gitea(), discovery, 200, "", `"issuer":"BASE"`},
		{"Gitea", weather.Gitea(), "/api/v1/version", 200, "", `{"version":"1.22.3"}`},
		{"Gitea", weather.Gitea(), version, 404, "", "Page Not Found - Gitea"},
		{"Jenkins", weather.Jenkins(), "/", 403, "X-Jenkins: 2.462.3", "Authentication required"},
		{"Jenkins", weather.Jenkins(), version, 403, "Server: Jetty", "/login?from="},
		{"nginx", weather.Nginx(), "/", 200, "Server: nginx", "Welcome to nginx!"},
		{"nginx", weather.Nginx(), version, 404, "Server: nginx", "<h1>404 Not Found</h1>"},
		{"Apache", weather.Apache(), "/", 200, "Server: Apache/2.4", "It works!"},
		{"Apache", weather.Apache(), discovery, 404, "Server: Apache/2.4", "<address>Apache/2.4.62 (Debian) Server</address>"},
		{"IIS", weather.IIS(), "/", 200, "Server: Microsoft-IIS/10.0", "IIS Windows Server"},
		{"IIS", weather.IIS(), version, 404, "X-Powered-By: ASP.NET", "File or directory not found"},
		{"an application of one page", weather.SPA(), discovery, 200, "Content-Type: text/html", `<div id="root">`},
		{"an application of one page", weather.SPA(), version, 200, "Content-Type: text/html", `<div id="root">`},
		{"Keycloak", weather.Keycloak("acme"), "/realms/acme" + discovery, 200, "", `"token_endpoint":"BASE/realms/acme/protocol/openid-connect/token"`},
		{"Keycloak", weather.Keycloak("acme"), discovery, 200, "Content-Type: application/json", `"issuer":"BASE/realms/acme"`},
		{"Keycloak", weather.Keycloak("acme"), version, 404, "", `"error":`},
		{"GitHub", weather.GitHub(), "/", 302, "Location: /login", ""},
		{"GitHub", weather.GitHub(), "/api/v3/", 401, "Server: GitHub.com", "Must authenticate"},
		{"GitHub", weather.GitHub(), "/api/v3/meta", 200, "X-Github-Enterprise-Version: 3.14", `"installed_version":"3.14.2"`},
		{"GitHub", weather.GitHub(), version, 404, "", `"message":"Not Found"`},
		{"Bitbucket", weather.Bitbucket(), "/login", 200, "Set-Cookie: BITBUCKETSESSIONID", "Log in - Bitbucket"},
		{"Bitbucket", weather.Bitbucket(), "/rest/api/1.0/application-properties", 200, "", `"displayName":"Bitbucket"`},
		{"Bitbucket", weather.Bitbucket(), version, 404, "", "Not found - Bitbucket"},
		{"a portal", weather.Portal(), version, 200, "Content-Type: text/html", "Sign in to use the network"},
		{"a portal elsewhere", weather.PortalAt("http://portal.example.com/login"), version, 302,
			"Location: http://portal.example.com/login?url=http%3A%2F%2FHOST%2Fapi%2Fv4%2Fversion", ""},
		{"a portal that says so", weather.Portal511(), version, 511, "", "Sign in to use the network"},
	} {
		t.Run(test.name+" "+test.path, func(t *testing.T) {
			s := serve(t, test.server, weather.Options{})
			got := get(t, s.URL()+test.path)
			if got.status != test.status {
				t.Errorf("status %d, want %d", got.status, test.status)
			}
			name, value, _ := strings.Cut(test.header, ": ")
			value = strings.ReplaceAll(value, "HOST", strings.ReplaceAll(s.Addr(), ":", "%3A"))
			if name != "" && !strings.HasPrefix(got.header.Get(name), value) {
				t.Errorf("%s is %q", name, got.header.Get(name))
			}
			got.has(t, strings.ReplaceAll(test.says, "BASE", s.URL()))
			if strings.Contains(got.header.Get("Content-Type"), "json") && !json.Valid([]byte(got.body)) {
				t.Errorf("no JSON: %s", got.body)
			}
			for name := range got.header {
				if strings.HasPrefix(name, "X-Gitlab") || strings.Contains(got.body, "GitLab") {
					t.Error("it could be taken for a GitLab")
				}
			}
		})
	}
}

func TestAnOldGitLabIsAnOption(t *testing.T) {
	s := site(t, gitlabtest.Options{Version: "8.17.3"}, weather.Options{})
	if got := get(t, s.URL()+"/.well-known/openid-configuration"); got.status != 404 {
		t.Errorf("status %d", got.status)
	}
	get(t, s.URL()+"/api/v4/version").has(t, `"version":"8.17.3"`)
}
