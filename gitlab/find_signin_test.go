package gitlab_test

import (
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

func TestFindTellsHowToSignIn(t *testing.T) {
	const all, early = "api, read_user, read_repository", "api, read_user"
	for _, test := range []struct {
		version, below string
		public         bool
		ports          flow.PortRule
		scopes         string
		bare           bool
	}{
		{"9.0.0", "10.2", false, flow.OnlyFixedPorts, early, false},
		{"10.7.0", "11.8", false, flow.OnlyFixedPorts, all, false},
		{"11.11.0", "12.10", true, flow.OnlyFixedPorts, all, false}, // 12.8 and 12.9 look the same
		{"12.9.0", "12.10", true, flow.OnlyFixedPorts, all, false},
		{"12.10.0", "15.8", true, flow.PortsUnknown, all, false},
		{"13.5.0", "15.8", true, flow.PortsUnknown, all, false},
		{"14.9.0", "15.8", true, flow.PortsUnknown, all, false},
		{"15.11.0", "16.2", true, flow.AnyPort, all, true},
		{"17.5.2-ee", "17.9", true, flow.AnyPort, all, true},
		{"18.9.0-pre", "", true, flow.AnyPort, all, true},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{Version: test.version, Path: "/git"})
			c, _ := newClient(t, gitlab.Options{})
			got, err := c.Find(t.Context(), s.URL(), flow.Network{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Below != test.below || got.Public != test.public || got.Ports != test.ports || got.Scopes.String() != test.scopes || got.BareCodes != test.bare {
				t.Errorf("found %+v", got)
			}
			if got.AppPage != s.URL()+"/oauth/applications" {
				t.Errorf("applications at %s", got.AppPage)
			}
		})
	}
}

func TestFindRulesNothingOutWhereTheAnnouncementIsHidden(t *testing.T) {
	s := start(t, gitlabtest.NewCompany(), gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Path: "/.well-known/**", Status: 403, Body: "<html>"})
	c, _ := newClient(t, gitlab.Options{})
	got, err := c.Find(t.Context(), s.URL(), flow.Network{})
	if err != nil || got.AtLeast != "" || got.Below != "" || !got.Public || got.Ports != flow.PortsUnknown || got.BareCodes ||
		got.Scopes.String() != flow.WantedScopes.String() || got.AppPage != s.URL()+"/oauth/applications" {
		t.Errorf("found %+v, %v", got, err)
	}
}
