package gitlab_test

import (
	"context"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// Without a token all is tried that needs none, and nothing is asked that does.
func TestTestedWithoutAToken(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Path: "/git"})
	c, _ := newClient(t, gitlab.Options{})
	report, err := c.Test(context.Background(), connectAs(t, s.URL(), ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Reached() || report.Passed() || report.Check(flow.CheckGitLab).Status != flow.OK || report.Check(flow.CheckClock).Status != flow.OK {
		t.Errorf("%s\n%s", report.Summary(), lines(report))
	}
	if got := report.Check(flow.CheckAccount); got.Status != flow.Skipped || got.Text != "needs a token" {
		t.Errorf("account: %+v", got)
	}
	if got := report.Check(flow.CheckVersion); got.Text != "17.2 or newer; GitLab tells the rest to a token" {
		t.Errorf("version: %+v", got)
	}
	for _, r := range s.Requests() {
		if r.Path != "/git/.well-known/openid-configuration" && r.Path != "/.well-known/openid-configuration" {
			t.Errorf("asked for %s", r.Path)
		}
	}
}
