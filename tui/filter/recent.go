package filter

import (
	"math/bits"
	"slices"
	"sync"
)

// recent keeps what the last searches found: one more character looks only at
// the hits of what was there before it, and taking it back looks at nothing.
type recent struct {
	sync.Mutex
	searches []searched // the last one first
}

type searched struct {
	p     Pattern
	found bitset
	hits  int
}

// mostRecent bounds how many searches are kept, each a bit per path.
const mostRecent = 32

// among returns the fewest paths that are known to hold all hits of the
// pattern, nil if that is all of them, and whether they are just its hits.
func (r *recent) among(x *Index, p Pattern) (among bitset, known bool) {
	r.Lock()
	defer r.Unlock()
	fewest := x.size
	for _, s := range r.searches {
		if s.p.text == p.text {
			return s.found, true
		}
		if s.hits < fewest && !x.hasOdd && p.implies(s.p) {
			among, fewest = s.found, s.hits
		}
	}
	return among, false
}

func (r *recent) add(p Pattern, found bitset) {
	r.Lock()
	defer r.Unlock()
	r.searches = slices.DeleteFunc(r.searches, func(s searched) bool { return s.p.text == p.text })
	r.searches = slices.Insert(r.searches, 0, searched{p, found, found.count()})
	if len(r.searches) > mostRecent {
		r.searches = slices.Delete(r.searches, mostRecent, len(r.searches))
	}
}

// A bitset holds a bit for every path.
type bitset []uint64

func newBitset(size int) bitset { return make(bitset, (size+63)/64) }

func (b bitset) count() (n int) {
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// positions lists the bits that are set, ascending.
func (b bitset) positions() []int32 {
	list := make([]int32, 0, b.count())
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			list = append(list, int32(i*64+bits.TrailingZeros64(word)))
		}
	}
	return list
}

// Forget drops what the last searches found.
func (x *Index) Forget() {
	x.recent.Lock()
	defer x.recent.Unlock()
	x.recent.searches = nil
}
