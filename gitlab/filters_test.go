package gitlab_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// without passes requests on as if the server did not know some parameters.
func without(parameters ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			for _, p := range parameters {
				q.Del(p)
			}
			r.URL.RawQuery = q.Encode()
			next.ServeHTTP(w, r)
		})
	}
}

// A server that answers with everything, because it does not know how it was to
// be narrowed, is noticed: what it brings is not taken for what was asked for.
func TestAFilterThatIsIgnoredIsNoticed(t *testing.T) {
	for _, test := range []struct{ version, ignored string }{
		{"17.5.2", "membership"}, {"12.3.0", "membership"}, {"9.0.0", "membership"},
		{"17.5.2", "min_access_level"}, {"11.5.0", "min_access_level"},
		{"17.5.2", "id_after"}, {"12.10.0", "id_after"},
		{"9.0.0", "archived"}, {"11.1.0", "archived"},
		{"12.9.0", "page"}, {"12.9.0", "per_page"}, {"12.9.0", "order_by"}, {"12.9.0", "sort"},
	} {
		t.Run(test.version+" "+test.ignored, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: test.version})
			s.Fail(gitlabtest.Fault{Path: "/api/v4/projects", Around: without(test.ignored)})
			c, _ := newClient(t, gitlab.Options{})
			if repos, err := discover(c, connect(t, s.URL())); !flow.CausedBy(err, flow.BadAnswer) {
				t.Errorf("%d repos, error %v", repos, err)
			}
		})
	}
	// As far as it can be known: without it groups come in the order of their names.
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Path: "/api/v4/groups", Around: without("order_by")})
	c, _ := newClient(t, gitlab.Options{})
	if _, err := discover(c, connect(t, s.URL())); !flow.CausedBy(err, flow.BadAnswer) {
		t.Errorf("groups: error %v", err)
	}
}

// Where nothing is suspicious nothing is asked for, and where something is and
// the filters work, the walk is as good as any.
func TestNonsenseIsAskedForOnSuspicionOnly(t *testing.T) {
	guest := matrixCompany(t, false)
	club, _ := guest.Group("club")
	partners, _ := guest.Group("partners")
	if err := guest.ShareGroup(club.ID, partners.ID, gitlabtest.Guest); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		company *gitlabtest.Company
		asked   int
	}{
		{"all is clear", matrixCompany(t, true), 0},
		{"a Guest because a group lets in a group", guest, 1},
	} {
		s := start(t, test.company, gitlabtest.Options{})
		c, _ := newClient(t, gitlab.Options{})
		_, err := discover(c, connect(t, s.URL()))
		asked := 0
		for _, r := range s.Requests() {
			if r.Status == http.StatusBadRequest {
				asked++
			}
		}
		if err != nil || asked != test.asked {
			t.Errorf("%s: asked %d times, want %d; error %v", test.name, asked, test.asked, err)
		}
	}
}

// refusing hides the version as GitLab does from tokens that may not read it.
func refusing(s *gitlabtest.Server, paths ...string) {
	for _, path := range paths {
		s.Fail(gitlabtest.Fault{Path: path, Status: 403, Body: `{"error":"insufficient_scope","error_description":"…","scope":"api"}`})
	}
}

// A release that does not tell its version is walked like an old one, and with
// the same outcome.
func TestAVersionThatCantBeReadChangesNothing(t *testing.T) {
	for _, version := range gitlabtest.Profiles {
		for _, hidden := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, announcement hidden: %t", version, hidden), func(t *testing.T) {
				t.Parallel()
				s := start(t, matrixCompany(t, !older(version, "12.7")), gitlabtest.Options{Version: version})
				refusing(s, "/api/v4/version", "/api/v4/metadata")
				if hidden {
					s.Fail(gitlabtest.Fault{Path: "/.well-known/openid-configuration", Status: 404})
				}
				c, _ := newClient(t, gitlab.Options{})
				got := discovered(t, c, connect(t, s.URL()))
				groups, repos := wanted(strings.HasSuffix(version, "-ee"))
				for _, u := range unknowns {
					if older(version, u.before) {
						u.apply(groups, repos)
					}
				}
				compare(t, "group", got.groups, groups)
				compare(t, "repo", got.repos, repos)
			})
		}
	}
}
