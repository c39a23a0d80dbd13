package filter

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/junegunn/fzf/src/util"
)

// A glance that is too low would hide the best hit.
func TestGlanceIsNeverBelowTheScore(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	text := func(alphabet string, most int) string {
		var b strings.Builder
		for range 1 + random.IntN(most) {
			b.WriteByte(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	for n := range 100_000 {
		alphabet := []string{"aab/-", "abc01/-_.", "abAB0/-", "ab/é"}[n%4]
		path := text(alphabet, 24)
		query := text("ab01/-_"[:2+random.IntN(6)], 6)
		if random.IntN(3) == 0 {
			query = []string{"'", "^", "'"}[n%3] + query + []string{"", "$", "'"}[random.IntN(3)]
		}
		m := matcher{p: Parse(query)}
		about := maskOf([]byte(path))
		if !m.matches([]byte(path), about.has) {
			continue
		}
		score := 0
		chars := util.ToChars([]byte(path))
		for _, s := range m.p.sets {
			score += m.score(s, &chars)
		}
		if g := m.glance([]byte(path), about); g.score() < score {
			t.Fatalf("%q in %q has %d points, at a glance %d", query, path, score, g.score())
		}
	}
}

// Parts of a word that lie apart, in the order in which a screen draws them.
func TestSpans(t *testing.T) {
	for _, c := range []struct{ query, path, want string }{
		{"gate", "acme/platform/gateway", "acme/platform/[gate]way"},
		{"plgw", "acme/platform/gateway", "acme/[pl]atform/[g]ate[w]ay"},
		{"acme gate", "acme/platform/gateway", "[acme]/platform/[gate]way"},
		{"^acme way$", "acme/platform/gateway", "[acme]/platform/gate[way]"},
		{"'form !test", "acme/platform/gateway", "acme/plat[form]/gateway"},
		{"!test | gate", "acme/platform/gateway", "acme/platform/[gate]way"},
		{"x | way", "acme/platform/gateway", "acme/platform/gate[way]"},
		{"munchen", "acme/büro-münchen/東-1", "acme/büro-[münchen]/東-1"},
		{"1", "acme/büro-münchen/東-1", "acme/büro-münchen/東-[1]"},
		{"zz", "acme/platform/gateway", "acme/platform/gateway"},
		{"acme zz", "acme/platform/gateway", "acme/platform/gateway"},
		{"a", "bad\xffa", "bad\xff[a]"},
		{"", "acme", "acme"},
	} {
		got, end := "", 0
		for _, s := range Parse(c.query).Spans(c.path) {
			got += c.path[end:s.From] + "[" + c.path[s.From:s.To] + "]"
			end = s.To
		}
		if got += c.path[end:]; got != c.want {
			t.Errorf("%q marks %q, not %q", c.query, got, c.want)
		}
	}
}
