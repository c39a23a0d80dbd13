package gitlab_test

import (
	"fmt"
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestAServiceThatMayNotBeReadIsTakenOut(t *testing.T) {
	for _, test := range []struct {
		name, path string
		status     int
		check      string
		service    flow.Service
		text       string
	}{
		{"issues", "/api/v4/projects/*/issues", 403, flow.CheckTicket, flow.TicketService, "the account may not read issues"},
		{"merge requests", "/api/v4/projects/*/merge_requests", 404, flow.CheckPR, flow.PRService, "the account may not read merge requests"},
		{"commits", "/api/v4/projects/*/repository/commits", 403, flow.CheckRepo, flow.RepoService, "the account may not read commits"},
	} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
		s.Fail(gitlabtest.Fault{Path: test.path, Status: test.status, Body: `{"message":"no"}`})
		r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
		if c := r.Check(test.check); c.Status != flow.Warning || c.Text != test.text || c.Says != fmt.Sprint(test.status, " no") {
			t.Errorf("%s: %+v", test.name, c)
		}
		if !r.Passed() || r.Readable != flow.EveryService.Without(test.service) {
			t.Errorf("%s: readable %s", test.name, r.Readable)
		}
	}
}

func TestOneRepoThatRefusesIsNotTheEnd(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Path: "/api/v4/projects/*/issues", Status: 403, Times: 2})
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
	if c := r.Check(flow.CheckTicket); c.Status != flow.OK || r.Readable != flow.EveryService {
		t.Errorf("%+v, readable %s", c, r.Readable)
	}
}

func TestAServiceThatIsOffEverywhereIsSkipped(t *testing.T) {
	company := gitlabtest.Demo(today)
	for id := range demoRoles(t, company) {
		if err := company.ChangeProject(id, func(p *gitlabtest.Project) { p.Issues = gitlabtest.FeatureDisabled }); err != nil {
			t.Fatal(err)
		}
	}
	r := testIt(t, start(t, company, gitlabtest.Options{}), gitlabtest.DemoToken, gitlab.Options{})
	if c := r.Check(flow.CheckTicket); c.Status != flow.Skipped || !r.Readable.Has(flow.TicketService) {
		t.Errorf("%+v, readable %s", c, r.Readable)
	}
}

func TestRolesTooLow(t *testing.T) {
	for _, test := range []struct {
		role flow.Role
		want flow.Check
	}{
		{flow.Guest, flow.Check{Status: flow.Warning, Text: "Reporter or more in no repo"}},
		{flow.Developer, flow.Check{Status: flow.OK, Text: "Reporter or more in 1 repo; Maintainer or more in none"}},
		{flow.Maintainer, flow.Check{Status: flow.OK, Text: "Reporter or more in 1 repo; Maintainer or more in 1"}},
	} {
		company := gitlabtest.Demo(today)
		hire, _ := company.User("new.hire")
		api, _ := company.Project("acme/platform/api")
		if err := company.SetProjectRole(api.ID, hire.ID, gitlabtest.Role(test.role)); err != nil {
			t.Fatal(err)
		}
		got := testIt(t, start(t, company, gitlabtest.Options{}), gitlabtest.DemoTokenNoGroups, gitlab.Options{}).Check(flow.CheckRole)
		if got.Status != test.want.Status || got.Text != test.want.Text {
			t.Errorf("%s: %+v", test.role, got)
		}
	}
}

// null fits every list, and would be one without rows.
func TestNullIsNoList(t *testing.T) {
	for path, check := range map[string]string{
		"/api/v4/groups": flow.CheckFound, "/api/v4/projects/*/repository/commits": flow.CheckRepo, "/api/v4/projects/*/hooks": flow.CheckWebhooks,
	} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
		s.Fail(gitlabtest.Fault{Path: path, Status: 200, Body: "null"})
		c := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{}).Check(check)
		if c.Status != flow.Failed || !strings.Contains(c.Text, "answers with something that Flow can't read") {
			t.Errorf("%s: %+v", path, c)
		}
	}
}

// A firewall that keeps one kind of thing back leaves the others.
func TestAFirewallThatKeepsOneServiceBack(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(weather.At("/api/v4/projects/*/issues", weather.FirewallModSecurity()))
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
	if c := r.Check(flow.CheckTicket); !r.Passed() || c.Status != flow.Warning || c.Says != "403 Forbidden" || r.Readable.Has(flow.TicketService) {
		t.Errorf("%s", lines(r))
	}
}
