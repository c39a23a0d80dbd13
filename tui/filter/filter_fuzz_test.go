package filter

import (
	"testing"

	"github.com/junegunn/fzf/src/util"
)

// Whatever is typed and whatever a path is: masks and shortcuts decide as fzf's
// own algorithms do, and what is marked lies in the path.
func FuzzMatch(f *testing.F) {
	for _, query := range []string{"ap", "'api ^acme", "way$ !test", "a | b", "!'x' É", `\ a`, "^a-B$", "'b'"} {
		for _, path := range []string{"acme/api-gateway", "Acme/Büro/東", " a b ", "\xff", ""} {
			f.Add(query, path)
		}
	}
	f.Fuzz(func(t *testing.T, query, path string) {
		if len(query) > 60 || len(path) > 200 {
			t.Skip()
		}
		m := matcher{p: Parse(query)}
		chars := util.ToChars([]byte(path))
		want, score := true, 0
		for _, s := range m.p.sets {
			one := false
			for _, term := range s {
				r, _ := term.algorithm(term.cased, term.unaccent, false, &chars, term.text, false, nil)
				one = one || (r.Start >= 0) != term.not
			}
			want = want && one
			score += m.score(s, &chars)
		}
		about := maskOf([]byte(path))
		if got := m.matches([]byte(path), about.has); got != want {
			t.Fatalf("%q in %q: %v", query, path, got)
		}
		if g := m.glance([]byte(path), about); want && g.score() < score {
			t.Fatalf("%q in %q has %d points, at a glance %d", query, path, score, g.score())
		}
		end := 0
		for _, s := range m.p.Spans(path) {
			if s.From < end || s.To <= s.From || s.To > len(path) {
				t.Fatalf("%q in %q marks %d to %d", query, path, s.From, s.To)
			}
			end = s.To
		}
	})
}
