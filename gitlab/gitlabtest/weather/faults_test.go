package weather_test

import (
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestWeatherForSingleRequests(t *testing.T) {
	for _, test := range []struct {
		name    string
		fault   gitlabtest.Fault
		status  int
		headers string // name: value|..., the beginning of each; "-name" is absent
		says    string
	}{
		{"in front of GitLab", weather.RackAttack(90*time.Second, 600), 429,
			"Content-Type: text/plain|Retry-After: 90|RateLimit-Limit: 600|RateLimit-Remaining: 0|RateLimit-Observed: 601|RateLimit-Name: throttle_|RateLimit-ResetTime: ", "Retry later"},
		{"in front of an older GitLab", weather.RackAttack(90*time.Second, 0), 429, "Retry-After: 90|-RateLimit-Limit", "Retry later"},
		{"in front of an old GitLab", weather.RackAttack(0, 0), 429, "Content-Type: text/plain|-Retry-After", "Retry later"},
		{"inside GitLab", weather.EndpointLimit(), 429, "Content-Type: application/json|-Retry-After", `{"message":{"error":"This endpoint`},
		{"overloaded", weather.Overloaded(time.Minute), 503, "Content-Type: application/json|Retry-After: 60", `{"message":"`},
		{"a fault of GitLab", weather.InternalError(), 500, "Content-Type: text/html", "<title>Something went wrong (500)</title>"},
		{"a fault of GitLab, JSON", weather.InternalErrorJSON(), 500, "Content-Type: application/json", `"500 Internal Server Error"`},
		{"not responding", weather.NotResponding(), 502, "Content-Type: text/html", "<title>GitLab is not responding (502)</title>"},
		{"deploying", weather.Deploying(), 503, "Content-Type: text/html|-Retry-After", "<title>Deploy in progress</title>"},
		{"nginx alone", weather.BadGateway(), 502, "Server: nginx", "<title>502 Bad Gateway</title>"},
		{"Amazon alone", weather.BadGatewayAWS(), 502, "Server: awselb/2.0", "<title>502 Bad Gateway</title>"},
		{"HAProxy alone", weather.BadGatewayHAProxy(), 502, "-Server", "invalid or incomplete response"},
		{"HAProxy without servers", weather.NoServer(), 503, "-Server", "No server is available"},
		{"too slow", weather.GatewayTimeout(), 504, "Server: nginx", "504 Gateway Time-out"},
		{"too large", weather.TooLarge(), 413, "Server: nginx", "413 Request Entity Too Large"},
		{"address too long", weather.AddressTooLong(), 414, "Server: nginx", "414 Request-URI Too Large"},
		{"a front's password", weather.BasicAuth(), 401, "WWW-Authenticate: Basic realm=|Content-Type: text/html", "401 Authorization Required"},
		{"a proxy's password", weather.ProxyAuth(), 407, "Proxy-Authenticate: Basic realm=|X-Squid-Error: ERR_CACHE_ACCESS_DENIED", "Cache Access Denied"},
		{"Cloudflare", weather.FirewallCloudflare(), 403, "Server: cloudflare|CF-RAY: ", "Sorry, you have been blocked"},
		{"F5", weather.FirewallF5(), 200, "Content-Type: text/html|-Server", "<title>Request Rejected</title>"},
		{"ModSecurity", weather.FirewallModSecurity(), 403, "Server: Apache", "<title>403 Forbidden</title>"},
		{"a portal", weather.PortalMeanwhile(), 200, "Content-Type: text/html", "Sign in to use the network"},
		{"a portal elsewhere", weather.PortalRedirect("http://portal.example.com/"), 302, "Location: http://portal.example.com/?url=", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, gitlabtest.Options{})
			undo := s.Fail(weather.Once(weather.At("/api/v4/user", test.fault)))
			check := func(got reply) {
				t.Helper()
				if got.status != test.status {
					t.Errorf("status %d, want %d", got.status, test.status)
				}
				got.has(t, test.says)
				for line := range strings.SplitSeq(test.headers, "|") {
					name, value, _ := strings.Cut(line, ": ")
					if absent, ok := strings.CutPrefix(name, "-"); ok && got.header.Get(absent) != "" {
						t.Errorf("%s is %q", absent, got.header.Get(absent))
					} else if !ok && (got.header.Get(name) == "" || !strings.HasPrefix(got.header.Get(name), value)) {
						t.Errorf("%s is %q, want %q", name, got.header.Get(name), value)
					}
				}
			}
			if got := get(t, s.URL()+"/api/v4/version"); got.status != 200 {
				t.Errorf("another path: %d", got.status)
			}
			check(get(t, s.URL()+"/api/v4/user"))
			if got := get(t, s.URL()+"/api/v4/user"); got.status != 200 {
				t.Errorf("the second time: %d", got.status)
			}
			undo()
			// And as a server of its own.
			check(get(t, serve(t, weather.Answering(test.fault), weather.Options{}).URL()))
		})
	}
}

func TestWhenAFaultHits(t *testing.T) {
	s := demo(t, gitlabtest.Options{})
	s.Fail(weather.After(1, weather.Times(2, weather.BadGateway())))
	for i, want := range []int{200, 502, 502, 200} {
		if got := get(t, s.URL()+"/api/v4/user"); got.status != want {
			t.Errorf("request %d: %d, want %d", i+1, got.status, want)
		}
	}
}

func TestMaintenanceKeepsReadingOpen(t *testing.T) {
	s := demo(t, gitlabtest.Options{})
	s.Fail(weather.MaintenanceMode())
	got, err := send(transport(t, nil), "POST", s.URL()+"/api/v4/projects/0/hooks")
	if err != nil || got.status != 503 || got.header.Get("Retry-After") != "900" {
		t.Errorf("POST: %d, %v", got.status, err)
	}
	if got := get(t, s.URL()+"/api/v4/user"); got.status != 200 {
		t.Errorf("GET: %d", got.status)
	}
}

// A redirect and a broken connection work without a GitLab too.
func TestAnsweringInPlaceOfAGitLab(t *testing.T) {
	const to = "https://gitlab.example.com/"
	for _, test := range []struct {
		fault    gitlabtest.Fault
		status   int
		location string
	}{
		{gitlabtest.Fault{Status: 301, Redirect: to}, 301, to},
		{gitlabtest.Fault{Redirect: to}, 302, to},
		{gitlabtest.Fault{}, 500, ""},
	} {
		got := get(t, serve(t, weather.Answering(test.fault), weather.Options{}).URL())
		if got.status != test.status || got.header.Get("Location") != test.location {
			t.Errorf("%d to %q, want %d", got.status, got.header.Get("Location"), test.status)
		}
	}
	if got, err := try(transport(t, nil), serve(t, weather.Answering(weather.Reset()), weather.Options{}).URL()); err == nil {
		t.Errorf("an answer came: %d", got.status)
	}
}
