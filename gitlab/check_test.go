package gitlab_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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
	for _, c := range flow.Rows(r.Checks) {
		fmt.Fprintf(&b, "%-8s%-9s%s\n", c.Status, c.Name, took.ReplaceAllString(c.Text, "in N ms"))
	}
	return b.String()
}

var took = regexp.MustCompile(`in [\d.]+ m?s`)

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
	skipped := func(why string, from string) string {
		var b strings.Builder
		for _, name := range flow.CheckNames[slices.Index(flow.CheckNames, from):] {
			fmt.Fprintf(&b, "skipped %-9s%s\n", name, why)
		}
		return b.String()
	}
	const works = `ok      Repo     commits of acme/platform/playground can be read
ok      PR       merge requests of acme/platform/playground can be read
ok      Ticket   issues of acme/platform/playground can be read
ok      Found    34 groups, 419 repos
ok      Role     Reporter or more in 380 repos; Maintainer or more in 177
`
	const hooks = "ok      Webhooks can be added in 177 repos\n"
	const noHooks = "skipped Webhooks needs the scope api\n"
	for _, test := range []struct{ name, version, token, want string }{
		{"all well", "17.5.2-ee", gitlabtest.DemoToken, `ok      Server   GitLab 17.5.2 Enterprise, answers in N ms
ok      Account  signed in as @flow-bot
ok      Scopes   api, read_user, read_repository
ok      Expiry   ` + day + "\n" + works + hooks},
		{"scopes told by trying", "14.0.0", gitlabtest.DemoToken, `ok      Server   GitLab 14.0.0, answers in N ms
ok      Account  signed in as @flow-bot
ok      Scopes   api
skipped Expiry   GitLab tells no date before 15.5; note it yourself
` + works + hooks},
		{"read_api only", "17.5.2-ee", gitlabtest.DemoTokenReadAPI, `ok      Server   GitLab 17.5.2 Enterprise, answers in N ms
ok      Account  signed in as @flow-bot
warning Scopes   read_api reads everything; webhooks will need api.
ok      Expiry   ` + day + "\n" + works + noHooks},
		{"read_api, told by trying", "13.12.0", gitlabtest.DemoTokenReadAPI, `ok      Server   GitLab 13.12.0, answers in N ms
ok      Account  signed in as @flow-bot
warning Scopes   read_api reads everything; webhooks will need api.
skipped Expiry   GitLab tells no date before 15.5; note it yourself
` + works + noHooks},
		{"no api", "17.5.2-ee", gitlabtest.DemoTokenReadOnly, `ok      Server   GitLab 17.5.2 Enterprise, answers in N ms
ok      Account  signed in as @flow-bot
failed  Scopes   api is missing; the token has read_user, read_repository
ok      Expiry   ` + day + "\n" + skipped("needs the scope api", flow.CheckRepo)},
		{"no api, told by trying", "12.10.0", gitlabtest.DemoTokenReadOnly, `ok      Server   GitLab 12.10.0, answers in N ms
ok      Account  signed in as @flow-bot
failed  Scopes   api is missing; the token has read_user
skipped Expiry   GitLab tells no date before 15.5; note it yourself
` + skipped("needs the scope api", flow.CheckRepo)},
		{"unknown token", "17.5.2-ee", "glpat-of-nobody-at-all", `ok      Server   answers in N ms
failed  Account  This token is unknown to GitLab
skipped Scopes   needs a token that GitLab accepts
skipped Expiry   needs what GitLab tells of the token
` + skipped("needs a token that GitLab accepts", flow.CheckRepo)},
		{"expired", "17.5.2-ee", gitlabtest.DemoTokenExpired, `ok      Server   answers in N ms
failed  Account  The token expired
skipped Scopes   needs a token that GitLab accepts
skipped Expiry   needs what GitLab tells of the token
` + skipped("needs a token that GitLab accepts", flow.CheckRepo)},
		{"blocked", "17.5.2-ee", gitlabtest.DemoTokenBlocked, `ok      Server   answers in N ms
failed  Account  The account is blocked in GitLab
skipped Scopes   needs a token that GitLab accepts
skipped Expiry   needs what GitLab tells of the token
` + skipped("needs a token that GitLab accepts", flow.CheckRepo)},
		{"no groups", "17.5.2-ee", gitlabtest.DemoTokenNoGroups, `ok      Server   GitLab 17.5.2 Enterprise, answers in N ms
ok      Account  signed in as @new.hire
ok      Scopes   api, read_user, read_repository
ok      Expiry   ` + flow.Expiry(today, today.AddDate(0, 0, 200).Truncate(24*time.Hour)) + `
skipped Repo     no repo to try
skipped PR       no repo to try
skipped Ticket   no repo to try
warning Found    Signed in, but @new.hire sees no groups.
warning Role     Reporter or more in no repo
skipped Webhooks needs Maintainer in a repo
`},
		{"too old", "8.17.3", gitlabtest.DemoToken, `ok      Server   answers in N ms
failed  Version  This GitLab is 8.17; Flow needs 9.0 or newer
ok      Account  signed in as @flow-bot
` + skipped("needs the version", flow.CheckScopes)},
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
