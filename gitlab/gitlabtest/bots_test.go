package gitlabtest

import (
	"regexp"
	"slices"
	"testing"
)

func TestBotsHaveTheNamesOfTheirRelease(t *testing.T) {
	for _, test := range []struct{ version, project, second, group, email string }{
		{"12.10.0", "", "", "", ""},
		{"13.0.0", `project_1_bot`, `project_1_bot1`, "", `project1_bot1@example\.com`},
		{"14.6.0", `project_1_bot`, `project_1_bot1`, "", `project1_bot1@noreply\.gitlab\.example\.com`},
		{"14.7.0", `project_1_bot`, `project_1_bot1`, `group_2_bot`, `project1_bot1@noreply\.gitlab\.example\.com`},
		{"15.11.0", `project_1_bot`, `project_1_bot1`, `group_2_bot`, `project1_bot1@noreply\.gitlab\.example\.com`},
		{"16.0.0", `project_1_bot_[0-9a-f]{32}`, `project_1_bot_[0-9a-f]{32}`, `group_2_bot_[0-9a-f]{32}`,
			`project_1_bot_[0-9a-f]{32}@noreply\.gitlab\.example\.com`},
	} {
		c := newSmall(t)
		must(c.AddGroup(Group{ID: 200, Path: "elsewhere", Name: "E"}))
		must(c.AddProjectBot(c.api, Reporter, Token{Value: "first", Name: "CI", Scopes: []string{"api"}}))
		must(c.AddProjectBot(c.api, Reporter, Token{Value: "second", Name: "CD", Scopes: []string{"api"}}))
		must(c.AddGroupBot(c.acme, Developer, Token{Value: "group", Name: "Fleet", Scopes: []string{"api"}}))
		s := play(t, c.Company, Options{Version: test.version, ExternalURL: "https://gitlab.example.com"})
		seen := map[string]bool{}
		for token, want := range map[string]string{"first": test.project, "second": test.second, "group": test.group} {
			r := s.get(t, token, "/api/v4/user")
			if want == "" {
				if r.status != 401 || r.body != `{"message":"401 Unauthorized"}` {
					t.Errorf("%s: %s is known: %d %s", test.version, token, r.status, r.body)
				}
				continue
			}
			u := r.object(t)
			name, _ := u["username"].(string)
			if !regexp.MustCompile("^"+want+"$").MatchString(name) || u["bot"] != true || seen[name] {
				t.Errorf("%s: %s is called %q, a bot: %v", test.version, token, name, u["bot"])
			}
			seen[name] = true
			if email, _ := u["email"].(string); token == "second" && !regexp.MustCompile("^"+test.email+"$").MatchString(email) {
				t.Errorf("%s: %s gets mail as %q", test.version, token, email)
			}
		}
	}
}

func TestBotsSeeTheirPlaceOnly(t *testing.T) {
	c := newSmall(t)
	must(c.AddProjectBot(c.secret, Maintainer, Token{Value: "project", Name: "CI", Scopes: []string{"api"}}))
	must(c.AddGroupBot(c.platform, Developer, Token{Value: "group", Name: "Fleet", Scopes: []string{"read_api"}}))
	s := play(t, c.Company, Options{})
	for token, want := range map[string][]string{
		"project": {"other/secret"},
		"group":   {"acme/platform/api", "acme/platform/libs/lib"},
	} {
		rows := s.get(t, token, "/api/v4/projects?order_by=id&sort=asc").list(t)
		if got := paths(rows); !slices.Equal(got, want) {
			t.Errorf("the bot of a %s sees %v, want %v", token, got, want)
		}
	}
	if r := s.get(t, "project", "/api/v4/projects/acme%2Fplatform%2Fapi"); r.status != 404 {
		t.Errorf("another project: %d", r.status)
	}
	if got := paths(s.get(t, "group", "/api/v4/groups?min_access_level=30").list(t)); len(got) != 2 {
		t.Errorf("groups of a group's bot: %v", got)
	}
	if self := s.get(t, "project", "/api/v4/personal_access_tokens/self").object(t); self["name"] != "CI" {
		t.Errorf("the token itself: %v", self)
	}
	if _, err := c.AddProjectBot(999, Reporter, Token{Value: "x", Name: "X"}); err == nil {
		t.Error("a bot of no project")
	}
	if _, err := c.AddGroupBot(999, Reporter, Token{Value: "x", Name: "X"}); err == nil {
		t.Error("a bot of no group")
	}
	if b := NewBrowser(s, "project_3_bot", ""); true {
		t.Cleanup(b.Close)
		landing, err := b.Authorize(t.Context(), s.URL()+"/users/sign_in", true)
		if err != nil || landing.Status != 200 || !regexp.MustCompile("Invalid login or password").MatchString(landing.Page) {
			t.Errorf("a bot at the sign-in page: %+v, %v", landing, err)
		}
	}
}
