package gitlabtest

import (
	"strings"
	"time"
)

// The tokens of Demo and Sized. The first three belong to @flow-bot.
const (
	DemoToken         = "glpat-flow-demo"      // api, read_user, read_repository; expires in 53 days
	DemoTokenReadOnly = "glpat-flow-readonly"  // read_user and read_repository: no repos can be listed
	DemoTokenReadAPI  = "glpat-flow-readapi"   // read_api only: reads everything, may change nothing
	DemoTokenExpired  = "glpat-flow-expired"   // expired three days ago
	DemoTokenRevoked  = "glpat-flow-revoked"   // revoked
	DemoTokenBlocked  = "glpat-flow-blocked"   // of an account that is blocked
	DemoTokenNoGroups = "glpat-flow-no-groups" // of an account that is in no group
	DemoTokenAdmin    = "glpat-flow-admin"     // of an administrator, who sees everything
)

// The applications of Demo and Sized. Both may redirect to this machine: to
// http://127.0.0.1/callback, and for releases before 13.4, which compare the
// port, to 7171, 7172 and 7173 as well.
const (
	DemoClientID       = "e0d8543b6385590448ebd2dc2b7345c83b0d756fd98985cf79d84d38a8cf18fc" // "Flow", which is confidential
	DemoClientSecret   = "5cc90464cb40a1a169e710ce3521928afc7b19376f7ad65e5a0a87556c088083"
	DemoPublicClientID = "6cc50c52b2f78edb1035ff8aa2865595579968e63f5828296a4187ef3e4beca2" // "Flow CLI", which is not
)

// DemoPassword is the password of every person of Demo and Sized, and of
// @flow-bot, which is an ordinary account there.
const DemoPassword = "demo-password"

// DemoUser is the account that Flow uses in Demo and Sized.
const DemoUser = "flow-bot"

// Demo is a company of some 40 groups and 450 projects, the same at each call
// with the same now. @flow-bot is, on purpose, in a different position
// everywhere:
//
//   - acme itself: no member; visible as the parent of what follows
//   - acme/platform: Reporter, and Maintainer of single projects
//   - acme/platform/libs, acme/web, acme/sandbox: Maintainer; acme/mobile: Developer
//   - acme/data: Reporter
//   - acme/infra: Guest, too little to read code, except in two projects
//   - acme/payments: Reporter because acme/bots is invited there
//   - acme/security, acme/people: nothing to be seen
//   - contractors/northwind: Reporter; contractors/tailspin: Guest; the rest hidden
//   - oss, labs: no member; public and internal
//   - two projects that are shared with acme/bots, and two personal ones
func Demo(now time.Time) *Company {
	b := newBuilder(now)
	bot := b.addPeople()
	groups := map[string]int{}
	for _, g := range demoGroups {
		b.addDemoGroup(groups, g)
	}
	b.addSpecials(groups, bot)
	b.addMemberships(groups, bot)
	b.addDemoTokens(bot)
	b.addDemoApplications()
	return b.Company
}

// addPeople returns the id of @flow-bot.
func (b *builder) addPeople() int {
	b.addUser(User{ID: 1, Username: "root", Name: "Administrator", Admin: true})
	people := []struct{ username, name string }{
		{"ana", "Ana Lindqvist"}, {"lzak", "Łukasz Żak"}, {"sakura.tanaka", "田中 さくら"},
		{"okovalenko", "Олена Коваленко"}, {"jalvarez", "José Álvarez"}, {"nsharma", "नेहा शर्मा"},
		{"fzahra", "فاطمة الزهراء"}, {"mjkim", "김민준"}, {"obrien", "Siobhán O'Brien"}, {"tuomas", "Tuomas Mäkelä"},
		{"wchen", "陈伟"}, {"mdubois", "Maëlle Dubois"}, {"gpapadaki", "Γεωργία Παπαδάκη"}, {"tnguyen", "Nguyễn Thị Hoa"},
	}
	for i, p := range people {
		b.addUser(User{ID: 5 + 3*i, Username: p.username, Name: p.name})
	}
	bot := b.addUser(User{ID: 57, Username: DemoUser, Name: "Flow", Email: "flow@acme.example", CreatedAt: b.now.AddDate(0, -2, 0)})
	b.addUser(User{ID: 61, Username: "left.last.year", Name: "Former Colleague", State: Blocked})
	b.addUser(User{ID: 64, Username: "new.hire", Name: "New Hire"})
	return bot
}

