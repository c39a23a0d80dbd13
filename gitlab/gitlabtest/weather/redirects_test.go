package weather_test

import (
	"testing"

	"flow/gitlab/gitlabtest/weather"
)

func TestRedirects(t *testing.T) {
	secured := serve(t, hello, weather.Options{TLS: &weather.TLS{}})
	for _, test := range []struct {
		name         string
		start        func() *weather.Server
		method, path string
		status       int
		location     string // SELF stands for the server
	}{
		{"http to https", func() *weather.Server { return serve(t, weather.RedirectTo(301, secured.URL()), weather.Options{}) },
			"GET", "/git/api/v4/user?a=1", 301, secured.URL() + "/git/api/v4/user?a=1"},
		{"https to http", func() *weather.Server {
			return serve(t, weather.RedirectTo(302, "http://gitlab.example.com/"), weather.Options{TLS: &weather.TLS{}})
		}, "GET", "/x%2Fy", 302, "http://gitlab.example.com/x%2Fy"},
		{"to a sign-in page", func() *weather.Server {
			return serve(t, weather.RedirectAll(302, "https://sso.example.com/"), weather.Options{})
		},
			"GET", "/api/v4/user", 302, "https://sso.example.com/"},
		{"a loop", func() *weather.Server { return serve(t, weather.RedirectLoop(), weather.Options{}) },
			"GET", "/a?b", 301, "SELF/a?b"},
		{"a loop over https", func() *weather.Server { return serve(t, weather.RedirectLoop(), weather.Options{TLS: &weather.TLS{}}) },
			"GET", "/a?b", 301, "SELF/a?b"},
		{"a POST", func() *weather.Server {
			return serve(t, weather.RedirectWrites(307, "https://gitlab.example.com")(hello), weather.Options{})
		}, "POST", "/oauth/token", 307, "https://gitlab.example.com/oauth/token"},
		{"not a GET", func() *weather.Server {
			return serve(t, weather.RedirectWrites(307, "https://gitlab.example.com")(hello), weather.Options{})
		}, "GET", "/oauth/token", 200, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := test.start()
			got, err := send(transport(t, s.CA()), test.method, s.URL()+test.path)
			if err != nil {
				t.Fatal(err)
			}
			want := test.location
			if want == "SELF/a?b" {
				want = s.URL() + "/a?b"
			}
			if got.status != test.status || got.header.Get("Location") != want {
				t.Errorf("%d to %q, want %d to %q", got.status, got.header.Get("Location"), test.status, want)
			}
		})
	}
}
