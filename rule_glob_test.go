package flow

import (
	"math/rand/v2"
	"testing"
)

// Going through a path by hand says the same as the expression does.
func TestGlobsMatchAsTheirExpressionsDo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	signs := []string{"a", "b", "A", "-", "/", "a/", "*", "*", "?", "**", "**/", "/**/", "ä"}
	letters := []string{"a", "b", "B", "-", "/", "/", "ab", "aab", "ä"}
	text := func(of []string, n int) (s string) {
		for range n {
			s += of[r.IntN(len(of))]
		}
		return s
	}
	matched := 0
	for range 4000 {
		pattern := text(signs[:len(signs)-r.IntN(2)], 1+r.IntN(8))
		g, slow := newGlob(pattern), globExpression(pattern)
		for range 25 {
			path := text(letters[:len(letters)-r.IntN(2)], r.IntN(12))
			got, want := g.matches(path), slow.MatchString(path)
			if got != want {
				t.Fatalf("%q matches %q: %v, want %v", pattern, path, got, want)
			}
			if got {
				matched++
			}
		}
	}
	if matched < 1000 {
		t.Errorf("only %d matched: the test says little", matched)
	}
}

func BenchmarkGlob(b *testing.B) {
	const path = "acme-1/division-41/team-1842/service-92135"
	for _, text := range []string{"acme-*/division-?1/**", "**/archive/**", "acme-1/**/sandbox-*"} {
		g := newGlob(text)
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				g.matches(path)
			}
		})
		b.Run(text+" as an expression", func(b *testing.B) {
			slow := g.slow()
			for b.Loop() {
				slow.MatchString(path)
			}
		})
	}
}
