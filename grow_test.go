package flow_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"flow"
)

// A plan that grew page by page is the plan that is made of all pages at once,
// whatever was done to it meanwhile; and a clone stays as it was.
func TestAPlanGrowsIntoWhatIsFound(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 4))
		whole := world(t, r)
		p := saved(flow.NewReview(whole.Integration, whole.Settings, nil, nil))
		groups, repos := slices.Clone(whole.Groups), slices.Clone(whole.Repos)
		r.Shuffle(len(repos), func(i, j int) { repos[i], repos[j] = repos[j], repos[i] })
		late := r.IntN(len(groups)) // groups that come when repos do already
		p.Grow(groups[late:], nil, nil)
		for len(repos) > 0 {
			n := min(1+r.IntN(12), len(repos))
			page, roles := slices.Clone(repos[:n]), map[int64]flow.Role{}
			repos = repos[n:]
			for i := range page {
				// A role comes later than its repo.
				if r.IntN(3) == 0 {
					roles[page[i].ID], page[i].Role = page[i].Role, flow.RoleUnknown
				}
			}
			if r.IntN(4) == 0 {
				again := page[0]
				again.Path, again.Fork = again.Path+"-before", !again.Fork
				page = append([]flow.Repo{again}, page...)
			}
			clone := p.Clone()
			before, seen := all(clone), fmt.Sprint(clone.Repos, clone.CountGroups())
			p.Expect(r.IntN(2 * (1 + len(p.Repos))))
			p.Grow(nil, page, nil)
			if len(p.Groups) > 0 {
				doSomething(t, p, r)
			}
			if r.IntN(3) == 0 {
				p.Grow(groups[:late], nil, nil)
				late = 0
			}
			p.Grow(nil, nil, roles)
			if all(clone) != before || fmt.Sprint(clone.Repos, clone.CountGroups()) != seen {
				t.Fatalf("seed %d: the clone changed with the plan", seed)
			}
			if len(clone.Repos) > 0 && len(clone.Groups) > 0 {
				doSomething(t, clone, r)
				checkPlan(t, clone)
			}
			checkTree(t, p.Review)
			if checkPlan(t, p); t.Failed() {
				t.Fatalf("seed %d, %d repos", seed, len(p.Repos))
			}
		}
		p.Grow(groups[:late], nil, nil)
		again := flow.NewReview(whole.Integration, whole.Settings, slices.Clone(whole.Groups), slices.Clone(whole.Repos))
		if !slices.Equal(p.Groups, again.Groups) || !slices.Equal(p.Repos, again.Repos) {
			t.Fatalf("seed %d: it grew into\n%s\nwant\n%s", seed, draw(p.Review), draw(again))
		}
		for p.CanUndo() {
			p.Undo()
		}
		if checkPlan(t, p); p.IsChanged() {
			t.Fatalf("seed %d: with all undone %s is left", seed, all(p))
		}
	}
}

