package main

import (
	"testing"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
	"flow/tui"
)

// What the flags say of the way holds for the address that is typed into the
// wizard, and is shown there.
func TestFlagsFillInTheWizard(t *testing.T) {
	t.Parallel()
	w, site := behind(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{}})
	authorities, err := flow.ReadAuthorities("ca.pem", site.CA())
	if err != nil {
		t.Fatal(err)
	}
	w.deps = func(d *tui.Deps) { d.Network = flow.Network{Authorities: authorities} }
	tm := w.open(80, 24)
	tm.address(site.URL()).see("A GitLab answers here", "\"Acme Root CA 2\" trusted").typed(gitlabtest.DemoToken).press("enter").see("Connected:")
	tm.leave()
}
