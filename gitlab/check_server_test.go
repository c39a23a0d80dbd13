package gitlab_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestReport(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{TLS: &gitlabtest.Certificate{}, ExternalURL: "https://git.internal"})
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{Roots: trusting(s)})
	if r.Server != "GitLab 17.5.2 Enterprise" || r.Version != "17.5.2-ee" || r.Account != "@flow-bot" || !r.At.Equal(today) ||
		r.Scopes.String() != "api, read_user, read_repository" || flow.DaysUntil(today, r.Expires) != 53 ||
		r.Readable != flow.EveryService || r.Groups != 34 || r.Repos != 419 || r.AtLeast || r.OwnURL != "https://git.internal" {
		t.Errorf("report %+v", r)
	}
	own := r.Check(flow.CheckOwnURL)
	if own.Status != flow.Warning || own.Text != "this GitLab calls itself https://git.internal" ||
		own.Hint != "Flow goes on using the address that you typed. Links in GitLab's own mails and pages lead to the other one." {
		t.Errorf("%+v", own)
	}
	if !r.Passed() || r.Count(flow.Warning) != 1 {
		t.Errorf("%s", lines(r))
	}
}

func TestAGitLabIsTestedBehindWhatHidesItsAnnouncement(t *testing.T) {
	for name, front := range map[string]weather.Front{
		"not there": weather.Hide("/.well-known/"), "forbidden": weather.Forbid("/.well-known/"),
		"leads to a sign-in": func(behind http.Handler) http.Handler {
			sso := weather.RedirectAll(302, "https://sso.example.com/start")
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/api/") {
					behind.ServeHTTP(w, r)
					return
				}
				sso.ServeHTTP(w, r)
			})
		},
	} {
		s := behind(t, gitlabtest.Options{}, weather.Options{}, front)
		r := testOver(t, s.URL(), flow.Network{})
		if own := r.Check(flow.CheckOwnURL); !r.Passed() || own.Status != flow.Skipped || own.Text != "something before GitLab hides it" {
			t.Errorf("%s: %s", name, lines(r))
		}
		c, _ := newClient(t, gitlab.Options{})
		if server, err := c.Find(t.Context(), s.URL(), flow.Network{}); err != nil || server.BaseURL.String() != s.URL() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheClocksAreCompared(t *testing.T) {
	for _, test := range []struct {
		ahead  time.Duration // of GitLab's clock
		status flow.CheckStatus
		text   string
	}{
		{0, flow.OK, "agrees with the server's"},
		{50 * time.Second, flow.OK, "agrees with the server's"},
		{-50 * time.Second, flow.OK, "agrees with the server's"},
		{4 * time.Minute, flow.Warning, "this machine's clock is 4 minutes behind the server's"},
		{-90 * time.Minute, flow.Warning, "this machine's clock is 2 hours ahead of the server's"},
		{72 * time.Hour, flow.Warning, "this machine's clock is 3 days behind the server's"},
	} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{ClockSkew: test.ahead})
		r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
		if c := r.Check(flow.CheckClock); !r.Passed() || c.Status != test.status || c.Text != test.text {
			t.Errorf("%s: %+v", test.ahead, c)
		}
	}
	s := behind(t, gitlabtest.Options{}, weather.Options{}, weather.SetHeader("Date", "today"))
	if c := testOver(t, s.URL(), flow.Network{}).Check(flow.CheckClock); c.Status != flow.Skipped || c.Text != "the server tells no time" {
		t.Errorf("%+v", c)
	}
}

func TestLimitsAreToldAsTheyWereSeen(t *testing.T) {
	for _, test := range []struct {
		name   string
		o      gitlabtest.Options
		fault  *gitlabtest.Fault
		status flow.CheckStatus
		text   string
	}{
		{"none", gitlabtest.Options{}, nil, flow.OK, "none seen in N requests"},
		{"told with every answer", gitlabtest.Options{Version: "18.9.0", RateLimit: 600}, nil, flow.OK,
			"600 requests a minute, LEFT left until " + today.Add(time.Minute).Local().Format(time.TimeOnly)},
		{"not told before they are reached", gitlabtest.Options{Version: "17.5.2", RateLimit: 600}, nil, flow.OK, "none seen in N requests"},
		{"reached", gitlabtest.Options{}, &gitlabtest.Fault{Path: "/api/v4/user", Times: 2, Status: 429, Header: http.Header{"Retry-After": {"2"}}}, flow.Warning, "GitLab made Flow wait 2 times"},
	} {
		s := start(t, gitlabtest.Demo(today), test.o)
		if test.fault != nil {
			s.Fail(*test.fault)
		}
		r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
		counted := 0
		for _, r := range s.Requests() {
			if strings.HasPrefix(r.Path, "/api/") {
				counted++
			}
		}
		want := strings.NewReplacer("N ", fmt.Sprint(len(s.Requests()), " "), "LEFT", fmt.Sprint(600-counted)).Replace(test.text)
		if c := r.Check(flow.CheckLimits); !r.Passed() || c.Status != test.status || c.Text != want {
			t.Errorf("%s: %+v, want %s", test.name, c, want)
		}
	}
}

