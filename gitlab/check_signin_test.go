package gitlab_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// testSignIn tests the connection of a user who has signed in.
func testSignIn(t *testing.T, s *gitlabtest.Server, change func(*flow.Connection)) flow.Report {
	t.Helper()
	c, _ := newClient(t, gitlab.Options{})
	conn := signedIn(t, s, c, confidential)
	if change != nil {
		change(&conn)
	}
	report, err := c.Test(t.Context(), conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestASignInIsTestedOnEveryRelease(t *testing.T) {
	const endless, renews = "never; the sign-in does not run out", "the sign-in renews itself"
	for _, test := range []struct {
		version, expiry string
		oneToken        bool
	}{
		{"9.0.0", endless, false},
		{"10.7.0", endless, false},
		{"11.1.0", endless, true},
		{"12.9.0", endless, true},
		{"13.5.0", endless, true},
		{"13.8.0", endless, true},
		{"14.2.0", endless, true},
		{"14.9.0", renews, true},
		{"15.1.0", renews, true},
		{"15.2.0", renews, false},
		{"15.11.0", renews, false},
		{"17.5.2-ee", renews, false},
		{"18.9.0-pre", renews, false},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: test.version, Path: "/git"})
			r := testSignIn(t, s, func(c *flow.Connection) { c.Grant.Scopes = nil }) // GitLab tells them
			if !r.Passed() || r.OneToken != test.oneToken || !r.Expires.IsZero() || r.Scopes.String() != "api, read_user" || r.Account != "@flow-bot" || r.Version != test.version {
				t.Errorf("report %+v\n%s", r, lines(r))
			}
			for name, want := range map[string]string{flow.CheckScopes: "api, read_user", flow.CheckExpiry: test.expiry, flow.CheckAccount: "signed in as @flow-bot"} {
				if got := r.Check(name); got.Status != flow.OK || got.Text != want {
					t.Errorf("%s: %s, %s", name, got.Status, got.Text)
				}
			}
		})
	}
}

// What a token answer said counts where the page about it is hidden; where that
// said nothing, GitLab is tried.
func TestASignInIsTestedWithoutThePageAboutIt(t *testing.T) {
	for name, fault := range map[string]gitlabtest.Fault{
		"not there":         {Status: 404, Body: "<html>nothing"},
		"a firewall":        {Status: 403, Body: "<html>no"},
		"a sign-in page":    {Status: 200, Body: "<html><title>Sign in</title>"},
		"leads elsewhere":   {Redirect: "https://sso.example.com/"},
		"out of the base":   {Redirect: "/users/sign_in"},
		"down":              {Status: 502, Body: "<html>"},
		"another's JSON":    {Status: 200, Body: `{"ok":true}`},
		"scopes as a text":  {Status: 200, Body: `{"scope":"api read_user"}`},
		"a proxy's sign-in": {Status: 401, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Path: "/git"})
			fault.Path = "/oauth/token/info"
			s.Fail(fault)
			r := testSignIn(t, s, nil)
			if got := r.Check(flow.CheckExpiry); !r.Passed() || r.Scopes.String() != "api, read_user" || got.Text != "the sign-in renews itself" {
				t.Errorf("scopes %s\n%s", r.Scopes, lines(r))
			}
			r = testSignIn(t, s, func(c *flow.Connection) { c.Grant.Scopes = nil })
			if !r.Passed() || r.Scopes.String() != "api" {
				t.Errorf("tried: scopes %s\n%s", r.Scopes, lines(r))
			}
		})
	}
}

