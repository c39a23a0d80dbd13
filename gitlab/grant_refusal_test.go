package gitlab_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// asks are the requests that spend something: what goes wrong with them is told
// in the same way.
var asks = map[string]func(*testing.T, *gitlab.Client, flow.Connection) error{
	"exchange": func(t *testing.T, c *gitlab.Client, conn flow.Connection) error {
		_, err := gitlab.Exchange(c, t.Context(), conn.BaseURL, conn.App, "code-SECRET-of-the-sign-in", fixedRedirect, "verifier-SECRET-of-the-sign-in")
		return err
	},
	"renewal": func(t *testing.T, c *gitlab.Client, conn flow.Connection) error {
		_, err := c.Renew(t.Context(), conn)
		return err
	},
	"revocation": func(t *testing.T, c *gitlab.Client, conn flow.Connection) error { return c.Revoke(t.Context(), conn) },
}

// secretly is a connection whose every secret would be noticed.
func secretly(t *testing.T, url string) flow.Connection {
	t.Helper()
	conn := connect(t, url)
	conn.Token = flow.Secret{}
	conn.App = flow.Application{ClientID: "app", Secret: flow.NewSecret("gloas-SECRET/of+the=application")}
	conn.Grant = flow.Grant{Access: flow.NewSecret("access-SECRET-of-the-sign-in"), Refresh: flow.NewSecret("refresh-SECRET-of-the-sign-in")}
	return conn
}

func TestATokenRequestFailsByItsCause(t *testing.T) {
	doorkeeper := func(code string) string { return `{"error":"` + code + `","error_description":"Doorkeeper's words."}` }
	const said = "400 Doorkeeper's words."
	for _, test := range []struct {
		name   string
		status int
		body   string
		cause  flow.Cause
		says   string
		spent  bool // the refresh token may be
	}{
		{"used before", 400, doorkeeper("invalid_grant"), flow.AnswerRefused, said, false},
		{"as before 13.4", 401, doorkeeper("invalid_grant"), flow.AnswerRefused, "401 Doorkeeper's words.", false},
		{"with status 200", 200, doorkeeper("invalid_grant"), flow.AnswerRefused, "200 Doorkeeper's words.", false},
		{"a wrong secret", 401, doorkeeper("invalid_client"), flow.SecretWrong, "401 Doorkeeper's words.", false},
		{"a scope", 400, doorkeeper("invalid_scope"), flow.ScopeRefused, said, false},
		{"not allowed", 403, doorkeeper("unauthorized_client"), flow.Forbidden, "403 Doorkeeper's words.", false},
		{"no description", 400, `{"error":"unsupported_grant_type"}`, flow.Forbidden, "400 unsupported_grant_type", false},
		{"Rack::Attack", 429, "Retry later\n", flow.RateLimit, "429 Retry later", false},
		{"blocked", 403, `{"message":"403 Forbidden - Your account has been blocked."}`, flow.Blocked, "403 Forbidden - Your account has been blocked.", false},
		{"a firewall", 403, "<html><title>Access\x1b[31m denied</title>", flow.Firewall, "403 Access[31m denied", false},
		{"a front's own sign-in", 401, "<html><title>401 Authorization Required</title>", flow.FrontAuth, "401 Authorization Required", false},
		{"another program's 401", 401, `{"message":"401 Unauthorized"}`, flow.BadAnswer, "401 Unauthorized", true},
		{"nothing there", 404, "<html><title>Not here</title>", flow.BadAnswer, "404 Not here", true},
		{"a page", 200, "<!doctype html><title>Sign in</title>", flow.BadAnswer, "", true},
		{"a page that says nothing", 200, "<html>", flow.BadAnswer, "", true},
		{"half of it", 200, `{"access_token":"new","re`, flow.BadAnswer, "", true},
		{"no token", 200, `{"scope":"api"}`, flow.BadAnswer, "", true},
		{"a token that is no text", 200, `{"access_token":7}`, flow.BadAnswer, "", true},
		{"a token with a line end", 200, `{"access_token":"new\r\nX: y"}`, flow.BadAnswer, "", true},
		{"a refresh token with a blank", 200, `{"access_token":"new","refresh_token":"a b"}`, flow.BadAnswer, "", true},
		{"a token of another type", 200, `{"access_token":"new","token_type":"mac"}`, flow.BadAnswer, "", true},
		{"502", 502, "<html><title>502 Bad Gateway</title>", flow.ServerFault, "502 Bad Gateway", true},
		{"502 with a code", 502, doorkeeper("invalid_grant"), flow.ServerFault, "502 Doorkeeper's words.", true},
		{"500", 500, `{"error":"server_error"}`, flow.ServerFault, "500 server_error", true},
		{"maintenance", 503, `{"message":"GitLab Maintenance: system is in maintenance mode"}`, flow.Maintenance, "503 GitLab Maintenance: system is in maintenance mode", true},
	} {
		for name, ask := range asks {
			if name == "revocation" && test.status == 200 {
				continue
			}
			t.Run(name+", "+test.name, func(t *testing.T) {
				calls := 0
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					calls++
					if !strings.HasPrefix(test.body, "<") && test.status != 429 {
						w.Header().Set("Content-Type", "application/json; charset=utf-8")
					}
					w.WriteHeader(test.status)
					w.Write([]byte(test.body))
				})
				c, w := newClient(t, gitlab.Options{})
				err := ask(t, c, secretly(t, s.URL))
				f := flow.FaultOf(orNone(err))
				want := test.cause
				if name == "renewal" && want == flow.SecretWrong {
					// Nobody has just typed it: the application may be gone as well.
					want = flow.ClientRefused
				}
				if f.Cause != want || f.Says != test.says || flow.MaybeSpent(err) != test.spent {
					t.Errorf("got %q saying %q, perhaps spent %t; want %q saying %q, %t", f.Cause, f.Says, flow.MaybeSpent(err), want, test.says, test.spent)
				}
				if strings.Contains(f.Sentence(), "{") || f.Host == "" {
					t.Errorf("the fault has a hole: %s, host %q", f.Sentence(), f.Host)
				}
				if calls != 1 || len(w.list) > 0 {
					t.Errorf("%d requests, waited %v", calls, w.list)
				}
			})
		}
	}
}

