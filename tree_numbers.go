package flow

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// numbers finds repos by their IDs. The index is made once so many are looked for
// that it pays: a tree that grows is another one four times a second, of which
// nothing but the focus is asked.
type numbers struct {
	asked atomic.Int32
	once  sync.Once
	byID  []int32 // positions
}

// worthNumbering is how many looks through all repos take as long as the index.
const worthNumbering = 32

// RepoByID returns the position of the repo with that ID.
func (t *Tree) RepoByID(id int64) (int, bool) {
	if n := t.numbers; n.asked.Load() < worthNumbering {
		n.asked.Add(1)
		for i := range t.Repos {
			if t.Repos[i].ID == id {
				return i, true
			}
		}
		return -1, false
	}
	t.number()
	byID := t.numbers.byID
	at, ok := slices.BinarySearchFunc(byID, id, func(i int32, id int64) int { return cmp.Compare(t.Repos[i].ID, id) })
	if !ok {
		return -1, false
	}
	return int(byID[at]), true
}

// number makes the index, if there is none.
func (t *Tree) number() {
	n := t.numbers
	n.once.Do(func() {
		n.asked.Store(worthNumbering)
		type numbered struct {
			id int64
			at int32
		}
		all := make([]numbered, len(t.Repos))
		for i := range t.Repos {
			all[i] = numbered{t.Repos[i].ID, int32(i)}
		}
		slices.SortFunc(all, func(a, b numbered) int { return cmp.Compare(a.id, b.id) })
		n.byID = make([]int32, len(all))
		for i := range all {
			n.byID[i] = all[i].at
		}
	})
}
