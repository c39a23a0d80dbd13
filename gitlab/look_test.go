package gitlab_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// A lookedAt is a company in which something can be missing in every way, and the
// IDs of what is in it.
type lookedAt struct {
	*gitlabtest.Company
	groups   map[string]int
	projects map[string]int
	bot      int
}

const lookToken = "glpat-flow-bot-in-acme"

func lookCompany(t *testing.T) lookedAt {
	t.Helper()
	c := lookedAt{gitlabtest.NewCompany(), map[string]int{}, map[string]int{}, 0}
	ok := func(id int, err error) int {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	c.bot = ok(c.AddUser(gitlabtest.User{Username: "flow-bot"}))
	ok(c.AddToken(gitlabtest.Token{Value: lookToken, Name: "Flow", User: c.bot, Scopes: []string{"api"}}))
	group := func(path string, v gitlabtest.Visibility) {
		above, last, below := cutLast(path)
		parent := 0
		if below {
			parent = c.groups[above]
		}
		c.groups[path] = ok(c.AddGroup(gitlabtest.Group{Path: last, Name: last, Parent: parent, Visibility: v}))
	}
	project := func(path string, v gitlabtest.Visibility) {
		above, last, _ := cutLast(path)
		c.projects[path] = ok(c.AddProject(gitlabtest.Project{Path: last, Name: last, Group: c.groups[above], Visibility: v}))
	}
	group("acme", gitlabtest.Private)
	group("acme/platform", gitlabtest.Private)
	group("acme/platform/secret", gitlabtest.Private)
	group("acme/platform/open", gitlabtest.Private)
	group("vault", gitlabtest.Private)
	group("pool", gitlabtest.Private)
	group("open", gitlabtest.Public)
	project("acme/platform/api", gitlabtest.Private)
	project("acme/platform/tools", gitlabtest.Private) // called like what the account is no member of
	project("vault/keys", gitlabtest.Private)
	group("open/sub", gitlabtest.Public)
	project("open/tools", gitlabtest.Public)
	project("pool/shared", gitlabtest.Private)
	for i := range 120 { // more than a page of the same name
		project("open/api-"+strings.Repeat("x", i+1), gitlabtest.Public)
	}
	for _, err := range []error{
		c.SetGroupRole(c.groups["acme/platform"], c.bot, gitlabtest.Reporter),
		c.ShareProject(c.projects["pool/shared"], c.groups["acme/platform"], gitlabtest.Developer),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func cutLast(path string) (above, last string, below bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// lookVersions are those at which GitLab answers differently.
var lookVersions = []string{"9.5.0", "11.5.0", "12.3.0", "15.11.0-ee", "17.5.2-ee", "19.1.0-ee"}

func TestLookTellsWhatTheAccountSees(t *testing.T) {
	for _, version := range lookVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			c := lookCompany(t)
			s := start(t, c.Company, gitlabtest.Options{Version: version, Path: "/git", ExternalURL: "https://git.internal/forge"})
			client, _ := newClient(t, gitlab.Options{})
			for _, test := range []struct {
				path string
				want flow.Sighting
			}{
				{"acme/platform/api", flow.Sighting{Kind: flow.KindRepo, ID: int64(c.projects["acme/platform/api"]), Path: "acme/platform/api", Member: true, Private: true}},
				{"ACME/Platform/API", flow.Sighting{Kind: flow.KindRepo, ID: int64(c.projects["acme/platform/api"]), Path: "acme/platform/api", Member: true, Private: true}},
				{"acme/platform", flow.Sighting{Kind: flow.KindGroup, ID: int64(c.groups["acme/platform"]), Path: "acme/platform", Member: true, Private: true}},
				{"open/tools", flow.Sighting{Kind: flow.KindRepo, ID: int64(c.projects["open/tools"]), Path: "open/tools"}},
				{"open", flow.Sighting{Kind: flow.KindGroup, ID: int64(c.groups["open"]), Path: "open"}},
				{"pool/shared", flow.Sighting{Kind: flow.KindRepo, ID: int64(c.projects["pool/shared"]), Path: "pool/shared", Member: true, Private: true}},
				{"vault/keys", flow.Sighting{}},
				{"vault", flow.Sighting{}},
				{"acme/platform/nothing/here", flow.Sighting{Above: "acme/platform"}},
				{"no", flow.Sighting{}},
			} {
				got, err := client.Look(t.Context(), connectAs(t, s.URL(), lookToken), test.path)
				if err != nil {
					t.Errorf("%s: %v", test.path, err)
					continue
				}
				if got.Kind == flow.KindUnknown && !strings.HasPrefix(got.Says, "404 ") {
					t.Errorf("%s: GitLab says %q", test.path, got.Says)
				}
				got.Says, got.Role = "", 0
				if got != test.want {
					t.Errorf("%s: %+v, want %+v", test.path, got, test.want)
				}
			}
		})
	}
}

// Since 16.7 the old path of a repo leads to the new one, by a redirect to where
// GitLab believes to be; before, GitLab knows nothing of it.
func TestLookFollowsAMoveByItsNumber(t *testing.T) {
	for version, follows := range map[string]bool{"9.5.0": false, "15.11.0-ee": false, "16.6.0": false, "16.7.0": true, "19.1.0-ee": true} {
		c := lookCompany(t)
		if err := c.RenameProject(c.projects["acme/platform/api"], "Gateway", "gateway"); err != nil {
			t.Fatal(err)
		}
		s := start(t, c.Company, gitlabtest.Options{Version: version, ExternalURL: "https://git.internal"})
		client, _ := newClient(t, gitlab.Options{})
		got, err := client.Look(t.Context(), connectAs(t, s.URL(), lookToken), "acme/platform/api")
		if err != nil {
			t.Errorf("%s: %v", version, err)
		}
		want := flow.Sighting{Above: "acme/platform", Says: got.Says}
		if follows {
			want = flow.Sighting{Kind: flow.KindRepo, ID: int64(c.projects["acme/platform/api"]), Path: "acme/platform/gateway", Role: got.Role, Member: true, Private: true}
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", version, got, want)
		}
	}
}

// A front that decodes %2F leaves GitLab with a path that it does not know.
func TestLookFindsBehindADecodingProxy(t *testing.T) {
	c := lookCompany(t)
	s := start(t, c.Company, gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{
		Match:  func(r *http.Request) bool { return strings.Contains(r.URL.EscapedPath(), "%2F") },
		Status: http.StatusNotFound, Body: `{"error":"404 Not Found"}`,
	})
	client, _ := newClient(t, gitlab.Options{})
	for path, want := range map[string]flow.Sighting{
		"acme/platform/api": {Kind: flow.KindRepo, Member: true}, "acme/platform": {Kind: flow.KindGroup, Member: true},
		"open/tools": {Kind: flow.KindRepo}, "open/sub": {Kind: flow.KindGroup}, "vault/keys": {},
	} {
		got, err := client.Look(t.Context(), connectAs(t, s.URL(), lookToken), path)
		if err != nil || got.Kind != want.Kind || got.Member != want.Member {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
	}
}

func TestLookTellsWhySomethingIsOutOfReach(t *testing.T) {
	for _, test := range []struct {
		name string
		path string
		set  func(t *testing.T, c lookedAt) (token string)
		want func(flow.Sighting) bool
	}{
		{"a token of one project", "acme/platform/secret", func(t *testing.T, c lookedAt) string {
			if _, err := c.AddProjectBot(c.projects["acme/platform/api"], gitlabtest.Reporter, gitlabtest.Token{Value: "glpat-of-a-project", Name: "Flow", Scopes: []string{"api"}}); err != nil {
				t.Fatal(err)
			}
			return "glpat-of-a-project"
		}, func(s flow.Sighting) bool {
			return s.Kind == flow.KindUnknown && strings.HasPrefix(s.Bound, "project ")
		}},
		{"a token of one group", "vault/keys", func(t *testing.T, c lookedAt) string {
			if _, err := c.AddGroupBot(c.groups["acme"], gitlabtest.Reporter, gitlabtest.Token{Value: "glpat-of-a-group", Name: "Flow", Scopes: []string{"api"}}); err != nil {
				t.Fatal(err)
			}
			return "glpat-of-a-group"
		}, func(s flow.Sighting) bool { return s.Kind == flow.KindUnknown && strings.HasPrefix(s.Bound, "group ") }},
		{"an administrator", "vault/keys", func(t *testing.T, c lookedAt) string {
			admin, err := c.AddUser(gitlabtest.User{Username: "root", Admin: true})
			if err == nil {
				_, err = c.AddToken(gitlabtest.Token{Value: "glpat-of-root", Name: "Flow", User: admin, Scopes: []string{"api"}})
			}
			if err != nil {
				t.Fatal(err)
			}
			return "glpat-of-root"
		}, func(s flow.Sighting) bool { return s.Kind == flow.KindRepo && !s.Member && s.Private && s.Admin }},
		{"marked for deletion", "acme/platform/api", func(t *testing.T, c lookedAt) string {
			if err := c.MarkProjectForDeletion(c.projects["acme/platform/api"], today.Add(7*24*time.Hour)); err != nil {
				t.Fatal(err)
			}
			return lookToken
		}, func(s flow.Sighting) bool { return s.Kind == flow.KindRepo && s.Deleting }},
		{"open to other addresses only", "acme/platform/api", func(t *testing.T, c lookedAt) string {
			if err := c.RestrictGroup(c.groups["acme"], "192.0.2.0/24"); err != nil {
				t.Fatal(err)
			}
			return lookToken
		}, func(s flow.Sighting) bool { return s.Kind == flow.KindUnknown && s.Above == "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := lookCompany(t)
			token := test.set(t, c)
			s := start(t, c.Company, gitlabtest.Options{Version: "18.9.0-ee"})
			client, _ := newClient(t, gitlab.Options{})
			got, err := client.Look(t.Context(), connectAs(t, s.URL(), token), test.path)
			if err != nil || !test.want(got) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestLookFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault gitlabtest.Fault
		want  flow.Cause
	}{
		{"the scope is missing", gitlabtest.Fault{Path: "/api/v4/projects/*", Status: 403, Body: `{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"api read_api"}`}, flow.ScopeMissing},
		{"revoked", gitlabtest.Fault{Path: "/api/v4/projects/*", Status: 401, Body: `{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}`}, flow.TokenRevoked},
		{"not what was asked for", gitlabtest.Fault{Path: "/api/v4/projects/*", Status: 200, Body: `{"id":-1,"path_with_namespace":"acme/platform/api"}`}, flow.BadAnswer},
		{"half an answer", gitlabtest.Fault{Path: "/api/v4/projects/*", Status: 200, Body: `{"id":`}, flow.BadAnswer},
	} {
		c := lookCompany(t)
		s := start(t, c.Company, gitlabtest.Options{})
		s.Fail(test.fault)
		client, _ := newClient(t, gitlab.Options{})
		_, err := client.Look(t.Context(), connectAs(t, s.URL(), lookToken), "acme/platform/api")
		if !flow.CausedBy(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