func TestInvalidRequestIsAboutTheCodeOnly(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(400)
		w.Write([]byte(`{"error":"invalid_request"}`))
	})
	c, _ := newClient(t, gitlab.Options{})
	if err := asks["exchange"](t, c, secretly(t, s.URL)); !flow.CausedBy(err, flow.AnswerRefused) {
		t.Errorf("exchange: %v", err)
	}
	if err := asks["renewal"](t, c, secretly(t, s.URL)); !flow.CausedBy(err, flow.Forbidden) {
		t.Errorf("renewal: %v", err)
	}
}

func TestATokenRequestIsSentOnce(t *testing.T) {
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) { t.Error("the request went elsewhere") })
	for _, test := range []struct {
		name  string
		fault gitlabtest.Fault
		cause flow.Cause
	}{
		{"hangs", gitlabtest.Fault{Kind: gitlabtest.Hang}, flow.Timeout},
		{"is cut", gitlabtest.Fault{Kind: gitlabtest.Drop}, flow.Unreachable},
		{"is carried out, then cut", gitlabtest.Fault{Kind: gitlabtest.Lose}, flow.Unreachable},
		{"breaks off", gitlabtest.Fault{Kind: gitlabtest.Truncate}, flow.Unreachable},
		{"fails", gitlabtest.Fault{Status: 502, Body: "<html>"}, flow.ServerFault},
		{"is asked to wait", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"1"}}, Body: "Retry later"}, flow.RateLimit},
		{"goes in a circle", gitlabtest.Fault{Status: 307, Redirect: "/git/oauth/token"}, flow.BadAnswer},
		{"leads to a page", gitlabtest.Fault{Status: 302, Redirect: "/git/users/sign_in"}, flow.BadAnswer},
		{"leads to another host", gitlabtest.Fault{Status: 308, Redirect: strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)}, flow.WriteMoved},
		{"leads to another port", gitlabtest.Fault{Status: 308, Redirect: elsewhere.URL}, flow.BadAnswer},
	} {
		for name, ask := range asks {
			t.Run(name+" "+test.name, func(t *testing.T) {
				s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Path: "/git"})
				healthy, _ := newClient(t, gitlab.Options{})
				conn := signedIn(t, s, healthy, confidential)
				options := gitlab.Options{}
				if test.cause == flow.Timeout {
					options.Timeout = 50 * time.Millisecond
				}
				c, w := newClient(t, options)
				test.fault.Method = http.MethodPost
				s.Fail(test.fault)
				s.Forget()
				err := ask(t, c, conn)
				if !flow.CausedBy(err, test.cause) {
					t.Errorf("error %v", err)
				}
				if name == "renewal" && test.cause != flow.RateLimit && test.cause != flow.WriteMoved && !flow.MaybeSpent(err) {
					t.Errorf("nobody would know that the sign-in may be lost: %v", err)
				}
				if list := s.Requests(); len(list) != 1 || len(w.list) > 0 {
					t.Errorf("sent %+v, waited %v", list, w.list)
				}
			})
		}
	}
}

