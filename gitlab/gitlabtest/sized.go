package gitlabtest

import (
	"fmt"
	"time"
)

// Sized is a company of n projects for measuring. @flow-bot is a member of all
// of them, with DemoToken. More than half are below one top-level group, one in
// twenty is personal, ids have holes, and there is about one group to twenty
// projects, at most 5,000.
func Sized(n int, now time.Time) *Company {
	b := newBuilder(now)
	bot := b.addPeople()
	groups := b.addTree(min(max(4, n/20), 5_000), bot)
	b.projects = make([]*Project, 0, n)
	for i := range n {
		b.addSizedProject(i, groups, bot)
	}
	b.addDemoTokens(bot)
	b.addDemoApplications()
	return b.Company
}

// addTree makes about count groups, four levels deep. The first top-level group
// gets every second one of the others.
func (b *builder) addTree(count, bot int) []int {
	var groups []int
	tops := max(2, count/60)
	for i := range tops {
		path := "acme"
		if i > 0 {
			path = fmt.Sprintf("division-%03d", i)
		}
		id := b.addGroup(Group{Path: path, Name: displayName(path)})
		b.ensure(b.SetGroupRole(id, bot, []Role{Reporter, Developer, Maintainer}[i%3]))
		groups = append(groups, id)
	}
	depth := map[int]int{}
	for i := len(groups); i < count; i++ {
		parent := groups[0]
		if i%2 == 1 {
			parent = groups[scramble(i)%uint64(len(groups))]
		}
		if depth[parent] == 3 {
			parent = groups[1]
		}
		path := fmt.Sprintf("%s-%d", sizedWords[scramble(i, 2)%uint64(len(sizedWords))], i)
		id := b.addGroup(Group{Parent: parent, Path: path, Name: displayName(path)})
		depth[id] = depth[parent] + 1
		groups = append(groups, id)
	}
	return groups
}

func (b *builder) addSizedProject(i int, groups []int, bot int) {
	roll := scramble(i, 3)
	path := fmt.Sprintf("%s-%s-%d", sizedWords[roll%8], sizedWords[8+roll>>8%8], i)
	p := Project{Path: path, Name: path, Archived: roll%20 == 1, Empty: roll%40 == 2, SHA256: roll%500 == 3}
	p.Owner = b.people[1+roll>>16%14]
	if roll%20 == 0 {
		b.ensure(b.SetProjectRole(b.addProject(p), bot, Reporter))
		return
	}
	p.Group = groups[roll>>24%uint64(len(groups))]
	if roll>>40%2 == 0 {
		p.Group = groups[0]
	}
	b.addProject(p)
}

var sizedWords = []string{
	"billing", "catalog", "checkout", "identity", "ledger", "search", "stock", "tracking",
	"adapter", "api", "client", "jobs", "proxy", "schema", "service", "worker",
}
