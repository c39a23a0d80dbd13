package main

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
	"flow/tui"
)

// A screenMishap is one as the wizard shows it.
type screenMishap struct {
	name  string
	start func(*trial) (address string)
	token string // that is typed once a GitLab was found; "": none was
	see   string // what is on screen once it has gone wrong
}

// at returns the address of what stands in place of a GitLab.
func at(h http.Handler) func(*trial) string {
	return func(f *trial) string { return f.serve(h, weather.Options{}).URL() }
}

func failing(path string, fault func() gitlabtest.Fault) func(*trial) string {
	return func(f *trial) string {
		s := f.gitlab(gitlabtest.Options{})
		s.Fail(weather.At(path, fault()))
		return s.URL()
	}
}

func plainly(f *trial) string { return f.gitlab(gitlabtest.Options{}).URL() }

var screenMishaps = []screenMishap{
	{"dns", func(*trial) string { return "gitlab.acme.example" }, "", "Can't find"},
	{"refused", func(f *trial) string {
		p := f.port(weather.ClosedPort())
		f.is("port "+p.Addr()[len("127.0.0.1:"):], "port 40000")
		return p.URL("https")
	}, "", "the connection is refused"},
	{"ssh", func(f *trial) string { return f.port(weather.SSHPort()).URL("https") }, "", "it speaks SSH"},
	{"expired", func(f *trial) string {
		return secured(f, weather.TLS{NotBefore: longAgo.AddDate(-1, 0, 0), NotAfter: longAgo}).URL()
	}, "", "its certificate expired"},
	{"wrong-name", func(f *trial) string { return secured(f, weather.TLS{Hosts: []string{"git.internal"}}).URL() }, "", "git.internal"},
	{"old-tls", func(f *trial) string { return secured(f, *weather.OldTLS()).URL() }, "", "TLS 1.1"},
	{"captive-portal", at(weather.Portal()), "", "Something on the way"},
	{"gitea", at(weather.Gitea()), "", "not a GitLab"},
	{"nginx", at(weather.Nginx()), "", "nginx welcome"},
	{"firewall", at(weather.Answering(weather.FirewallCloudflare())), "", "A firewall"},
	{"circle", at(weather.RedirectLoop()), "", "in a circle"},
	{"bad-gateway", at(weather.Answering(weather.BadGateway())), "", "a fault of its own"},
	{"token-revoked", plainly, gitlabtest.DemoTokenRevoked, "Not connected:"},
	{"token-unknown", plainly, "glpat-nobody-made-this", "Not connected:"},
	{"scope-missing", plainly, gitlabtest.DemoTokenReadOnly, "Not connected:"},
	{"blocked", plainly, gitlabtest.DemoTokenBlocked, "Not connected:"},
	{"no-groups", plainly, gitlabtest.DemoTokenNoGroups, "Connected:"},
	{"rate-limit", failing("/api/v4/**", limited(10*time.Minute)), gitlabtest.DemoToken, "Not connected:"},
	{"dpop", failing("/api/v4/**", says(http.StatusUnauthorized, `{"error":"dpop_error","error_description":"DPoP header is missing"}`)), gitlabtest.DemoToken, "Not connected:"},
}

// TestFaultScreens draws some of the mishaps at 80×24 where people meet them: at
// the address, or once the connection is tested.
func TestFaultScreens(t *testing.T) {
	for _, m := range screenMishaps {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			f := newTrial(t)
			address := m.start(f)
			w := worldOf(t, nil, f.program.now)
			w.sleep = f.program.reach.Sleep
			tm := w.open(80, 24).address(address)
			if m.token != "" {
				tm.see("A GitLab answers here", "/^> Access token/").typed(m.token).press("enter")
			}
			tm.see(m.see, "esc back").golden("faults/"+m.name, f.steadied)
			tm.leave()
		})
	}
}

// Where no other answer helps the test can be made again, and the answers are a
// key away.
func TestFaultOfNoAnswer(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		f := newTrial(t)
		s := f.gitlab(gitlabtest.Options{})
		mend := s.Fail(weather.At("/api/v4/**", weather.RackAttack(10*time.Minute, 600)))
		var later atomic.Bool // than GitLab asks to wait
		w := worldOf(t, nil, func() time.Time {
			if later.Load() {
				return day.Add(11 * time.Minute)
			}
			return day
		})
		w.sleep = f.program.reach.Sleep
		tm := w.open(width, height)
		tm.address(s.URL()).see("A GitLab answers here", "/^> Access token/").typed(gitlabtest.DemoToken).press("enter")
		tm.see("Not connected:", "asks Flow to wait", "/until \\d\\d:\\d\\d/", "/^  r test again/").never("change the")
		mend()
		later.Store(true)
		tm.press("enter", "r").see("Connected:", "enter continue").leave()
	})
}

// A certificate that is not valid yet, or TLS of old, may be those of the wrong
// host: from a test that fails by them a few keys lead to the address.
func TestFaultOfTheServerLeadsBackToTheAddress(t *testing.T) {
	t.Parallel()
	for says, o := range map[string]*weather.TLS{`Offered: "localhost" from "Acme Root CA 2", until`: weather.NotYetValid(), "newer than TLS 1.1": weather.OldTLS()} {
		t.Run(says[:7], func(t *testing.T) {
			t.Parallel()
			f := newTrial(t)
			o.Authority, _ = weather.NewAuthority("Acme Root CA 2")
			site, other := secured(f, weather.TLS{Authority: o.Authority}), f.gitlab(gitlabtest.Options{})
			w := worldOf(t, nil, f.program.now)
			w.deps = func(d *tui.Deps) { d.Network.Authorities = string(site.CA()) }
			tm := w.open(80, 24)
			tm.address(site.URL()).see("A GitLab answers here", "/^> Access token/").typed(gitlabtest.DemoToken).see("15 characters")
			site.Front.Close()
			f.serve(weather.To(site.Server.URL()), weather.Options{Addr: site.Front.Addr(), TLS: o})
			tm.press("enter").see("Not connected:", "/^> failed    TLS/", says, "/^  r test again/").press("esc").see("/^> Access token/")
			tm.press("shift+tab", "shift+tab", "shift+tab").see("/^> Base URL/").press("ctrl+u").typed(other.URL()).press("enter").see("A GitLab answers here").leave()
		})
	}
}