// Who watches sees what a check waits for.
func TestAWaitIsTold(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(weather.Once(weather.At("/api/v4/user", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"20"}}})))
	c, _ := newClient(t, gitlab.Options{})
	var told []string
	if _, err := c.Test(t.Context(), connect(t, s.URL()), func(c flow.Check) {
		if c.Name == flow.CheckAccount {
			told = append(told, string(c.Status)+" "+c.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"running signing in", "running waits until " + today.Add(20*time.Second).Local().Format(time.TimeOnly) + ", as GitLab asks", "ok signed in as @flow-bot"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
}

// A test has its own bound: a wait that does not fit into it is not begun.
func TestATestTakesNoLongerThanItMay(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(weather.At("/api/v4/user", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"30"}}}))
	c, w := newClient(t, gitlab.Options{Timeout: 2 * time.Second})
	r, err := c.Test(t.Context(), connect(t, s.URL()), nil)
	account := r.Check(flow.CheckAccount)
	if err != nil || account.Status != flow.Failed || !strings.Contains(account.Text, "asks Flow to wait until") || account.Field != "" || len(w.list) != 0 {
		t.Errorf("waited %v, error %v\n%s", w.list, err, lines(r))
	}
}

func TestEveryCheckIsToldAsItStartsAndEnds(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{TLS: &gitlabtest.Certificate{Hosts: []string{"localhost"}}})
	c, _ := newClient(t, gitlab.Options{Roots: trusting(s)})
	told := map[string][]flow.CheckStatus{}
	var busy atomic.Int32
	r, err := c.Test(t.Context(), connect(t, strings.Replace(s.URL(), "127.0.0.1", "localhost", 1)), func(check flow.Check) {
		if busy.Add(1) != 1 {
			t.Error("two checks are told at the same time")
		}
		defer busy.Add(-1)
		told[check.Name] = append(told[check.Name], check.Status)
		if check.Status.Done() && check.Status != flow.Skipped && check.Took <= 0 {
			t.Errorf("%s took no time", check.Name)
		}
		if check.Status == flow.Running && check.Text == "" {
			t.Errorf("%s does not say what it does", check.Name)
		}
		if len(check.Text) > 57 {
			t.Errorf("%s is too long: %s", check.Name, check.Text)
		}
	})
	if err != nil || !r.Passed() {
		t.Fatalf("error %v\n%s", err, lines(r))
	}
	// What is known at once is told once.
	atOnce := []string{flow.CheckAddress, flow.CheckProxy, flow.CheckOwnURL, flow.CheckClock}
	for i, name := range flow.CheckNames {
		got := told[name]
		if slices.Contains(atOnce, name) {
			got = append([]flow.CheckStatus{flow.Running}, got...)
		}
		if r.Checks[i].Name != name || len(got) < 2 || got[0] != flow.Running || !got[len(got)-1].Done() {
			t.Errorf("%s was told as %v", name, got)
		}
	}
}

func TestTestingEndsAtOnceWhenCancelled(t *testing.T) {
	for _, path := range []string{"/.well-known/**", "/api/v4/metadata", "/api/v4/user", "/api/v4/projects", "/api/v4/projects/*/issues"} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
		arrived := make(chan struct{}, 16)
		s.Fail(gitlabtest.Fault{Path: path, Kind: gitlabtest.Hang, Match: func(*http.Request) bool { arrived <- struct{}{}; return true }})
		c, _ := newClient(t, gitlab.Options{Timeout: time.Minute})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		var ended atomic.Bool
		report, err := c.Test(ctx, connect(t, s.URL()), func(flow.Check) {
			if ended.Load() {
				t.Error("a check was told after the end")
			}
		})
		ended.Store(true)
		if err != context.Canceled || report.Passed() || report.Count(flow.Failed) > 0 || report.Count(flow.Waiting)+report.Count(flow.Running) == 0 {
			t.Errorf("%s: error %v, passed %t\n%s", path, err, report.Passed(), lines(report))
		}
	}
}

func TestAServerThatIsDownSkipsTheRest(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(weather.BadGateway())
	r := testIt(t, s, gitlabtest.DemoToken, gitlab.Options{})
	server := r.Check(flow.CheckGitLab)
	if server.Status != flow.Failed || server.Text != "GitLab answers with a fault of its own, four times" || server.Says != "502 Bad Gateway" || server.Field != "" || server.Took <= 0 {
		t.Errorf("%+v", server)
	}
	for _, c := range r.Checks[slices.Index(flow.CheckNames, flow.CheckOwnURL):] {
		if c.Status != flow.Skipped || c.Text != "needs the server" {
			t.Errorf("%+v", c)
		}
	}
	if n := len(s.Requests()); n != 5 {
		t.Errorf("%d requests: four tries, and one for the API", n)
	}
}