// A lost answer costs the sign-in, so a renewal is given more time than other
// requests; but not without end.
func TestATokenRequestIsBounded(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"no answer":      func(http.ResponseWriter) {},
		"half an answer": func(w http.ResponseWriter) { w.Write([]byte(`{"access_`)); w.(http.Flusher).Flush() },
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			r.ParseForm()
			answer(w)
			<-r.Context().Done()
		})
		c, _ := newClient(t, gitlab.Options{Timeout: 100 * time.Millisecond})
		if f := flow.FaultOf(orNone(asks["renewal"](t, c, secretly(t, s.URL)))); f.Cause != flow.Timeout || f.Detail != "0.5 s" {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestTheWayOfATokenRequestFailsInItsOwnWords(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	c, _ := newClient(t, gitlab.Options{})
	for name, ask := range asks {
		err := ask(t, c, secretly(t, gone.URL))
		if f := flow.FaultOf(orNone(err)); f.Cause != flow.Refused || !strings.HasPrefix(f.Sentence(), "Can't reach 127.0.0.1, port ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server that repeats what it was sent must not bring it on screen or into a
// log.
func TestNoSecretIsInAnError(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, string){
		"description": func(w http.ResponseWriter, all string) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			w.Write([]byte(`{"error":"invalid_grant","error_description":"` + all + `"}`))
		},
		"code": func(w http.ResponseWriter, all string) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			w.Write([]byte(`{"error":"` + all + `"}`))
		},
		"body":  func(w http.ResponseWriter, all string) { w.WriteHeader(500); w.Write([]byte(all)) },
		"title": func(w http.ResponseWriter, all string) { w.Write([]byte("<html><title>" + all + "</title>")) },
		"number": func(w http.ResponseWriter, all string) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"expires_in":"` + all + `"}`))
		},
		"a query":  func(w http.ResponseWriter, all string) { w.Write([]byte("%" + all)) },
		"location": func(w http.ResponseWriter, all string) { w.Header().Set("Location", "/"+all); w.WriteHeader(302) },
		"a host": func(w http.ResponseWriter, all string) {
			form, _ := url.ParseQuery(strings.Fields(all)[0])
			w.Header().Set("Location", "https://"+cmp.Or(form.Get("code"), form.Get("refresh_token"), form.Get("token"))+"/")
			w.WriteHeader(302)
		},
		"no HTTP": func(w http.ResponseWriter, all string) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Write([]byte("HTTP/1.1 " + all + "\r\n\r\n"))
			conn.Close()
		},
	} {
		for what, ask := range asks {
			t.Run(what+", "+name, func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					r.ParseForm()
					all := r.PostForm.Encode() // as it was sent
					for _, values := range r.PostForm {
						all += " " + strings.Join(values, " ")
					}
					answer(w, all)
				})
				c, _ := newClient(t, gitlab.Options{})
				err := ask(t, c, secretly(t, s.URL+"/git"))
				if err == nil && what != "revocation" {
					t.Error("no error")
				}
				for _, text := range everything(err) {
					if strings.Contains(text, "SECRET") {
						t.Errorf("a secret is in %q", text)
					}
				}
			})
		}
	}
}

// GitLab always sends a refresh token. Without one there is none: the one that
// was sent is dead.
func TestWhatIsTakenFromATokenAnswer(t *testing.T) {
	for _, test := range []struct{ name, body, access, refresh, scopes, life string }{
		{"all", `{"access_token":"a","token_type":"Bearer","expires_in":7200,"refresh_token":"r","scope":"api read_user","created_at":1}`, "a", "r", "api, read_user", "2h0m0s"},
		{"before 14.3", `{"access_token":"a","token_type":"bearer","refresh_token":"r","scope":"api","created_at":1}`, "a", "r", "api", ""},
		{"no end", `{"access_token":"a","expires_in":null,"refresh_token":"r"}`, "a", "r", "", ""},
		{"no refresh token", `{"access_token":"a","expires_in":60}`, "a", "", "", "1m0s"},
		{"the same refresh token", `{"access_token":"a","refresh_token":"refresh-SECRET-of-the-sign-in"}`, "a", "refresh-SECRET-of-the-sign-in", "", ""},
		{"odd scopes", `{"access_token":"a","scope":" api\u001b[2J  read_user\n"}`, "a", "", "api[2J, read_user", ""},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(test.body))
		})
		c, _ := newClient(t, gitlab.Options{})
		g, err := c.Renew(t.Context(), secretly(t, s.URL))
		life := ""
		if !g.Expires.IsZero() {
			life = g.Expires.Sub(today).String()
		}
		if err != nil || g.Access.Reveal() != test.access || g.Refresh.Reveal() != test.refresh || g.Scopes.String() != test.scopes || life != test.life || !g.At.Equal(today) {
			t.Errorf("%s: access %q, refresh %q, scopes %s, for %s; error %v", test.name, g.Access.Reveal(), g.Refresh.Reveal(), g.Scopes, life, err)
		}
	}
}
