package gitlab_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

func discover(c *gitlab.Client, conn flow.Connection) (repos int, err error) {
	err = c.Discover(context.Background(), conn, func(p flow.Page) error { repos += len(p.Repos); return nil })
	return repos, err
}

func TestWhatAMomentMendsIsTriedAgain(t *testing.T) {
	inAMinute := strconv.FormatInt(today.Add(20*time.Second).Unix(), 10)
	for _, test := range []struct {
		name  string
		fault gitlabtest.Fault
		least time.Duration // of the first wait
	}{
		{"502", gitlabtest.Fault{Status: 502, Body: "<html>"}, 500 * time.Millisecond},
		{"503", gitlabtest.Fault{Status: 503, Header: http.Header{"Retry-After": {"7"}}}, 7 * time.Second},
		{"504", gitlabtest.Fault{Status: 504}, 500 * time.Millisecond},
		{"429, seconds", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"30"}}, Body: "Retry later"}, 30 * time.Second},
		{"429, a date", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {today.Add(15 * time.Second).Format(http.TimeFormat)}}}, 15 * time.Second},
		{"429, its reset", gitlabtest.Fault{Status: 429, Header: http.Header{"RateLimit-Reset": {inAMinute}}}, 20 * time.Second},
		{"429 without a word", gitlabtest.Fault{Status: 429}, time.Minute},
		{"a cut connection", gitlabtest.Fault{Kind: gitlabtest.Drop}, 0}, // net/http repeats it at once if the connection was kept
		{"half an answer", gitlabtest.Fault{Kind: gitlabtest.Truncate}, 500 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
			test.fault.Path, test.fault.After, test.fault.Times = "/api/v4/projects", 1, 2
			test.fault.Match = func(r *http.Request) bool { return r.URL.Query().Get("min_access_level") == "" }
			s.Fail(test.fault)
			c, w := newClient(t, gitlab.Options{})
			repos, err := discover(c, connect(t, s.URL()))
			if want := len(demoRoles(t, s.Company())); err != nil || repos != want {
				t.Fatalf("%d repos, want %d, error %v", repos, want, err)
			}
			if test.least > 0 && (len(w.list) == 0 || w.list[0] < test.least || w.list[0] > 2*test.least+time.Second) {
				t.Errorf("waited %v, want about %s first", w.list, test.least)
			}
		})
	}
}

func TestTriesAreFew(t *testing.T) {
	for _, test := range []struct {
		fault gitlabtest.Fault
		calls int
		cause flow.Cause
	}{
		{gitlabtest.Fault{Status: 502}, 3, flow.ServerFault},
		{gitlabtest.Fault{Kind: gitlabtest.Drop}, 3, flow.Unreachable},
		{gitlabtest.Fault{Status: 500}, 1, flow.ServerFault},
		{gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"61"}}}, 1, flow.RateLimit},
		{gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"1"}}}, 3, flow.RateLimit},
	} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
		test.fault.Path = "/api/v4/version"
		s.Fail(test.fault)
		c, _ := newClient(t, gitlab.Options{})
		_, err := discover(c, connect(t, s.URL()))
		if n := len(s.Requests()); n != test.calls && test.fault.Kind != gitlabtest.Drop || !flow.CausedBy(err, test.cause) {
			t.Errorf("%+v: %d calls, error %v", test.fault, n, err)
		}
	}
}

// The only request that is not a GET is the probe of the scopes before 15.5.
func TestWhatChangesSomethingIsNeverRepeated(t *testing.T) {
	for name, fault := range map[string]gitlabtest.Fault{
		"502":           {Status: 502},
		"429":           {Status: 429, Header: http.Header{"Retry-After": {"1"}}},
		"dropped":       {Kind: gitlabtest.Drop},
		"broken off":    {Kind: gitlabtest.Truncate},
		"redirect, 302": {Status: 302, Redirect: "/api/v4/projects/1/hooks"},
		"redirect, 308": {Status: 308, Redirect: "/api/v4/projects/1/hooks"},
	} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: "14.0.0"})
		fault.Method = http.MethodPost
		s.Fail(fault)
		c, _ := newClient(t, gitlab.Options{})
		if _, err := c.Test(context.Background(), connect(t, s.URL()), nil); err != nil {
			t.Error(err)
		}
		posts := 0
		for _, r := range s.Requests() {
			if r.Method != http.MethodGet {
				posts++
			}
		}
		if posts != 1 {
			t.Errorf("%s: %d requests that are no GET, want 1", name, posts)
		}
	}
}
