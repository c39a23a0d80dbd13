package main

import (
	"testing"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
	"flow/tui"
)

// Where http was accepted the page Network says so, and that can be taken back:
// of an address with http the test fails then, and what is stored stays.
func TestPlainHTTPIsTakenBack(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		const warns = "/Over http: others (on the way )?can read the token\\./"
		w, site := behind(t, gitlabtest.Options{ExternalURL: "http://gitlab.example.com/git"}, weather.Options{})
		w.by(proxied(t, site, weather.ProxyOptions{}))
		w.deps = func(d *tui.Deps) { d.Network.PlainHTTP = true }
		tm := w.open(width, height)
		tm.address("http://gitlab.example.com/git").see("A GitLab answers here", "/^> +\\[x\\] use http/").press("tab", "tab").see("/^> Access token/").typed(gitlabtest.DemoToken).press("enter").see(warned, "enter continue")
		tm.atCreate().press("enter").see("For new ones let cron run", "? keys").press("3").see("/Network +http accepted$/").fact("Network").press("enter")
		tm.see(warns, "/^  +\\[x\\] use http for this GitLab/", "/^> CA file/").press("shift+tab").see("/^> +\\[x\\] use http for this GitLab/", "space accept or not", "enter test").press("enter").see("Nothing has changed.")
		before := len(site.Front.Requests())
		tm.press("space").see("/^> +\\[ \\] use http for this GitLab/").gone(warns).press("enter")
		tm.see("Not connected:", "/^> failed +Address/", "/is asked for over( http|$)/", "Type https://", "enter change the network").never(warns)
		if n := len(site.Front.Requests()); n != before {
			t.Errorf("%d requests went out all the same", n-before)
		}
		tm.press("enter").see("/^> +\\[ \\] use http for this GitLab/").press("esc").see("/^> Network +http accepted$/").leave()
		if in, _ := w.stored("example-gitlab"); !in.Network.PlainHTTP || in.Version != 1 {
			t.Errorf("stored is %+v, version %d", in.Network, in.Version)
		}
	})
}

// Nobody misses http where the address has come to be one with https.
func TestPlainHTTPThatIsNotNeededIsTakenBack(t *testing.T) {
	t.Parallel()
	w, site := redirecting(t)
	w.deps = func(d *tui.Deps) { d.Network.PlainHTTP, d.Network.Authorities = true, string(site.CA()) }
	tm := w.open(80, 24)
	tm.address("http://gitlab.example.com/git").see("http leads to https there", "/^> +\\[x\\] use http/").press("tab", "tab", "tab").see("/^> Access token/").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue")
	tm.atCreate().press("enter").see("For new ones let cron run", "? keys").press("3").see("/Network +http accepted/").fact("Network").press("enter")
	tm.see("/^> CA file/").never("Over http").press("up").see("/^> +\\[x\\] use http for this GitLab/").press("space").see("[ ] use http").press("enter").see(passed, "enter save").press("enter")
	tm.see("The network is changed.", "/^> Network +\"Acme Root CA 2\" trusted/").never("http accepted").press("enter").see("/^> CA file/").never("use http").leave()
	if in, _ := w.stored("example-gitlab"); in.Network.PlainHTTP || in.Network.Authorities == "" {
		t.Errorf("stored is %+v", in.Network)
	}
}
