package gitlab_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// A server that repeats the token wherever it can must not bring it on screen
// or into a log, in whatever way it writes it.
func TestTheTokenIsInNoError(t *testing.T) {
	every := ""
	for _, b := range []byte(secret) {
		every += fmt.Sprintf("%%%02X", b)
	}
	for way, written := range map[string]string{"as it is": secret, "percent-encoded": every, "partly": "%67" + secret[1:]} {
		for name, answer := range map[string]func(http.ResponseWriter){
			"message": func(w http.ResponseWriter) {
				w.WriteHeader(401)
				w.Write([]byte(`{"message":"unknown token ` + written + `"}`))
			},
			"description": func(w http.ResponseWriter) {
				w.WriteHeader(403)
				w.Write([]byte(`{"error":"x","error_description":"` + written + `"}`))
			},
			"a field": func(w http.ResponseWriter) {
				w.WriteHeader(400)
				w.Write([]byte(`{"message":{"` + written + `":["is bad"]}}`))
			},
			"escaped": func(w http.ResponseWriter) {
				w.WriteHeader(400)
				w.Write([]byte(`{"message":"\u0067` + secret[1:] + `"}`))
			},
			"cut apart": func(w http.ResponseWriter) {
				w.WriteHeader(400)
				w.Write([]byte(`{"message":"` + secret[:8] + `\u001b\u200b` + secret[8:] + `"}`))
			},
			"long text": func(w http.ResponseWriter) { w.WriteHeader(500); w.Write([]byte(strings.Repeat("x", 140) + written)) },
			"title": func(w http.ResponseWriter) {
				w.WriteHeader(404)
				w.Write([]byte("<html><title>" + written + "</title>"))
			},
			"the end of a title": func(w http.ResponseWriter) {
				w.Write([]byte("<html><title>" + strings.Repeat("x", 45) + "&#103;" + secret[1:] + "</title>"))
			},
			"a portal's title": func(w http.ResponseWriter) {
				w.Write([]byte("<html><title>Wi-Fi " + strings.Repeat("x", 40) + "&#103;" + secret[1:] + "</title>"))
			},
			"number":     func(w http.ResponseWriter) { w.Write([]byte(`{"version":"` + written + `"}`)) },
			"page":       func(w http.ResponseWriter) { w.Write([]byte("<html><title>" + written + "</title>")) },
			"location":   func(w http.ResponseWriter) { w.Header().Set("Location", "/"+written); w.WriteHeader(302) },
			"other host": func(w http.ResponseWriter) { w.Header().Set("Location", "https://"+written+"/"); w.WriteHeader(302) },
			"challenge": func(w http.ResponseWriter) {
				w.Header().Set("WWW-Authenticate", "Basic realm="+written)
				w.WriteHeader(401)
			},
			"wait": func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "9999")
				w.WriteHeader(429)
				w.Write([]byte(written))
			},
			"no HTTP": func(w http.ResponseWriter) {
				conn, _, _ := w.(http.Hijacker).Hijack()
				conn.Write([]byte("HTTP/1.1 " + written + "\r\n\r\n"))
				conn.Close()
			},
			"a header that is none": func(w http.ResponseWriter) {
				conn, _, _ := w.(http.Hijacker).Hijack()
				conn.Write([]byte("HTTP/1.1 200 OK\r\n" + written + "\r\n\r\n"))
				conn.Close()
			},
		} {
			t.Run(way+", "+name, func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, r *http.Request) { answer(w) })
				c, _ := newClient(t, gitlab.Options{})
				conn := connectAs(t, s.URL+"/git", secret)
				err := c.Discover(t.Context(), conn, nil, func(flow.Page) error { return nil })
				for _, text := range append(everything(err), reportOf(t, c, conn)...) {
					if strings.Contains(text, "SECRET") || strings.Contains(text, "SECR") || strings.Contains(text, "%53%45") {
						t.Errorf("the token is in %q", text)
					}
				}
			})
		}
	}
}

// A GitLab that is none may put the token into what it calls things.
func TestTheTokenIsInNoReport(t *testing.T) {
	escaped := fmt.Sprintf(`\u%04x`, secret[0]) + secret[1:]
	for path, change := range map[string]func(body string) string{
		"/api/v4/user":                        func(b string) string { return strings.Replace(b, `"flow-bot"`, `"`+escaped+`"`, 1) },
		"/api/v4/metadata":                    func(b string) string { return strings.Replace(b, "17.5.2", "17.5.2-"+escaped, 1) },
		"/api/v4/personal_access_tokens/self": func(b string) string { return strings.Replace(b, `"api"`, `"api","`+escaped+`"`, 1) },
		"/api/v4/projects":                    func(b string) string { return strings.ReplaceAll(b, "acme/platform", "acme/"+escaped) },
	} {
		company := gitlabtest.Demo(today)
		bot, _ := company.User("flow-bot")
		if _, err := company.AddToken(gitlabtest.Token{Value: secret, User: bot.ID, Scopes: []string{"api"}}); err != nil {
			t.Fatal(err)
		}
		s := start(t, company, gitlabtest.Options{})
		var changed atomic.Bool
		s.Fail(gitlabtest.Fault{Path: path, Around: weather.Alter(func(_ *http.Request, reply *weather.Reply) {
			body := change(string(reply.Body))
			if body != string(reply.Body) {
				changed.Store(true)
			}
			reply.Body = []byte(body)
		})})
		c, _ := newClient(t, gitlab.Options{})
		for _, text := range reportOf(t, c, connectAs(t, s.URL(), secret)) {
			if strings.Contains(strings.ToUpper(text), "SECRET") {
				t.Errorf("%s: the token is in %q", path, text)
			}
		}
		if !changed.Load() {
			t.Errorf("%s was not changed", path)
		}
	}
}

// Nor does anything that a network takes, which servers and proxies are shown.
func TestNoSecretOfANetworkIsInAnError(t *testing.T) {
	authority, err := weather.NewAuthority("Acme Clients")
	if err != nil {
		t.Fatal(err)
	}
	issued, err := authority.Client("flow-bot", today.AddDate(90, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	n := flow.Network{PlainHTTP: true}
	if n.Certificate, n.Key, err = flow.ReadClientCertificate("client.pem", issued.Certificate, issued.Key); err != nil {
		t.Fatal(err)
	}
	const pass = "p%ss/w@rd?SECRET"
	n.ProxyPassword = flow.NewSecret(pass)
	basic := base64.StdEncoding.EncodeToString([]byte("ana:" + pass))
	for _, written := range []string{pass, url.QueryEscape(pass), url.PathEscape(pass), basic, n.Key.Reveal()} {
		for _, status := range []int{200, 403, 407, 500, 502} {
			proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(status)
				fmt.Fprintf(w, "<html><title>%s</title>", written)
			})
			n.Proxy = strings.Replace(proxy.URL, "://", "://ana@", 1)
			c, _ := newClient(t, gitlab.Options{})
			conn := connect(t, "http://plain.example.com")
			conn.Network = n
			_, err := c.Find(t.Context(), "http://plain.example.com", n)
			for _, text := range append(everything(err), reportOf(t, c, conn)...) {
				if strings.Contains(text, "SECRET") || strings.Contains(text, basic[:12]) || strings.Contains(text, "PRIVATE KEY-") {
					t.Errorf("a secret is in %q", text)
				}
			}
		}
	}
}
