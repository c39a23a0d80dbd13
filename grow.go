package flow

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"time"
)

// Ready does what a plan over the review needs and what takes longest: it finds
// out what the rules match. A plan that is made within an hour starts at once.
// Nothing else may use the review meanwhile.
func (r *Review) Ready(now time.Time) {
	r.number()
	r.matchedByEach(r.Rules, r.matches.settleTime(now))
}

// Clone returns a plan that can be changed, and read in another goroutine, without
// regard to this one. It shares the review, and has no history.
func (p *Plan) Clone() *Plan {
	p.shared = true
	q := *p
	q.auto, q.lostPins = maps.Clone(p.auto), maps.Clone(p.lostPins)
	q.add, q.remove = slices.Clone(p.add), slices.Clone(p.remove)
	q.autos, q.pin, q.will = slices.Clone(p.autos), slices.Clone(p.pin), slices.Clone(p.will)
	q.groups, q.keptOut = slices.Clone(p.groups), slices.Clone(p.keptOut)
	q.book = ruleBook{slices.Clone(p.book.rules), slices.Clone(p.book.sets), slices.Clone(p.book.active)}
	q.history, q.found = history{}, nil
	return &q
}

// Grow adds what a running walk has found to the plan and its review. That takes
// as long as moving the rows that are there: a few milliseconds for 100,000. What
// comes twice counts as it came last; groups that come late, or a repo that comes
// once more, take a new tree.
func (p *Plan) Grow(groups []Group, repos []Repo, roles map[int64]Role) {
	repos = lastOfEach(repos)
	if p.hasNewGroup(groups) || slices.ContainsFunc(repos, func(r Repo) bool { return p.found.has(p, r.ID) }) {
		p.replant(groups, repos)
	} else if len(repos) > 0 {
		p.insert(repos)
	}
	p.setRoles(roles)
}

// Expect makes room for about so many repos in all, once half of them are there and
// what there is of it is nearly full. A list that is copied to a larger place when it
// is nearly complete is in memory twice, when there is least of that left; and one
// that follows every better guess is copied again and again.
func (p *Plan) Expect(total int) {
	n := len(p.Repos)
	if total += total / 16; total > cap(p.Repos) && 2*n >= total && n+n/16 > cap(p.Repos) {
		p.unshare()
		p.Repos = slices.Grow(p.Repos, total-n)
	}
}

func lastOfEach(repos []Repo) []Repo {
	last := make(map[int64]int, len(repos))
	for i := range repos {
		last[repos[i].ID] = i
	}
	if len(last) == len(repos) {
		return slices.Clone(repos)
	}
	var kept []Repo
	for i := range repos {
		if last[repos[i].ID] == i {
			kept = append(kept, repos[i])
		}
	}
	return kept
}

func (p *Plan) hasNewGroup(groups []Group) bool {
	return slices.ContainsFunc(groups, func(g Group) bool {
		at, ok := p.GroupByID(g.ID)
		return !ok || p.Groups[at] != g
	})
}

// replant makes the tree anew.
func (p *Plan) replant(groups []Group, repos []Repo) {
	late := make(map[int64]bool, len(groups)+len(repos))
	for _, g := range groups {
		late[g.ID] = true
	}
	all := append(slices.DeleteFunc(slices.Clone(p.Groups), func(g Group) bool { return late[g.ID] }), lastGroups(groups)...)
	clear(late)
	for i := range repos {
		late[repos[i].ID] = true
	}
	rest := append(slices.DeleteFunc(slices.Clone(p.Repos), func(r Repo) bool { return late[r.ID] }), repos...)
	*p = *p.Over(NewReview(p.Integration, p.Settings, all, rest), p.now)
}

func lastGroups(groups []Group) []Group {
	byID := make(map[int64]Group, len(groups))
	for _, g := range groups {
		byID[g.ID] = g
	}
	return slices.Collect(maps.Values(byID))
}

// A Settled is what is known of the repos of a first discovery, once it is complete,
// beyond what it has found.
type Settled struct {
	Integration Integration
	Settings
	Imported []Import
}

