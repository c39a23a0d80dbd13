package gitlab_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

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

const botToken = "glpat-of-a-bot-or-an-admin"

// asBot tests a connection with a token that an account of some kind has.
func asBot(t *testing.T, add func(*gitlabtest.Company) error) (*gitlabtest.Server, flow.Report) {
	t.Helper()
	company := gitlabtest.Demo(today)
	if err := add(company); err != nil {
		t.Fatal(err)
	}
	s := start(t, company, gitlabtest.Options{Version: "18.9.0"})
	return s, testIt(t, s, botToken, gitlab.Options{})
}

func tokenOf(user int) gitlabtest.Token {
	return gitlabtest.Token{Value: botToken, Name: "flow", User: user, Scopes: []string{"api"}, ExpiresOn: today.AddDate(0, 0, 9)}
}

func TestTheAccountSaysWhatItIs(t *testing.T) {
	person := func(u gitlabtest.User) func(*gitlabtest.Company) error {
		return func(c *gitlabtest.Company) error {
			id, err := c.AddUser(u)
			if err == nil {
				_, err = c.AddToken(tokenOf(id))
			}
			return err
		}
	}
	for _, test := range []struct {
		name string
		add  func(*gitlabtest.Company) error
		want string
		hint string
	}{
		{"a person", person(gitlabtest.User{Username: "bo"}), "signed in as @bo", ""},
		{"an administrator", person(gitlabtest.User{Username: "root2", Admin: true}), "signed in as @root2, an administrator",
			"Flow reads no more than an account with Reporter does. Whoever gets hold of an administrator's token can change everything."},
		{"a service account", person(gitlabtest.User{Username: "service_account_9c2e", Bot: true}), "signed in as @service_account_9c2e, a service account", ""},
		{"some bot", person(gitlabtest.User{Username: "support-bot", Bot: true}), "signed in as @support-bot, a bot", ""},
		{"a person by the name of a bot", person(gitlabtest.User{Username: "project-manager"}), "signed in as @project-manager", ""},
	} {
		_, r := asBot(t, test.add)
		if c := r.Check(flow.CheckAccount); c.Status != flow.OK || c.Text != test.want || c.Hint != test.hint {
			t.Errorf("%s: %+v", test.name, c)
		}
	}
}

// The token of a project is made where the project is, and shows that alone.
func TestTheBotOfAProject(t *testing.T) {
	s, r := asBot(t, func(c *gitlabtest.Company) error {
		api, _ := c.Project("acme/platform/api")
		_, err := c.AddProjectBot(api.ID, gitlabtest.Maintainer, tokenOf(0))
		return err
	})
	api, _ := s.Company().Project("acme/platform/api")
	account := r.Check(flow.CheckAccount)
	if want := fmt.Sprintf("signed in as a bot of project %d, @project_%d_bot_", api.ID, api.ID); !strings.HasPrefix(account.Text, want) || !r.Passed() {
		t.Errorf("%+v\n%s", account, lines(r))
	}
	expiry := r.Check(flow.CheckExpiry)
	if expiry.Status != flow.Warning || expiry.Link != "" || !strings.Contains(expiry.Hint, "A maintainer of the project or an owner of the group makes a new one there") {
		t.Errorf("%+v", expiry)
	}
	if hooks := r.Check(flow.CheckWebhooks); hooks.Text != "can be added in 1 repo" {
		t.Errorf("%+v", hooks)
	}
	before, err := gitlabtest.Start(gitlabtest.Demo(today), gitlabtest.Options{Version: "15.11.0", Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(before.Close)
	if _, err := before.Company().AddProjectBot(api.ID, gitlabtest.Reporter, tokenOf(0)); err != nil {
		t.Fatal(err)
	}
	// Before 16.0 nothing random stands behind.
	if account := testIt(t, before, botToken, gitlab.Options{}).Check(flow.CheckAccount); account.Text != fmt.Sprintf("signed in as @project_%d_bot, a bot of project %d", api.ID, api.ID) {
		t.Errorf("%+v", account)
	}
	_, r = asBot(t, func(c *gitlabtest.Company) error {
		libs, _ := c.Group("acme/platform/libs")
		_, err := c.AddGroupBot(libs.ID, gitlabtest.Reporter, tokenOf(0))
		return err
	})
	if account := r.Check(flow.CheckAccount); !strings.HasPrefix(account.Text, "signed in as a bot of group ") || r.Check(flow.CheckFound).Status != flow.OK {
		t.Errorf("%s", lines(r))
	}
}

// A token that may do nothing by scopes, but by a list of its own.
func TestAFineGrainedToken(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: "18.9.0"})
	s.Fail(gitlabtest.Fault{Path: "/api/v4/personal_access_tokens/self", Status: 200, Body: `{"scopes":[],"expires_at":"2027-01-14"}`})
	refusal := gitlabtest.Fault{Status: 403, Body: `{"error":"insufficient_granular_scope","error_description":"Access denied: permission read_project is missing"}`}
	for _, path := range []string{"/api/v4/projects", "/api/v4/user"} {
		s.Fail(weather.At(path, refusal))
	}
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
	scopes, account := r.Check(flow.CheckScopes), r.Check(flow.CheckAccount)
	if scopes.Status != flow.Failed || scopes.Text != "The token is fine-grained and does not allow repos" || scopes.Field != flow.FieldToken || scopes.Link == "" || scopes.Says != "403 insufficient_granular_scope" {
		t.Errorf("%+v", scopes)
	}
	if account.Status != flow.Skipped || account.Text != "needs the scope read_user or api" {
		t.Errorf("%+v", account)
	}
}

