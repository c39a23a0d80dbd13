package gitlab_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func discover(c *gitlab.Client, conn flow.Connection) (repos int, err error) {
	err = c.Discover(context.Background(), conn, nil, func(p flow.Page) error { repos += len(p.Repos); return nil })
	return repos, err
}

func TestWhatAMomentMendsIsTriedAgain(t *testing.T) {
	inAMinute := strconv.FormatInt(today.Add(20*time.Second).Unix(), 10)
	// The server's clock is eight minutes ahead: what it tells is told by that.
	skewed := http.Header{"Date": {today.Add(8 * time.Minute).Format(http.TimeFormat)}}
	for _, test := range []struct {
		name  string
		fault gitlabtest.Fault
		least time.Duration // of the first wait
	}{
		{"500", gitlabtest.Fault{Status: 500}, 500 * time.Millisecond},
		{"502", gitlabtest.Fault{Status: 502, Body: "<html>"}, 500 * time.Millisecond},
		{"503", gitlabtest.Fault{Status: 503, Header: http.Header{"Retry-After": {"7"}}}, 7 * time.Second},
		{"503 for an hour", gitlabtest.Fault{Status: 503, Header: http.Header{"Retry-After": {"3600"}}}, time.Minute},
		{"504", gitlabtest.Fault{Status: 504}, 500 * time.Millisecond},
		{"522 of Cloudflare", gitlabtest.Fault{Status: 522}, 500 * time.Millisecond},
		{"overloaded", weather.Overloaded(9 * time.Second), 9 * time.Second},
		{"429, seconds", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"30"}}, Body: "Retry later"}, 30 * time.Second},
		{"429, longer than others would wait", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"300"}}}, 5 * time.Minute},
		{"429, a date", gitlabtest.Fault{Status: 429, Header: http.Header{"Retry-After": {today.Add(15 * time.Second).Format(http.TimeFormat)}}}, 15 * time.Second},
		{"429, a date by another clock", gitlabtest.Fault{Status: 429, Header: http.Header{"Date": skewed["Date"], "Retry-After": {today.Add(8*time.Minute + 15*time.Second).Format(http.TimeFormat)}}}, 15 * time.Second},
		{"429, its reset", gitlabtest.Fault{Status: 429, Header: http.Header{"RateLimit-Reset": {inAMinute}}}, 20 * time.Second},
		{"429, its reset by another clock", gitlabtest.Fault{Status: 429, Header: http.Header{"Date": skewed["Date"], "RateLimit-Reset": {strconv.FormatInt(today.Add(8*time.Minute+20*time.Second).Unix(), 10)}}}, 20 * time.Second},
		{"429, a gateway's reset", gitlabtest.Fault{Status: 429, Header: http.Header{"RateLimit-Reset": {"25"}}}, 25 * time.Second},
		{"429 without a word", weather.EndpointLimit(), time.Minute},
		{"a cut connection", gitlabtest.Fault{Kind: gitlabtest.Drop}, 0}, // net/http repeats it at once if the connection was kept
		{"a reset", weather.Reset(), 0},
		{"half an answer", gitlabtest.Fault{Kind: gitlabtest.Truncate}, 500 * time.Millisecond},
		{"half an answer and a reset", weather.ResetMidway(), 500 * time.Millisecond},
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
	after := func(status int, seconds string) gitlabtest.Fault {
		return gitlabtest.Fault{Status: status, Header: http.Header{"Retry-After": {seconds}}}
	}
	wait := func(d time.Duration) string {
		return "HOST asks Flow to wait until " + today.Add(d).Local().Format("15:04") + "."
	}
	for _, test := range []struct {
		fault    gitlabtest.Fault
		calls    int
		sentence string
	}{
		{gitlabtest.Fault{Status: 502}, 4, "GitLab answers with a fault of its own, four times."},
		{after(503, "1"), 4, "GitLab answers with a fault of its own, four times."},
		{gitlabtest.Fault{Kind: gitlabtest.Truncate}, 4, "Can't reach HOST: the connection breaks off."},
		{gitlabtest.Fault{Status: 500}, 1, "GitLab answers with a fault of its own."},
		{after(429, "61"), 1, wait(61 * time.Second)},
		{after(429, "0"), 4, wait(0)},
		{after(429, "1"), 4, wait(0)},
	} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
		test.fault.Path = "/api/v4/metadata"
		s.Fail(test.fault)
		c, w := newClient(t, gitlab.Options{})
		_, err := discover(c, connect(t, s.URL()))
		if got := flow.FaultOf(orNone(err)).Sentence(); got != sentenceAt(s.URL(), test.sentence) || len(s.Requests()) != test.calls {
			t.Errorf("%+v: %d calls, want %d, got %s", test.fault, len(s.Requests()), test.calls, got)
		}
		for i := 1; i < len(w.list); i++ {
			if test.fault.Status == 502 && w.list[i] <= w.list[i-1]/2 {
				t.Errorf("the pauses do not grow: %v", w.list)
			}
		}
	}
}

// A row of a walk has more patience: so long does a GitLab restart.
func TestAWalkOutlastsARestart(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(weather.Times(5, weather.At("/api/v4/groups", weather.NotResponding())))
	c, w := newClient(t, gitlab.Options{})
	if _, err := discover(c, connect(t, s.URL())); err != nil || len(w.list) != 5 || w.list[4] < 8*time.Second {
		t.Errorf("waited %v, error %v", w.list, err)
	}
}

// What is not answered at all is only tried again where that is worth its time.
func TestWhatIsNotAnsweredIsTriedTwiceAtMost(t *testing.T) {
	for path, calls := range map[string]int{"/api/v4/groups": 2, "/api/v4/metadata": 1} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
		s.Fail(gitlabtest.Fault{Path: path, Kind: gitlabtest.Hang})
		c, _ := newClient(t, gitlab.Options{Timeout: 20 * time.Millisecond})
		_, err := discover(c, connect(t, s.URL()))
		n := 0
		for _, r := range s.Requests() {
			if r.Path == path {
				n++
			}
		}
		if n != calls || !flow.CausedBy(err, flow.Timeout) {
			t.Errorf("%s: %d calls, want %d, error %v", path, n, calls, err)
		}
	}
}

// The only request that is not a GET is the probe of the scopes before 15.5.
func TestWhatChangesSomethingIsNeverRepeated(t *testing.T) {
	for name, fault := range map[string]gitlabtest.Fault{
		"502":               {Status: 502},
		"429":               {Status: 429, Header: http.Header{"Retry-After": {"1"}}},
		"dropped":           {Kind: gitlabtest.Drop},
		"reset":             weather.Reset(),
		"broken off":        {Kind: gitlabtest.Truncate},
		"carried out, lost": {Kind: gitlabtest.Lose},
		"maintenance":       weather.MaintenanceMode(),
		"redirect, 302":     {Status: 302, Redirect: "/api/v4/projects/1/hooks"},
		"redirect, 308":     {Status: 308, Redirect: "/api/v4/projects/1/hooks"},
		"redirect, home":    {Status: 301, Redirect: "/"},
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

func TestPausesEndWithTheirContext(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Status: 502})
	ctx, cancel := context.WithCancel(t.Context())
	c := gitlab.New(gitlab.Options{Now: func() time.Time { return today }, Sleep: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return context.Cause(ctx)
	}})
	t.Cleanup(c.Close)
	if _, err := c.Find(ctx, s.URL(), flow.Network{}); !errors.Is(err, context.Canceled) || len(s.Requests()) != 1 {
		t.Errorf("%d requests, error %v", len(s.Requests()), err)
	}
}
