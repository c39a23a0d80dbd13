package flow

import (
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

func compileName(value string) (matcher, *mistake) {
	if i := strings.IndexByte(value, '/'); i >= 0 {
		return nil, &mistake{i, "a name holds no slash; path: looks at the whole path"}
	}
	g := newGlob(value)
	return func(r *Repo, _ time.Time) bool { return g.matches(r.Path[strings.LastIndexByte(r.Path, '/')+1:]) }, nil
}

func compilePath(value string) (matcher, *mistake) {
	if value = strings.Trim(value, "/"); value == "" {
		return nil, &mistake{0, "nothing stands after the colon"}
	}
	g := newGlob(value)
	return func(r *Repo, _ time.Time) bool { return g.matches(r.Path) }, nil
}

// A glob is a pattern of a rule. GitLab's paths are ASCII, for which going
// through them by hand takes a tenth of the time of an expression.
type glob struct {
	pattern string // lower case, with the signs below
	slow    func() *regexp.Regexp
}

// What stands for other text in a glob's pattern, beyond ASCII.
const (
	anyOne   = 0x80 + iota // ?: one character, no slash
	anyText                // *: any text without a slash
	anyDepth               // **: any text
	anyParts               // **/ where a part of a path starts: no part or some
)

// newGlob reads a pattern. ** crosses parts of a path, and "a/**/b" also matches
// "a/b".
func newGlob(text string) *glob {
	var pattern []byte
	plain := true
	for p := text; p != ""; {
		done := len(text) - len(p)
		startsPart := done == 0 || text[done-1] == '/'
		took := 1
		switch {
		case startsPart && strings.HasPrefix(p, "**/"):
			pattern, took = append(pattern, anyParts), 3
		case strings.HasPrefix(p, "**"):
			pattern, took = append(pattern, anyDepth), 2
		case p[0] == '*':
			pattern = append(pattern, anyText)
		case p[0] == '?':
			pattern = append(pattern, anyOne)
		default:
			plain = plain && p[0] < utf8.RuneSelf
			pattern = append(pattern, lower(p[0]))
		}
		p = p[took:]
	}
	g := &glob{slow: sync.OnceValue(func() *regexp.Regexp { return globExpression(text) })}
	if plain {
		g.pattern = string(pattern)
	}
	return g
}

func (g *glob) matches(text string) bool {
	if g.pattern == "" || !isASCII(text) {
		return g.slow().MatchString(text)
	}
	return matchGlob(g.pattern, text)
}

// matchGlob goes back to the last * only, or, where that one would have to cross
// a slash, to the last ** only: what stands before them matches as early as it
// can, which leaves them the most.
func matchGlob(p, text string) bool {
	const none = -1
	i, j := 0, 0
	star, starAt := none, 0 // where in the pattern, and up to where in the text it reaches
	deep, deepAt := none, 0
	for {
		switch {
		case i == len(p) && j == len(text):
			return true
		case i == len(p):
		case p[i] == anyDepth || p[i] == anyParts:
			deep, deepAt, star = i, j, none
			i++
			continue
		case p[i] == anyText:
			star, starAt = i, j
			i++
			continue
		case j == len(text):
			return false // further on there is even less of it
		case p[i] == lower(text[j]) || p[i] == anyOne && text[j] != '/':
			i, j = i+1, j+1
			continue
		}
		switch {
		case star != none && starAt < len(text) && text[starAt] != '/':
			starAt++
			i, j = star+1, starAt
		case deep == none:
			return false
		default:
			next := 1
			if p[deep] == anyParts {
				next = strings.IndexByte(text[deepAt:], '/') + 1
			}
			if next == 0 || deepAt+next > len(text) {
				return false
			}
			deepAt += next
			i, j, star = deep+1, deepAt, none
		}
	}
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// globExpression makes an expression of a pattern: the same for all characters.
func globExpression(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?is)\A`)
	for p := pattern; p != ""; {
		done := pattern[:len(pattern)-len(p)]
		startsPart := done == "" || strings.HasSuffix(done, "/")
		switch {
		case startsPart && strings.HasPrefix(p, "**/"):
			b.WriteString(`(?:.*/)?`)
			p = p[3:]
		case strings.HasPrefix(p, "**"):
			b.WriteString(`.*`)
			p = p[2:]
		case p[0] == '*':
			b.WriteString(`[^/]*`)
			p = p[1:]
		case p[0] == '?':
			b.WriteString(`[^/]`)
			p = p[1:]
		default:
			end := strings.IndexAny(p, "*?")
			if end < 0 {
				end = len(p)
			}
			b.WriteString(regexp.QuoteMeta(p[:end]))
			p = p[end:]
		}
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}
