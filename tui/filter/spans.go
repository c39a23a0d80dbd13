package filter

import (
	"unicode/utf8"

	"github.com/junegunn/fzf/src/util"
)

// A Span is a part of a path, in bytes.
type Span struct{ From, To int }

// Spans tells which parts of a path the pattern matches, in order and apart from
// each other: what fzf would highlight. It is meant for the rows on screen.
func (p Pattern) Spans(path string) []Span {
	chars := util.ToChars([]byte(path))
	m := matcher{p: p}
	marked := make([]bool, chars.Length())
	for _, s := range p.sets {
		if !m.mark(s, &chars, marked) {
			return nil
		}
	}
	return spans(path, marked)
}

// mark marks the characters that the first alternative matches, and reports
// whether one does.
func (m *matcher) mark(s set, chars *util.Chars, marked []bool) bool {
	matched := false
	for i := range s {
		t := &s[i]
		r, at := t.algorithm(t.cased, t.unaccent, false, chars, t.text, true, m.slab)
		switch {
		case t.not:
			matched = matched || r.Start < 0
			continue
		case r.Start < 0:
			continue
		case at == nil:
			for i := r.Start; i < r.End; i++ {
				marked[i] = true
			}
			return true
		}
		for _, i := range *at {
			marked[i] = true
		}
		return true
	}
	return matched
}

// spans turns marked characters into runs of bytes.
func spans(path string, marked []bool) []Span {
	var list []Span
	for at, n := 0, 0; at < len(path); n++ {
		_, size := utf8.DecodeRuneInString(path[at:])
		if end := at + size; !marked[n] {
			// Nothing to add.
		} else if last := len(list) - 1; last >= 0 && list[last].To == at {
			list[last].To = end
		} else {
			list = append(list, Span{at, end})
		}
		at += size
	}
	return list
}
