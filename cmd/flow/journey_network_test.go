package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
	"flow/tui"
)

// behind is a world whose GitLab is reached through a front, such as one with a
// certificate that nobody knows.
func behind(t *testing.T, g gitlabtest.Options, o weather.Options, fronts ...weather.Front) (*world, *weather.Site) {
	t.Helper()
	if g.Path == "" {
		g.Path = "/git"
	}
	now := time.Now
	if g.Now != nil {
		now = g.Now
	}
	site, err := weather.GitLab(gitlabtest.Demo(now()), g, o, fronts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	return worldOf(t, site.Server, now), site
}

// proxied starts a proxy that knows the site as gitlab.example.com.
func proxied(t *testing.T, site *weather.Site, o weather.ProxyOptions) *weather.Proxy {
	t.Helper()
	o.Hosts = weather.Hosts{"gitlab.example.com": site.Front.Addr()}
	proxy, err := weather.StartProxy(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	return proxy
}

// redirecting is behind a GitLab whose own name is one with https, and to which
// http leads.
func redirecting(t *testing.T) (*world, *weather.Site) {
	t.Helper()
	w, site := behind(t, gitlabtest.Options{ExternalURL: "https://gitlab.example.com/git"}, weather.Options{TLS: &weather.TLS{Hosts: []string{"gitlab.example.com"}}})
	port80, err := weather.Serve(weather.RedirectTo(http.StatusMovedPermanently, "https://gitlab.example.com"), weather.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(port80.Close)
	proxy, err := weather.StartProxy(weather.ProxyOptions{Hosts: weather.Hosts{"gitlab.example.com:80": port80.Addr(), "gitlab.example.com:443": site.Front.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	w.by(proxy)
	return w, site
}

// file writes a file into the home folder of a world.
func (w *world) file(name string, data []byte) string {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return "~/" + name
}

// address walks the wizard from its first page to the answer to an address.
func (tm *window) address(text string) *window {
	tm.t.Helper()
	tm.see("Which GitLab do you want to connect?").press("enter")
	tm.see("How should Flow sign in?").press("down", "enter")
	return tm.see("What you type in a browser").typed(text).press("enter")
}

// both runs a journey in windows of both sizes.
func both(t *testing.T, journey func(t *testing.T, width, height int)) {
	for _, size := range [][2]int{{80, 24}, {60, 16}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			journey(t, size[0], size[1])
		})
	}
}

// A GitLab whose certificate nobody knows is connected by the file of its
// authority; what is stored is what stood in it.
func TestUnknownCA(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w, site := behind(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{}})
		tm := w.open(width, height)
		tm.address(site.URL()).see("Can't trust", "CA file", "use it unverified", "shift+tab goes up to what may help: CA file.", "/^> Access token/", "Will be kept")
		tm.press("shift+tab", "shift+tab").see("/^> CA file/", "enter look again").typed("~/none.pem").press("enter")
		tm.see("/^> CA file +~/none\\.pem$/", "there is no such file", "Will be kept").press("ctrl+u").typed(w.file("key.pem", []byte("-----BEGIN PRIVATE KEY-----\n"))).press("enter")
		tm.see("it holds a private key and no").press("ctrl+u").typed(w.file("acme.pem", site.CA())).press("enter")
		tm.see("/^> Access token/", "A GitLab answers here", "trusted for this GitLab only.", "/Network +\"Acme Root CA 2\" trusted/", "Make a token")
		// What was given can be looked at again, and taken back.
		tm.press("up", "up").see("/^> CA file +~/acme\\.pem$/", "tab goes there").press("ctrl+u", "enter").see("Can't trust", "/^> CA file *$/")
		tm.typed("~/acme.pem").press("enter").see("/^> Access token/", "A GitLab answers here").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue")
		tm.atCreate().see("/Network +\"Acme Root CA 2\" trusted/").press("enter").see("For new ones let cron run", "? keys").press("3").see("/Network +\"Acme Root CA 2\" trusted/").leave()
		in, _ := w.stored("gitlab")
		if list := flow.Certificates(in.Network.Authorities); len(list) != 1 || list[0].Subject != "Acme Root CA 2" || in.Network.Unverified {
			t.Errorf("stored is %+v", in.Network)
		}
	})
}

// Whoever goes without a proof sees that on every page, until a file takes its
// place on the Overview.
func TestUnverified(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		const warns = "/Not verified: others (on the way )?can pose as GitLab\\./"
		w, site := behind(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{}})
		tm := w.open(width, height)
		tm.address(site.URL()).see("CA file", "/^> Access token/").press("shift+tab").see("/^> +\\[ \\] use it unverified: others/", "space accept or not")
		// A line end that was pasted does not accept anything.
		tm.press("enter").see("/^> Access token/", "Can't trust").press("shift+tab").see("space accept or not").press("space").see("A GitLab answers here", warns, "/^> +\\[x\\] use it unverified/")
		tm.press("tab", "tab").see("/^> Access token/", warns, "Make a token").typed(gitlabtest.DemoToken).press("enter").see(warned, warns, "/^  warning   TLS/", "enter continue")
		tm.atCreate().see(warns).press("enter").see("For new ones let cron run", "? keys").press("3").see("/Network +certificate not verified$/")
		if width >= 72 {
			tm.press("1").see("Healthy   not verified").press("3").see("Healthy   not verified")
		}
		tm.fact("Network").see("enter change the network").press("enter").see(warns, "/^> CA file/", "Until this passes its test")
		tm.typed(w.file("acme.pem", site.CA())).press("down").see("/^> +\\[x\\] use it unverified/", "It is trusted for").press("space").gone("Not verified").press("enter")
		tm.see(passed, "enter save").never("Not verified")
		if in, _ := w.stored("gitlab"); !in.Network.Unverified {
			t.Error("stored before it was asked for")
		}
		tm.press("enter").see("The network is changed. Tested:", "/^> Network +\"Acme Root CA 2\" trusted/").never("not verified").leave()
		if in, _ := w.stored("gitlab"); in.Network.Unverified || in.Network.Authorities == "" {
			t.Errorf("stored is %+v", in.Network)
		}
	})
}

