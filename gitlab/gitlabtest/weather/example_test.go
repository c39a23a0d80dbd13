package weather_test

import (
	"fmt"
	"net/http"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// A GitLab behind a front that wants client certificates and cuts paging off.
func ExampleGitLab() {
	s, err := weather.GitLab(gitlabtest.Demo(time.Now()), gitlabtest.Options{},
		weather.Options{TLS: &weather.TLS{Clients: weather.ByNginx}}, weather.StripPaging())
	if err != nil {
		panic(err)
	}
	defer s.Close()
	ana, err := s.Front.ClientAuthority().Client("ana", time.Time{})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(s.CA()) > 0, len(ana.Certificate) > 0)
	// Output: true true
}

// The third request and the fourth find no GitLab behind nginx; any front can
// be such weather too.
func ExampleAfter() {
	s, err := gitlabtest.Start(gitlabtest.Demo(time.Now()), gitlabtest.Options{})
	if err != nil {
		panic(err)
	}
	defer s.Close()
	s.Fail(weather.After(2, weather.Times(2, weather.BadGateway())))
	s.Fail(weather.At("/api/v4/projects", gitlabtest.Fault{Around: weather.DuplicateIDs()}))
	for range 5 {
		res, err := http.Get(s.URL() + "/users/sign_in")
		if err != nil {
			panic(err)
		}
		res.Body.Close()
		fmt.Print(res.StatusCode, " ")
	}
	// Output: 200 200 502 502 200
}

// Something else answers where a GitLab was expected.
func ExampleServe() {
	s, err := weather.Serve(weather.Gitea(), weather.Options{TLS: weather.Expired()})
	if err != nil {
		panic(err)
	}
	defer s.Close()
	_, err = http.Get(s.URL())
	fmt.Println(err != nil)
	// Output: true
}

// A company's proxy that knows a name which nobody else does.
func ExampleStartProxy() {
	s, err := gitlabtest.Start(gitlabtest.NewCompany(), gitlabtest.Options{})
	if err != nil {
		panic(err)
	}
	defer s.Close()
	p, err := weather.StartProxy(weather.ProxyOptions{
		User: "ana", Password: "secret",
		Hosts: weather.Hosts{"gitlab.example.com": s.URL()[len("http://"):]},
	})
	if err != nil {
		panic(err)
	}
	defer p.Close()
	fmt.Println(p.URLAs("ana", "secret") != p.URL(), len(p.Requests()))
	// Output: true 0
}
