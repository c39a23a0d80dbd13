package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
	"flow/tui"
)

// by makes a world's environment name a proxy.
func (w *world) by(p *weather.Proxy) *world {
	w.t.Helper()
	at, err := url.Parse(p.URL())
	if err != nil {
		w.t.Fatal(err)
	}
	w.proxy = http.ProxyURL(at)
	return w
}

// A proxy that opens TLS shows certificates of the company's own: its authority
// is what is asked for.
func TestInspectingProxy(t *testing.T) {
	t.Parallel()
	authority, err := weather.NewAuthority("Acme Proxy CA")
	if err != nil {
		t.Fatal(err)
	}
	w, site := behind(t, gitlabtest.Options{ExternalURL: "https://gitlab.example.com/git"}, weather.Options{TLS: &weather.TLS{}})
	w.by(proxied(t, site, weather.ProxyOptions{Inspect: authority}))
	tm := w.open(80, 24)
	tm.address("gitlab.example.com/git").see(`from "Acme`, "/^> Access token/").press("shift+tab", "shift+tab").see("/^> CA file/").typed(w.file("proxy.cer", authority.DER())).press("enter")
	tm.see("/^> Access token/", "/Network +\"Acme Proxy CA\" trusted/").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue").leave()
}

// http to another machine is used only where somebody has said so, and that is
// seen from then on.
func TestPlainHTTPIsAccepted(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		const warns = "/Over http: others (on the way )?can read the token\\./"
		w, site := behind(t, gitlabtest.Options{ExternalURL: "http://gitlab.example.com/git"}, weather.Options{})
		w.by(proxied(t, site, weather.ProxyOptions{}))
		tm := w.open(width, height)
		tm.address("http://gitlab.example.com/git").see("is asked for over http", "/^> Access token/", "[ ] use http for this GitLab").never("Over http:")
		tm.typed(gitlabtest.DemoToken).press("enter").see("/^> +\\[ \\] use http for this GitLab/", "space accept or not").press("space").see("A GitLab answers here", warns, "[x] use http")
		tm.press("tab", "tab").see("/^> Access token/", "15 characters").press("enter").see(warned, warns, "/^  warning   Address/", "enter continue").atCreate().see(warns).press("enter")
		tm.see("For new ones let cron run", "? keys").press("3").see("/Network +http accepted, proxy|Network +http accepted$/").leave()
		if in, _ := w.stored("example-gitlab"); !in.Network.PlainHTTP {
			t.Errorf("stored is %+v", in.Network)
		}
	})
}

// A GitLab that calls itself something else is connected by the address that was
// typed; the Overview goes on telling.
func TestOwnURLIsAnother(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w, site := behind(t, gitlabtest.Options{ExternalURL: "https://git.internal/git"}, weather.Options{})
		tm := w.open(width, height)
		tm.address(site.URL()).see("/^> Access token/", "A GitLab answers here").typed(gitlabtest.DemoToken).press("enter").see(warned, "/^  warning   Own URL    this GitLab calls/", "enter continue")
		tm.atCreate().press("enter").see("For new ones let cron run", "? keys").press("3").see("calls itself https://git.internal/git").leave()
	})
}

// What the checks of the server say is behind right, at every size in sight.
func TestServerChecksUnfold(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w := newWorld(t, gitlabtest.Options{Version: "12.9.0-ee"})
		tm := w.open(width, height)
		tm.connected(w).see("/^  ok        Server     GitLab 12\\.9\\.0/").never("Address").press("right").see("/^> ok        Address    "+w.server.URL()+"/", "/^  skipped   TLS +plain http has none/", "left fold").never("Server ")
		for range 7 {
			tm.press("down")
		}
		tm.see("/^> ok        Version    GitLab 12\\.9\\.0/", "/A GitLab of this version can't tell/", "Connected:")
		tm.press("left").see("/^> ok        Server/", "right unfold").never("Address").press("right", "down", "left").see("/^> ok        Server/")
		tm.press("?").see("all checks of the server").press("esc").see("right unfold")
		tm.resize(40, 10).see("/^> ok        Server/", "Connected:").press("right").see("/^> ok        Address/").press("left").resize(width, height)
		// The report tells all of them, in the wizard and later.
		tm.press("w").see("Written: flow-report-").press("enter").see("What should Flow read?").press("enter").see("be called?").press("enter").see("enter create").press("enter")
		tm.see("For new ones", "? keys").press("3").see("Data status").fact("Connection").press("enter").see("enter continue").press("w").see("Written: flow-report-").leave()
		for _, file := range w.reports() {
			text, err := os.ReadFile(file)
			for _, part := range []string{"Address", "TLS        plain http has none", "Limits", "Can't tell", "Version       12.9.0-ee", "Connected:"} {
				if err != nil || !strings.Contains(string(text), part) {
					t.Errorf("the report does not hold %q (%v):\n%s", part, err, text)
				}
			}
			if strings.Contains(string(text), gitlabtest.DemoToken) {
				t.Error("the report holds the token")
			}
		}
	})
}

