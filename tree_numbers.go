package flow

import (
	"cmp"
	"slices"
	"sync"
)

// numbers finds repos by their IDs. It is made when it is first asked for.
type numbers struct {
	once sync.Once
	byID []int32 // positions
}

// RepoByID returns the position of the repo with that ID.
func (t *Tree) RepoByID(id int64) (int, bool) {
	n := t.numbers
	n.once.Do(func() {
		n.byID = make([]int32, len(t.Repos))
		for i := range n.byID {
			n.byID[i] = int32(i)
		}
		slices.SortFunc(n.byID, func(a, b int32) int { return cmp.Compare(t.Repos[a].ID, t.Repos[b].ID) })
	})
	at, ok := slices.BinarySearchFunc(n.byID, id, func(i int32, id int64) int { return cmp.Compare(t.Repos[i].ID, id) })
	if !ok {
		return -1, false
	}
	return int(n.byID[at]), true
}
