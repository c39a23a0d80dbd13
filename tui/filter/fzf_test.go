package filter_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flow/tui/filter"
)

// buildFZF builds the program from the module that go.mod pins.
func buildFZF(t *testing.T) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/junegunn/fzf").Output()
	binary := filepath.Join(t.TempDir(), "fzf")
	if err == nil {
		build := exec.Command("go", "build", "-o", binary, ".")
		build.Dir = strings.TrimSpace(string(dir))
		// Its own go.mod counts there, and nothing may be written to it.
		build.Env = append(os.Environ(), "GOFLAGS=-mod=readonly -buildvcs=false", "GOWORK=off")
		if out, failed := build.CombinedOutput(); failed != nil {
			err = errors.New(string(out))
		}
	}
	switch {
	case err == nil:
		return binary
	case os.Getenv("FLOW_TEST_REQUIRE") == "all":
		t.Fatal("fzf can't be built: ", err)
	}
	t.Skip("fzf can't be built to compare with; let go reach its module proxy")
	return ""
}

// fzf returns what the program finds in a list, the best first.
func fzf(t *testing.T, binary string, paths []string, query string, flags ...string) []string {
	t.Helper()
	c := exec.Command(binary, append(flags, "--filter="+query)...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}
	c.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
	out, err := c.Output()
	if none := (*exec.ExitError)(nil); errors.As(err, &none) && none.ExitCode() == 1 {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// What a query finds is what fzf finds, and the best hit is its first line. The
// queries are typed, so that each goes on from the hits of the one before.
func TestHitsAreThoseOfFZF(t *testing.T) {
	t.Parallel()
	binary := buildFZF(t)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 24 {
		paths := randomPaths(random, 1500, round%4)
		x := filter.New(slices.Values(paths))
		for range 6 {
			query := randomQuery(random, paths)
			var got filter.Result
			for n := range query {
				got = find(t, x, query[:n])
			}
			got = find(t, x, query)
			want := fzf(t, binary, paths, query, "--scheme=path")
			if best := slices.Concat(want, []string{""})[0]; got.Best >= 0 && paths[got.Best] != best {
				t.Errorf("%q: the best is %q, and fzf's %q", query, paths[got.Best], best)
			}
			compare(t, query, paths, got, want)
			compare(t, query, paths, got, fzf(t, binary, paths, query))
		}
	}
}

// Signs alone, twice, and where they mean nothing.
func TestSignsMeanWhatTheyDoInFZF(t *testing.T) {
	t.Parallel()
	binary := buildFZF(t)
	paths := []string{"a", "b", "ab", "a b", "a|b", "|", "a$", "^a", "!a", "'a'", "a-b", "A", "Ab", "acme/a", "acme/ab", "b/'", "$", "x y z", " a", "b ", `\ `}
	x := filter.New(slices.Values(paths))
	for _, signs := range []string{
		"|", "a | b", "a | | b", "a |", "| a", "a | !b c", "!a | b", "!", "!!a", "^", "$", "'", "''", "'''", "^$", "!$", "!^", "!'a'", "'a'", "'a'$", "^'a'", "'ab",
		"^a$", "!^a$", "!a$", "A", "'A", "a$$", "^^a", `a\ b`, `'a\ b`, `a\`, `a\ `, "  a  b  ", `x\ y\ z`, "\t", "é", "",
	} {
		for _, query := range []string{signs, "a | " + signs, signs + " | b", signs + " | | b"} {
			compare(t, query, paths, find(t, x, query), fzf(t, binary, paths, query))
		}
	}
}

// The benchmark's queries and paths, which are those of a company.
func TestHitsInACompany(t *testing.T) {
	t.Parallel()
	binary := buildFZF(t)
	paths := slices.Compact(slices.Collect(company(20_000)))
	x := filter.New(slices.Values(paths))
	for _, query := range typed {
		compare(t, query, paths, find(t, x, query), fzf(t, binary, paths, query))
	}
}

func find(t *testing.T, x *filter.Index, query string) filter.Result {
	t.Helper()
	r, err := x.Search(context.Background(), filter.Parse(query), nil)
	if err != nil {
		t.Fatal(err)
	}
	if (r.Best < 0) != (len(r.Hits) == 0) || r.Best >= 0 && !slices.Contains(r.Hits, int32(r.Best)) {
		t.Fatalf("%q: the best is %d of %d hits", query, r.Best, len(r.Hits))
	}
	return r
}

func compare(t *testing.T, query string, paths []string, got filter.Result, want []string) {
	t.Helper()
	var found []string
	for _, at := range got.Hits {
		found = append(found, paths[at])
	}
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(slices.Sorted(slices.Values(found)), want) {
		t.Errorf("%q: %d hits, fzf has %d", query, len(found), len(want))
		for _, p := range slices.Concat(found, want) {
			if slices.Contains(found, p) != slices.Contains(want, p) {
				t.Fatalf("%q: %q is a difference", query, p)
			}
		}
	}
}

// randomPaths gives different paths: plain ones as GitLab has them, then with
// capitals, with spaces and tabs, and with letters of other scripts.
func randomPaths(random *rand.Rand, size, kind int) []string {
	alphabet := []rune("aaabbbcde01-_./")
	switch kind {
	case 1:
		alphabet = append(alphabet, 'A', 'B', 'E')
	case 2:
		alphabet = append(alphabet, ' ', '\t', 'A', '\\', ':', '$', '|', '!', '\'')
	case 3:
		alphabet = append(alphabet, []rune("éÉäßœ東\u212aǅİıⅠ")...)
	}
	known := map[string]bool{}
	for len(known) < size {
		known[randomText(random, alphabet, 1+random.IntN(40))] = true
	}
	var paths []string
	for p := range known {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

func randomText(random *rand.Rand, alphabet []rune, length int) string {
	text := make([]rune, length)
	for i := range text {
		text[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(text)
}

// randomQuery gives words that some path has or could have, with signs around
// them, of up to 21 characters in all or a little more.
func randomQuery(random *rand.Rand, paths []string) string {
	var words []string
	for range 1 + random.IntN(4) {
		path := []rune(paths[random.IntN(len(paths))])
		from := random.IntN(len(path))
		word := string(path[from:min(len(path), from+1+random.IntN(8))])
		switch random.IntN(6) {
		case 0:
			word = randomText(random, []rune("abcde/-AÉ"), 1+random.IntN(4))
		case 1: // with gaps
			word = strings.ReplaceAll(word, string([]rune(word)[random.IntN(len([]rune(word)))]), "")
		case 2:
			word = strings.ToUpper(word)
		}
		for range random.IntN(3) {
			signs := []string{"'", "^", "!", "'", "!'", "!^"}
			word = signs[random.IntN(len(signs))] + word
			if ends := []string{"$", "'", "", ""}; true {
				word += ends[random.IntN(len(ends))]
			}
		}
		if random.IntN(3) == 0 {
			word = strings.ReplaceAll(word, " ", `\ `)
		}
		words = append(words, word)
		if random.IntN(4) == 0 {
			words = append(words, "|")
		}
	}
	return strings.Join(words, strings.Repeat(" ", 1+random.IntN(2)))
}
