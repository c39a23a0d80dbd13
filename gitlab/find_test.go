package gitlab_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

func TestFindTakesWhatPeoplePaste(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Path: "/git"})
	root := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	for _, test := range []struct{ name, typed, want string }{
		{"the address itself", s.URL(), s.URL()},
		{"a slash at its end", s.URL() + "/", s.URL()},
		{"the API", s.URL() + "/api/v4", s.URL()},
		{"a call of the API", s.URL() + "/api/v4/projects?membership=true", s.URL()},
		{"the sign-in page", s.URL() + "/users/sign_in", s.URL()},
		{"a page of a project", s.URL() + "/acme/platform/api/-/issues/12", s.URL()},
		{"a group below the sub-path", s.URL() + "/acme/platform", s.URL()},
		{"a group at the root", root.URL() + "/acme/platform", root.URL()},
		{"a repo to clone", root.URL() + "/acme/platform/api.git", root.URL()},
		{"no scheme, loopback", strings.TrimPrefix(root.URL(), "http://"), root.URL()},
		{"capitals and spaces", "  HTTP://" + strings.TrimPrefix(root.URL(), "http://") + " ", root.URL()},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, err := c.Find(context.Background(), test.typed, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := server.BaseURL.String(); got != test.want {
				t.Errorf("Find(%q) = %s, want %s", test.typed, got, test.want)
			}
		})
	}
	for _, r := range append(s.Requests(), root.Requests()...) {
		if r.Credential != "" || r.Method != http.MethodGet {
			t.Errorf("Find sent %s %s with %q", r.Method, r.Path, r.Credential)
		}
	}
}

func TestFindTellsTheVersionAndTheTokenPage(t *testing.T) {
	const newest, middle, oldest = "/-/user_settings/personal_access_tokens", "/-/profile/personal_access_tokens", "/profile/personal_access_tokens"
	for _, test := range []struct {
		version, atLeast, page string
		prefilled              bool
	}{
		{"19.1.0", "17.9", newest, true},
		{"17.5.2-ee", "17.2", newest, true},
		{"17.1.0", "17.1", newest, true},
		{"16.7.0", "16.4", newest, true},
		{"16.2.0", "16.2", middle, true},
		{"15.11.0", "15.8", middle, true},
		{"13.12.0", "12.10", middle, false},
		{"12.10.0", "12.10", middle, false},
		{"11.11.0", "11.11", oldest, false},
		{"9.0.0", "9.0", oldest, false},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{Version: test.version})
			c, _ := newClient(t, gitlab.Options{})
			got, err := c.Find(context.Background(), s.URL(), false)
			if err != nil {
				t.Fatal(err)
			}
			page, query, _ := strings.Cut(strings.TrimPrefix(got.TokenPage, s.URL()), "?")
			if got.AtLeast != test.atLeast || page != test.page || got.Prefilled != test.prefilled {
				t.Errorf("found %+v, want at least %s, page %s, prefilled %t", got, test.atLeast, test.page, test.prefilled)
			}
			if got.Prefilled && query != "name=Flow&scopes=api,read_user,read_repository" {
				t.Errorf("the token page is asked with %q", query)
			}
			if got.Issuer != "" {
				t.Errorf("issuer %q differs from nothing", got.Issuer)
			}
		})
	}
}

func TestFindNamesTheIssuerOnlyWhereItDiffers(t *testing.T) {
	s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{ExternalURL: "https://git.internal"})
	c, _ := newClient(t, gitlab.Options{})
	got, err := c.Find(context.Background(), s.URL(), false)
	if err != nil || got.Issuer != "https://git.internal" || got.BaseURL.String() != s.URL() {
		t.Errorf("found %+v, %v", got, err)
	}
}

func TestFindBelievesTheVersionEndpointWhereTheAnnouncementIsHidden(t *testing.T) {
	for _, status := range []int{403, 404, 401} {
		s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{Path: "/git"})
		s.Fail(gitlabtest.Fault{Path: "/.well-known/**", Status: status, Body: "<html>hidden</html>"})
		c, _ := newClient(t, gitlab.Options{})
		got, err := c.Find(context.Background(), s.URL(), false)
		if err != nil || got.BaseURL.String() != s.URL() || got.AtLeast != "" {
			t.Errorf("with %d: found %+v, %v", status, got, err)
		}
	}
}