// Doorkeeper 4, before 12.8, has other names for the two things, and 14.3 to
// 14.10 tell of a token that does not end as the others do.
func TestThePageAboutASignInHasTwoForms(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	for body, want := range map[string]string{
		`{"scopes":["api","sudo"],"expires_in_seconds":60}`:                                            "the sign-in renews itself",
		`{"scopes":["api","sudo"],"expires_in_seconds":null}`:                                          "never; the sign-in does not run out",
		`{"scope":["api","sudo"],"expires_in":60}`:                                                     "the sign-in renews itself",
		`{"scope":["api","sudo"],"expires_in":null,"scopes":["api","sudo"],"expires_in_seconds":null}`: "never; the sign-in does not run out",
		`{"scope":["api","sudo\u001b[2J"],"expires_in":60.5,"application":{"uid":"x"},"created_at":1}`: "the sign-in renews itself",
	} {
		undo := s.Fail(gitlabtest.Fault{Path: "/oauth/token/info", Status: 200, Body: body})
		r := testSignIn(t, s, func(c *flow.Connection) { c.Grant.Expires = time.Time{} })
		undo()
		if got := r.Check(flow.CheckExpiry); !strings.HasPrefix(r.Scopes.String(), "api, sudo") || strings.Contains(r.Scopes.String(), "\x1b") || got.Text != want {
			t.Errorf("%s: scopes %q, %s", body, r.Scopes, got.Text)
		}
	}
}

func TestASignInThatIsNotRenewed(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	r := testSignIn(t, s, func(c *flow.Connection) { c.Grant.Refresh = flow.Secret{} })
	if got := r.Check(flow.CheckExpiry); got.Status != flow.Warning || got.Text != "the sign-in ends within two hours" || !r.Passed() {
		t.Errorf("%+v", got)
	}
}

func TestScopesThatASignInLacks(t *testing.T) {
	for _, version := range []string{"10.7.0", "17.5.2-ee"} {
		company := gitlabtest.Demo(today)
		app, err := company.AddApplication(gitlabtest.Application{Name: "Narrow", Redirects: []string{fixedRedirect}, Scopes: []string{"read_user", "read_repository"}})
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, company, gitlabtest.Options{Version: version, Path: "/git"})
		c, _ := newClient(t, gitlab.Options{})
		narrow := flow.Application{ClientID: app.UID, Secret: flow.NewSecret(app.Secret)}
		conn := signedIn(t, s, c, narrow, "read_user", "read_repository")
		r, err := c.Test(t.Context(), conn, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := r.Check(flow.CheckScopes)
		got.Took = 0
		want := flow.Check{
			Name: flow.CheckScopes, Status: flow.Failed, Text: "api is missing; the sign-in has read_user, read_repository",
			Hint: "Without api GitLab shows Flow no repos, PRs or tickets. Tick api, read_user and read_repository at the application in GitLab, then sign in again:",
			Link: s.URL() + "/oauth/applications", Says: "403 insufficient_scope", Cause: flow.ScopeMissing, Field: flow.FieldSignIn,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got  %+v\nwant %+v", version, got, want)
		}
		if skipped := r.Check(flow.CheckRepo); skipped.Status != flow.Skipped || skipped.Text != "needs the scope api" {
			t.Errorf("%s: %+v", version, skipped)
		}
	}
}

func TestASignInThatIsOver(t *testing.T) {
	const skipped = `skipped Scopes   needs a sign-in that GitLab accepts
skipped Expiry   needs what GitLab tells of the sign-in
skipped Repo     needs a sign-in that GitLab accepts
skipped PR       needs a sign-in that GitLab accepts
skipped Ticket   needs a sign-in that GitLab accepts
skipped Found    needs a sign-in that GitLab accepts
skipped Role     needs a sign-in that GitLab accepts
skipped Webhooks needs a sign-in that GitLab accepts
`
	for _, version := range []string{"9.0.0", "17.5.2-ee"} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: version})
		c, _ := newClient(t, gitlab.Options{})
		lost := tokens(func(flow.Secret) (flow.Secret, error) {
			return flow.Secret{}, &flow.Fault{Cause: flow.SignInLost, Detail: "in a crash"}
		})
		for name, test := range map[string]struct {
			change func(*flow.Connection)
			text   string
		}{
			"revoked": {func(conn *flow.Connection) { c.Revoke(t.Context(), *conn) }, "GitLab no longer accepts the sign-in: it was revoked there, or used by another machine"},
			"unknown": {func(conn *flow.Connection) { conn.Grant.Access = flow.NewSecret("an unknown token") }, "GitLab no longer accepts the sign-in: it was revoked there, or used by another machine"},
			"lost":    {func(conn *flow.Connection) { conn.Tokens = lost }, "The sign-in was lost in a crash: GitLab had renewed it, and the new one was not stored"},
		} {
			r := testSignIn(t, s, test.change)
			want := "ok      Server   answers in N ms\nfailed  Account  " + test.text + "\n" + skipped
			if got := lines(r); got != want {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", version, name, got, want)
			}
			account := r.Check(flow.CheckAccount)
			if account.Field != flow.FieldSignIn || account.Hint != "Sign in again." || account.Link != "" {
				t.Errorf("%s, %s: %+v", version, name, account)
			}
			for _, check := range r.Checks {
				if strings.Contains(check.Text+check.Hint, "token") || strings.Contains(check.Text+check.Hint, "aste") {
					t.Errorf("%s, %s: speaks of tokens: %+v", version, name, check)
				}
			}
		}
	}
}

