package filter

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A query that implies another finds nothing that the other does not: were it
// wrong, typing on would lose hits.
func TestImpliedQueriesFindMore(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	text := func(alphabet string, most int) string {
		var b strings.Builder
		for range 1 + random.IntN(most) {
			b.WriteByte(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	var paths []string
	for range 60 {
		paths = append(paths, text("aabAB/-", 6))
	}
	implied := 0
	for range 30_000 {
		p, q := Parse(text("aabA'^$!| ", 7)), Parse(text("abA'^$!| ", 4))
		if !p.implies(q) {
			continue
		}
		implied++
		more, fewer := matcher{p: q}, matcher{p: p}
		for _, path := range paths {
			if has := maskOf([]byte(path)).has; fewer.matches([]byte(path), has) && !more.matches([]byte(path), has) {
				t.Fatalf("%q finds %q, and %q does not", p, path, q)
			}
		}
	}
	if implied < 500 {
		t.Errorf("only %d", implied)
	}
}

// Typing on must not start over.
func TestTypingOnImplies(t *testing.T) {
	for _, c := range []struct {
		query, before string
		want          bool
	}{
		{"ap", "a", true},
		{"a", "ap", false},
		{"acme ap", "acme a", true},
		{"acme api !test", "acme api", true},
		{"acme api", "acme api !test", false},
		{"!tes", "!test", true},
		{"!test", "!tes", false},
		{"aPi", "ap", true},
		{"api", "aP", false},
		{"^acm", "^ac", true},
		{"^ac", "ac", true},
		{"ac", "^ac", false},
		{"way$", "ay$", true},
		{"way$", "way", true},
		{"'api", "'ap", true},
		{"api", "'ap", false},
		{"api | cor", "api | co", true},
		{"api | core", "api", false},
		{"api", "api | core", true},
		{"anything", "", true},
	} {
		if got := Parse(c.query).implies(Parse(c.before)); got != c.want {
			t.Errorf("%q after %q: %v", c.query, c.before, got)
		}
	}
}