func TestFindRefuses(t *testing.T) {
	c, _ := newClient(t, gitlab.Options{})
	html := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			w.Write([]byte(body))
		}
	}
	to := func(location string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, location, http.StatusFound) }
	}
	for _, test := range []struct {
		name   string
		serve  http.HandlerFunc
		cause  flow.Cause
		detail string
	}{
		{"a web server's welcome page", html(200, "<html><title>Welcome to nginx!</title>"), flow.NotGitLab, "nginx welcome page"},
		{"another program's page", html(200, "<!DOCTYPE html><title>Dash\x1b[2Jboard &amp; more</title>"), flow.NotGitLab, `a page titled "Dash[2Jboard & more"`},
		{"nothing at all", html(404, ""), flow.NotGitLab, "404 Not Found"},
		{"another program's OpenID", func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte(`{"issuer":"https://gitea.example.com","scopes_supported":["openid","profile"]}`))
		}, flow.NotGitLab, "another program's JSON"},
		{"another program's 401", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(401)
			w.Write([]byte(`{"message":"Requires authentication"}`))
		}, flow.NotGitLab, "401 Unauthorized"},
		{"only API v3", func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api/v3/") {
				w.WriteHeader(401)
				w.Write([]byte(`{"message":"401 Unauthorized"}`))
				return
			}
			http.NotFound(w, r)
		}, flow.TooOld, "older than 9.0"},
		{"a redirect to another host", to("https://sso.example.com/login"), flow.Elsewhere, "sso.example.com"},
		{"a redirect in a circle", to("/round"), flow.BadAnswer, "more than 3 redirects"},
		{"a redirect to nowhere", to("javascript:alert(1)"), flow.BadAnswer, "a redirect that leads nowhere"},
		{"a GitLab that is down", html(502, "<html><title>GitLab is not responding (502)</title>"), flow.ServerFault, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, test.serve)
			_, err := c.Find(context.Background(), s.URL, false)
			if f := flow.FaultOf(orNone(err)); f.Cause != test.cause || f.Detail != test.detail {
				t.Errorf("got %q about %q, want %q about %q", f.Cause, f.Detail, test.cause, test.detail)
			}
		})
	}
}

func TestFindAsksLittleOfOneHost(t *testing.T) {
	count := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { count++; http.NotFound(w, r) })
	c, _ := newClient(t, gitlab.Options{})
	c.Find(context.Background(), s.URL+"/a/b/c/d/e/f/g/h/i/j/k/l", false)
	if count == 0 || count > 30 {
		t.Errorf("%d requests for one address", count)
	}
}

func TestFindTakesOnTheHTTPSThatHTTPLeadsTo(t *testing.T) {
	safe := start(t, gitlabtest.NewCompany(), gitlabtest.Options{Path: "/git", TLS: &gitlabtest.Certificate{}})
	c, _ := newClient(t, gitlab.Options{Roots: trusting(safe)})
	origin := strings.TrimSuffix(safe.URL(), "/git")
	for name, location := range map[string]func(*http.Request) string{
		"path by path":    func(r *http.Request) string { return origin + r.URL.Path },
		"all to one page": func(*http.Request) string { return origin + "/git/users/sign_in" },
	} {
		plain := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, location(r), http.StatusMovedPermanently)
		})
		got, err := c.Find(context.Background(), plain.URL+"/git", false)
		if err != nil || got.BaseURL.String() != safe.URL() {
			t.Errorf("%s: found %s, %v; want %s", name, got.BaseURL, err, safe.URL())
		}
	}
}

func TestFindSendsNothingOverPlainHTTPUnasked(t *testing.T) {
	asked := false
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = true }))
	defer proxy.Close()
	c, _ := newClient(t, gitlab.Options{Proxy: through(proxy.URL)})
	_, err := c.Find(context.Background(), "http://gitlab.example.com", false)
	if !flow.CausedBy(err, flow.PlainAddress) || asked {
		t.Errorf("error %v, asked %t", err, asked)
	}
}

func TestFindEndsAtOnceWhenCancelled(t *testing.T) {
	arrived := make(chan struct{}, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { arrived <- struct{}{}; <-r.Context().Done() })
	c, _ := newClient(t, gitlab.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	if _, err := c.Find(ctx, s.URL, false); err != context.Canceled {
		t.Errorf("error %v, want that of the context", err)
	}
}
