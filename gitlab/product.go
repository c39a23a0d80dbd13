package gitlab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// products are what stands where people look for a GitLab, found by what each of
// them alone sends.
var products = []struct {
	name   string
	header string // is there
	value  string // and holds that; "": anything
}{
	{"Jenkins", "X-Jenkins", ""},
	{"GitHub", "X-Github-Enterprise-Version", ""},
	{"GitHub", "Server", "github.com"},
	{"Gitea", "Set-Cookie", "i_like_gitea"},
	{"Bitbucket", "Set-Cookie", "bitbucketsessionid"},
	{"Jira", "X-Ausername", ""},
	{"Confluence", "X-Confluence-Request-Time", ""},
	{"Nexus", "Server", "nexus/"},
	{"Artifactory", "X-Artifactory-Id", ""},
}

// titled are those that are told by the title of a page, which may go on in any
// way.
var titled = []struct{ title, name string }{
	{"welcome to nginx", "nginx welcome page"},
	{"welcome to openresty", "OpenResty welcome page"},
	{"apache2 debian default page", "Apache welcome page"},
	{"apache2 ubuntu default page", "Apache welcome page"},
	{"caddy works", "Caddy welcome page"},
	{"test page for the", "web server test page"},
	{"iis windows", "IIS welcome page"},
	{"gitea:", "Gitea"},
	{"forgejo:", "Forgejo"},
	{"gogs", "Gogs"},
	{"github", "GitHub"},
	{"welcome to keycloak", "Keycloak"},
	{"log in - bitbucket", "Bitbucket"},
	{"sonarqube", "SonarQube"},
	{"grafana", "Grafana"},
	{"harbor", "Harbor"},
}

// product names what an answer is from, "" if that is not known.
func (a answer) product() string {
	for _, p := range products {
		values := a.header.Values(p.header)
		if len(values) > 0 && strings.Contains(strings.ToLower(strings.Join(values, "\n")), p.value) {
			return p.name
		}
	}
	page := strings.ToLower(title(a.body))
	for _, p := range titled {
		if strings.HasPrefix(page, p.title) {
			return p.name
		}
	}
	var said announcement
	if json.Unmarshal(a.body, &said) == nil && strings.Contains(said.Issuer, "/realms/") {
		return "Keycloak"
	}
	return ""
}

// look says what an answer that is not GitLab's looks like.
func (a answer) look() string {
	if name := a.product(); name != "" {
		return name
	}
	page := a.told(title(a.body), 60)
	switch {
	case page != "" && isHTML(a):
		return fmt.Sprintf("a page titled %q", page)
	case a.status != http.StatusOK:
		return strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	case isHTML(a):
		return "a page without a title"
	case len(bytes.TrimSpace(a.body)) == 0:
		return "an empty page"
	case json.Valid(a.body):
		return "another program's JSON"
	}
	return "something that is no page"
}
