package gitlab_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// A moving company changes while it is read.
type moving struct {
	*gitlabtest.Company
	t      *testing.T
	server *gitlabtest.Server
	bot    int
	group  int
	ids    []int // of its projects, which are all in one group
}

func newMoving(t *testing.T, version string, projects int) *moving {
	t.Helper()
	m := &moving{Company: gitlabtest.NewCompany(), t: t}
	m.bot = m.must(m.AddUser(gitlabtest.User{Username: gitlabtest.DemoUser, Name: "Flow"}))
	m.must(m.AddToken(gitlabtest.Token{Value: gitlabtest.DemoToken, Name: "Flow", User: m.bot, Scopes: []string{"api"}}))
	m.group = m.addGroup("acme", "Acme")
	m.addProjects(projects)
	m.server = start(t, m.Company, gitlabtest.Options{Version: version})
	return m
}

func (m *moving) must(id int, err error) int {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
	return id
}

func (m *moving) addGroup(path, name string) int {
	id := m.must(m.AddGroup(gitlabtest.Group{Path: path, Name: name}))
	m.must(0, m.SetGroupRole(id, m.bot, gitlabtest.Reporter))
	return id
}

func (m *moving) addProjects(n int) {
	for range n {
		name := fmt.Sprintf("p%d", len(m.ids))
		m.ids = append(m.ids, m.must(m.AddProject(gitlabtest.Project{Group: m.group, Owner: m.bot, Path: name, Name: name})))
	}
}

// before has something happen once, in front of the first request that fits.
func (m *moving) before(fits func(*http.Request) bool, change func()) {
	var once sync.Once
	m.server.Fail(gitlabtest.Fault{Match: func(r *http.Request) bool {
		if fits(r) {
			once.Do(change)
		}
		return false
	}})
}

// deep fits a request for projects from row 300 or so on.
func deep(r *http.Request) bool {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	return strings.HasSuffix(r.URL.Path, "/projects") && (page-1)*size > 300
}

// beyondFirst fits a request for a page of a list that is not the first one.
func beyondFirst(list string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		return strings.HasSuffix(r.URL.Path, list) && page > 1
	}
}

// secondPass fits the first request for the other half of the projects, where
// those that are archived are a list of their own.
func secondPass() func(*http.Request) bool {
	first := ""
	return func(r *http.Request) bool {
		archived := r.URL.Query().Get("archived")
		if archived == "" {
			return false
		}
		first = cmp.Or(first, archived)
		return archived != first
	}
}