// The way leads through a proxy that wants a password, to a GitLab that nobody
// knows; what is secret of it is shown nowhere and stored sealed.
func TestProxyWithPassword(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		const password = "hunter2hunter2"
		w, site := behind(t, gitlabtest.Options{ExternalURL: "https://gitlab.example.com/git"}, weather.Options{TLS: &weather.TLS{Hosts: []string{"gitlab.example.com"}}})
		proxy := proxied(t, site, weather.ProxyOptions{User: "ana", Password: password})
		w.by(proxied(t, site, weather.ProxyOptions{Refuse: http.StatusForbidden}))
		tm := w.open(width, height)
		tm.address("https://gitlab.example.com/git").see("does not lead to", "goes up to what may help: Proxy.", "/^> Access token/").press("shift+tab")
		tm.see("/^> Proxy/", "Only if one leads there").typed("no proxy").press("enter").see("is no address of a proxy", "/^> Proxy/").press("ctrl+u").typed(proxy.Addr()).press("enter")
		tm.see("wants a user name and", "With a user name, such as").press("ctrl+u").typed("ana@" + proxy.Addr()).press("enter").see("/^> Proxy password/")
		tm.typed("wrong").see("5 characters").press("enter").see("refuses its user name", "/^> Proxy password/").press("ctrl+r").see("/Proxy password +wrong /").press("ctrl+r").gone("wrong ")
		// Pasted with its password the address shows none.
		tm.press("shift+tab").see("/^> Proxy +(http://)?ana@/").press("ctrl+u").paste(proxy.URLAs("ana", password)).see("/^> Proxy +http://ana@127/", "14 characters").press("enter")
		tm.see("/^> CA file/", "Can't trust gitlab.example.com").typed(w.file("acme.pem", site.CA())).press("enter").see("/^> Access token/", "A GitLab answers here", "/Network +\"Acme Root CA 2\" trusted/")
		tm.typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue").atCreate().press("enter").see("For new ones let cron run", "? keys").leave()
		noSecretIn(t, w.dir, password)
		if strings.Contains(tm.output(), password) {
			t.Error("the password was drawn")
		}
		if c := w.connection("example-gitlab"); c.Network.ProxyPassword.Reveal() != password {
			t.Error("the password is not stored")
		}
	})
}

