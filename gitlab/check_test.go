package gitlab_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// lines are the checks of a report as a person reads them.
func lines(r flow.Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%-8s%-8s%s\n", c.Status, c.Name, took.ReplaceAllString(c.Text, "in N ms"))
	}
	return b.String()
}

var took = regexp.MustCompile(`in \d+ ms`)

func testIt(t *testing.T, s *gitlabtest.Server, token string, o gitlab.Options) flow.Report {
	t.Helper()
	c, _ := newClient(t, o)
	report, err := c.Test(context.Background(), connectAs(t, s.URL(), token), nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestConnectionTested(t *testing.T) {
	day := flow.Expiry(today, today.AddDate(0, 0, 53).Truncate(24*time.Hour))
	skipped := func(from int, why string) string {
		var b strings.Builder
		for _, name := range flow.CheckNames[from:] {
			fmt.Fprintf(&b, "skipped %-8s%s\n", name, why)
		}
		return b.String()
	}
	const works = `ok      Repo    commits of acme/platform/playground can be read
ok      PR      merge requests of acme/platform/playground can be read
ok      Ticket  issues of acme/platform/playground can be read
ok      Found   34 groups, 419 repos
`
	for _, test := range []struct{ name, version, token, want string }{
		{"all well", "17.5.2-ee", gitlabtest.DemoToken, `ok      Server  GitLab 17.5.2 Enterprise, no TLS, answers in N ms
ok      Account signed in as @flow-bot
ok      Scopes  api, read_user, read_repository
ok      Expiry  ` + day + "\n" + works + `ok      Role    Reporter or more in 380 repos; Maintainer or more in 177
`},
		{"scopes told by trying", "14.0.0", gitlabtest.DemoToken, `ok      Server  GitLab 14.0.0, no TLS, answers in N ms
ok      Account signed in as @flow-bot
ok      Scopes  api
skipped Expiry  GitLab tells no date before 15.5; note it yourself
` + works + `ok      Role    Reporter or more in 380 repos; Maintainer or more in 177
`},
		{"read_api only", "17.5.2-ee", gitlabtest.DemoTokenReadAPI, `ok      Server  GitLab 17.5.2 Enterprise, no TLS, answers in N ms
ok      Account signed in as @flow-bot
warning Scopes  read_api reads everything; webhooks will need api.
ok      Expiry  ` + day + "\n" + works + `ok      Role    Reporter or more in 380 repos; Maintainer or more in 177
`},
		{"read_api, told by trying", "13.12.0", gitlabtest.DemoTokenReadAPI, `ok      Server  GitLab 13.12.0, no TLS, answers in N ms
ok      Account signed in as @flow-bot
warning Scopes  read_api reads everything; webhooks will need api.
skipped Expiry  GitLab tells no date before 15.5; note it yourself
` + works + `ok      Role    Reporter or more in 380 repos; Maintainer or more in 177
`},
		{"no api", "17.5.2-ee", gitlabtest.DemoTokenReadOnly, `ok      Server  GitLab 17.5.2 Enterprise, no TLS, answers in N ms
ok      Account signed in as @flow-bot
failed  Scopes  api is missing; the token has read_user, read_repository
ok      Expiry  ` + day + "\n" + skipped(4, "needs the scope api")},
		{"no api, told by trying", "12.10.0", gitlabtest.DemoTokenReadOnly, `ok      Server  GitLab 12.10.0, no TLS, answers in N ms
ok      Account signed in as @flow-bot
failed  Scopes  api is missing; the token has read_user
skipped Expiry  GitLab tells no date before 15.5; note it yourself
` + skipped(4, "needs the scope api")},
		{"unknown token", "17.5.2-ee", "glpat-of-nobody-at-all", `ok      Server  GitLab, no TLS, answers in N ms
failed  Account This token is unknown to GitLab
skipped Scopes  needs a token that GitLab accepts
skipped Expiry  needs what GitLab tells of the token
` + skipped(4, "needs a token that GitLab accepts")},
		{"expired", "17.5.2-ee", gitlabtest.DemoTokenExpired, `ok      Server  GitLab, no TLS, answers in N ms
failed  Account The token expired
skipped Scopes  needs a token that GitLab accepts
skipped Expiry  needs what GitLab tells of the token
` + skipped(4, "needs a token that GitLab accepts")},
		{"blocked", "17.5.2-ee", gitlabtest.DemoTokenBlocked, `ok      Server  GitLab, no TLS, answers in N ms
failed  Account The account is blocked in GitLab
skipped Scopes  needs a token that GitLab accepts
skipped Expiry  needs what GitLab tells of the token
` + skipped(4, "needs a token that GitLab accepts")},
		{"no groups", "17.5.2-ee", gitlabtest.DemoTokenNoGroups, `ok      Server  GitLab 17.5.2 Enterprise, no TLS, answers in N ms
ok      Account signed in as @new.hire
ok      Scopes  api, read_user, read_repository
ok      Expiry  ` + flow.Expiry(today, today.AddDate(0, 0, 200).Truncate(24*time.Hour)) + `
skipped Repo    no repo to try
skipped PR      no repo to try
skipped Ticket  no repo to try
warning Found   Signed in, but @new.hire sees no groups.
warning Role    Reporter or more in no repo
`},
		{"too old", "8.17.3", gitlabtest.DemoToken, `failed  Server  This GitLab is 8.17; Flow needs 9.0 or newer
` + skipped(1, "needs the server")},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: test.version})
			report := testIt(t, s, test.token, gitlab.Options{})
			if got := lines(report); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestWhatIsWrongWithTheTokenSendsBackToIt(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	page := s.URL() + "/-/user_settings/personal_access_tokens?name=Flow&scopes=api,read_user,read_repository"
	scopes := testIt(t, s, gitlabtest.DemoTokenReadOnly, gitlab.Options{}).Check(flow.CheckScopes)
	if scopes.Says != "403 insufficient_scope" || scopes.Field != flow.FieldToken || scopes.Link != page ||
		scopes.Hint != "Without api GitLab shows Flow no repos, PRs or tickets. Make a token with api, read_user and read_repository:" {
		t.Errorf("scopes: %+v", scopes)
	}
	account := testIt(t, s, gitlabtest.DemoTokenRevoked, gitlab.Options{}).Check(flow.CheckAccount)
	if account.Field != flow.FieldToken || account.Link != page || !strings.Contains(account.Says, "revoked") {
		t.Errorf("account: %+v", account)
	}
}

func TestReport(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{TLS: &gitlabtest.Certificate{}, ExternalURL: "https://git.internal"})
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{Roots: trusting(s)})
	if r.Server != "GitLab 17.5.2 Enterprise" || r.Version != "17.5.2-ee" || r.Account != "@flow-bot" || !r.At.Equal(today) ||
		r.Scopes.String() != "api, read_user, read_repository" || flow.DaysUntil(today, r.Expires) != 53 ||
		r.Readable != flow.EveryService || r.Groups != 34 || r.Repos != 419 || r.AtLeast {
		t.Errorf("report %+v", r)
	}
	server := r.Check(flow.CheckServer)
	if server.Status != flow.Warning || !strings.Contains(server.Text, "TLS 1.3") ||
		server.Hint != "This GitLab calls itself https://git.internal. Flow goes on using the address that you typed." {
		t.Errorf("server: %+v", server)
	}
}

