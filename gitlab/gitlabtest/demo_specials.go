package gitlabtest

import "time"

// addSpecials adds the projects that stand for one situation each.
func (b *builder) addSpecials(groups map[string]int, bot int) {
	platform := groups["acme/platform"]
	ago := func(d time.Duration) time.Time { return b.now.Add(-d) }
	const day = 24 * time.Hour
	api := b.addProject(Project{Group: platform, Path: "api", Name: "API", Description: "The public API",
		Topics: []string{"platform", "go"}, LastActivityAt: ago(2 * time.Hour), Stars: 12, Owner: 5})
	source, _ := b.Project("oss/gateway")
	gateway := b.addProject(Project{Group: platform, Path: "gateway", Name: "Gateway", ForkedFrom: source.ID,
		LastActivityAt: ago(day), Owner: 8})
	b.addProject(Project{Group: platform, Path: "legacy-billing", Name: "Legacy Billing",
		LastActivityAt: b.now.AddDate(-3, 0, -20), Owner: 5})
	b.addProject(Project{Group: platform, Path: "legacy-mail", Name: "Legacy Mail",
		LastActivityAt: b.now.AddDate(-4, 0, -5), Owner: 5})
	playground := b.addProject(Project{Group: platform, Path: "playground", Name: "Playground", LastActivityAt: b.now, Owner: 11})
	vault := b.addProject(Project{Group: platform, Path: "vault-next", Name: "Vault Next", SHA256: true,
		LastActivityAt: ago(day), Owner: 14})
	b.addProject(Project{Group: groups["acme/sandbox"], Path: "sha256-trial", Name: "SHA-256 Trial", SHA256: true, Owner: 14})
	b.addProject(Project{Group: groups["acme/platform/libs"], Path: "object-format", Name: "Object Format", SHA256: true,
		Visibility: Internal, Owner: 14})
	search, _ := b.Project("acme/platform/search")
	b.ensure(b.ChangeProject(search.ID, func(p *Project) {
		p.Archived, p.Empty, p.LastActivityAt = false, false, ago(5*day)
		p.Repository, p.Issues, p.MergeRequests = FeatureEnabled, FeatureEnabled, FeatureEnabled
	}))
	for _, id := range []int{api, gateway, playground, vault, search.ID} {
		b.ensure(b.SetProjectRole(id, bot, Maintainer))
	}
	b.addForks(groups, api)
	b.addDying(groups)
	b.addPersonal(bot)
}

// addForks: in hack days people fork what they work on. One fork comes from a
// project that @flow-bot can't see.
func (b *builder) addForks(groups map[string]int, api int) {
	hidden, _ := b.Project("acme/security/threat-models")
	for i, fork := range []struct {
		path string
		from int
	}{{"api", api}, {"api-graphql", api}, {"threat-models-diagrams", hidden.ID}} {
		b.addProject(Project{Group: groups["acme/sandbox/hackdays"], Path: fork.path, Name: displayName(fork.path),
			ForkedFrom: fork.from, Owner: b.people[i+1]})
	}
	for i, path := range []string{"kafka-source", "s3-sink", "mqtt-source"} {
		source, _ := b.Project("oss/connectors/" + path)
		b.addProject(Project{Group: groups["acme/data"], Path: path, Name: displayName(path), ForkedFrom: source.ID,
			Mirror: i == 0, Owner: b.people[i+4]})
	}
}

// addDying: projects that somebody has marked for deletion.
func (b *builder) addDying(groups map[string]int) {
	for i, path := range []string{"tmp-2019-import", "tmp-old-cluster"} {
		b.addProject(Project{Group: groups["acme/sandbox"], Path: path, Name: displayName(path), Owner: b.people[i+2],
			LastActivityAt: b.now.AddDate(-4, 0, 0), DeletionOn: b.now.AddDate(0, 0, 5+i).Truncate(24 * time.Hour)})
	}
}

// addPersonal: people keep projects of their own. @flow-bot has one, is a
// member of two, and can't see the others, except a public one.
func (b *builder) addPersonal(bot int) {
	b.addProject(Project{Owner: bot, Path: "webhook-probe", Name: "Webhook Probe"})
	for i, path := range []string{"dotfiles", "acme-scripts", "thesis", "advent-of-code", "notes"} {
		p := Project{Owner: b.people[1+i], Path: path, Name: displayName(path)}
		if path == "advent-of-code" {
			p.Visibility = Public
		}
		id := b.addProject(p)
		if path == "acme-scripts" {
			b.ensure(b.SetProjectRole(id, bot, Developer))
		}
		if path == "dotfiles" {
			b.ensure(b.SetProjectRole(id, bot, Guest))
		}
	}
}

func (b *builder) addMemberships(groups map[string]int, bot int) {
	for path, role := range map[string]Role{
		"acme/platform": Reporter, "acme/platform/libs": Maintainer, "acme/mobile": Developer, "acme/data": Reporter,
		"acme/web": Maintainer, "acme/sandbox": Maintainer, "acme/infra": Guest, "acme/bots": Developer,
		"contractors/northwind": Reporter, "contractors/tailspin": Guest,
	} {
		b.ensure(b.SetGroupRole(groups[path], bot, role))
	}
	b.ensure(b.ShareGroup(groups["acme/payments"], groups["acme/bots"], Reporter))
	for path, role := range map[string]Role{"labs/ideas": Reporter, "oss/handbook": Maintainer} {
		p, _ := b.Project(path)
		b.ensure(b.ShareProject(p.ID, groups["acme/bots"], role))
	}
	for path, role := range map[string]Role{"acme/infra/runbooks": Reporter, "acme/infra/alerts": Maintainer} {
		p, _ := b.Project(path)
		b.ensure(b.SetProjectRole(p.ID, bot, role))
	}
	for i, id := range b.people[1:15] {
		path := []string{"acme", "acme/platform", "acme/web", "acme/mobile", "acme/data", "contractors", "oss"}[i%7]
		b.ensure(b.SetGroupRole(groups[path], id, []Role{Owner, Maintainer, Developer}[i%3]))
	}
}