// The test renews the sign-in as everything else does, whichever of its requests
// is refused first.
func TestASignInIsRenewedWhileItIsTested(t *testing.T) {
	for _, version := range []string{"9.0.0", "13.8.0", "17.5.2-ee"} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: version})
		c, _ := newClient(t, gitlab.Options{})
		conn, source := kept(c, signedIn(t, s, c, confidential))
		fresh, err := c.Renew(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		source.stored = fresh
		r, err := c.Test(t.Context(), conn, nil)
		if err != nil || !r.Passed() || r.Scopes.String() != "api, read_user" || source.refused == 0 {
			t.Errorf("%s: error %v\n%s", version, err, lines(r))
		}
		for _, path := range []string{"/api/v4/metadata", "/api/v4/user", "/oauth/token/info", "/api/v4/projects"} {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: version})
			conn, source := kept(c, signedIn(t, s, c, confidential))
			first := "Bearer " + conn.Grant.Access.Reveal()
			body := `{"message":"401 Unauthorized"}`
			if path == "/oauth/token/info" && version != "17.5.2-ee" {
				body = `{"error":"invalid_request","error_description":"x","state":"unauthorized"}`
			}
			s.Fail(gitlabtest.Fault{Path: path, Status: 401, Body: body, Match: func(r *http.Request) bool { return r.Header.Get("Authorization") == first }})
			r, err := c.Test(t.Context(), conn, nil)
			if err != nil || !r.Passed() || r.Scopes.String() != "api, read_user" || source.refused == 0 {
				t.Errorf("%s, %s: error %v\n%s", version, path, err, lines(r))
			}
		}
	}
}

func TestAFaultOfTheStoreIsNobodysField(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	for cause, field := range map[flow.Cause]flow.Field{
		flow.StoreFailed: "", flow.StoreUnreadable: "", flow.KeyMissing: "", flow.Reconnected: "", flow.RateLimit: "",
		flow.SignInNotKept: flow.FieldSignIn, flow.SecretWrong: flow.FieldSignIn, flow.Timeout: flow.FieldBaseURL,
	} {
		r := testSignIn(t, s, func(c *flow.Connection) {
			c.Tokens = tokens(func(flow.Secret) (flow.Secret, error) {
				return flow.Secret{}, &flow.Fault{Cause: cause, When: today.Add(time.Hour)}
			})
		})
		if got := r.Check(flow.CheckAccount); got.Status != flow.Failed || got.Field != field || r.Count(flow.Failed) != 1 {
			t.Errorf("%s: %+v\n%s", cause, got, lines(r))
		}
	}
}

func TestNobodyHasSignedIn(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	r := testSignIn(t, s, func(c *flow.Connection) { c.Grant = flow.Grant{} })
	account, repo := r.Check(flow.CheckAccount), r.Check(flow.CheckRepo)
	if account.Status != flow.Failed || account.Field != flow.FieldSignIn || r.Check(flow.CheckGitLab).Status != flow.OK || repo.Text != "needs a sign-in that GitLab accepts" {
		t.Errorf("%s", lines(r))
	}
}
