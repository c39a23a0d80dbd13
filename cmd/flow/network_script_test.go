package main

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"flow/gitlab/gitlabtest/weather"
)

// networkCommands are those of scripts about the way to GitLab:
//
//	https [clients]   serves the GitLab over https too, at $HTTPS, by an authority
//	                  that nobody knows: its certificate is in ca.pem and ca.der.
//	                  With clients it wants to see the one in client.crt and client.key
//	proxy             starts a proxy at $PROXY that knows the GitLab as gitlab.acme.com,
//	                  over https too where that was served before, and wants the user ana
//	                  with what stands in password
//	renews            has that https at the same address shown by another authority,
//	                  which is in ca.pem; the one before is in ca-old.pem
//	passed            checks whether anything came through the proxy since the last time
//	tampers JSON      writes another way to GitLab into the database, as somebody does
//	                  who has no key
var networkCommands = map[string]func(*testscript.TestScript, bool, []string){
	"https": cmdHTTPS, "renews": cmdRenews, "proxy": cmdProxy, "passed": cmdPassed, "tampers": cmdTampers,
}

// proxyPassword has what an address writes in another way.
const proxyPassword = "s3cr3t p@ss/w%rd"

var httpsHosts = []string{"gitlab.acme.com", "127.0.0.1"}

func cmdHTTPS(ts *testscript.TestScript, _ bool, args []string) {
	authority, err := weather.NewAuthority("Acme Root CA 2")
	ts.Check(err)
	o := weather.TLS{Authority: authority, Hosts: httpsHosts}
	if len(args) > 0 {
		o.Clients = weather.AtHandshake
		own, err := authority.Client("flow-bot", time.Time{})
		ts.Check(err)
		_, _, err = own.WriteFiles(ts.Getenv("WORK"))
		ts.Check(err)
		both := append(append([]byte{}, own.Certificate...), own.Key...)
		ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "both.pem"), both, 0o600))
	}
	serveHTTPS(ts, weather.Options{TLS: &o})
}

// serveHTTPS puts https before the script's GitLab.
func serveHTTPS(ts *testscript.TestScript, o weather.Options) {
	s := gitLabOf(ts)
	base, err := url.Parse(s.server.URL())
	ts.Check(err)
	s.https, err = weather.Serve(weather.To("http://"+base.Host), o)
	ts.Check(err)
	ts.Defer(s.https.Close)
	for name, data := range map[string][]byte{"ca.pem": o.TLS.Authority.PEM(), "ca.der": o.TLS.Authority.DER()} {
		ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), name), data, 0o644))
	}
	ts.Setenv("HTTPS", s.https.URL()+base.Path)
}

func cmdRenews(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(os.Rename(filepath.Join(ts.Getenv("WORK"), "ca.pem"), filepath.Join(ts.Getenv("WORK"), "ca-old.pem")))
	authority, err := weather.NewAuthority("Acme Root CA 2")
	ts.Check(err)
	old := gitLabOf(ts).https
	old.Close()
	serveHTTPS(ts, weather.Options{Addr: old.Addr(), TLS: &weather.TLS{Authority: authority, Hosts: httpsHosts}})
}

func cmdTampers(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.Getenv("HOME"), ".local/share/flow/flow.db"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(`UPDATE integrations SET network = ?`, args[0])
	ts.Check(err)
}

func cmdProxy(ts *testscript.TestScript, _ bool, _ []string) {
	base, err := url.Parse(gitLabOf(ts).server.URL())
	ts.Check(err)
	hosts := weather.Hosts{"gitlab.acme.com:80": base.Host}
	if front := gitLabOf(ts).https; front != nil {
		hosts["gitlab.acme.com:443"] = front.Addr()
	}
	proxy, err := weather.StartProxy(weather.ProxyOptions{User: "ana", Password: proxyPassword, Hosts: hosts})
	ts.Check(err)
	ts.Defer(proxy.Close)
	gitLabOf(ts).proxy = proxy
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "password"), []byte(proxyPassword+"\n"), 0o600))
	ts.Setenv("PROXY", proxy.Addr())
}

func cmdPassed(ts *testscript.TestScript, neg bool, _ []string) {
	s := gitLabOf(ts)
	all := s.proxy.Requests()
	fresh := all[s.seen:]
	s.seen = len(all)
	through := 0
	for _, r := range fresh {
		if r.Status < 400 {
			through++
		}
	}
	if (through > 0) == neg {
		ts.Fatalf("%d of %d requests came through the proxy: %+v", through, len(fresh), fresh)
	}
}
