package gitlab_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// A turbulence is a company of random shape in which things happen while it is
// walked over, and a way to it that fails now and then.
type turbulence struct {
	*gitlabtest.Company
	t       *testing.T
	dice    *rand.Rand
	version string
	server  *gitlabtest.Server
	bot     int
	changes float64 // in front of a request

	mu         sync.Mutex
	ids        []int // of projects that are there
	groups     []int
	toggled    map[int]bool
	throughout map[int64]bool // visible to the account ever since
	ever       map[int64]bool
	happened   int
	now        time.Time
	tick       time.Duration // how far the clock goes on whenever it is looked at
}

var turbulentVersions = []string{"9.0.0", "11.1.0", "11.5.0", "12.9.0", "12.10.0", "13.12.0", "16.0.0", "17.5.2", "18.1.0"}

func newTurbulence(t *testing.T, seed uint64, versions []string) *turbulence {
	t.Helper()
	w := &turbulence{Company: gitlabtest.NewCompany(), t: t, dice: rand.New(rand.NewPCG(seed, 1)), toggled: map[int]bool{}, now: today}
	w.version = versions[w.dice.IntN(len(versions))]
	w.bot = w.must(w.AddUser(gitlabtest.User{Username: gitlabtest.DemoUser, Name: "Flow"}))
	w.must(w.AddToken(gitlabtest.Token{Value: gitlabtest.DemoToken, Name: "Flow", User: w.bot, Scopes: []string{"api"}}))
	for range 2 + w.dice.IntN(12) {
		w.addGroup()
	}
	id, gap := 0, 1
	for range w.dice.IntN(1_200) {
		if w.dice.IntN(60) == 0 {
			gap = []int{1, 3, 100, 10_000}[w.dice.IntN(4)] // IDs lie unevenly
		}
		id += 1 + w.dice.IntN(gap)
		w.addProject(id)
	}
	for range w.dice.IntN(4) {
		w.share()
	}
	w.server = start(t, w.Company, gitlabtest.Options{Version: w.version})
	w.server.Fail(gitlabtest.Fault{Match: func(*http.Request) bool { w.turn(); return false }})
	w.throughout, w.ever = w.visible(), w.visible()
	return w
}

func (w *turbulence) must(id int, err error) int {
	w.t.Helper()
	if err != nil {
		w.t.Error(err)
	}
	return id
}

// throw is a number below n, while others may throw too.
func (w *turbulence) throw(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dice.IntN(n)
}

var rolesToGive = []gitlabtest.Role{gitlabtest.Guest, gitlabtest.Reporter, gitlabtest.Developer, gitlabtest.Maintainer, gitlabtest.Owner}

func (w *turbulence) role() gitlabtest.Role { return rolesToGive[w.dice.IntN(len(rolesToGive))] }

func (w *turbulence) addGroup() {
	g := gitlabtest.Group{Path: fmt.Sprintf("g%d", len(w.groups)), Name: fmt.Sprintf("Team %d", w.dice.IntN(5))}
	if len(w.groups) > 0 && w.dice.IntN(3) > 0 {
		g.Parent = w.groups[w.dice.IntN(len(w.groups))]
	}
	id := w.must(w.AddGroup(g))
	w.groups = append(w.groups, id)
	if w.dice.IntN(3) == 0 {
		w.must(0, w.SetGroupRole(id, w.bot, w.role()))
	}
}

func (w *turbulence) addProject(id int) {
	p := gitlabtest.Project{ID: id, Owner: w.bot, Archived: w.dice.IntN(8) == 0}
	if w.dice.IntN(12) > 0 {
		p.Group = w.groups[w.dice.IntN(len(w.groups))]
	}
	p.Path = fmt.Sprintf("p%d", w.dice.IntN(1<<30))
	p.Name = p.Path
	id = w.must(w.AddProject(p))
	w.ids = append(w.ids, id)
	if w.dice.IntN(10) == 0 {
		w.must(0, w.SetProjectRole(id, w.bot, w.role()))
	}
}

func (w *turbulence) share() {
	if len(w.ids) > 0 {
		w.must(0, w.ShareProject(w.ids[w.dice.IntN(len(w.ids))], w.groups[w.dice.IntN(len(w.groups))], w.role()))
	}
}