// What was there all the time is found, whatever came and went meanwhile, and
// nothing comes twice.
func TestNothingIsLostWhileProjectsComeAndGo(t *testing.T) {
	const projects = 430 // five pages
	remove := func(from, to int) func(*moving) {
		return func(m *moving) {
			for _, id := range m.ids[from:to] {
				m.must(0, m.DeleteProject(id))
			}
		}
	}
	for _, test := range []struct {
		name     string
		versions string
		at       func(*http.Request) bool
		change   func(*moving)
		gone     [2]int // those that may be missing
	}{
		{"nothing", "9.0.0 11.5.0 12.10.0", beyondFirst("/projects"), func(*moving) {}, [2]int{}},
		{"one goes", "9.0.0 12.9.0", beyondFirst("/projects"), remove(4, 5), [2]int{4, 5}},
		{"more go than pages overlap", "12.9.0", beyondFirst("/projects"), remove(0, 90), [2]int{0, 90}},
		{"one goes late", "12.9.0", deep, remove(4, 5), [2]int{4, 5}},
		{"more go late", "12.9.0", deep, remove(0, 120), [2]int{0, 120}},
		{"the end goes", "12.9.0", beyondFirst("/projects"), remove(60, 430), [2]int{60, 430}},
		{"all goes", "12.9.0", beyondFirst("/projects"), remove(0, 430), [2]int{0, 430}},
		{"others come in front, as the account is let into another group", "12.9.0", beyondFirst("/projects"), func(m *moving) {
			m.must(0, m.SetGroupRole(m.must(m.AddGroup(gitlabtest.Group{Path: "late", Name: "Late"})), m.bot, gitlabtest.Reporter))
			group, _ := m.Group("late")
			for i := range 130 {
				p := fmt.Sprintf("late%d", i)
				m.must(m.AddProject(gitlabtest.Project{ID: 1000 + i, Group: group.ID, Owner: m.bot, Path: p, Name: p}))
			}
		}, [2]int{}},
		{"some go and others come", "9.0.0 12.9.0", beyondFirst("/projects"), func(m *moving) {
			remove(2, 40)(m)
			m.addProjects(38)
		}, [2]int{2, 40}},
		{"one is archived", "9.0.0 11.1.0", secondPass(), func(m *moving) { m.must(0, m.ArchiveProject(m.ids[7], true)) }, [2]int{}},
		{"an archived one comes back", "9.0.0 11.1.0", secondPass(), func(m *moving) { m.must(0, m.ArchiveProject(m.ids[200], false)) }, [2]int{}},
	} {
		for version := range strings.FieldsSeq(test.versions) {
			t.Run(test.name+", "+version, func(t *testing.T) {
				m := newMoving(t, version, 0)
				// The group that comes later holds older projects.
				m.must(m.AddProject(gitlabtest.Project{ID: 5000, Group: m.group, Owner: m.bot, Path: "first", Name: "first"}))
				m.addProjects(projects)
				m.must(0, m.ArchiveProject(m.ids[200], true))
				m.before(test.at, func() { test.change(m) })
				c, _ := newClient(t, gitlab.Options{})
				found := map[int64]int{}
				err := c.Discover(t.Context(), connect(t, m.server.URL()), nil, func(p flow.Page) error {
					for _, r := range p.Repos {
						found[r.ID]++
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				for i, id := range m.ids[:projects] {
					if n := found[int64(id)]; n > 1 || n == 0 && !(i >= test.gone[0] && i < test.gone[1]) {
						t.Errorf("project %d, the %d., comes %d times", id, i, n)
					}
				}
			})
		}
	}
}

// Groups can't be sorted by their IDs before 11.1, and several have one name.
func TestNothingIsLostWhileGroupsComeAndGo(t *testing.T) {
	for _, version := range []string{"9.0.0", "11.0.0", "11.1.0", "17.5.2"} {
		for _, test := range []struct {
			name   string
			change func(m *moving, ids []int)
			gone   int // how many of the first are
		}{
			{"nothing", func(*moving, []int) {}, 0},
			{"one goes", func(m *moving, ids []int) { m.must(0, m.SetGroupRole(ids[0], m.bot, gitlabtest.NoAccess)) }, 1},
			{"many go", func(m *moving, ids []int) {
				for _, id := range ids[:70] {
					m.must(0, m.SetGroupRole(id, m.bot, gitlabtest.NoAccess))
				}
			}, 70},
			{"one gets a name that stands in front", func(m *moving, ids []int) { m.must(0, m.RenameGroup(ids[240], "A", "g240")) }, 0},
			{"others come in front", func(m *moving, _ []int) {
				for i := range 150 {
					m.addGroup(fmt.Sprintf("a%d", i), "A")
				}
			}, 0},
		} {
			t.Run(test.name+", "+version, func(t *testing.T) {
				m := newMoving(t, version, 0)
				var ids []int
				for i := range 250 {
					ids = append(ids, m.addGroup(fmt.Sprintf("g%03d", i), fmt.Sprintf("Team %02d", i/3)))
				}
				m.before(beyondFirst("/groups"), func() { test.change(m, ids) })
				c, _ := newClient(t, gitlab.Options{})
				found := map[int64]int{}
				err := c.Discover(t.Context(), connect(t, m.server.URL()), nil, func(p flow.Page) error {
					for _, g := range p.Groups {
						found[g.ID]++
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				for i, id := range ids {
					if n := found[int64(id)]; n > 1 || n == 0 && i >= test.gone {
						t.Errorf("group %d, the %d., comes %d times", id, i, n)
					}
				}
			})
		}
	}
}

func TestAWalkPassesTenThousandByPages(t *testing.T) {
	for _, version := range []string{"9.5.10", "12.3.5"} { // with and without a total
		m := newMoving(t, version, 10_050)
		c, _ := newClient(t, gitlab.Options{})
		repos, err := discover(c, connect(t, m.server.URL()))
		pages := slices.DeleteFunc(m.server.Requests(), func(r gitlabtest.Request) bool {
			return r.Path != "/api/v4/projects" || r.Query.Get("simple") != "" || r.Query.Get("archived") == "true"
		})
		if err != nil || repos != 10_050 {
			t.Errorf("%s: %d repos, error %v", version, repos, err)
		}
		if len(pages) > 118+16 { // some are asked for beyond the end, which only the old one tells
			t.Errorf("%s: %d pages, which overlap too much", version, len(pages))
		}
	}
}
