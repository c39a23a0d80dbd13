package scale

import (
	"math"
	"strconv"
	"strings"

	"flow/gitlab/gitlabtest"
)

// sparse is how far the ids reach for one project: 100,000 end at 432,819.
const sparse = 4.32819

// density is how many projects lie in each sixteenth of the ids, against the
// average. One that takes them in equal ranges waits 1.75 times as long for the
// last as one that shares the work evenly.
var density = [16]float64{1.75, 1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.3, 0.2}

// A world is what there is. Of a project only what can't be worked out is kept:
// ten bytes.
type world struct {
	ids   []int32  // of projects, ascending
	homes []int32  // index of its group, or, below 0, of its person: -1 is the first
	kinds []uint16 // index in known
	known []kind

	groups   []group
	position map[int]int32 // of a group, by id
	people   []person
}

type group struct {
	id     int
	parent int32 // index; -1 at the top
	depth  int
	slug   string
	name   string
	path   string // full
	title  string // full name
	own    gitlabtest.Role
	above  gitlabtest.Role // the highest in a group above
}

type person struct {
	id, namespace  int
	username, name string
}

// A kind is all that decides which keys an entity has, and what is in those that
// are not replaced.
type kind struct {
	trait      trait
	visibility gitlabtest.Visibility
	personal   bool
	top        bool            // its group has no parent
	project    gitlabtest.Role // of the account, in the project itself
	group      gitlabtest.Role // in its group
	above      gitlabtest.Role // the highest in a group above that
}

type trait uint8

const (
	plain trait = iota
	archived
	empty
	mirror
	fork
	sha256
	shared // with a group in which the account is a developer, for maintainers at most
	strange
)

// role is what the account is in projects of a kind.
func (k kind) role() gitlabtest.Role {
	role := max(k.project, k.group, k.above)
	if k.trait == shared {
		role = max(role, gitlabtest.Developer)
	}
	return role
}

const (
	upstream = 0 // the group that nobody is a member of, and the project that forks come from
	acme     = 1
	guests   = 2 // the group that projects are shared with
)

func newWorld(projects, groups int) *world {
	w := &world{position: map[int]int32{}}
	if groups <= 0 {
		groups = projects / 20
	}
	w.addGroups(max(groups, 8))
	for i := range max(4, projects/500) {
		w.people = append(w.people, person{
			id: 100 + 3*i, namespace: 50_000_000 + 2*i,
			username: pick(people, 51, i) + strconv.Itoa(i), name: titled(pick(people, 51, i)) + " " + titled(pick(nouns, 52, i)),
		})
	}
	w.addProjects(projects)
	return w
}

// addGroups makes a forest that is up to four deep. More than half of it is
// below acme.
func (w *world) addGroups(count int) {
	tops := max(5, count/60)
	w.addGroup(-1, "upstream", gitlabtest.NoAccess)
	w.addGroup(-1, "acme", gitlabtest.Developer)
	w.addGroup(-1, "acme-guests", gitlabtest.Developer)
	for i := 3; i < tops; i++ {
		role := []gitlabtest.Role{gitlabtest.Reporter, gitlabtest.Developer, gitlabtest.Maintainer, gitlabtest.Guest}[i%4]
		w.addGroup(-1, "division-"+strconv.Itoa(i), role)
	}
	under := [2][]int32{{acme}, nil} // acme, the rest
	for i := 3; i < tops; i++ {
		under[1] = append(under[1], int32(i))
	}
	for i := tops; i < count; i++ {
		side := 0
		if i%20 >= 11 {
			side = 1
		}
		parent := under[side][mix(i, 1)%uint64(len(under[side]))]
		role := gitlabtest.NoAccess
		if i%10 == 3 {
			role = gitlabtest.Maintainer
		}
		at := w.addGroup(parent, pick(nouns, 2, i)+"-"+strconv.Itoa(i), role)
		if w.groups[at].depth < 3 {
			under[side] = append(under[side], at)
		}
	}
}