// A plan that has grown by a walk is, once that is stored, the plan that is made of
// what is stored; what is not saved stays, and so does a clone.
func TestAGrownPlanBecomesTheStoredOne(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 6))
		whole := world(t, r)
		began := today.Add(-time.Minute)
		stored := slices.Clone(whole.Repos)
		settled := flow.Settled{Settings: whole.Settings}
		settled.Integration = flow.Integration{Version: 7, Discovery: flow.Discovery{At: began, Repos: len(stored), Outcome: flow.Outcome{New: len(stored)}}}
		p := saved(flow.NewReview(flow.Integration{Version: 1}, flow.Settings{}, nil, nil))
		for i := range stored {
			stored[i].FirstSeen, stored[i].LostAt, stored[i].ImportedAt = 0, 0, 0
			p.Grow(whole.Groups, stored[i:i+1], nil)
			if r.IntN(9) == 0 {
				doSomething(t, p, r)
			}
			stored[i].FirstSeen = flow.MomentOf(began)
			if r.IntN(3) == 0 {
				stored[i].ImportedAt = flow.MomentOf(today)
				settled.Imported = append(settled.Imported, flow.Import{ID: stored[i].ID, At: stored[i].ImportedAt})
			}
		}
		changes, clone := p.Changes(), p.Clone()
		before, seen := all(clone), fmt.Sprint(clone.Repos)
		if !p.Settle(settled, began, today) {
			t.Fatalf("seed %d: it is not the walk's", seed)
		}
		again := flow.NewReview(settled.Integration, settled.Settings, slices.Clone(whole.Groups), stored)
		if !slices.Equal(p.Groups, again.Groups) || !slices.Equal(p.Repos, again.Repos) {
			t.Fatalf("seed %d: it is\n%s\nwant\n%s", seed, draw(p.Review), draw(again))
		}
		want := flow.NewPlan(again, changes, today)
		if got := all(p); got != all(want) || p.SavedCounts() != want.SavedCounts() || p.Integration.Version != 7 {
			t.Fatalf("seed %d: it saves %s, want %s", seed, got, all(want))
		}
		if all(clone) != before || fmt.Sprint(clone.Repos) != seen {
			t.Fatalf("seed %d: the clone changed with the plan", seed)
		}
		checkTree(t, p.Review)
		if checkPlan(t, p); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// What another walk has found is not what the plan has grown by.
func TestAPlanIsOfNoOtherWalk(t *testing.T) {
	r := house(t)
	settled := func(at time.Time, repos int) flow.Settled {
		return flow.Settled{Integration: flow.Integration{Version: 7, Discovery: flow.Discovery{At: at, Repos: repos}}}
	}
	for _, s := range []flow.Settled{settled(today.Add(time.Second), len(r.Repos)), settled(today, len(r.Repos)+1), settled(time.Time{}, 0)} {
		p := saved(r)
		if p.Settle(s, today, today) || p.Integration.Version == 7 {
			t.Errorf("%+v was taken", s.Integration.Discovery)
		}
	}
}

// A choice for a repo that a refresh did not bring waits for it.
func TestAChoiceWaitsForItsRepo(t *testing.T) {
	r := house(t)
	p := saved(r)
	i := at(p, "beta/tool")
	tool := p.Repos[i]
	p.Toggle(i)
	p = p.Over(flow.NewReview(r.Integration, r.Settings, slices.Clone(r.Groups), slices.DeleteFunc(slices.Clone(r.Repos), func(r flow.Repo) bool { return r.ID == tool.ID })), today)
	p.Grow(nil, []flow.Repo{tool}, nil)
	if i = at(p, "beta/tool"); p.Will(i).By != flow.ByHand || p.NotSaved() != "Not saved: 1 repo will import." {
		t.Errorf("it will be %+v: %s", p.Will(i), p.NotSaved())
	}
	if p.Undo(); p.IsChanged() || p.Will(i).In() {
		t.Errorf("with that undone it will be %+v", p.Will(i))
	}
	checkPlan(t, p)
}

func TestAReviewThatIsReadySaysTheSame(t *testing.T) {
	r := house(t)
	r.Ready(today)
	checkPlan(t, saved(r))
}

// A preview reads a clone while the walk goes on. (For the race detector.)
func TestACloneIsReadWhileThePlanGrows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	whole := world(t, r)
	p := saved(flow.NewReview(whole.Integration, whole.Settings, slices.Clone(whole.Groups), slices.Clone(whole.Repos)[:30]))
	for n := 30; n < len(whole.Repos); n += 10 {
		clone, done := p.Clone(), make(chan string)
		go func() {
			_ = clone.AddRule(rule(t, "name:*-1*"))
			done <- all(clone)
		}()
		p.Grow(nil, whole.Repos[n:n+10], map[int64]flow.Role{whole.Repos[0].ID: flow.Guest})
		doSomething(t, p, r)
		<-done
	}
	checkPlan(t, p)
}
