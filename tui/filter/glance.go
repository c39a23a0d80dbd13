package filter

import (
	"bytes"
	"math"
)

// Points that fzf gives: for a character, for where it stands, for standing
// right behind the one before it, and for the edge of a word where those are
// asked for. The first character's place counts twice. A character right behind
// another has that one's points for its place, if its own are fewer.
const (
	perCharacter = 16
	perSlash     = 9 // behind a slash, or first
	perWord      = 8 // at the beginning of another word; 7 after a small letter
	perNext      = 4
	perEdge      = 8
	forGap       = -3 // at least
)

// A glance is what can be said of a hit without rating it: a score that its real
// one is not above, and in the last bit whether its own name begins with a term.
type glance uint16

func (g glance) score() int { return int(g >> 1) }

// glance costs a fraction of a rating, so that most hits need never have one.
func (m *matcher) glance(path []byte, about mask) glance {
	path = m.small(path, about.has)
	name := path[bytes.LastIndexByte(path, '/')+1:]
	most, first := 0, glance(0)
	for _, s := range m.p.sets {
		best := 0
		for i := range s {
			t := &s[i]
			if t.not {
				continue
			}
			if best = max(best, t.glance(path, about)); len(t.plain) > 0 && bytes.HasPrefix(name, t.plain) {
				first = 1
			}
		}
		most += best
	}
	return glance(min(most, math.MaxInt16))<<1 | first
}

// most is the highest score that a term has anywhere.
func (t *term) most() int {
	if t.kind == boundary {
		return len(t.text)*(perCharacter+perEdge) + perEdge + perSlash
	}
	return len(t.text)*(perCharacter+perSlash) + perSlash
}

func (t *term) glance(path []byte, m mask) int {
	switch {
	case m.isOdd() || t.kind == boundary || t.cased || len(t.plain) == 0:
		return t.most()
	case len(t.plain) == 1:
		return perCharacter + 2*m.place(t.plain[0])
	case m.slash&bitOf[t.plain[0]] != 0 && t.isBehindSlash(path):
		return t.most()
	case t.kind == fuzzy:
		return t.scattered(path, m)
	}
	return t.together(m)
}

func (t *term) isBehindSlash(path []byte) bool {
	return bytes.HasPrefix(path, t.plain) || bytes.Contains(path, t.behindSlash)
}

// scattered bounds the score of characters in order. Two neighbours that stand
// nowhere in the path side by side cost a gap.
func (t *term) scattered(path []byte, m mask) int {
	place := m.place(t.plain[0])
	most, carried, gap := perCharacter+2*place, place, false
	for i, c := range t.plain[1:] {
		place = m.place(c)
		if bytes.Contains(path, t.plain[i:i+2]) {
			carried = max(carried, place)
			most += perCharacter + max(perNext, carried)
			continue
		}
		carried, gap = place, true
		most += forGap + perCharacter + place
	}
	if gap {
		return most
	}
	// Without a gap they stand together, and not behind a slash.
	most += forGap
	if bytes.Contains(path, t.plain) {
		most = max(most, t.together(m))
	}
	return most
}

// together bounds the score of a text that stands in the path as it is, but not
// right behind a slash.
func (t *term) together(m mask) int {
	place := 0
	if m.word&bitOf[t.plain[0]] != 0 {
		place = perWord
	}
	most, carried := perCharacter+2*place, place
	for i, c := range t.plain[1:] {
		switch {
		case t.plain[i] == '/':
			carried = perSlash
		case m.has&hasUpper != 0 || isStart(t.plain[i], c):
			carried = max(carried, perWord)
		}
		most += perCharacter + max(perNext, carried)
	}
	return most
}

// place is the most that a character can have for where it stands in a path.
func (m mask) place(c byte) int {
	switch bit := bitOf[c]; {
	case m.slash&bit != 0:
		return perSlash
	case m.word&bit != 0:
		return perWord
	}
	return 0
}