func TestExpiry(t *testing.T) {
	midnight := today.Truncate(24 * time.Hour)
	for _, test := range []struct {
		name   string
		ends   time.Time
		status flow.CheckStatus
	}{
		{"never", time.Time{}, flow.OK},
		{"in 31 days", midnight.AddDate(0, 0, 31), flow.OK},
		{"in 30 days", midnight.AddDate(0, 0, 30), flow.OK},
		{"in 29 days", midnight.AddDate(0, 0, 29), flow.Warning},
		{"tomorrow", midnight.AddDate(0, 0, 1), flow.Warning},
	} {
		company := gitlabtest.Demo(today)
		if err := company.SetTokenExpiry(gitlabtest.DemoToken, test.ends); err != nil {
			t.Fatal(err)
		}
		got := testIt(t, start(t, company, gitlabtest.Options{}), gitlabtest.DemoToken, gitlab.Options{}).Check(flow.CheckExpiry)
		if got.Status != test.status || got.Text != flow.Expiry(today, test.ends) {
			t.Errorf("%s: %s, %s", test.name, got.Status, got.Text)
		}
	}
	// A server whose clock is behind lets in what has expired by ours.
	late := func() time.Time { return today.AddDate(0, 0, 60) }
	got := testIt(t, start(t, gitlabtest.Demo(today), gitlabtest.Options{}), gitlabtest.DemoToken, gitlab.Options{Now: late}).Check(flow.CheckExpiry)
	if got.Status != flow.Failed || got.Text != "The token expired on 14 Jan 2027" || got.Field != flow.FieldToken {
		t.Errorf("expired: %+v", got)
	}
}

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

func TestEveryCheckIsToldAsItStartsAndEnds(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	told := map[string][]flow.CheckStatus{}
	r, err := c.Test(context.Background(), connect(t, s.URL()), func(check flow.Check) {
		told[check.Name] = append(told[check.Name], check.Status)
		if check.Status.Done() && check.Status != flow.Skipped && check.Took <= 0 {
			t.Errorf("%s took no time", check.Name)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range flow.CheckNames {
		got := told[name]
		if r.Checks[i].Name != name || len(got) < 2 || got[0] != flow.Running || !got[len(got)-1].Done() {
			t.Errorf("%s was told as %v", name, got)
		}
	}
}

func TestTestingEndsAtOnceWhenCancelled(t *testing.T) {
	for _, path := range []string{"/.well-known/**", "/api/v4/version", "/api/v4/user", "/api/v4/projects", "/api/v4/projects/*/issues"} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
		arrived := make(chan struct{}, 16)
		s.Fail(gitlabtest.Fault{Path: path, Kind: gitlabtest.Hang, Match: func(*http.Request) bool { arrived <- struct{}{}; return true }})
		c, _ := newClient(t, gitlab.Options{Timeout: time.Minute})
		ctx, cancel := context.WithCancel(context.Background())
		go func() { <-arrived; cancel() }()
		ended := false
		report, err := c.Test(ctx, connect(t, s.URL()), func(flow.Check) {
			if ended {
				t.Error("a check was told after the end")
			}
		})
		ended = true
		if err != context.Canceled || report.Passed() {
			t.Errorf("%s: error %v, passed %t", path, err, report.Passed())
		}
	}
}

func TestAServerThatIsDownSkipsTheRest(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Status: 502, Body: "<html><title>502 Bad Gateway</title>"})
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
	server := r.Check(flow.CheckServer)
	if server.Status != flow.Failed || server.Text != "GitLab answers with a fault of its own" || server.Says != "502 Bad Gateway" || server.Field != "" {
		t.Errorf("%+v", server)
	}
	if r.Count(flow.Skipped) != 8 {
		t.Errorf("%s", lines(r))
	}
}
