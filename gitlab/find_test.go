package gitlab_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
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
			server, err := c.Find(context.Background(), test.typed, flow.Network{})
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
		version, atLeast, page, other string
		prefilled                     bool
	}{
		{"19.1.0", "17.9", newest, "", true},
		{"17.5.2-ee", "17.2", newest, "", true},
		{"17.1.0", "17.1", newest, "", true},
		{"16.7.0", "16.4", newest, middle, true},
		{"16.2.0", "16.2", middle, "", true},
		{"15.11.0", "15.8", middle, "", true},
		{"13.12.0", "12.10", middle, oldest, false},
		{"12.10.0", "12.10", middle, oldest, false},
		{"11.11.0", "11.11", oldest, "", false},
		{"9.0.0", "9.0", oldest, "", false},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{Version: test.version})
			c, _ := newClient(t, gitlab.Options{})
			got, err := c.Find(context.Background(), s.URL(), flow.Network{})
			if err != nil {
				t.Fatal(err)
			}
			page, query, _ := strings.Cut(strings.TrimPrefix(got.TokenPage, s.URL()), "?")
			other, _, _ := strings.Cut(strings.TrimPrefix(strings.Join(got.OtherPages, " "), s.URL()), "?")
			if other != test.other {
				t.Errorf("it may also be at %q, want %q", other, test.other)
			}
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
	got, err := c.Find(context.Background(), s.URL(), flow.Network{})
	if err != nil || got.Issuer != "https://git.internal" || got.BaseURL.String() != s.URL() {
		t.Errorf("found %+v, %v", got, err)
	}
}

func TestFindBelievesTheVersionEndpointWhereTheAnnouncementIsHidden(t *testing.T) {
	for _, status := range []int{403, 404, 401} {
		s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{Path: "/git"})
		s.Fail(gitlabtest.Fault{Path: "/.well-known/**", Status: status, Body: "<html>hidden</html>"})
		c, _ := newClient(t, gitlab.Options{})
		got, err := c.Find(context.Background(), s.URL(), flow.Network{})
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
		{"a redirect in a circle", to("/round"), flow.Circle, ""},
		{"one page after the other", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) }, flow.BadAnswer, "more than 4 redirects"},
		{"a redirect to nowhere", to("javascript:alert(1)"), flow.BadAnswer, "a redirect that leads nowhere"},
		{"a GitLab that is down", html(502, "<html><title>GitLab is not responding (502)</title>"), flow.ServerFault, "four times"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, test.serve)
			_, err := c.Find(context.Background(), s.URL, flow.Network{})
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
	c.Find(context.Background(), s.URL+"/a/b/c/d/e/f/g/h/i/j/k/l", flow.Network{})
	if count == 0 || count > 30 {
		t.Errorf("%d requests for one address", count)
	}
}

func TestFindTakesOnTheHTTPSThatHTTPLeadsTo(t *testing.T) {
	safe := behind(t, gitlabtest.Options{Path: "/git"}, weather.Options{TLS: &weather.TLS{}})
	n := trusts(safe.CA())
	origin := strings.TrimSuffix(safe.URL(), "/git")
	for name, test := range map[string]struct {
		typed    string
		upgraded bool
	}{
		"path by path":          {stand(t, weather.RedirectTo(301, origin), weather.Options{}).URL() + "/git", true},
		"all to one page":       {stand(t, weather.RedirectAll(302, origin+"/git/users/sign_in"), weather.Options{}).URL() + "/git", true},
		"http at an https port": {strings.Replace(safe.URL(), "https:", "http:", 1), true},
		"a page, at that port":  {strings.Replace(safe.URL(), "https:", "http:", 1) + "/acme/platform", true},
		"https itself":          {safe.URL(), false},
		"no scheme":             {strings.TrimPrefix(safe.URL(), "https://"), false},
	} {
		c, _ := newClient(t, gitlab.Options{})
		got, err := c.Find(t.Context(), test.typed, n)
		if err != nil || got.BaseURL.String() != safe.URL() || got.Upgraded != test.upgraded {
			t.Errorf("%s: found %s, upgraded %t, %v; want %s", name, got.BaseURL, got.Upgraded, err, safe.URL())
		}
	}
	// Where that is not trusted, the fault is about it.
	port := stand(t, weather.Nginx(), weather.Options{TLS: &weather.TLS{GoWords: true}})
	if f := faultAt(t, strings.Replace(port.URL(), "https:", "http:", 1), flow.Network{}); f.Cause != flow.UnknownCA {
		t.Errorf("%v", f)
	}
}

