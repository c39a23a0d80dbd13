package flow_test

import (
	"strings"
	"testing"
	"time"

	"flow"
)

// A rule answers at once, whatever a repo is called, and the same each time.
func FuzzRuleMatches(f *testing.F) {
	for _, seed := range [][2]string{
		{"name:legacy-*", "acme/platform/Legacy-api"}, {"path:acme/**/tmp-?", "acme/tmp-1"}, {"re:(a*)*b", strings.Repeat("a", 200)}, {"re:(?i)^(x|xx)+$", "XXXXX"}, {"path:**", "a//b"},
		{"name:?", "ä"}, {"path:*?*?*?*", "\xff\xfe"}, {"re:.{0,500}$", "a/b"}, {"inactive:1d", ""}, {"before:0001-01-01", "/"}, {"is:fork", "."}, {`re:\x{10FFFF}\b`, "\u202e"},
	} {
		f.Add(seed[0], seed[1], int64(0), uint8(0))
		f.Add(seed[0], seed[1], int64(-1<<62), uint8(255))
	}
	f.Fuzz(func(t *testing.T, text, path string, active int64, flags uint8) {
		r, err := flow.ParseRule(text)
		if err != nil || len(path) > 1<<16 {
			return
		}
		repo := flow.Repo{Path: path, Archived: flags&1 != 0, Fork: flags&2 != 0, Mirror: flags&4 != 0, Empty: flags&8 != 0, Public: flags&16 != 0}
		if active != 0 {
			repo.ActiveAt = flow.MomentOf(time.Unix(active, 0))
		}
		began := time.Now()
		matched := r.Matches(&repo, today)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%q takes %s for %d characters", text, took, len(path))
		}
		if again, err := flow.ParseRule(r.String()); err != nil || again.Matches(&repo, today) != matched {
			t.Fatalf("%q matches %q differently once it is stored: %v", text, path, err)
		}
		kind, _, _ := strings.Cut(r.String(), ":")
		bare := flow.Repo{Path: path}
		if (kind == "inactive" || kind == "before" || kind == "is") && r.Matches(&bare, today) {
			t.Fatalf("%q matches a repo of which nothing is known", text)
		}
		if upper := (flow.Repo{Path: asciiUpper(path)}); (kind == "name" || kind == "path") && r.Matches(&upper, today) != r.Matches(&bare, today) {
			t.Fatalf("%q tells the case of %q", text, path)
		}
	})
}

func asciiUpper(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, text)
}
