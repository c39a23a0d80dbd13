package gitlabtest

import (
	"fmt"
	"time"
)

// builder fills a company that is written down in this package. What can go
// wrong there (a path taken twice) is a mistake in the table, so it panics.
type builder struct {
	*Company
	now       time.Time
	project   int // last project id
	namespace int // last namespace id
}

func newBuilder(now time.Time) *builder {
	return &builder{Company: NewCompany(), now: now.UTC().Truncate(time.Second), project: 40, namespace: 2}
}

// nextProject and nextNamespace leave holes, as deletions do.
func (b *builder) nextProject() int {
	b.project += 1 + int(scramble(b.project)%8)
	return b.project
}

func (b *builder) nextNamespace() int {
	b.namespace += 1 + int(scramble(b.namespace, 7)%4)
	return b.namespace
}

func (b *builder) addUser(u User) int {
	u.NamespaceID = b.nextNamespace()
	if u.Email == "" {
		u.Email = u.Username + "@acme.example"
	}
	u.Password = DemoPassword
	if u.CreatedAt.IsZero() {
		u.CreatedAt = b.now.AddDate(-6, 0, u.ID)
	}
	return must(b.AddUser(u))
}

func (b *builder) addGroup(g Group) int {
	g.ID = b.nextNamespace()
	if g.CreatedAt.IsZero() {
		g.CreatedAt = b.now.AddDate(-8, 0, g.ID)
	}
	return must(b.AddGroup(g))
}

func (b *builder) addProject(p Project) int {
	p.ID = b.nextProject()
	b.date(&p)
	return must(b.AddProject(p))
}

// date spreads activity over five years, most of it lately, and creation over
// the years before.
func (b *builder) date(p *Project) {
	if p.LastActivityAt.IsZero() {
		u := float64(scramble(p.ID, 11)%10_000) / 10_000
		p.LastActivityAt = b.now.Add(-time.Duration(u * u * u * float64(5*365*24*time.Hour)))
	}
	p.LastActivityAt = p.LastActivityAt.Truncate(time.Second)
	if p.CreatedAt.IsZero() {
		age := time.Duration(30+scramble(p.ID, 13)%1100) * 24 * time.Hour
		p.CreatedAt = p.LastActivityAt.Add(-age)
	}
	if p.UpdatedAt.IsZero() {
		p.UpdatedAt = p.LastActivityAt
	}
}

func (b *builder) addToken(value, name string, user int, days int, scopes ...string) {
	expires := b.now.AddDate(0, 0, days).Truncate(24 * time.Hour)
	must(b.AddToken(Token{
		Value: value, Name: name, Description: "Made for " + name, User: user, Scopes: scopes,
		CreatedAt: b.now.AddDate(0, 0, min(-12, days-30)), ExpiresOn: expires,
	}))
}

func must(id int, err error) int {
	if err != nil {
		panic(fmt.Sprintf("gitlabtest: %v", err))
	}
	return id
}

func (b *builder) ensure(err error) { must(0, err) }