// addDemoGroup adds a group of the table and its projects.
func (b *builder) addDemoGroup(groups map[string]int, g demoGroup) {
	parent, path, _ := cutLast(g.path)
	id := b.addGroup(Group{Parent: groups[parent], Path: path, Name: g.name, Visibility: g.visibility, Description: g.description})
	groups[g.path] = id
	for path := range strings.FieldsSeq(g.repos) {
		b.addDemoProject(g, id, path)
	}
	for i := range g.made {
		b.addDemoProject(g, id, g.madePath(i))
	}
}

// addDemoProject gives a project the traits that follow from its place in the
// company: some are archived, some empty, some have a service switched off.
func (b *builder) addDemoProject(g demoGroup, group int, path string) {
	p := Project{Group: group, Path: path, Name: displayName(path), Visibility: g.visibility, Owner: b.people[len(b.projects)%len(b.people)]}
	roll := scramble(len(b.projects), 21)
	switch {
	case roll%17 == 0 && !strings.HasPrefix(path, "api"):
		p.Archived = true
	case roll%29 == 1:
		p.Empty = true
	case roll%31 == 2:
		p.Mirror = true
	case roll%19 == 3:
		p.Issues = FeatureDisabled
	case roll%23 == 4:
		p.MergeRequests = FeatureDisabled
	case roll%37 == 5:
		p.Issues, p.MergeRequests = FeatureMembers, FeatureMembers
	case roll%71 == 6:
		p.Repository = FeatureDisabled
	case roll%27 == 7 && p.Visibility == Private:
		p.Visibility = Internal
	}
	if len(g.topics) > 0 && roll%3 != 0 {
		p.Topics = g.topics[:1+int(roll>>8)%len(g.topics)]
	}
	p.Stars = int(roll >> 16 % 5)
	if roll%4 != 0 {
		p.Description = p.Name + " of " + g.name
	}
	if strings.HasPrefix(path, "legacy-") {
		p.LastActivityAt = b.now.AddDate(-3, 0, -int(roll%500))
	}
	b.addProject(p)
}

func (b *builder) addDemoTokens(bot int) {
	b.addToken(DemoToken, "Flow", bot, 53, "api", "read_user", "read_repository")
	b.addToken(DemoTokenReadOnly, "Flow without api", bot, 53, "read_user", "read_repository")
	b.addToken(DemoTokenReadAPI, "Flow with read_api", bot, 53, "read_api")
	b.addToken(DemoTokenExpired, "Flow of last year", bot, -3, "api", "read_user", "read_repository")
	b.addToken(DemoTokenRevoked, "Flow, replaced", bot, 53, "api", "read_user", "read_repository")
	b.ensure(b.RevokeToken(DemoTokenRevoked))
	b.addToken(DemoTokenAdmin, "Administration", 1, 53, "api", "read_user", "read_repository")
	for _, u := range []struct{ token, name, user string }{
		{DemoTokenBlocked, "Left behind", "left.last.year"},
		{DemoTokenNoGroups, "First try", "new.hire"},
	} {
		if account, found := b.User(u.user); found {
			b.addToken(u.token, u.name, account.ID, 200, "api", "read_user", "read_repository")
		}
	}
}

func (b *builder) addDemoApplications() {
	redirects := []string{"http://127.0.0.1/callback",
		"http://127.0.0.1:7171/callback", "http://127.0.0.1:7172/callback", "http://127.0.0.1:7173/callback"}
	scopes := []string{"api", "read_user", "read_repository"}
	ana, _ := b.User("ana")
	for _, a := range []Application{
		{UID: DemoClientID, Secret: DemoClientSecret, Name: "Flow"},
		{UID: DemoPublicClientID, Name: "Flow CLI", Public: true},
	} {
		a.Owner, a.Redirects, a.Scopes = ana.ID, redirects, scopes
		added, err := b.AddApplication(a)
		must(added.ID, err)
	}
}

// displayName makes "Legacy Billing" of "legacy-billing", and has the names
// that are not English.
func displayName(path string) string {
	if name, known := foreignNames[path]; known {
		return name
	}
	words := strings.FieldsFunc(path, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	for i, word := range words {
		if acronym, known := acronyms[word]; known {
			words[i] = acronym
		} else {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, " ")
}
