package main

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// A report is made to be given away: also what a server or a proxy repeats of the
// secrets, in whichever writing, is not in it.
func TestAReportHoldsNoSecret(t *testing.T) {
	t.Parallel()
	f := newTrial(t)
	f.file("token", []byte(secret))
	s := f.gitlab(gitlabtest.Options{})
	bot, _ := s.Company().User(gitlabtest.DemoUser)
	if _, err := s.Company().AddToken(gitlabtest.Token{Value: secret, Name: "Flow", User: bot.ID, Scopes: []string{"api"}, CreatedAt: day}); err != nil {
		t.Fatal(err)
	}
	p := f.proxy(weather.ProxyOptions{User: "ana", Password: proxyPassword})
	f.connected(s.URL(), "--proxy", "http://ana@"+p.Addr(), "--proxy-password-file", f.file("password", []byte(proxyPassword)))
	repeated := []string{secret, proxyPassword, url.QueryEscape(proxyPassword), url.PathEscape(proxyPassword), url.UserPassword("ana", proxyPassword).String()}
	words, err := json.Marshal(map[string]string{"message": "refused: " + strings.Join(repeated, " and ")})
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(gitlabtest.Fault{Path: "/api/v4/user", Status: 403, Body: string(words)})

	for _, flags := range [][]string{nil, {"--json"}} {
		f.heard.Reset()
		if code := f.flow(append([]string{"check", "acme"}, flags...)...); code != exitNotConnected {
			t.Fatalf("exit code %d:\n%s", code, f.heard.String())
		}
		told := f.heard.String()
		if !strings.Contains(told, "refused") || !strings.Contains(told, "****") {
			t.Errorf("the server's words are missing:\n%s", told)
		}
		for _, text := range repeated {
			if strings.Contains(told, text) {
				t.Errorf("%q is in\n%s", text, told)
			}
		}
		if piece := pieceOfSecret([]byte(told)); piece != "" {
			t.Errorf("%q is in\n%s", piece, told)
		}
	}
}
