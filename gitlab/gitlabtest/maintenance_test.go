package gitlabtest

import (
	"net/http"
	"strings"
	"testing"
)

func TestMaintenanceModeLetsRead(t *testing.T) {
	const hooks = "/api/v4/projects/acme%2Fplatform%2Fapi/hooks"
	for _, test := range []struct {
		name, version  string
		method, path   string
		kind, referer  string
		status         int
		location, wait string
		body           string
	}{
		{"a change in JSON", "18.9.0-ee", "POST", hooks, "application/json", "", 503, "", "900",
			`{"message":"GitLab Maintenance: system is in maintenance mode"}`},
		{"JSON with a charset", "18.9.0-ee", "PUT", hooks + "/1", "application/json; charset=utf-8", "", 503, "", "900",
			`{"message":"GitLab Maintenance: system is in maintenance mode"}`},
		{"a change in a form", "18.9.0-ee", "POST", hooks, "application/x-www-form-urlencoded", "", 301, "https://gitlab.example.com/", "", ""},
		{"without a word about its kind", "18.9.0-ee", "DELETE", hooks + "/1", "", "", 301, "https://gitlab.example.com/", "", ""},
		{"from a page", "18.9.0-ee", "POST", "/oauth/authorize", "application/x-www-form-urlencoded", "https://x.example.com/y", 301,
			"https://x.example.com/y", "", ""},
		{"a device asks", "18.9.0-ee", "POST", "/oauth/authorize_device", "application/x-www-form-urlencoded", "", 301, "https://gitlab.example.com/", "", ""},
		{"a token is revoked", "18.9.0-ee", "POST", "/oauth/revoke", "application/x-www-form-urlencoded", "", 301, "https://gitlab.example.com/", "", ""},
		{"a token is refreshed", "18.9.0-ee", "POST", "/oauth/token", "application/x-www-form-urlencoded", "", 400, "", "", `{"error":"invalid_request"`},
		{"reading", "18.9.0-ee", "GET", "/api/v4/user", "", "", 200, "", "", `{"id":57,`},
		{"since 13.9", "13.9.0-ee", "POST", hooks, "application/json", "", 503, "", "900", `{"message":"GitLab Maintenance`},
		{"not before", "13.8.0-ee", "POST", hooks, "application/json", "", 400, "", "", `{"error":"url is missing"}`},
		{"not in the other edition", "18.9.0", "POST", hooks, "application/json", "", 400, "", "", `{"error":"url is missing"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := play(t, Demo(today), Options{Version: test.version, Maintenance: true, ExternalURL: "https://gitlab.example.com"})
			request := s.request(t, test.method, DemoToken, test.path)
			for name, value := range map[string]string{"Content-Type": test.kind, "Referer": test.referer} {
				if value != "" {
					request.Header.Set(name, value)
				}
			}
			r := roundTrip(t, request)
			if r.status != test.status || r.header.Get("Location") != test.location || r.header.Get("Retry-After") != test.wait ||
				!strings.HasPrefix(r.body, test.body) || test.body == "" && r.body != "" {
				t.Errorf("%d to %q, Retry-After %q: %.200s", r.status, r.header.Get("Location"), r.header.Get("Retry-After"), r.body)
			}
		})
	}
}

func TestMaintenanceBeginsAndEnds(t *testing.T) {
	s := demo(t, "18.9.0-ee")
	refresh := text(t, s.granted(t), "refresh_token")
	change := func() int { return s.send(t, "POST", DemoToken, "/api/v4/projects/0/hooks", `{"url":""}`).status }
	if got := change(); got != http.StatusNotFound {
		t.Errorf("before: %d", got)
	}
	s.SetMaintenance(true)
	if got := change(); got != http.StatusServiceUnavailable {
		t.Errorf("meanwhile: %d", got)
	}
	if r := s.refresh(t, refresh); r.status != 200 {
		t.Errorf("a refresh meanwhile: %d %s", r.status, r.body)
	}
	s.SetMaintenance(false)
	if got := change(); got != http.StatusNotFound {
		t.Errorf("after: %d", got)
	}
}
