package gitlabtest

import (
	"slices"
	"strings"
	"testing"
)

func TestHooksAreForMaintainers(t *testing.T) {
	c := newSmall(t)
	must(c.AddHook(c.api, Hook{URL: "https://flow.example.com/hook", Events: []string{"push", "merge_requests"}}))
	s := play(t, c.Company, Options{})
	for _, test := range []struct {
		role   Role
		status int
		body   string
	}{
		{NoAccess, 404, `{"message":"404 Project Not Found"}`},
		{Guest, 403, `{"message":"403 Forbidden"}`},
		{Developer, 403, `{"message":"403 Forbidden"}`},
		{Maintainer, 200, `[{"id":1,"url":"https://flow.example.com/hook",`},
		{Owner, 200, `[{"id":1,"url":"https://flow.example.com/hook",`},
	} {
		if err := c.SetGroupRole(c.platform, c.eve, test.role); err != nil {
			t.Fatal(err)
		}
		if r := s.get(t, "t", "/api/v4/projects/acme%2Fplatform%2Fapi/hooks"); r.status != test.status || !strings.HasPrefix(r.body, test.body) {
			t.Errorf("role %d: %d %s", test.role, r.status, r.body)
		}
	}
	for scopes, want := range map[string]int{"read_api": 200, "read_user": 403} {
		if err := c.SetTokenScopes("t", scopes); err != nil {
			t.Fatal(err)
		}
		if r := s.get(t, "t", "/api/v4/projects/1/hooks"); r.status != want {
			t.Errorf("with %s: %d %s", scopes, r.status, r.body)
		}
	}
}

func TestHooksTellWhatTheyAreSentFor(t *testing.T) {
	c := newSmall(t)
	if err := c.SetProjectRole(c.api, c.eve, Maintainer); err != nil {
		t.Fatal(err)
	}
	must(c.AddHook(c.api, Hook{URL: "https://a.example.com", Events: []string{"push"}, HasToken: true}))
	broken := must(c.AddHook(c.api, Hook{URL: "https://b.example.com", NoVerify: true, Disabled: true}))
	must(c.AddHook(c.api, Hook{URL: "https://c.example.com", Name: "Flow", DisabledUntil: today.AddDate(0, 0, 1), Signs: true}))
	s := play(t, c.Company, Options{Version: "19.0.0-ee"})
	for i, want := range []map[string]any{
		{"push_events": true, "issues_events": false, "enable_ssl_verification": true, "alert_status": "executable",
			"token_present": true, "signing_token_present": false, "name": nil},
		{"push_events": false, "enable_ssl_verification": false, "alert_status": "disabled", "disabled_until": nil},
		{"alert_status": "temporarily_disabled", "disabled_until": "2026-11-23T15:04:05.000Z", "name": "Flow", "signing_token_present": true},
	} {
		got := s.get(t, "t", "/api/v4/projects/1/hooks").list(t)[i]
		for key, value := range want {
			if have, there := got[key]; have != value || !there {
				t.Errorf("hook %d: %s is %v, want %v", i+1, key, have, value)
			}
		}
	}
	if r := s.get(t, "t", "/api/v4/projects/1/hooks?per_page=2&page=2"); len(r.list(t)) != 1 || r.header.Get("X-Total") != "3" {
		t.Errorf("page 2 has %s of %s", r.count(t), r.header.Get("X-Total"))
	}
	if err := c.RemoveHook(broken); err != nil {
		t.Fatal(err)
	}
	if got := ids(s.get(t, "t", "/api/v4/projects/1/hooks").list(t)); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("after one is removed: %v", got)
	}
	if c.RemoveHook(broken) == nil {
		t.Error("a hook is removed twice")
	}
	if _, err := c.AddHook(c.api, Hook{Events: []string{"pushes"}}); err == nil {
		t.Error("a hook for what never happens")
	}
}
