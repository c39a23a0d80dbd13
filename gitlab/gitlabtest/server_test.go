package gitlabtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestABrowserFindsTheSignInPage(t *testing.T) {
	s := play(t, Demo(today), Options{Path: "/git", ExternalURL: "https://gitlab.example.com/git"})
	host := strings.TrimSuffix(s.URL(), "/git")
	outside := &Server{url: host}
	for _, test := range []struct {
		server   *Server
		path     string
		status   int
		location string
		text     string
	}{
		{s, "/", 302, s.URL() + "/users/sign_in", "redirected"},
		{s, "", 302, s.URL() + "/users/sign_in", "redirected"},
		{s, "/users/sign_in", 200, "", `<meta content="GitLab" property="og:site_name">`},
		{s, "/acme", 302, s.URL() + "/users/sign_in", ""},
		{s, "/acme/platform/api", 302, s.URL() + "/users/sign_in", ""},
		{s, "/no-such-group", 302, s.URL() + "/users/sign_in", ""},
		{s, "/oss", 200, "", "Open Source"},
		{s, "/oss/gateway", 200, "", "Gateway"},
		{s, "/.well-known/other", 404, "", "404"},
		{outside, "/", 404, "", "nginx"},
		{outside, "/gitlab", 404, "", "nginx"},
		{outside, "/api/v4/version", 404, "", "nginx"},
	} {
		r := test.server.get(t, "", test.path)
		if r.status != test.status || r.header.Get("Location") != test.location || !strings.Contains(r.body, test.text) {
			t.Errorf("%q: %d to %q: %.200s", test.path, r.status, r.header.Get("Location"), r.body)
		}
	}
}

func TestDiscoveryNamesTheExternalURL(t *testing.T) {
	s := play(t, NewCompany(), Options{Path: "/git", ExternalURL: "https://gitlab.example.com/git/"})
	d := s.get(t, "", "/.well-known/openid-configuration").object(t)
	if d["issuer"] != "https://gitlab.example.com/git" || d["token_endpoint"] != "https://gitlab.example.com/git/oauth/token" {
		t.Errorf("issuer %v, token endpoint %v", d["issuer"], d["token_endpoint"])
	}
}

func TestDiscoveryGivesTheReleaseAway(t *testing.T) {
	for _, test := range []struct {
		version, has, lacks string
		pkce                bool
	}{
		{"12.10.0-ee", "read_api write_repository", "admin_mode device_code", false},
		{"15.8.0-ee", "admin_mode", "create_runner device_code", false},
		{"16.2.0-ee", "create_runner", "k8s_proxy", true},
		{"16.4.0-ee", "k8s_proxy", "manage_runner device_code", true},
		{"17.2.0-ee", "manage_runner device_code", "self_rotate", true},
		{"17.9.0-ee", "self_rotate device_code", "", true},
	} {
		r := play(t, NewCompany(), Options{Version: test.version}).get(t, "", "/.well-known/openid-configuration")
		for word := range strings.FieldsSeq(test.has) {
			if !strings.Contains(r.body, `"`+word+`"`) {
				t.Errorf("%s lacks %s", test.version, word)
			}
		}
		for word := range strings.FieldsSeq(test.lacks) {
			if strings.Contains(r.body, `"`+word+`"`) {
				t.Errorf("%s has %s", test.version, word)
			}
		}
		if got := strings.Contains(r.body, `"S256"`); got != test.pkce {
			t.Errorf("%s: PKCE is named: %v", test.version, got)
		}
	}
}

func TestReleasesTellTheirVersion(t *testing.T) {
	for _, test := range []struct {
		version, keys string
		metadata      int
	}{
		{"8.17.0", "revision version", 404},
		{"12.10.14-ee", "revision version", 404},
		{"15.2.0-ee", "revision version", 200},
		{"15.5.0-ee", "kas revision version", 200},
		{"15.6.0", "enterprise kas revision version", 200},
		{"18.9.0-pre", "enterprise kas revision version", 200},
	} {
		s := demo(t, test.version)
		v := s.get(t, DemoToken, "/api/v4/version").object(t)
		if got := keys(v); v["version"] != test.version || got != test.keys {
			t.Errorf("%s: version %v, keys %s", test.version, v["version"], got)
		}
		if r := s.get(t, DemoToken, "/api/v4/metadata"); r.status != test.metadata {
			t.Errorf("%s: /metadata has status %d, want %d", test.version, r.status, test.metadata)
		}
		if r := s.get(t, "", "/api/v4/version"); r.status != 401 {
			t.Errorf("%s: /version without a token has status %d", test.version, r.status)
		}
	}
	if r := demo(t, "8.17.0").get(t, "", "/.well-known/openid-configuration"); r.status != 404 {
		t.Errorf("8.17 has a discovery document: %d", r.status)
	}
	if _, err := Start(NewCompany(), Options{Version: "newest"}); err == nil {
		t.Error("a version without numbers is accepted")
	}
}

