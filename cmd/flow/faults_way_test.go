package main

import (
	"net/http"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// A day on which every certificate here is over, and one on which none is valid
// yet: they are judged by the real clock.
var (
	longAgo = time.Date(2020, time.November, 3, 12, 0, 0, 0, time.UTC)
	farOff  = time.Date(2090, time.March, 1, 12, 0, 0, 0, time.UTC)
)

// secured is a GitLab over https as t says.
func secured(f *trial, t weather.TLS, fronts ...weather.Front) *weather.Site {
	f.t.Helper()
	return f.site(gitlabtest.Options{}, weather.Options{TLS: &t}, fronts...)
}

// wayMishaps are those of the way to a server.
var wayMishaps = []mishap{
	{"a host that nobody knows", func(f *trial) { f.connect("gitlab.acme.example") }},
	{"a port where nobody listens", func(f *trial) {
		p := f.port(weather.ClosedPort())
		f.is("port "+p.Addr()[len("127.0.0.1:"):], "port 40000")
		f.connect(p.URL("https"))
	}},
	{"a port that says nothing", func(f *trial) { f.hasty().connect(f.port(weather.SilentPort()).URL("http")) }},
	{"a port that says nothing, over TLS", func(f *trial) { f.hasty().connect(f.port(weather.SilentPort()).URL("https")) }},
	{"a port that hangs up", func(f *trial) { f.connect(f.port(weather.ClosingPort()).URL("https")) }},
	{"a port that resets", func(f *trial) { f.connect(f.port(weather.ResettingPort()).URL("https")) }},
	{"an SSH port", func(f *trial) { f.connect(f.port(weather.SSHPort()).URL("https")) }},
	{"an SSH port, over http", func(f *trial) { f.connect(f.port(weather.SSHPort()).URL("http")) }},

	{"an unknown authority", func(f *trial) { f.connect(secured(f, weather.TLS{}).URL()) }},
	{"an unknown authority, of an integration", func(f *trial) {
		s := secured(f, weather.TLS{})
		f.connected(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
		another, err := weather.NewAuthority("Acme Root CA 3")
		if err != nil {
			f.t.Fatal(err)
		}
		s.Front.Close()
		f.serve(weather.To(s.Server.URL()), weather.Options{Addr: s.Front.Addr(), TLS: &weather.TLS{Authority: another}})
		f.flow("refresh", "acme")
		f.flow("check", "acme")
	}},
	{"a certificate that signed itself", func(f *trial) { f.connect(secured(f, weather.TLS{Chain: weather.SelfSigned}).URL()) }},
	{"a certificate in between that is missing", func(f *trial) { f.connect(secured(f, weather.TLS{Chain: weather.MissingIntermediate}).URL()) }},
	{"an expired certificate", func(f *trial) {
		s := secured(f, weather.TLS{NotBefore: longAgo.AddDate(-1, 0, 0), NotAfter: longAgo})
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
	}},
	{"a certificate that is not valid yet", func(f *trial) {
		s := secured(f, weather.TLS{NotBefore: farOff, NotAfter: farOff.AddDate(1, 0, 0)})
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
	}},
	{"a certificate for another name", func(f *trial) {
		s := secured(f, weather.TLS{Hosts: []string{"git.internal", "gitlab.internal"}})
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
	}},
	{"nothing newer than TLS 1.1", func(f *trial) {
		s := secured(f, *weather.OldTLS())
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
	}},
	{"https where http is spoken", func(f *trial) {
		f.connect("https://" + f.serve(weather.Nginx(), weather.Options{}).Addr())
	}},
	{"http where https is spoken", func(f *trial) { f.connect("http://" + secured(f, weather.TLS{}).Front.Addr()) }},
	{"http where https is spoken, by a Go program", func(f *trial) {
		f.connect("http://" + secured(f, weather.TLS{GoWords: true}).Front.Addr())
	}},
	{"http to another machine", func(f *trial) {
		s := f.site(gitlabtest.Options{}, weather.Options{})
		p := f.proxy(weather.ProxyOptions{Hosts: weather.Hosts{"gitlab.acme.example": s.Front.Addr()}})
		f.connect("http://gitlab.acme.example/git", "--proxy", p.URL())
		f.wantNoToken("the GitLab", s.Front.Requests())
	}},
	{"http to another machine, from where https is", func(f *trial) {
		safe := f.site(gitlabtest.Options{ExternalURL: "https://gitlab.acme.example/git"}, weather.Options{TLS: &weather.TLS{Hosts: []string{"gitlab.acme.example"}}})
		front := f.serveAs(otherHost, weather.RedirectTo(http.StatusMovedPermanently, "https://gitlab.acme.example"), weather.Options{})
		p := f.proxy(weather.ProxyOptions{Hosts: weather.Hosts{"gitlab.acme.example:80": front.Addr(), "gitlab.acme.example:443": safe.Front.Addr()}})
		f.connect("http://gitlab.acme.example/git", "--proxy", p.URL(), "--ca-file", f.file("ca.pem", safe.CA()))
		f.wantNoToken("the port for http", front.Requests())
	}},

	{"a client certificate is wanted", func(f *trial) {
		s := secured(f, weather.TLS{Clients: weather.AtHandshake})
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
	}},
	{"a client certificate is wanted, says nginx", func(f *trial) {
		s := secured(f, weather.TLS{Clients: weather.ByNginx})
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
	}},
	{"a client certificate is refused", func(f *trial) { showStranger(f, weather.AtHandshake) }},
	{"a client certificate is refused, says nginx", func(f *trial) { showStranger(f, weather.ByNginx) }},
	{"a client certificate is taken", func(f *trial) {
		s := secured(f, weather.TLS{Clients: weather.AtHandshake})
		own, err := s.Front.ClientAuthority().Client("flow-bot", time.Time{})
		if err != nil {
			f.t.Fatal(err)
		}
		f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()), "--client-cert", f.file("client.crt", own.Certificate), "--client-key", f.file("client.key", own.Key))
	}},
}

// showStranger shows a certificate of an authority that the server does not know.
func showStranger(f *trial, how weather.Clients) {
	f.t.Helper()
	s := secured(f, weather.TLS{Clients: how})
	other, err := weather.NewAuthority("Other Root CA")
	if err != nil {
		f.t.Fatal(err)
	}
	own, err := other.Client("flow-bot", time.Time{})
	if err != nil {
		f.t.Fatal(err)
	}
	f.connect(s.URL(), "--ca-file", f.file("ca.pem", s.CA()), "--client-cert", f.file("client.crt", own.Certificate), "--client-key", f.file("client.key", own.Key))
}
