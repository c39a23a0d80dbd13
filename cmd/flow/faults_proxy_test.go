package main

import (
	"net/http"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// by is a GitLab that only a proxy leads to, as gitlab.acme.example.
func by(f *trial, o weather.ProxyOptions) (*weather.Site, *weather.Proxy) {
	f.t.Helper()
	s := f.site(gitlabtest.Options{ExternalURL: "https://gitlab.acme.example/git"}, weather.Options{TLS: &weather.TLS{Hosts: []string{"gitlab.acme.example"}}})
	f.file("ca.pem", s.CA())
	o.Hosts = weather.Hosts{"gitlab.acme.example": s.Front.Addr()}
	return s, f.proxy(o)
}

// proxied connects by a proxy.
func (f *trial) proxied(address string, flags ...string) int {
	f.t.Helper()
	return f.connect("https://gitlab.acme.example/git", append([]string{"--ca-file", f.dir + "/ca.pem", "--proxy", address}, flags...)...)
}

// proxyMishaps are those of a proxy that somebody named.
var proxyMishaps = []mishap{
	{"a proxy that wants a password", func(f *trial) {
		_, p := by(f, weather.ProxyOptions{User: "ana", Password: "s3cr3t p@ss"})
		f.proxied(p.URL())
	}},
	{"a proxy that wants a password, over http", func(f *trial) {
		s := f.site(gitlabtest.Options{}, weather.Options{})
		p := f.proxy(weather.ProxyOptions{User: "ana", Password: "s3cr3t p@ss", Hosts: weather.Hosts{"gitlab.acme.example": s.Front.Addr()}})
		f.connect("http://gitlab.acme.example/git", "--plain-http", "--proxy", p.URL())
	}},
	{"a proxy that refuses the password", func(f *trial) {
		_, p := by(f, weather.ProxyOptions{User: "ana", Password: "s3cr3t p@ss"})
		f.proxied("http://ana@"+p.Addr(), "--proxy-password-file", f.file("password", []byte("another\n")))
	}},
	{"a proxy that takes the password", func(f *trial) {
		_, p := by(f, weather.ProxyOptions{User: "ana", Password: "s3cr3t p@ss"})
		f.proxied("http://ana@"+p.Addr(), "--proxy-password-file", f.file("password", []byte("s3cr3t p@ss\n")))
	}},
	{"a proxy that is not there", func(f *trial) {
		by(f, weather.ProxyOptions{})
		closed, err := weather.ClosedPort()
		if err != nil {
			f.t.Fatal(err)
		}
		f.t.Cleanup(closed.Close)
		f.is(closed.Addr(), theProxy)
		f.proxied(closed.URL("http"))
	}},
	{"a proxy that refuses to go there", func(f *trial) {
		_, p := by(f, weather.ProxyOptions{Refuse: http.StatusForbidden})
		f.proxied(p.URL())
	}},
	{"a proxy that says nothing", func(f *trial) {
		_, p := by(f.hasty(), weather.ProxyOptions{Hang: true})
		f.proxied(p.URL())
	}},
	{"a proxy that does not know the host", func(f *trial) {
		_, p := by(f, weather.ProxyOptions{})
		f.connect("https://gitlab.elsewhere.example", "--proxy", p.URL())
	}},
	{"a proxy that looks into TLS", func(f *trial) {
		inspector, err := weather.NewAuthority("Acme Web Gateway")
		if err != nil {
			f.t.Fatal(err)
		}
		_, p := by(f, weather.ProxyOptions{Inspect: inspector})
		f.proxied(p.URL())
		f.wantNoToken("the proxy", p.Requests())
	}},
	{"a SOCKS proxy that refuses", func(f *trial) {
		by(f, weather.ProxyOptions{})
		socks, err := weather.StartSOCKS(weather.SOCKSOptions{Refuse: 2})
		if err != nil {
			f.t.Fatal(err)
		}
		f.t.Cleanup(socks.Close)
		f.is(socks.Addr(), theProxy)
		f.proxied(socks.URL())
	}},
	{"a proxy for what is on this machine is passed by", func(f *trial) {
		s := f.site(gitlabtest.Options{}, weather.Options{})
		f.connect(s.URL(), "--proxy", "direct")
	}},
}