func TestCertificatesFailAsPeopleMeetThem(t *testing.T) {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	for _, test := range []struct {
		label       string
		certificate Certificate
		trusted     bool
		as          any
	}{
		{"trusted", Certificate{}, true, nil},
		{"unknown authority", Certificate{}, false, &unknown},
		{"expired", Certificate{NotAfter: time.Now().AddDate(0, 0, -19), NotBefore: time.Now().AddDate(-1, 0, 0)}, true, &invalid},
		{"wrong name", Certificate{Hosts: []string{"git.internal"}}, true, &name},
	} {
		t.Run(test.label, func(t *testing.T) {
			s := play(t, Demo(today), Options{TLS: &test.certificate, Now: time.Now})
			roots := x509.NewCertPool()
			if test.trusted && !roots.AppendCertsFromPEM(s.CA()) {
				t.Fatal("the authority is not PEM")
			}
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
			t.Cleanup(transport.CloseIdleConnections)
			response, err := transport.RoundTrip(s.request(t, "GET", DemoToken, "/api/v4/user"))
			if test.as != nil {
				if !errors.As(err, test.as) {
					t.Errorf("error %v, want a %T", err, test.as)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != 200 || response.ProtoMajor != 2 {
				t.Errorf("status %d over %s", response.StatusCode, response.Proto)
			}
		})
	}
}

func TestRequestsAreRememberedWithoutSecrets(t *testing.T) {
	s := play(t, Demo(today), Options{Path: "/git"})
	s.get(t, DemoToken, "/api/v4/projects?page=2&private_token=glpat-in-the-address")
	s.get(t, "glpat-nobody", "/api/v4/user")
	s.get(t, "", "/users/sign_in")
	got := s.Requests()
	if len(got) != 3 {
		t.Fatalf("%d requests", len(got))
	}
	one := got[0]
	if one.Method != "GET" || one.Path != "/api/v4/projects" || one.Query.Get("page") != "2" || one.Query.Get("private_token") != Filtered ||
		one.Credential != "PRIVATE-TOKEN" || one.Token != "Flow" || one.Status != 200 {
		t.Errorf("first: %+v", one)
	}
	if got[1].Token != "unknown" || got[1].Status != 401 {
		t.Errorf("second: %+v", got[1])
	}
	if got[2].Credential != "" || got[2].Token != "" {
		t.Errorf("third: %+v", got[2])
	}
	if s.Forget(); len(s.Requests()) != 0 {
		t.Error("Forget forgets nothing")
	}
}

func TestLatencyEndsWithTheClient(t *testing.T) {
	s := play(t, Demo(today), Options{Latency: time.Hour})
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer leave()
	_, err := http.DefaultTransport.RoundTrip(s.request(t, "GET", DemoToken, "/api/v4/user").WithContext(ctx))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestUnknownRoutesAndMethods(t *testing.T) {
	s := demo(t, "")
	for _, test := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/api/v4/nothing", 404, `{"error":"404 Not Found"}`},
		{"GET", "/api/v4", 404, `{"error":"404 Not Found"}`},
		{"GET", "/api/v4/projects/acme/platform/api", 404, `{"error":"404 Not Found"}`},
		{"GET", "/api/v3/projects", 410, `{"error":"API V3 is no longer supported. Use API V4 instead."}`},
		{"DELETE", "/api/v4/version", 405, `{"error":"405 Not Allowed"}`},
		{"POST", "/api/v4/projects/acme%2Fplatform%2Fapi/hooks", 400, `{"error":"url is missing"}`},
		{"POST", "/api/v4/projects/acme%2Fplatform%2Flegacy-mail/hooks", 403, `{"message":"403 Forbidden"}`},
	} {
		if r := s.send(t, test.method, DemoToken, test.path, ""); r.status != test.status || r.body != test.body {
			t.Errorf("%s %s: %d %s, want %d %s", test.method, test.path, r.status, r.body, test.status, test.body)
		}
	}
	head := s.send(t, "HEAD", DemoToken, "/api/v4/projects", "")
	if head.status != 200 || head.body != "" || head.header.Get("X-Total") == "" {
		t.Errorf("HEAD: %d, %d bytes, X-Total %q", head.status, len(head.body), head.header.Get("X-Total"))
	}
	if r := s.get(t, DemoToken, "/api/v4/user"); len(r.header.Get("X-Request-Id")) != 26 || r.header.Get("X-Gitlab-Meta") == "" {
		t.Errorf("headers %v", r.header)
	}
}

// TestChangesAndAnswersMayMeet is for the race detector.
func TestChangesAndAnswersMayMeet(t *testing.T) {
	c := Sized(300, today)
	s := play(t, c, Options{})
	bot, _ := c.User(DemoUser)
	group, _ := c.Group("acme")
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for _, path := range []string{"projects?membership=true", "groups", "groups/acme/projects?include_subgroups=true", "projects?order_by=name"} {
				if r := s.get(t, DemoToken, "/api/v4/"+path); r.status != 200 {
					t.Errorf("worker %d: %s: %d", worker, path, r.status)
				}
			}
		})
	}
	for _, user := range []string{"ana", DemoUser} {
		wait.Go(func() {
			access := text(t, s.exchange(t, s.browse(t, user, s.authorizeURL(), true).query(t).Get("code")).object(t), "access_token")
			if r := s.bearer(t, access, "/api/v4/user"); r.object(t)["username"] != user {
				t.Errorf("%s: %d", user, r.status)
			}
		})
	}
	for i := range 20 {
		id := must(c.AddProject(Project{Group: group.ID, Path: strings.Repeat("x", i+1), Name: "X"}))
		c.ArchiveProject(id, true)
		c.SetGroupRole(group.ID, bot.ID, Maintainer)
		c.OAuthTokens()
		c.AddApplication(Application{Name: "X"})
	}
	wait.Wait()
}
