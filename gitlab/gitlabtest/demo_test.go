package gitlabtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheDemoIsACompany(t *testing.T) {
	c := Demo(today)
	bot, _ := c.User(DemoUser)
	roles := c.Roles(bot.ID)
	groups, projects := c.Counts()
	counts := map[string]int{"groups": groups, "projects": projects, "seen": len(roles), "hidden": projects - len(roles)}
	var kinds = map[string]func(*Project) bool{
		"archived": func(p *Project) bool { return p.Archived }, "empty": func(p *Project) bool { return p.Empty },
		"forks": func(p *Project) bool { return p.ForkedFrom != 0 }, "mirrors": func(p *Project) bool { return p.Mirror },
		"SHA-256": func(p *Project) bool { return p.SHA256 }, "without issues": func(p *Project) bool { return p.Issues == FeatureDisabled },
		"without merge requests": func(p *Project) bool { return p.MergeRequests == FeatureDisabled },
		"without repository":     func(p *Project) bool { return p.Repository == FeatureDisabled },
		"legacy":                 func(p *Project) bool { return strings.HasPrefix(p.Path, "legacy-") },
		"public":                 func(p *Project) bool { return p.Visibility == Public },
		"internal":               func(p *Project) bool { return p.Visibility == Internal },
		"personal":               func(p *Project) bool { return p.Group == 0 },
		"old":                    func(p *Project) bool { return p.LastActivityAt.Before(today.AddDate(-3, 0, 0)) },
		"of this week":           func(p *Project) bool { return p.LastActivityAt.After(today.AddDate(0, 0, -7)) },
		"as Guest":               func(p *Project) bool { return roles[p.ID] == Guest },
		"as Reporter":            func(p *Project) bool { return roles[p.ID] == Reporter },
		"as Maintainer":          func(p *Project) bool { return roles[p.ID] == Maintainer },
		"dying":                  func(p *Project) bool { return !p.DeletionOn.IsZero() },
		"not in Latin letters":   func(p *Project) bool { return strings.ContainsFunc(p.Name, func(r rune) bool { return r > 0x370 }) },
	}
	for _, p := range c.projects {
		for kind, is := range kinds {
			if is(p) {
				counts[kind]++
			}
		}
	}
	for kind, least := range map[string]int{"groups": 36, "projects": 430, "seen": 380, "hidden": 40, "archived": 15, "empty": 8,
		"forks": 7, "mirrors": 8, "SHA-256": 3, "without issues": 10, "without merge requests": 5, "without repository": 2,
		"legacy": 14, "public": 15, "internal": 25, "personal": 6, "old": 25, "of this week": 20,
		"as Guest": 20, "as Reporter": 100, "as Maintainer": 100, "dying": 2, "not in Latin letters": 4} {
		if counts[kind] < least {
			t.Errorf("%s: %d, want at least %d", kind, counts[kind], least)
		}
	}
	for i, p := range c.projects[1:] {
		if p.LastActivityAt.After(today) || p.CreatedAt.After(p.LastActivityAt) {
			t.Errorf("%s: created %v, last active %v", p.Path, p.CreatedAt, p.LastActivityAt)
		}
		if p.ID <= c.projects[i].ID {
			t.Errorf("%s is out of order", p.Path)
		}
	}
}

func TestTheDemoIsAlwaysTheSame(t *testing.T) {
	list := func() string {
		return play(t, Demo(today), Options{ExternalURL: "https://gitlab.example.com"}).
			get(t, DemoTokenAdmin, "/api/v4/projects?per_page=100").body
	}
	if once, again := list(), list(); once != again {
		t.Error("two demos of one moment differ")
	}
}

func TestTheDemoAccountIsInEveryPosition(t *testing.T) {
	c := Demo(today)
	bot, _ := c.User(DemoUser)
	roles := c.Roles(bot.ID)
	for path, want := range map[string]Role{
		"acme/platform/api": Maintainer, "acme/platform/legacy-billing": Reporter, "acme/platform/playground": Maintainer,
		"acme/platform/vault-next": Maintainer, "acme/platform/libs/retry": Maintainer, "acme/mobile/mobile-ci": Developer,
		"acme/infra/dns": Guest, "acme/infra/runbooks": Reporter, "acme/payments/refunds": Reporter, "acme/data/warehouse": Reporter,
		"acme/security/key-ceremony": NoAccess, "contractors/initech/tps-forms": NoAccess, "oss/gateway": NoAccess,
		"oss/handbook": Developer, "labs/ideas": Reporter, "flow-bot/webhook-probe": Owner, "ana/dotfiles": Guest,
	} {
		p, found := c.Project(path)
		if !found {
			t.Errorf("no project %s", path)
		} else if roles[p.ID] != want {
			t.Errorf("%s: role %d, want %d", path, roles[p.ID], want)
		}
	}
	s := play(t, c, Options{})
	for path, want := range map[string]int{"acme": 200, "acme/payments": 200, "oss": 200, "labs": 200, "contractors": 200,
		"acme/security": 404, "acme/people": 404, "contractors/initech": 404} {
		if r := s.get(t, DemoToken, "/api/v4/groups/"+strings.ReplaceAll(path, "/", "%2F")); r.status != want {
			t.Errorf("group %s: status %d, want %d", path, r.status, want)
		}
	}
	listed := paths(s.get(t, DemoToken, "/api/v4/groups?per_page=100").list(t))
	if !slices.Contains(listed, "acme") || slices.Contains(listed, "acme/security") {
		t.Errorf("groups %v", listed)
	}
}

func TestPathsAreWhatGitLabAllows(t *testing.T) {
	allowed := regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
	for name, c := range map[string]*Company{"demo": Demo(today), "sized": Sized(500, today)} {
		for _, p := range c.projects {
			if !allowed.MatchString(p.Path) || p.Name == "" {
				t.Errorf("%s: path %q, name %q", name, p.Path, p.Name)
			}
		}
		for _, g := range c.groups {
			if !allowed.MatchString(g.Path) || g.Name == "" {
				t.Errorf("%s: group path %q, name %q", name, g.Path, g.Name)
			}
		}
	}
}

func TestTheDemoWorksOnAnyDay(t *testing.T) {
	for _, now := range []time.Time{time.Now(), time.Date(2030, 2, 28, 23, 59, 0, 0, time.UTC)} {
		s := play(t, Demo(now), Options{Now: func() time.Time { return now }})
		if r := s.get(t, DemoToken, "/api/v4/user"); r.status != 200 {
			t.Errorf("on %v: status %d", now, r.status)
		}
	}
}
