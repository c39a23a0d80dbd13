package gitlab_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// Go's own client takes PRIVATE-TOKEN along to wherever a redirect points.
func TestACredentialNeverLeavesTheBaseURL(t *testing.T) {
	var reached atomic.Int32
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		if r.Header.Get("PRIVATE-TOKEN") != "" {
			t.Error("the token went elsewhere")
		}
	})
	port := elsewhere.URL[strings.LastIndex(elsewhere.URL, ":"):]
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, target := range map[string]func(own string) string{
			"another port":            func(string) string { return elsewhere.URL + "/git/api/v4/version" },
			"another host":            func(string) string { return "http://localhost" + port + "/git/api/v4/version" },
			"another scheme":          func(own string) string { return strings.Replace(own, "http:", "https:", 1) + "/git/api/v4/version" },
			"outside the base":        func(own string) string { return own + "/stolen" },
			"beside the base":         func(own string) string { return own + "/gitlab/api/v4/version" },
			"outside, by dots":        func(own string) string { return own + "/git/../stolen" },
			"outside, by coded dots":  func(own string) string { return own + "/git/%2e%2e/stolen" },
			"a user before the host":  func(own string) string { return "http://127.0.0.1@localhost" + port + "/git/" },
			"no scheme, another host": func(string) string { return "//localhost" + port + "/git/" },
		} {
			t.Run(fmt.Sprint(status, " ", name), func(t *testing.T) {
				calls := 0
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if calls++; r.URL.Path != "/git/api/v4/metadata" {
						t.Errorf("went on to %s", r.URL)
					}
					w.Header().Set("Location", target("http://"+r.Host))
					w.WriteHeader(status)
				})
				c, _ := newClient(t, gitlab.Options{})
				err := c.Discover(context.Background(), connectAs(t, s.URL+"/git", secret), nil, func(flow.Page) error { return nil })
				if !flow.CausedBy(err, flow.Elsewhere, flow.BadAnswer) || calls != 1 {
					t.Errorf("%d calls, error %v", calls, err)
				}
			})
		}
	}
	if reached.Load() > 0 {
		t.Errorf("%d requests went elsewhere", reached.Load())
	}
}

func TestARedirectWithinTheBaseURLIsFollowed(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Path: "/git"})
	s.Fail(gitlabtest.Fault{Path: "/api/v4/projects", Times: 1, Status: 301, Redirect: s.URL() + "/api/v4/projects?membership=true&per_page=1"})
	c, _ := newClient(t, gitlab.Options{})
	if err := c.Discover(context.Background(), connect(t, s.URL()), nil, func(flow.Page) error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestHTTPSNeverBecomesHTTP(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{TLS: &gitlabtest.Certificate{}})
	s.Fail(gitlabtest.Fault{Redirect: strings.Replace(s.URL(), "https:", "http:", 1) + "/api/v4/version"})
	c, _ := newClient(t, gitlab.Options{Roots: trusting(s)})
	for _, err := range []error{
		c.Discover(context.Background(), connect(t, s.URL()), nil, func(flow.Page) error { return nil }),
		findError(c, s.URL()),
	} {
		if !flow.CausedBy(err, flow.Downgrade) {
			t.Errorf("error %v", err)
		}
	}
}

func TestNoTokenOverPlainHTTPUnasked(t *testing.T) {
	asked := 0
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { asked++ })
	c, _ := newClient(t, gitlab.Options{Proxy: through(proxy.URL)})
	conn := connect(t, "http://gitlab.example.com")
	report, err := c.Test(context.Background(), conn, nil)
	if report.Passed() || err != nil {
		t.Errorf("report %+v, error %v", report, err)
	}
	err = c.Discover(context.Background(), conn, nil, func(flow.Page) error { return nil })
	if !flow.CausedBy(err, flow.PlainAddress) || asked != 0 {
		t.Errorf("%d requests, error %v", asked, err)
	}
	conn.Network.PlainHTTP = true
	if c.Discover(context.Background(), conn, nil, func(flow.Page) error { return nil }); asked == 0 {
		t.Error("nothing was sent although plain http is accepted")
	}
}