// reports are the files that were written.
func (w *world) reports() []string {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.dir, "flow-report-*.txt"))
	if err != nil || len(files) == 0 {
		w.t.Fatalf("no report was written (%v)", err)
	}
	return files
}

// A way that breaks later leads to the page that mends it, from every place that
// tells of it.
func TestBrokenWayLeadsToNetwork(t *testing.T) {
	t.Parallel()
	w, site := behind(t, gitlabtest.Options{ExternalURL: "http://127.0.0.1"}, weather.Options{})
	proxy := proxied(t, site, weather.ProxyOptions{})
	tm := w.open(80, 24)
	tm.address(site.URL()).see("/^> Access token/", "A GitLab answers here").typed(gitlabtest.DemoToken).press("enter").see("enter continue").atCreate().press("enter").see("For new ones", "? keys").press("3").see("Data status")
	tm.fact("Network").press("enter").see("/^> CA file/").press("down", "down").see("/^> Proxy/").typed(proxy.Addr()).press("enter").see("Connected:", "enter save").press("enter").see("The network is changed.")
	proxy.Close()
	tm.press("up", "up", "r").see("Failed integration since", "under Network, as Proxy.").never("below").press("1").see("3, then enter, changes it.").press("3")
	tm.see("/^> Network/", "Failed integration", "under Network, as Proxy.").never("below").press("down", "down", "down").see("> Connection").press("enter")
	tm.see("Not connected:", "/^> failed    Proxy/", "under Network, as Proxy.", "enter change the network").press("enter").see("/^> CA file/", "/Proxy +http:\\/\\/127/").press("esc").see("> Connection")
	tm.press("esc").see("Open it, then Network, to change the proxy.").resize(60, 16).see("Open it, then Network, to change the proxy.").leave()
}

// What the command line says of the way holds for whichever GitLab is typed.
func TestNetworkFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w, site := behind(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{}})
	w.deps = func(d *tui.Deps) { d.Network.Authorities = string(site.CA()) }
	tm := w.open(80, 24)
	tm.address("127.0.0.1:1").see("connection is refused", "/^> Access token/").press("shift+tab", "shift+tab", "shift+tab").see("/^> Base URL/").press("ctrl+u").typed(site.URL()).press("enter")
	tm.see("A GitLab answers here", "/Network +\"Acme Root CA 2\" trusted/").see("/^> Access token/").press("up", "up").see("/^> CA file *$/", "ctrl+u removes it.").press("down", "down").see("/^> Access token/").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue").leave()
	// A kept draft goes on the same way.
	tm = w.open(80, 24)
	tm.see("You stopped at Connection").press("enter").see("/^> Access token/", "A GitLab answers here", "\"Acme Root CA 2\" trusted").leave()
}

// http is what people type; where the server leads to https that is used, and
// said.
func TestHTTPThatLeadsToHTTPS(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w, site := redirecting(t)
		w.deps = func(d *tui.Deps) { d.Network.Authorities = string(site.CA()) }
		tm := w.open(width, height)
		tm.address("http://gitlab.example.com/git").see("A GitLab answers here", "http leads to https there; Flow uses that.", "/Base URL +https:\\/\\/gitlab\\.example\\.com\\/git/").never("Over http").typed(gitlabtest.DemoToken).press("enter").see(passed).leave()
	})
}