func (w *turbulence) visible() map[int64]bool {
	seen := map[int64]bool{}
	for id := range w.Roles(w.bot) {
		seen[int64(id)] = true
	}
	return seen
}

// turn is what may happen in front of a request.
func (w *turbulence) turn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dice.Float64() >= w.changes {
		return
	}
	w.happened++
	at := 0
	if len(w.ids) > 0 {
		at = w.dice.IntN(len(w.ids))
	}
	switch kind := w.dice.IntN(8); {
	case kind == 0:
		w.addGroup()
	case kind == 1 || len(w.ids) == 0:
		w.addProject(0)
	case kind == 2:
		w.must(0, w.DeleteProject(w.ids[at]))
		w.ids = slices.Delete(w.ids, at, at+1)
	case kind == 3:
		w.must(0, w.MoveProject(w.ids[at], w.groups[w.dice.IntN(len(w.groups))]))
	case kind == 4:
		name := fmt.Sprintf("renamed%d", w.dice.IntN(1<<30))
		w.must(0, w.RenameProject(w.ids[at], name, name))
	case kind == 5:
		// Before 11.2 who goes to and fro between the two lists may be seen on neither.
		if id := w.ids[at]; !w.toggled[id] {
			w.toggled[id] = true
			w.must(0, w.ChangeProject(id, func(p *gitlabtest.Project) { p.Archived = !p.Archived }))
		}
	case kind == 6:
		role := w.role()
		if w.dice.IntN(2) == 0 {
			role = gitlabtest.NoAccess
		}
		w.must(0, w.SetGroupRole(w.groups[w.dice.IntN(len(w.groups))], w.bot, role))
	default:
		w.share()
	}
	now := w.visible()
	maps.DeleteFunc(w.throughout, func(id int64, _ bool) bool { return !now[id] })
	maps.Copy(w.ever, now)
}

// client is one whose clock goes on as far as it waits.
func (w *turbulence) client() *gitlab.Client {
	pass := func(d time.Duration) time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now = w.now.Add(d)
		return w.now
	}
	workers := 1 + w.throw(16)
	c := gitlab.New(gitlab.Options{
		Concurrency: workers,
		Now:         func() time.Time { return pass(w.tick) },
		Sleep: func(ctx context.Context, d time.Duration) error {
			pass(d)
			return ctx.Err()
		},
	})
	w.t.Cleanup(c.Close)
	return c
}

// fail has some of all requests fail.
func (w *turbulence) fail(share float64) {
	for _, f := range []gitlabtest.Fault{
		{Status: 502}, {Status: 429, Header: http.Header{"Retry-After": {"1"}}}, {Kind: gitlabtest.Drop}, {Kind: gitlabtest.Truncate}, {Status: 500},
	} {
		f.Path = "/api/v4/**"
		f.Match = func(*http.Request) bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.dice.Float64() < share/5
		}
		w.server.Fail(f)
	}
}

// check holds what was found against what was there.
func (w *turbulence) check(found map[int64]int) {
	w.t.Helper()
	for id := range w.throughout {
		if found[id] == 0 {
			w.t.Errorf("repo %d was there all the time and is not found", id)
		}
	}
	for id := range found {
		if !w.ever[id] {
			w.t.Errorf("repo %d is found and was never there", id)
		}
	}
}

// What was visible throughout is found, and nothing that never was, or the walk
// reports that it failed.
func TestAWalkIsCompleteOrFails(t *testing.T) {
	const seeds = 100
	var mu sync.Mutex
	failed, changed := 0, 0
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(seeds) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				w := newTurbulence(t, seed, turbulentVersions)
				w.changes = []float64{0, 0.1, 0.5, 1}[w.dice.IntN(4)]
				if w.dice.IntN(2) == 0 {
					w.fail([]float64{0.02, 0.1, 0.4}[w.dice.IntN(3)])
				}
				c, found := w.client(), map[int64]int{}
				err := c.Discover(t.Context(), connect(t, w.server.URL()), nil, func(p flow.Page) error {
					for _, r := range p.Repos {
						if found[r.ID]++; found[r.ID] > 1 {
							t.Errorf("repo %d comes twice", r.ID)
						}
					}
					return nil
				})
				mu.Lock()
				defer mu.Unlock()
				if changed += w.happened; err != nil {
					if failed++; flow.FaultOf(err).Cause == flow.Unknown {
						t.Errorf("%s: no fault: %v", w.version, err)
					}
					return
				}
				w.mu.Lock()
				defer w.mu.Unlock()
				w.check(found)
			})
		}
	})
	t.Logf("%d changes; %d of %d walks failed", changed, failed, seeds)
	if failed == 0 || failed > seeds/2 || changed < 5*seeds {
		t.Errorf("%d of %d walks failed, with %d changes: that tries little", failed, seeds, changed)
	}
}