// An Import is since when a repo is imported.
type Import struct {
	ID int64 // of the repo
	At Moment
}

// Settle makes the plan one over what is stored, where the walk that began at a
// time, and that the plan has grown by, has become the first discovery. What is not
// saved stays. false: another walk has, and the review has to be read anew.
func (p *Plan) Settle(s Settled, began, now time.Time) bool {
	first := s.Integration.Discovery
	if !first.At.Equal(began) || first.Repos != len(p.Repos) {
		return false
	}
	p.unshare()
	r := &Review{Integration: s.Integration, Settings: s.Settings, Tree: p.Tree, matches: &matches{at: p.now}}
	for n, found := range p.book.sets {
		if found != nil {
			r.matches.keep(p.book.rules[n].text, p.now, found) // it takes long, and holds: no repo has moved
		}
	}
	r.Rules = rulesIn(&r.Tree, s.Rules)
	for i := range r.Repos {
		r.Repos[i].FirstSeen = MomentOf(first.At)
	}
	for _, one := range s.Imported {
		if i, ok := r.RepoByID(one.ID); ok {
			r.Repos[i].ImportedAt = one.At
		}
	}
	*p = *p.Over(r, now)
	return true
}

// A finds is the set of the IDs that a growing plan has, in order.
type finds []int64

func (f *finds) has(p *Plan, id int64) bool {
	if len(*f) != len(p.Repos) {
		*f = make(finds, len(p.Repos))
		for i := range p.Repos {
			(*f)[i] = p.Repos[i].ID
		}
		slices.Sort(*f)
	}
	_, ok := slices.BinarySearch(*f, id)
	return ok
}

// insert puts repos that are new where they belong.
func (p *Plan) insert(repos []Repo) {
	p.unshare()
	shareNames(repos)
	at, owners := p.Tree.grow(repos)
	p.matches = p.matches.emptied()
	p.found = insertSorted(p.found, repos)
	n := len(repos)
	standings, pins := make([]standing, n), make([]Pin, n)
	for i := range repos {
		standings[i] = standingOf(&repos[i])
		pins[i] = p.Pins[repos[i].ID]
	}
	p.standing = inserted(p.standing, at, standings)
	p.savedPin = inserted(p.savedPin, at, pins)
	p.pin = inserted(p.pin, at, pins)
	p.saved = inserted(p.saved, at, make([]verdict, n))
	p.will = inserted(p.will, at, make([]verdict, n))
	p.book.shift(p, at)
	p.history.rename(func(handle int32) int32 { return shifted(handle, at) })
	p.findAgain(repos, at)
	stored := p.book.numbers(p.Review.Rules)
	for k := range repos {
		i, g := at[k]+k, owners[k]
		p.saved[i] = p.judge(i, p.savedPin[i], p.savedAutos.of(g).On, stored)
		p.will[i] = p.judgeWith(i, p.pin[i])
		p.sums.count(p, i, 1)
	}
}

// findAgain gives to the repos what was kept for them while they were not there.
func (p *Plan) findAgain(repos []Repo, at []int) {
	if len(p.lost)+len(p.lostPins) == 0 {
		return
	}
	here := make(map[int64]int32, len(repos))
	for k := range repos {
		here[repos[k].ID] = int32(at[k] + k)
	}
	for id, pin := range p.lostPins {
		if i, ok := here[id]; ok {
			delete(p.lostPins, id)
			p.putPin(i, pin)
		}
	}
	p.history.rename(func(handle int32) int32 {
		if handle < 0 {
			if i, ok := here[p.lost[^handle]]; ok {
				return i
			}
		}
		return handle
	})
}

// unshare keeps from a clone what is about to be moved.
func (p *Plan) unshare() {
	if !p.shared {
		return
	}
	p.shared = false
	r := *p.Review
	r.Repos, r.owner, r.spans = slices.Clone(r.Repos), slices.Clone(r.owner), slices.Clone(r.spans)
	p.Review = &r
	p.standing, p.savedPin, p.saved = slices.Clone(p.standing), slices.Clone(p.savedPin), slices.Clone(p.saved)
}

