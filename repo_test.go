package flow_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"flow"
)

func TestComparePathsOrdersAsATreeIsRead(t *testing.T) {
	want := []string{
		"acme", "acme/a", "acme/a/z", "Acme/B", "acme/b/a", "acme/b-2", "acme/c",
		"acme-labs", "acme-labs/a", "Beta", "beta/x", "gamma",
	}
	for range 100 {
		got := slices.Clone(want)
		rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		slices.SortFunc(got, flow.ComparePaths)
		if !slices.Equal(got, want) {
			t.Fatalf("\n got %q\nwant %q", got, want)
		}
	}
}

func TestComparePathsIsAnOrder(t *testing.T) {
	paths := []string{"", "a", "A", "a/b", "A/b", "a/B", "A/B", "a-b", "a/b/c", "A/b/c", "ab", "Ä", "ä", "ä/b"}
	for _, a := range paths {
		for _, b := range paths {
			c := flow.ComparePaths(a, b)
			if c != -flow.ComparePaths(b, a) || (c == 0) != (a == b) {
				t.Errorf("%q and %q: %d, and %d the other way", a, b, c, flow.ComparePaths(b, a))
			}
			if a != "" && strings.HasPrefix(strings.ToLower(b), strings.ToLower(a)+"/") && c >= 0 {
				t.Errorf("%q does not stand before %q, which is in it", a, b)
			}
			for _, d := range paths {
				if c < 0 && flow.ComparePaths(b, d) < 0 && flow.ComparePaths(a, d) >= 0 {
					t.Errorf("%q < %q < %q, but not %q < %q", a, b, d, a, d)
				}
			}
		}
	}
}

func TestRepoSaysWhatIsSpecial(t *testing.T) {
	tests := []struct {
		name string
		repo flow.Repo
		want string
	}{
		{"nothing", flow.Repo{Public: true, SHA256: true}, ""},
		{"archived", flow.Repo{Archived: true}, "archived"},
		{"fork", flow.Repo{Fork: true}, "fork"},
		{"mirror", flow.Repo{Mirror: true}, "mirror"},
		{"empty", flow.Repo{Empty: true}, "empty"},
		{"lost", flow.Repo{LostAt: flow.MomentOf(today)}, "no longer found"},
		{"gone", flow.Repo{LostAt: flow.MomentOf(today), LostWhy: flow.Gone}, "gone"},
		{"no longer a member", flow.Repo{LostAt: flow.MomentOf(today), LostWhy: flow.NoLongerMember}, "no longer a member"},
		{"all of it", flow.Repo{Archived: true, Fork: true, Mirror: true, Empty: true, LostAt: flow.MomentOf(today)}, "archived, fork, mirror, empty, no longer found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(test.repo.Flags(), ", "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := (flow.Repo{Path: "acme/platform/api"}).Slug(); got != "api" {
		t.Errorf("its own name is %q", got)
	}
}
