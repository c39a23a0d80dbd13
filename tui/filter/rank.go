package filter

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/junegunn/fzf/src/util"
)

// A rank orders hits as fzf does with --scheme=path: the score first, then how
// early the match begins in the repo's own name, then the length. Lower is
// better; among equals the one that comes first.
type rank uint64

const noRank = rank(math.MaxUint64)

func rankOf(score, begin, length int) rank {
	return rank(math.MaxUint16-clamp(score))<<32 | rank(clamp(begin))<<16 | rank(clamp(length))
}

func clamp(n int) int { return min(max(n, 0), math.MaxUint16) }

// A hit is a path that matches, and how well.
type hit struct {
	rank rank
	at   int
}

var noHit = hit{noRank, -1}

// before reports whether h is shown before other: of equal ranks, the first.
func (h hit) before(other hit) bool {
	return h.rank < other.rank || h.rank == other.rank && h.at < other.at
}

// rate makes a hit of a path that matches, whose score is at most that, unless
// it can't be better than the best so far.
func (m *matcher) rate(path []byte, odd bool, at, most int, best hit) hit {
	length, earliest := len(path), m.p.earliest
	if odd {
		// fzf counts the match in characters and the slash in bytes.
		length, earliest = utf8.RuneCount(bytes.TrimSpace(path)), 0
	}
	if !(hit{rankOf(most, earliest, length), at}).before(best) {
		return noHit
	}
	chars := util.ToChars(path)
	score := 0
	for _, s := range m.p.sets {
		score += m.score(s, &chars)
	}
	if !(hit{rankOf(score, earliest, length), at}).before(best) {
		return noHit
	}
	return hit{rankOf(score, m.begin(path, &chars), length), at}
}

// score is that of the first alternative that matches.
func (m *matcher) score(s set, chars *util.Chars) int {
	for i := range s {
		t := &s[i]
		r, _ := t.algorithm(t.cased, t.unaccent, false, chars, t.text, false, m.slab)
		if r.Start >= 0 && !t.not {
			return r.Score
		}
	}
	return 0
}

// begin tells how far behind the last slash the match begins, or the most there
// is if it begins before.
func (m *matcher) begin(path []byte, chars *util.Chars) int {
	first := math.MaxUint16
	for _, s := range m.p.sets {
		for i := range s {
			t := &s[i]
			// Only with positions does fzf tell where a match begins.
			r, _ := t.algorithm(t.cased, t.unaccent, false, chars, t.text, true, m.slab)
			if r.Start >= 0 && !t.not {
				first = min(first, r.Start)
				break
			}
		}
	}
	if slash := bytes.LastIndexAny(path, `/\`); slash <= first && first < math.MaxUint16 {
		return first - slash
	}
	return math.MaxUint16
}