// The stored password of a proxy is used where an integration signs in again, and
// goes to no other proxy.
func TestStoredProxyPassword(t *testing.T) {
	t.Parallel()
	const password = "hunter2hunter2"
	w, site := behind(t, gitlabtest.Options{}, weather.Options{})
	closed := proxied(t, site, weather.ProxyOptions{User: "ana", Password: password})
	open := proxied(t, site, weather.ProxyOptions{})
	tm := w.open(80, 24)
	tm.address(site.URL()).see("/^> Access token/", "A GitLab answers here").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue").atCreate().press("enter").see("For new ones", "? keys").press("3").see("Data status")
	tm.fact("Network").press("enter").see("/^> CA file/").press("down", "down").see("/^> Proxy/").paste(closed.URLAs("ana", password)).see("14 characters").press("enter").see(passed, "enter save")
	tm.press("enter").see("The network is changed.", "/^> Network +proxy 127/", "Latest").leave()

	before := len(closed.Requests())
	tm = w.open(80, 24)
	tm.overview().fact("Expiry").press("enter").see("/^> Access token/", "A GitLab answers here", "proxy 127").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter save").press("enter").see("Signed in again as")
	if len(closed.Requests()) == before {
		t.Error("nothing came by the proxy")
	}
	tm.fact("Network").press("enter").see("/^> CA file/").press("down", "down", "down").see("/^> Proxy password/", "Empty: the one given before is used. ctrl+u removes it.", "ctrl+u remove it").press("ctrl+r").never(password)
	tm.press("shift+tab").see("/^> Proxy/").press("ctrl+u").typed("ana@"+open.Addr()).press("tab").see("/^> Proxy password/", "It is kept sealed.").press("enter").see(passed, "enter save").press("enter").see("The network is changed.")
	tm.press("r").see("Refreshed:").leave()
	if c := w.connection("gitlab"); !c.Network.ProxyPassword.IsZero() {
		t.Error("the password was taken along to another proxy")
	}
	noSecretIn(t, w.dir, password)
}

// What is stored of the way may be lost together with the key to it: then it is
// asked for like the token.
func TestStoredProxyPasswordIsLost(t *testing.T) {
	t.Parallel()
	const password = "hunter2hunter2"
	w, site := behind(t, gitlabtest.Options{ExternalURL: "http://127.0.0.1"}, weather.Options{})
	proxy := proxied(t, site, weather.ProxyOptions{User: "ana", Password: password})
	w.deps = func(d *tui.Deps) {
		d.Network = flow.Network{Proxy: "http://ana@" + proxy.Addr(), ProxyPassword: flow.NewSecret(password)}
	}
	tm := w.open(80, 24)
	tm.address(site.URL()).see("/^> Access token/", "A GitLab answers here").typed(gitlabtest.DemoToken).press("enter").see("Connected:", "enter continue").atCreate().press("enter").see("For new ones", "? keys").leave()
	if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil {
		t.Fatal(err)
	}
	tm = w.open(80, 24)
	tm.overview().fact("Expiry").press("enter").see("can't be opened: give password and key anew.", "refuses its user name", "/^  Proxy password *$/", "/^> Access token/").press("shift+tab").see("/^> Proxy password/").typed(password).press("enter")
	tm.see("A GitLab answers here", "/^> Access token/").press("esc").see("Data status").fact("Network").press("enter").see("The key to the stored tokens is gone", "/^> CA file/").press("esc").see("> Network").leave()
}

// A way that fails its test changes nothing, and leads back to what was typed.
func TestNetworkThatFailsIsNotStored(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w := newWorld(t, gitlabtest.Options{})
		refusing, err := weather.StartProxy(weather.ProxyOptions{Refuse: http.StatusForbidden})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(refusing.Close)
		tm := w.open(width, height)
		tm.connected(w).atCreate().press("enter").see("For new ones", "? keys").press("3").see("Data status").fact("Network").press("enter").see("/^> CA file/").press("enter").see("Nothing has changed.")
		tm.press("down", "down").see("/^> Proxy/").typed("ana@" + refusing.Addr()).press("tab").see("/^> Proxy password/").typed("hunter22").press("enter")
		tm.see("Not connected:", "/^> failed/", "enter change the network").press("enter").see("/^> Proxy password +\\*{8}/", "/^  Proxy +ana@/")
		tm.press("esc").see("/^> Network +this machine's certificates and proxy$/").leave()
		if in, _ := w.stored("gitlab"); !in.Network.IsZero() {
			t.Errorf("stored is %+v", in.Network)
		}
	})
}