// In Maintenance Mode a GitLab before 15.5 can't be asked what a token may write.
func TestScopesInMaintenance(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: "14.9.5-ee", Maintenance: true})
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
	if c := r.Check(flow.CheckScopes); !r.Passed() || c.Status != flow.Warning || c.Text != "read_api at least; GitLab is in maintenance" {
		t.Errorf("%s", lines(r))
	}
}

func TestWhatShutsAnAccountOut(t *testing.T) {
	for state, want := range map[gitlabtest.UserState]string{
		gitlabtest.Blocked:          "The account is blocked in GitLab",
		gitlabtest.Deactivated:      "GitLab shuts the account out until it signs in with a browser once more",
		gitlabtest.TermsNotAccepted: "GitLab shuts the account out until it accepts the terms in a browser",
		gitlabtest.PasswordExpired:  "GitLab shuts the account out until its password is changed",
		gitlabtest.Unconfirmed:      "GitLab shuts the account out until its mail address is confirmed",
		gitlabtest.PendingApproval:  "GitLab shuts the account out until an administrator approves it",
	} {
		company := gitlabtest.Demo(today)
		bot, _ := company.User("flow-bot")
		if err := company.SetUserState(bot.ID, state); err != nil {
			t.Fatal(err)
		}
		r := testIt(t, start(t, company, gitlabtest.Options{}), gitlabtest.DemoToken, gitlab.Options{})
		c := r.Check(flow.CheckAccount)
		if c.Status != flow.Failed || c.Text != want || c.Field != flow.FieldAccount || !strings.HasPrefix(c.Says, "403 Forbidden - ") || r.Passed() {
			t.Errorf("%d: %+v", state, c)
		}
	}
}

func TestATokenThatGitLabTakesFromNobody(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Path: "/api/v4/**", Status: http.StatusUnauthorized, Match: func(r *http.Request) bool { return r.Header.Get("PRIVATE-TOKEN") != "" },
		Body: `{"error":"dpop_error","error_description":"DPoP header is missing"}`})
	c := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{}).Check(flow.CheckAccount)
	if c.Text != "GitLab takes this token with a signature only (DPoP), which Flow does not make" || c.Field != flow.FieldToken || c.Says != "401 DPoP header is missing" {
		t.Errorf("%+v", c)
	}
}
