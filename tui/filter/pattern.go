package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/junegunn/fzf/src/algo"
)

// A Pattern is what was typed, read by the rules of fzf's extended search. The
// zero Pattern matches every path.
type Pattern struct {
	text string // canonical: the same text finds the same
	sets []set
	need uint64 // characters without which no path matches

	ranked   bool // some hits are better than others
	length   int  // characters that make them so
	earliest int  // no match begins closer behind the last slash
}

// A set is alternatives, joined with | in the text: one of them has to match.
type set []term

// A term is one word of a pattern.
type term struct {
	kind        kind
	not         bool
	text        []rune // folded where case or accents do not matter
	plain       []byte // the same, if it is ASCII
	behindSlash []byte // plain, with a slash before it
	cased       bool   // typed with a capital, so that case matters
	unaccent    bool   // typed without accents, so that they do not matter
	need        uint64 // characters that a path must have to match the text
	algorithm   algo.Algo
}

type kind uint8

const (
	fuzzy    kind = iota // its characters in this order, others between them
	exact                // 'text
	boundary             // 'text': only as whole words
	prefix               // ^text
	suffix               // text$
	equal                // ^text$
)

var algorithms = [...]algo.Algo{
	fuzzy: algo.FuzzyMatchV2, exact: algo.ExactMatchNaive, boundary: algo.ExactMatchBoundary,
	prefix: algo.PrefixMatch, suffix: algo.SuffixMatch, equal: algo.EqualMatch,
}

// Parse reads what was typed. Everything means something: there is no mistake to
// make.
func Parse(text string) Pattern {
	prepared()
	p := Pattern{text: trimmed(string([]rune(text)))}
	alternative, after := false, false // the next term is one; the last word was |
	var s set
	for _, word := range words(p.text) {
		if len(s) > 0 && !after && word == "|" {
			alternative, after = true, true
			continue
		}
		after = false
		t, ok := newTerm(word)
		if !ok {
			continue
		}
		if len(s) > 0 && !alternative {
			p.sets = append(p.sets, s)
			s = nil
		}
		s, alternative = append(s, t), false
	}
	if len(s) > 0 {
		p.sets = append(p.sets, s)
	}
	p.earliest = 1
	for _, s := range p.sets {
		p.need |= s.need()
		for _, t := range s {
			if t.not {
				continue
			}
			p.ranked, p.length = true, p.length+len(t.text)
			if t.text[0] == '/' || t.text[0] == '\\' {
				p.earliest = 0
			}
		}
	}
	return p
}

// IsEmpty reports whether the pattern asks for nothing.
func (p Pattern) IsEmpty() bool { return len(p.sets) == 0 }

func (p Pattern) String() string { return p.text }

// trimmed drops the spaces around a query, but not one after a backslash, which
// belongs to the last word.
func trimmed(text string) string {
	text = strings.TrimLeft(text, " ")
	for strings.HasSuffix(text, " ") && !strings.HasSuffix(text, `\ `) {
		text = text[:len(text)-1]
	}
	return text
}

// words splits a query at spaces. A backslash before a space makes it part of
// the word; fzf takes a tab for such a space, and so do we.
func words(text string) []string {
	var list []string
	for word := range strings.SplitSeq(strings.ReplaceAll(text, `\ `, "\t"), " ") {
		if word != "" {
			list = append(list, strings.ReplaceAll(word, "\t", " "))
		}
	}
	return list
}

// newTerm reads one word; ok is false if nothing is left of it without its signs.
// The order in which the signs are taken off is fzf's, with what follows from
// it: 'text$ is exact anywhere, and !'text is fuzzy.
func newTerm(word string) (t term, ok bool) {
	lower := strings.ToLower(word)
	t.cased = word != lower
	t.unaccent = lower == string(algo.NormalizeRunes([]rune(lower)))
	if !t.cased {
		word = lower
	}
	if rest, found := strings.CutPrefix(word, "!"); found {
		word, t.not, t.kind = rest, true, exact
	}
	if rest, found := strings.CutSuffix(word, "$"); found && rest != "" {
		word, t.kind = rest, suffix
	}
	switch first := strings.HasPrefix(word, "'"); {
	case first && len(word) > 2 && strings.HasSuffix(word, "'"):
		word, t.kind = word[1:len(word)-1], boundary
	case first && t.not:
		word, t.kind = word[1:], fuzzy
	case first:
		word, t.kind = word[1:], exact
	case strings.HasPrefix(word, "^") && t.kind == suffix:
		word, t.kind = word[1:], equal
	case strings.HasPrefix(word, "^"):
		word, t.kind = word[1:], prefix
	}
	if word == "" {
		return t, false
	}
	t.text = []rune(word)
	if t.unaccent {
		t.text = algo.NormalizeRunes(t.text)
	}
	t.plain, t.need = plain(t.text)
	t.behindSlash = append([]byte("/"), t.plain...)
	t.algorithm = algorithms[t.kind]
	return t, true
}

// plain returns an ASCII text as bytes and the characters that it has. What is
// not ASCII, and a space, is found only in odd paths.
func plain(text []rune) (b []byte, need uint64) {
	for _, r := range text {
		if r >= utf8.RuneSelf || unicode.IsSpace(r) {
			return nil, isOdd
		}
		b, need = append(b, byte(r)), need|bitOf[byte(r)]
	}
	return b, need
}

// need returns the characters without which none of the alternatives match.
func (s set) need() uint64 {
	need := ^uint64(0)
	for _, t := range s {
		if t.not {
			return 0
		}
		need &= t.need
	}
	return need
}

// implies reports whether every plain path that p matches is one that q matches,
// as far as the texts can tell: then a search for p need look at q's hits only.
// It does not hold for odd paths, where fzf folds case in more than one way.
func (p Pattern) implies(q Pattern) bool {
	for _, old := range q.sets {
		implied := false
		for _, s := range p.sets {
			implied = implied || s.implies(old)
		}
		if !implied {
			return false
		}
	}
	return true
}

func (s set) implies(old set) bool {
	for _, t := range s {
		implied := false
		for _, o := range old {
			implied = implied || t.implies(o)
		}
		if !implied {
			return false
		}
	}
	return true
}

// implies is true for a term that has more of the same.
func (t term) implies(old term) bool {
	switch {
	case t.not != old.not:
		return false
	case t.not:
		t, old = old, t
	}
	text, part := string(t.text), string(old.text)
	if !old.cased {
		text = strings.ToLower(text)
	}
	switch old.kind {
	case fuzzy:
		return isSubsequence(text, part)
	case exact:
		return t.kind != fuzzy && strings.Contains(text, part)
	case prefix:
		return (t.kind == prefix || t.kind == equal) && strings.HasPrefix(text, part)
	case suffix:
		return (t.kind == suffix || t.kind == equal) && strings.HasSuffix(text, part)
	}
	return t.kind == old.kind && text == part
}

func isSubsequence(text, part string) bool {
	rest := []rune(part)
	for _, r := range text {
		if len(rest) > 0 && r == rest[0] {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}