// A walk may be given up at any moment, and leaves nothing behind. It goes on
// from the last checkpoint, in another process, and what came up to there and
// what comes then is the whole.
func TestAWalkGoesOnWhereItWasBrokenOff(t *testing.T) {
	var mu sync.Mutex
	saved, resumed, all := 0, 0, 0
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(80) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				w := newTurbulence(t, 1000+seed, []string{"12.10.0", "15.0.0", "17.5.2", "18.1.0", "9.0.0"})
				w.changes = []float64{0, 0, 0.3}[w.dice.IntN(3)]
				w.tick = time.Second * time.Duration(w.dice.IntN(20))
				if w.dice.IntN(3) == 0 {
					// Nothing is told of the highest ID, so that all comes in the last pass.
					w.server.Fail(gitlabtest.Fault{Status: 200, Body: "[]", Match: func(r *http.Request) bool { return r.URL.Query().Get("sort") == "desc" }})
				}
				found, roles := map[int64]int{}, map[int64]flow.Role{}
				homes, groups := map[int64]int64{}, map[int64]bool{}
				take := func(p flow.Page) {
					for _, g := range p.Groups {
						groups[g.ID] = true
					}
					for _, r := range p.Repos {
						found[r.ID]++
						roles[r.ID], homes[r.ID] = r.Role, r.GroupID
					}
					maps.Copy(roles, p.Roles)
				}
				var from flow.Checkpoint
				var pending []flow.Page
				requests := 0
				for attempt := range 6 {
					c := w.client()
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					quit, pages := 1+w.throw(12), 0
					if attempt == 5 {
						quit = 1 << 30
					}
					over := false
					gone := len(w.server.Requests())
					err := c.Discover(ctx, connect(t, w.server.URL()), from, func(p flow.Page) error {
						if over {
							t.Error("a page comes after the walk is over")
						}
						pending = append(pending, p)
						if p.Left != nil {
							// What is kept is what came up to a checkpoint.
							for _, p := range pending {
								take(p)
							}
							from, pending = slices.Clone(p.Left), nil
							mu.Lock()
							saved++
							mu.Unlock()
						}
						if pages++; pages == quit {
							cancel()
						}
						return nil
					})
					over = true
					requests = len(w.server.Requests()) - gone
					if err == nil {
						break
					}
					if !errors.Is(err, context.Canceled) {
						t.Fatalf("%s: %v", w.version, err)
					}
					if pending = nil; from == nil {
						clear(found)
						clear(roles)
						clear(groups)
					}
				}
				for _, p := range pending {
					take(p)
				}
				mu.Lock()
				all++
				if from != nil && requests > 0 {
					resumed++
				}
				mu.Unlock()
				w.mu.Lock()
				defer w.mu.Unlock()
				w.check(found)
				if w.happened > 0 {
					return
				}
				truth := w.Roles(w.bot)
				for id := range found {
					if !groups[homes[id]] {
						t.Errorf("%s: group %d of repo %d does not come", w.version, homes[id], id)
					}
					got, want := roles[id], flow.Role(truth[int(id)])
					if got == flow.RoleUnknown || got.CanImport() != want.CanImport() || w.version != "9.0.0" && got.CanHook() != want.CanHook() {
						t.Errorf("%s: the role in repo %d is %s, should be %s", w.version, id, got, want)
					}
				}
			})
		}
	})
	t.Logf("%d checkpoints; %d of %d walks went on from one", saved, resumed, all)
	if resumed < all/4 {
		t.Errorf("%d of %d walks went on from a checkpoint: that tries little", resumed, all)
	}
}
