package filter

import (
	"bytes"

	"github.com/junegunn/fzf/src/util"
)

// A matcher looks at one path after the other. It belongs to one goroutine.
type matcher struct {
	p     Pattern
	slab  *util.Slab // fzf's scratch memory
	lower []byte
}

// The size of fzf's scratch memory is part of its results: where a path and a
// word are so long that they don't fit, it takes a simpler algorithm.
const (
	slab16 = 100 * 1024
	slab32 = 2048
)

// matches reports whether the pattern matches a path, of which has is the mask.
func (m *matcher) matches(path []byte, has uint64) bool {
	if m.p.need&^has != 0 {
		return false
	}
	lower := m.small(path, has)
	for i := range m.p.sets {
		if !m.matchesOne(m.p.sets[i], path, lower, has) {
			return false
		}
	}
	return true
}

// small returns the path in small letters, until it is called again. An odd path
// stays as it is.
func (m *matcher) small(path []byte, has uint64) []byte {
	if has&hasUpper == 0 || has&isOdd != 0 {
		return path
	}
	m.lower = append(m.lower[:0], path...)
	for i, c := range m.lower {
		if 'A' <= c && c <= 'Z' {
			m.lower[i] = c + 'a' - 'A'
		}
	}
	return m.lower
}

func (m *matcher) matchesOne(s set, path, lower []byte, has uint64) bool {
	for i := range s {
		if m.found(&s[i], path, lower, has) != s[i].not {
			return true
		}
	}
	return false
}

// found reports whether the text of a term is in the path. For a plain path
// that is a search for bytes; what words and their boundaries are, and how other
// scripts fold, is fzf's to say.
func (m *matcher) found(t *term, path, lower []byte, has uint64) bool {
	if t.need&^has != 0 {
		return false
	}
	if has&isOdd != 0 || t.kind == boundary {
		chars := util.ToChars(path)
		r, _ := t.algorithm(t.cased, t.unaccent, false, &chars, t.text, false, m.slab)
		return r.Start >= 0
	}
	if t.cased {
		lower = path
	}
	switch t.kind {
	case fuzzy:
		return hasInOrder(lower, t.plain)
	case exact:
		return bytes.Contains(lower, t.plain)
	case prefix:
		return bytes.HasPrefix(lower, t.plain)
	case suffix:
		return bytes.HasSuffix(lower, t.plain)
	}
	return bytes.Equal(lower, t.plain)
}

// hasInOrder reports whether the characters are in the path in their order.
func hasInOrder(path, text []byte) bool {
	for _, c := range text {
		at := bytes.IndexByte(path, c)
		if at < 0 {
			return false
		}
		path = path[at+1:]
	}
	return true
}
