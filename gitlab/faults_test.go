package gitlab_test

import (
	"compress/gzip"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// find returns the fault of looking for a GitLab.
func find(t *testing.T, o gitlab.Options, address string) *flow.Fault {
	t.Helper()
	c, _ := newClient(t, o)
	_, err := c.Find(context.Background(), address, false)
	return flow.FaultOf(orNone(err))
}

func TestTheWayToTheServerFailsInItsOwnWords(t *testing.T) {
	certified := func(c gitlabtest.Certificate) func(*testing.T) string {
		return func(t *testing.T) string {
			return start(t, gitlabtest.NewCompany(), gitlabtest.Options{TLS: &c}).URL()
		}
	}
	for _, test := range []struct {
		name    string
		options gitlab.Options
		address func(*testing.T) string
		want    string
	}{
		{"nobody listens", gitlab.Options{}, func(t *testing.T) string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			return "http://" + l.Addr().String()
		}, "Can't reach 127.0.0.1, port PORT: the connection is refused."},
		{"no answer", gitlab.Options{Timeout: 50 * time.Millisecond}, func(t *testing.T) string {
			s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{})
			s.Fail(gitlabtest.Fault{Kind: gitlabtest.Hang})
			return s.URL()
		}, "No answer from 127.0.0.1:PORT for 0.05 s."},
		{"the connection is cut", gitlab.Options{}, func(t *testing.T) string {
			s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{})
			s.Fail(gitlabtest.Fault{Kind: gitlabtest.Drop})
			return s.URL()
		}, "Can't reach 127.0.0.1:PORT: the connection breaks off."},
		{"an authority that is unknown here", gitlab.Options{}, certified(gitlabtest.Certificate{}),
			`Can't trust 127.0.0.1:PORT: its certificate is from "Acme Root CA 2", unknown here.`},
		{"a certificate that is over", gitlab.Options{}, certified(gitlabtest.Certificate{NotBefore: today.AddDate(-20, 0, 0), NotAfter: today.AddDate(-10, 0, 0)}),
			"Can't trust 127.0.0.1:PORT: its certificate expired on 22 Nov 2016."},
		{"a certificate of tomorrow", gitlab.Options{}, certified(gitlabtest.Certificate{NotBefore: today.AddDate(50, 0, 0), NotAfter: today.AddDate(60, 0, 0)}),
			"Can't talk to 127.0.0.1:PORT safely: its certificate is not valid before 22 Nov 2076."},
		{"a certificate for another name", gitlab.Options{}, certified(gitlabtest.Certificate{Hosts: []string{"git.internal", "gitlab.acme.com"}}),
			"Can't trust 127.0.0.1:PORT: its certificate is for git.internal, gitlab.acme.com."},
		{"https where http is spoken", gitlab.Options{}, func(t *testing.T) string {
			s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{})
			return strings.Replace(s.URL(), "http:", "https:", 1)
		}, "Can't talk to 127.0.0.1:PORT safely: it speaks plain http at this port."},
		{"a server that redirects to http", gitlab.Options{}, func(t *testing.T) string {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
			return s.URL
		}, "127.0.0.1:PORT answers with something that Flow can't read: more than 3 redirects."},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := test.address(t)
			_, port, _ := strings.Cut(strings.TrimPrefix(address[5:], "://"), ":")
			f := find(t, test.options, address)
			if want := strings.ReplaceAll(test.want, "PORT", port); f.Sentence() != want {
				t.Errorf("got  %s\nwant %s\nfrom %v", f.Sentence(), want, f)
			}
		})
	}
}

func TestAProxyInTheWay(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		cause  flow.Cause
		detail string
	}{
		{"wants a password", 407, flow.ProxyAuth, "PROXY"},
		{"forbids the host", 403, flow.Unreachable, "proxy PROXY answers 403 Forbidden"},
	} {
		t.Run(test.name, func(t *testing.T) {
			proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(test.status) })
			host := strings.TrimPrefix(proxy.URL, "http://")
			f := find(t, gitlab.Options{Proxy: through("http://ana:proxy-password@" + host)}, "https://gitlab.example.com")
			if f.Cause != test.cause || f.Detail != strings.ReplaceAll(test.detail, "PROXY", host) || f.Host != "gitlab.example.com" {
				t.Errorf("got %q about %q", f.Cause, f.Detail)
			}
			if strings.Contains(f.Error(), "proxy-password") {
				t.Error("the proxy's password is in the error")
			}
		})
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	f := find(t, gitlab.Options{Proxy: through(gone.URL)}, "https://gitlab.example.com")
	if f.Cause != flow.Unreachable || f.Detail != "the proxy on the way does not answer" {
		t.Errorf("a proxy that is not there: %q about %q", f.Cause, f.Detail)
	}
}