func (p *Plan) setRoles(roles map[int64]Role) {
	if len(roles) == 0 {
		return
	}
	p.unshare()
	stored := p.book.numbers(p.Review.Rules)
	for id, role := range roles {
		i, ok := p.RepoByID(id)
		if !ok {
			continue
		}
		p.sums.count(p, i, -1)
		p.Repos[i].Role = role
		p.standing[i] = standingOf(&p.Repos[i])
		p.saved[i] = p.judge(i, p.savedPin[i], p.savedAutos.of(p.owner[i]).On, stored)
		p.will[i] = p.judgeWith(i, p.pin[i])
		p.sums.count(p, i, 1)
	}
}

// grow makes room for repos in the tree. It sorts them, and returns before which
// of the old positions each goes, and its group.
func (t *Tree) grow(repos []Repo) (at []int, owners []int32) {
	type newcomer struct {
		repo  Repo
		owner int32
	}
	all := make([]newcomer, len(repos))
	own := make([]int32, len(t.spans)+1)
	for g, s := range t.spans {
		own[g] = s.to - s.own
	}
	for i := range repos {
		all[i] = newcomer{repos[i], t.ownerOf(&repos[i])}
		own[bucket(own, all[i].owner)]++
	}
	slices.SortFunc(all, func(a, b newcomer) int {
		return cmp.Or(t.compareOwners(a.owner, b.owner), t.compare(&a.repo, &b.repo))
	})
	at, owners = make([]int, len(all)), make([]int32, len(all))
	for k, c := range all {
		from, to := t.Ungrouped()
		if c.owner >= 0 {
			from, to = t.ReposIn(int(c.owner))
		}
		before := sort.Search(to-from, func(n int) bool { return t.compare(&t.Repos[from+n], &c.repo) >= 0 })
		at[k], owners[k], repos[k] = from+before, c.owner, c.repo
	}
	t.Repos = inserted(t.Repos, at, repos)
	t.owner = inserted(t.owner, at, owners)
	t.numbers = &numbers{}
	t.measure(own)
	return at, owners
}

// compareOwners orders groups as their own repos stand: those of a group after
// those of the groups in it.
func (t *Tree) compareOwners(a, b int32) int {
	switch {
	case a == b:
		return 0
	case a < 0 || b >= 0 && a < b && b < t.spans[a].end:
		return 1
	case b < 0 || b < a && a < t.spans[b].end:
		return -1
	}
	return cmp.Compare(a, b)
}

// inserted puts elements before positions of s, which ascend. It moves every
// element of s once.
func inserted[E any](s []E, at []int, elements []E) []E {
	end := len(s)
	s = append(s, elements...)
	for k := len(at) - 1; k >= 0; k-- {
		copy(s[at[k]+k+1:], s[at[k]:end])
		s[at[k]+k] = elements[k]
		end = at[k]
	}
	return s
}

func insertSorted(ids finds, repos []Repo) finds {
	fresh := make([]int64, len(repos))
	for i := range repos {
		fresh[i] = repos[i].ID
	}
	slices.Sort(fresh)
	at := make([]int, len(fresh))
	for k, id := range fresh {
		at[k], _ = slices.BinarySearch(ids, id)
	}
	return inserted(ids, at, fresh)
}

// shifted is where what stood at a position stands now that something was put in
// before some positions. A negative one is none.
func shifted(i int32, at []int) int32 {
	n, _ := slices.BinarySearch(at, int(i)+1)
	return i + int32(n)
}

// shift brings what rules match into line with repos that were put in.
func (b *ruleBook) shift(p *Plan, at []int) {
	for n, old := range b.sets {
		if old == nil {
			continue
		}
		set, before := newBits(len(p.Repos)), 0
		old.each(func(i int) {
			for before < len(at) && at[before] <= i {
				before++
			}
			set.set(i + before)
		})
		for k := range at {
			if i := at[k] + k; b.rules[n].Matches(&p.Repos[i], p.now) {
				set.set(i)
			}
		}
		b.sets[n] = set
	}
}
