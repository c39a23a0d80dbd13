package main

import (
	"net/http"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// instead connects what stands in place of a GitLab.
func instead(h http.Handler) func(*trial) {
	return func(f *trial) { f.connect(f.serve(h, weather.Options{}).URL()) }
}

// answering does so with a server that answers to everything alike.
func answering(fault func() gitlabtest.Fault) func(*trial) {
	return func(f *trial) { instead(weather.Answering(fault()))(f) }
}

// frontMishaps are those of what stands before a GitLab or in its place.
var frontMishaps = []mishap{
	{"a captive portal", instead(weather.Portal())},
	{"a captive portal at its own host", instead(weather.PortalAt("http://portal.acme.example/login"))},
	{"a captive portal that says so, 511", instead(weather.Portal511())},

	{"a Gitea", instead(weather.Gitea())},
	{"a Jenkins", instead(weather.Jenkins())},
	{"a fresh nginx", instead(weather.Nginx())},
	{"a fresh Apache", instead(weather.Apache())},
	{"a fresh IIS", instead(weather.IIS())},
	{"an application of one page", instead(weather.SPA())},
	{"a Keycloak", instead(weather.Keycloak("acme"))},
	{"a GitHub", instead(weather.GitHub())},
	{"a Bitbucket", instead(weather.Bitbucket())},
	{"a GitLab at another path", func(f *trial) {
		s := f.site(gitlabtest.Options{Path: "/git"}, weather.Options{}, weather.Map("/scm/git", "/git"))
		f.connect(s.Front.URL())
	}},
	{"no GitLab, and the token stays here", func(f *trial) {
		s := f.serve(weather.Gitea(), weather.Options{})
		f.flow("check", "--base-url", s.URL(), "--token-file", f.dir+"/token")
		f.wantNoToken("the Gitea", s.Requests())
	}},

	{"redirects in a circle", instead(weather.RedirectLoop())},
	{"a redirect to another host", func(f *trial) {
		other := f.serveAs(otherHost, weather.Nginx(), weather.Options{})
		f.connect(f.serve(weather.RedirectTo(http.StatusMovedPermanently, "http://localhost:"+other.Addr()[len("127.0.0.1:"):]), weather.Options{}).URL())
		f.is("localhost:"+other.Addr()[len("127.0.0.1:"):], "localhost:50000")
		f.wantNoToken("the other host", other.Requests())
	}},
	{"a redirect to another host, once signed in", func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		f.connected(s.URL())
		other := f.serveAs(otherHost, weather.To(s.URL()), weather.Options{})
		f.is("localhost:"+other.Addr()[len("127.0.0.1:"):], "localhost:50000")
		s.Fail(gitlabtest.Fault{Path: "/api/v4/**", Redirect: "http://localhost:" + other.Addr()[len("127.0.0.1:"):] + "/git/api/v4/projects"})
		f.flow("refresh", "acme")
		f.wantNoToken("the other host", other.Requests())
	}},
	{"https that leads to http", func(f *trial) {
		plain := f.serveAs(otherHost, weather.Nginx(), weather.Options{})
		s := f.serve(weather.RedirectTo(http.StatusFound, plain.URL()), weather.Options{TLS: &weather.TLS{}})
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
		f.wantNoToken("the port for http", plain.Requests())
	}},

	{"a password before GitLab", answering(weather.BasicAuth)},
	{"a password before the API alone", func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		s.Fail(weather.At("/api/**", weather.BasicAuth()))
		f.connect(s.URL())
	}},
	{"a proxy that nobody named", answering(weather.ProxyAuth)},
	{"the firewall of Cloudflare", answering(weather.FirewallCloudflare)},
	{"the firewall of F5, with status 200", answering(weather.FirewallF5)},
	{"the firewall of Apache", answering(weather.FirewallModSecurity)},
	{"a firewall before the API alone", func(f *trial) {
		s := f.site(gitlabtest.Options{}, weather.Options{}, weather.Forbid("/api/v4/user"))
		f.connect(s.URL())
	}},

	{"502 of nginx", answering(weather.BadGateway)},
	{"502 of Amazon", answering(weather.BadGatewayAWS)},
	{"502 of HAProxy", answering(weather.BadGatewayHAProxy)},
	{"502 of GitLab's own nginx", answering(weather.NotResponding)},
	{"503 without a server behind it", answering(weather.NoServer)},
	{"503 while GitLab is updated", answering(weather.Deploying)},
	{"504 of nginx", answering(weather.GatewayTimeout)},
	{"413 of nginx", answering(weather.TooLarge)},

	{"a token that the front takes away", func(f *trial) {
		f.connect(f.site(gitlabtest.Options{}, weather.Options{}, weather.DropFromRequests("PRIVATE-TOKEN")).URL())
	}},
	{"an announcement that the front hides", func(f *trial) {
		f.connect(f.site(gitlabtest.Options{}, weather.Options{}, dated, weather.Hide("/.well-known/")).URL())
	}},
	{"slashes that the front decodes", func(f *trial) {
		f.connect(f.site(gitlabtest.Options{}, weather.Options{}, weather.DecodeSlashes()).URL())
		f.flow("why", "acme", "acme/platform/nowhere")
	}},
	{"a GitLab that calls itself otherwise", func(f *trial) {
		f.connect(f.gitlab(gitlabtest.Options{ExternalURL: "https://git.internal"}).URL())
	}},
	{"a clock that is wrong", func(f *trial) {
		f.connect(f.gitlab(gitlabtest.Options{ClockSkew: 7 * time.Minute}).URL())
	}},
}
