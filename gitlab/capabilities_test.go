package gitlab

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flow"
)

// Whoever reads a request finds since when it is sent in one table.
func TestNothingElseComparesVersions(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	compares := regexp.MustCompile(`\.(major|minor)\b|version\{ *[0-9]|\.before\(`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || slices.Contains([]string{"version.go", "span.go", "capabilities.go"}, file) {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(code), "\n") {
			if compares.MatchString(line) {
				t.Errorf("%s:%d: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}

func TestEveryCapabilityIsToldOf(t *testing.T) {
	for c, row := range capabilities {
		if row.since.before(version{9, 0}) || row.what == "" || row.before == "" {
			t.Errorf("capability %d: %+v", c, row)
		}
	}
	if got := (version{19, 0}).lacks(); got != nil {
		t.Errorf("19.0 lacks %q", got)
	}
	// All that a release may lack is lacking where the version is not known.
	if got := (version{}).lacks(); len(got) != 6 {
		t.Errorf("an unknown version lacks %q", got)
	}
}

func TestASpanIsReadBack(t *testing.T) {
	for _, test := range []struct {
		atLeast, below string
		want           span
	}{
		{"9.0", "10.2", span{version{9, 0}, version{10, 2}}},
		{"17.9", "", span{lower: version{17, 9}}},
		{"", "", span{}},
	} {
		if got := spanOf(flow.Server{AtLeast: test.atLeast, Below: test.below}); got != test.want {
			t.Errorf("%q to %q: %+v", test.atLeast, test.below, got)
		}
	}
}

func TestWhatASpanHas(t *testing.T) {
	hidden, older, newer := span{}, span{version{12, 10}, version{15, 8}}, span{lower: version{17, 9}}
	for _, test := range []struct {
		name                string
		span                span
		capability          capability
		possibly, certainly bool
	}{
		{"hidden", hidden, pkceStored, true, false},
		{"hidden", hidden, deviceGrant, true, false},
		{"12.10 to 15.8", older, verifierKnown, true, true},
		{"12.10 to 15.8", older, pkceStored, true, false},
		{"12.10 to 15.8", older, ownTokens, true, false},
		{"12.10 to 15.8", older, deviceGrant, false, false},
		{"17.9", newer, deviceGrant, true, true},
		{"exactly 13.7", exactly(version{13, 7}), pkceStored, false, false},
		{"exactly 13.8", exactly(version{13, 8}), pkceStored, true, true},
		{"exactly 9.0", exactly(version{9, 0}), reusedTokens, false, false},
	} {
		possibly, certainly := test.span.possibly(test.capability), test.span.certainly(test.capability)
		if possibly != test.possibly || certainly != test.certainly {
			t.Errorf("%s: capability %d possibly %t, certainly %t", test.name, test.capability, possibly, certainly)
		}
	}
}

// Once the version is known, so is the page: nothing leads there from another.
func TestTheTokenPageOfAKnownVersion(t *testing.T) {
	base, err := flow.ParseBaseURL("https://gitlab.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for v, want := range map[version]string{
		{13, 4}:  "/profile/personal_access_tokens",
		{15, 11}: "/-/profile/personal_access_tokens?name=Flow&scopes=api,read_user,read_repository",
		{16, 7}:  "/-/user_settings/personal_access_tokens?name=Flow&scopes=api,read_user,read_repository",
	} {
		if got, _ := exactly(v).tokenPages(base); len(got) != 1 || got[0] != base.At(want) {
			t.Errorf("%s: %s", v, got)
		}
	}
}
