// Package filter finds paths as they are typed, by the rules of fzf: words in
// any order, 'exact, ^start, end$, !not, a | b. It holds every path once, with
// a few words of bits beside each, and asks fzf's own algorithm wherever the bits
// can't tell.
package filter

import (
	"bytes"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
)

// An Index is a list of paths, made ready for searching. Its paths do not change,
// and it may be searched from several goroutines at once.
type Index struct {
	blocks []block
	size   int
	hasOdd bool // some path is odd
	recent recent
	slabs  sync.Pool // of *util.Slab
}

// blockSize is how many paths are searched between two looks at the context,
// well below a millisecond. It is a multiple of 64, so that blocks share no word
// of a bitset.
const blockSize = 4096

// A block holds up to blockSize paths, one after the other, so that looking at
// all of them reads memory once from front to back.
type block struct {
	text  []byte
	ends  []uint32 // where each path ends in text
	masks []mask
}

// prepared sets up fzf's tables for paths, once: they are its globals.
var prepared = sync.OnceFunc(func() { algo.Init("path") })

// New makes an index. The positions that a search gives count from 0 in the
// order of paths. A million paths of 54 bytes take 82 MB.
func New(paths iter.Seq[string]) *Index {
	prepared()
	x := &Index{slabs: sync.Pool{New: func() any { return util.MakeSlab(slab16, slab32) }}}
	var text []byte
	var ends []uint32
	add := func() {
		x.blocks = append(x.blocks, block{text: bytes.Clone(text), ends: slices.Clone(ends)})
		x.size += len(ends)
		text, ends = text[:0], ends[:0]
	}
	for p := range paths {
		text = append(text, p...)
		if ends = append(ends, uint32(len(text))); len(ends) == blockSize {
			add()
		}
	}
	if len(ends) > 0 {
		add()
	}
	x.mask()
	return x
}

// mask makes the masks, which takes longer than all else.
func (x *Index) mask() {
	var workers sync.WaitGroup
	var next atomic.Int64
	var odd atomic.Bool
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := next.Add(1); n <= int64(len(x.blocks)); n = next.Add(1) {
				b := &x.blocks[n-1]
				b.masks = make([]mask, len(b.ends))
				for i := range b.masks {
					if b.masks[i] = maskOf(b.path(i)); b.masks[i].isOdd() {
						odd.Store(true)
					}
				}
			}
		})
	}
	workers.Wait()
	x.hasOdd = odd.Load()
}

// Len returns the number of paths.
func (x *Index) Len() int { return x.size }

// Path returns the path at position i.
func (x *Index) Path(i int) string { return string(x.blocks[i/blockSize].path(i % blockSize)) }

func (b *block) path(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = b.ends[i-1]
	}
	return b.text[from:b.ends[i]]
}

// A mask tells of a path what can be known without reading it.
type mask struct {
	has   uint64 // its characters
	slash uint64 // those right behind a slash, or first
	word  uint64 // those that begin another word, and those that are no letters or digits
}

// Bits above those of the characters.
const (
	hasOther = 1 << 40 // an ASCII character without a bit of its own
	hasUpper = 1 << 41
	isOdd    = 1 << 63 // space or what is not ASCII: left to fzf
)

func (m mask) isOdd() bool { return m.has&isOdd != 0 }

// bitOf gives every ASCII character its bit, letters without regard to case.
var bitOf = func() (table [256]uint64) {
	for c := range table {
		table[c] = hasOther
	}
	for i, c := range "abcdefghijklmnopqrstuvwxyz0123456789-_./" {
		table[c] = 1 << i
	}
	for c := 'A'; c <= 'Z'; c++ {
		table[c] = table[c-'A'+'a'] | hasUpper
	}
	for _, c := range " \t\n\v\f\r" {
		table[c] = isOdd
	}
	for c := 0x80; c < 0x100; c++ {
		table[c] = isOdd
	}
	return table
}()

// maskOf makes the mask of a path. An odd path gets one with everything in it, so
// that nobody takes it for one that lacks something.
func maskOf(path []byte) (m mask) {
	before := byte('/')
	for i := range len(path) {
		c := path[i]
		m.has |= bitOf[c]
		switch {
		case before == '/' && (isWord(c) || c == '/'):
			m.slash |= bitOf[c]
		case isStart(before, c):
			m.word |= bitOf[c]
		}
		before = c
	}
	if m.isOdd() {
		return mask{^uint64(0), ^uint64(0), ^uint64(0)}
	}
	return m
}

// isStart reports whether fzf gives a character more points for standing where
// it does: after anything but a letter or a digit, as a capital after a small
// letter, as a digit after none, and if it is no letter or digit itself.
func isStart(before, c byte) bool {
	switch {
	case !isWord(before) || !isWord(c):
		return true
	case 'A' <= c && c <= 'Z':
		return 'a' <= before && before <= 'z'
	case '0' <= c && c <= '9':
		return before < '0' || before > '9'
	}
	return false
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