// A stored address of the wrong kind is not changed on its own.
func TestHTTPAtAnHTTPSPortIsNamed(t *testing.T) {
	for name, o := range map[string]*weather.TLS{"nginx": {}, "Go": {GoWords: true}} {
		s := stand(t, weather.Nginx(), weather.Options{TLS: o})
		r := testOver(t, strings.Replace(s.URL(), "https:", "http:", 1), flow.Network{})
		c := failed(r)
		if c.Name != flow.CheckGitLab || c.Text+"." != sentenceAt(s.URL(), "HOST speaks https at this port, not plain http.") || c.Hint != "Type https:// before the address." || c.Field != flow.FieldBaseURL {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// To another machine http is looked at, since nothing secret is in that, but a
// GitLab is only found there if it is accepted.
func TestFindAsksBeforePlainHTTP(t *testing.T) {
	s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{ExternalURL: "http://gitlab.example.com"})
	proxy := withProxy(t, weather.ProxyOptions{Hosts: weather.Hosts{"gitlab.example.com": strings.TrimPrefix(s.URL(), "http://")}})
	c, _ := newClient(t, gitlab.Options{})
	n := by(t, proxy.URL())
	server, err := c.Find(t.Context(), "http://gitlab.example.com", n)
	if !flow.CausedBy(err, flow.PlainAddress) || server.BaseURL.String() != "http://gitlab.example.com" || len(s.Requests()) == 0 {
		t.Errorf("found %s, %v", server.BaseURL, err)
	}
	n.PlainHTTP = true
	if server, err = c.Find(t.Context(), "http://gitlab.example.com", n); err != nil || server.BaseURL.String() != "http://gitlab.example.com" {
		t.Errorf("found %s, %v", server.BaseURL, err)
	}
	for _, r := range s.Requests() {
		if r.Credential != "" || r.Method != http.MethodGet {
			t.Errorf("sent %+v", r)
		}
	}
}

func TestFindNamesWhatStandsThereInstead(t *testing.T) {
	for want, h := range map[string]http.Handler{
		"Gitea": weather.Gitea(), "Jenkins": weather.Jenkins(), "Keycloak": weather.Keycloak("acme"), "GitHub": weather.GitHub(), "Bitbucket": weather.Bitbucket(),
		"nginx welcome page": weather.Nginx(), "Apache welcome page": weather.Apache(), "IIS welcome page": weather.IIS(), `a page titled "Acme Portal"`: weather.SPA(),
	} {
		s := stand(t, h, weather.Options{})
		for _, address := range []string{s.URL(), s.URL() + "/acme/platform"} {
			f := faultAt(t, address, flow.Network{})
			if f.Sentence() != sentenceAt(s.URL(), "HOST answers, but is not a GitLab ("+want+").") || f.Next() != "Add the path it lives under, such as /git." {
				t.Errorf("%s: %v", want, f)
			}
		}
		if c := failed(testOver(t, s.URL(), flow.Network{})); c.Name != flow.CheckGitLab || !strings.Contains(c.Text, "is not a GitLab (") || c.Field != flow.FieldBaseURL {
			t.Errorf("%s: %+v", want, c)
		}
	}
}

// A GitLab is found beside another program, and behind a front that maps its
// path without its knowing.
func TestFindLooksBeyondAFront(t *testing.T) {
	s := behind(t, gitlabtest.Options{}, weather.Options{}, weather.Map("/git", ""))
	c, _ := newClient(t, gitlab.Options{})
	got, err := c.Find(t.Context(), s.URL()+"/git/acme/platform", flow.Network{})
	if err != nil || got.BaseURL.String() != s.URL()+"/git" || got.Issuer != s.URL() {
		t.Errorf("found %s, which calls itself %s, %v", got.BaseURL, got.Issuer, err)
	}
	r := testOver(t, s.URL()+"/git", flow.Network{})
	if own := r.Check(flow.CheckOwnURL); !r.Passed() || own.Status != flow.Warning || own.Text != "this GitLab calls itself "+s.URL() {
		t.Errorf("%s", lines(r))
	}
}

// An address that a redirect leads to is kept only if it could be shown.
func TestFindTakesNoBaseURLWithoutEnd(t *testing.T) {
	s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{Path: "/" + strings.Repeat("g", 300)})
	front := stand(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/ggg") {
			weather.To(strings.TrimSuffix(s.URL(), "/"+strings.Repeat("g", 300))).ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, "/"+strings.Repeat("g", 300)+r.URL.Path, http.StatusFound)
	}), weather.Options{})
	if f := faultAt(t, front.URL(), flow.Network{}); f.Cause != flow.NotGitLab {
		t.Errorf("%v", f)
	}
}

func TestFindEndsAtOnceWhenCancelled(t *testing.T) {
	arrived := make(chan struct{}, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { arrived <- struct{}{}; <-r.Context().Done() })
	c, _ := newClient(t, gitlab.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	if _, err := c.Find(ctx, s.URL, flow.Network{}); err != context.Canceled {
		t.Errorf("error %v, want that of the context", err)
	}
}
