package gitlabtest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// item is a merge request or an issue. None is stored: they follow from the
// project's id, so that a company of any size costs nothing for them.
type item struct {
	iid              int
	title            string
	state            string
	author           *User
	created, updated time.Time
	closed           time.Time // zero while open
}

var itemParameters = declare(paging, []parameter{
	{name: "state", initial: "all"},
	{name: "order_by", initial: "created_at", allowed: []string{"created_at", "updated_at", "title",
		"label_priority", "milestone_due", "popularity", "priority", "merged_at", "due_date", "relative_position", "weight"}},
	{name: "sort", initial: "desc", allowed: []string{"asc", "desc"}},
	{name: "search"},
	{name: "created_after", kind: moment},
	{name: "created_before", kind: moment},
	{name: "updated_after", kind: moment, since: since{10, 6}},
	{name: "updated_before", kind: moment, since: since{10, 6}},
	{name: "scope", allowed: []string{"created-by-me", "assigned-to-me", "created_by_me", "assigned_to_me",
		"reviews_for_me", "all"}},
})

// scramble turns numbers into evenly spread, repeatable ones (splitmix64).
func scramble(parts ...int) uint64 {
	var h uint64
	for _, part := range parts {
		h += uint64(part) + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// ghost is who GitLab names as author where the account is gone.
var ghost = &User{Username: "ghost", Name: "Ghost User", Email: "ghost@localhost"}

// someone picks a person to have written something.
func (c *Company) someone(seed uint64) *User {
	if len(c.people) == 0 {
		return ghost
	}
	return c.users[c.people[seed%uint64(len(c.people))]]
}

// items are the merge requests or issues of a project, oldest first. The last
// one was updated at the project's last activity.
func (c *Company) items(p *Project, count, salt int, titles []string, closedState string) []item {
	items := make([]item, count)
	for i := range items {
		seed := scramble(p.ID, salt, i)
		age := time.Duration(count-1-i) * 31 * time.Hour
		it := item{iid: i + 1, title: titles[seed%uint64(len(titles))], author: c.someone(seed >> 8), state: "opened"}
		it.updated = p.LastActivityAt.Add(-age)
		it.created = it.updated.Add(-time.Duration(seed%200) * time.Hour)
		if it.created.Before(p.CreatedAt) {
			it.created = p.CreatedAt
		}
		if seed%3 != 0 {
			it.state, it.closed = closedState, it.updated
		}
		items[i] = it
	}
	return items
}

// chosen filters and orders items as the query asks.
func (k *call) chosen(items []item) []item {
	v := k.values
	after := func(name string, t time.Time) bool {
		bound, given := v.moment(name)
		return !given || !t.Before(bound)
	}
	before := func(name string, t time.Time) bool {
		bound, given := v.moment(name)
		return !given || !t.After(bound)
	}
	kept := slices.DeleteFunc(items, func(it item) bool {
		return v.get("state") != "all" && v.get("state") != it.state ||
			!after("created_after", it.created) || !before("created_before", it.created) ||
			!after("updated_after", it.updated) || !before("updated_before", it.updated) ||
			!strings.Contains(strings.ToLower(it.title), strings.ToLower(v.get("search"))) ||
			k.otherPersons(it)
	})
	slices.SortFunc(kept, func(a, b item) int {
		c := 0
		switch v.get("order_by") {
		case "updated_at":
			c = a.updated.Compare(b.updated)
		case "title":
			c = strings.Compare(a.title, b.title)
		default:
			c = a.created.Compare(b.created)
		}
		return cmp.Or(c, cmp.Compare(a.iid, b.iid))
	})
	if v.get("sort") == "desc" {
		slices.Reverse(kept)
	}
	return kept
}

func (k *call) otherPersons(it item) bool {
	switch scope := k.values.get("scope"); {
	case scope == "" || scope == "all":
		return false
	case strings.HasPrefix(scope, "created"):
		return k.user == nil || it.author.ID != k.user.ID
	}
	return true // nothing is assigned to anybody
}

// writeItemPeople has several assignees from a release on.
func (k *call) writeItemPeople(e *entity, it item, several since) {
	e.key("author")
	k.writeUser(e, it.author)
	e.null("assignee")
	if k.release.since(several.major, several.minor) {
		e.raw("assignees", "[]")
	}
}

// writeCloser says who ended an item; null while it is open.
func (k *call) writeCloser(e *entity, key string, it item) {
	if it.closed.IsZero() {
		e.null(key)
		return
	}
	e.key(key)
	k.writeUser(e, it.author)
}

func (k *call) writeItemCounts(e *entity) {
	e.number("user_notes_count", 0)
	e.number("upvotes", 0)
	e.number("downvotes", 0)
}

// writeReferences: since 12.7.
func (k *call) writeReferences(e *entity, short, path string) {
	if !k.release.since(12, 7) {
		return
	}
	e.key("references")
	e.open('{')
	e.text("short", short)
	e.text("relative", short)
	e.text("full", path, short)
	e.shut('}')
}

// dash stands between a project's path and its pages since about 12.9.
func (r release) dash() string {
	if r.since(12, 9) {
		return "/-"
	}
	return ""
}

const (
	noTimeSpent = `{"time_estimate":0,"total_time_spent":0,"human_time_estimate":null,"human_total_time_spent":null}`
	noTasks     = `{"count":0,"completed_count":0}`
)