func TestARefusalIsAFaultByItsCause(t *testing.T) {
	hour := http.Header{"Retry-After": {"3600"}}
	for _, test := range []struct {
		name   string
		status int
		header http.Header
		body   string
		cause  flow.Cause
		says   string
	}{
		{"unknown token", 401, nil, `{"message":"401 Unauthorized"}`, flow.TokenUnknown, "401 Unauthorized"},
		{"expired token", 401, nil, `{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`,
			flow.TokenExpired, "401 Token is expired. You can either do re-authorization or token refresh."},
		{"revoked token", 401, nil, `{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}`,
			flow.TokenRevoked, "401 Token was revoked. You have to re-authorize from the user."},
		{"impersonation", 401, nil, `{"error":"invalid_token","error_description":"Token is an impersonation token but impersonation was disabled."}`,
			flow.Forbidden, "401 Token is an impersonation token but impersonation was disabled."},
		{"a proxy's own sign-in", 401, nil, "<html><title>401 Authorization Required</title>", flow.BadAnswer, "401 Authorization Required"},
		{"blocked", 403, nil, `{"message":"403 Forbidden - Your account has been blocked."}`, flow.Blocked, "403 Forbidden - Your account has been blocked."},
		{"terms", 403, nil, `{"message":"403 Forbidden - You (@ana) must accept the Terms of Service in order to perform this action."}`,
			flow.Forbidden, "403 Forbidden - You (@ana) must accept the Terms of Service in order to perform this action."},
		{"forbidden by a firewall", 403, nil, "<html><head><title>Access\x1b[31m denied</title>", flow.Forbidden, "403 Access[31m denied"},
		{"hidden", 404, nil, `{"error":"404 Not Found"}`, flow.NotFound, "404 Not Found"},
		{"Rack::Attack", 429, hour, "Retry later\n", flow.RateLimit, "429 Retry later"},
		{"an endpoint's limit", 429, hour, `{"message":{"error":"This endpoint has been requested too many times. Try again later."}}`,
			flow.RateLimit, "429 This endpoint has been requested too many times. Try again later."},
		{"a fault of GitLab", 500, nil, `{"message":"500 Internal Server Error"}`, flow.ServerFault, "500 Internal Server Error"},
		{"a proxy without a GitLab", 502, nil, "<html><title>502 Bad Gateway</title>", flow.ServerFault, "502 Bad Gateway"},
		{"maintenance", 503, hour, `{"message":"GitLab Maintenance: system is in maintenance mode"}`, flow.Maintenance, "503 GitLab Maintenance: system is in maintenance mode"},
		{"a sign-in page instead", 200, http.Header{"Content-Type": {"text/html"}}, "<title>Sign in</title>", flow.BadAnswer, ""},
		{"JSON that breaks off", 200, nil, `{"version":"17.5`, flow.BadAnswer, ""},
		{"a version that is none", 200, nil, `{"version":"soon"}`, flow.BadAnswer, ""},
		{"too old", 200, nil, `{"version":"8.17.3"}`, flow.TooOld, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
			s.Fail(gitlabtest.Fault{Path: "/api/v4/**", Status: test.status, Header: test.header, Body: test.body})
			c, _ := newClient(t, gitlab.Options{})
			err := c.Discover(context.Background(), connect(t, s.URL()), func(flow.Page) error { return nil })
			f := flow.FaultOf(orNone(err))
			if f.Cause != test.cause || f.Says != test.says {
				t.Errorf("got %q saying %q, want %q saying %q", f.Cause, f.Says, test.cause, test.says)
			}
			if f.Cause == flow.RateLimit && !f.When.Equal(today.Add(time.Hour)) {
				t.Errorf("told to wait until %s", f.When)
			}
			if strings.Contains(f.Sentence(), "{") || strings.Contains(f.Sentence(), "()") {
				t.Errorf("the sentence has a hole: %s", f.Sentence())
			}
		})
	}
}

func TestAnAnswerWithoutEndIsNotRead(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		defer packed.Close()
		for blank := make([]byte, 1<<20); r.Context().Err() == nil; {
			if _, err := packed.Write(blank); err != nil {
				return
			}
		}
	})
	c, _ := newClient(t, gitlab.Options{})
	_, err := discover(c, connect(t, s.URL))
	if f := flow.FaultOf(orNone(err)); f.Cause != flow.BadAnswer || f.Detail != "more than 64 MB" {
		t.Errorf("error %v", err)
	}
}

// A server that repeats the token wherever it can must not bring it on screen
// or into a log.
func TestTheTokenIsInNoError(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"message": func(w http.ResponseWriter) {
			w.WriteHeader(401)
			w.Write([]byte(`{"message":"unknown token ` + secret + `"}`))
		},
		"description": func(w http.ResponseWriter) {
			w.WriteHeader(403)
			w.Write([]byte(`{"error":"x","error_description":"` + secret + `"}`))
		},
		"long text": func(w http.ResponseWriter) { w.WriteHeader(500); w.Write([]byte(strings.Repeat("x", 140) + secret)) },
		"title": func(w http.ResponseWriter) {
			w.WriteHeader(404)
			w.Write([]byte("<html><title>" + secret + "</title>"))
		},
		"number":     func(w http.ResponseWriter) { w.Write([]byte(`{"version":"` + secret + `"}`)) },
		"page":       func(w http.ResponseWriter) { w.Write([]byte("<html><title>" + secret + "</title>")) },
		"location":   func(w http.ResponseWriter) { w.Header().Set("Location", "/"+secret); w.WriteHeader(302) },
		"other host": func(w http.ResponseWriter) { w.Header().Set("Location", "https://"+secret+"/"); w.WriteHeader(302) },
		"no HTTP": func(w http.ResponseWriter) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Write([]byte("HTTP/1.1 " + secret + "\r\n\r\n"))
			conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { answer(w) })
			c, _ := newClient(t, gitlab.Options{})
			conn := connectAs(t, s.URL+"/git", secret)
			err := c.Discover(context.Background(), conn, func(flow.Page) error { return nil })
			for _, text := range append(everything(err), reportOf(t, c, conn)...) {
				if strings.Contains(text, "SECRET") {
					t.Errorf("the token is in %q", text)
				}
			}
		})
	}
}