func (w *world) addGroup(parent int32, slug string, role gitlabtest.Role) int32 {
	at := int32(len(w.groups))
	g := group{id: 1_000 + 3*int(at) + int(mix(int(at), 3)%3), parent: parent, slug: slug, name: titled(slug), own: role}
	g.path, g.title = g.slug, g.name
	if parent >= 0 {
		up := &w.groups[parent]
		g.path, g.title = up.path+"/"+g.slug, up.title+" / "+g.name
		g.above, g.depth = max(up.own, up.above), up.depth+1
	}
	w.groups = append(w.groups, g)
	w.position[g.id] = at
	return at
}

func (w *world) addProjects(count int) {
	var inAcme, elsewhere []int32
	for i, g := range w.groups {
		switch {
		case i == upstream || i == guests:
		case i == acme || strings.HasPrefix(g.path, "acme/"):
			inAcme = append(inAcme, int32(i))
		default:
			elsewhere = append(elsewhere, int32(i))
		}
	}
	strangers := count / 50
	total := count + strangers
	w.placeIDs(total, int(math.Round(sparse*float64(count))))
	known := map[kind]uint16{}
	for i := range total {
		home, k := w.settle(i, inAcme, elsewhere)
		// Strangers are every 51st, the source of all forks first.
		if i%51 == 0 && i/51 < strangers {
			home, k = upstream, kind{trait: strange, visibility: gitlabtest.Public, top: true}
		}
		at, ok := known[k]
		if !ok {
			at = uint16(len(w.known))
			known[k] = at
			w.known = append(w.known, k)
		}
		w.homes = append(w.homes, home)
		w.kinds = append(w.kinds, at)
	}
}

// placeIDs gives out ids up to last, in the shares of density.
func (w *world) placeIDs(count, last int) {
	w.ids = make([]int32, 0, count)
	width := float64(last) / float64(len(density))
	given, due := 0, 0.0
	for region, weight := range density {
		due += weight * float64(count) / float64(len(density))
		n := int(math.Round(due)) - given
		given += n
		for j := range n {
			u := float64(mix(len(w.ids), 4)%1000) / 1000
			id := int32(width * (float64(region) + (float64(j)+u)/float64(n)))
			if len(w.ids) > 0 {
				id = max(id, w.ids[len(w.ids)-1]+1)
			}
			w.ids = append(w.ids, max(id, 1))
		}
	}
	w.ids[len(w.ids)-1] = int32(last)
}

// settle chooses where the project at index i lives, and of what kind it is.
func (w *world) settle(i int, inAcme, elsewhere []int32) (home int32, k kind) {
	switch roll := mix(i, 5) % 1000; {
	case roll < 50:
		k.trait = archived
	case roll < 75:
		k.trait = empty
	case roll < 85:
		k.trait = mirror
	case roll < 125:
		k.trait = fork
	case roll < 127:
		k.trait = sha256
	}
	switch roll := mix(i, 6) % 20; {
	case roll < 2:
		k.visibility = gitlabtest.Internal
	case roll == 2:
		k.visibility = gitlabtest.Public
	}
	roll := mix(i, 7)
	if roll%20 == 0 {
		k.personal, k.project = true, gitlabtest.Reporter
		return -1 - int32(roll>>8%uint64(len(w.people))), k
	}
	// Of the other 95 in 100, 55.454 are in acme; the largest groups are the first.
	side := elsewhere
	if float64(roll>>8%100_000) < 100_000*55.454/95 {
		side = inAcme
	}
	u := float64(mix(i, 8)%100_000) / 100_000
	home = side[int(u*u*float64(len(side)))]
	g := &w.groups[home]
	k.top, k.group, k.above = g.parent < 0, g.own, g.above
	if mix(i, 9)%50 == 0 {
		k.project = gitlabtest.Maintainer
	} else if k.trait == plain && mix(i, 10)%100 == 0 {
		k.trait = shared
	}
	return home, k
}
