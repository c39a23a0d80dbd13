package flow_test

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"flow"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain text stays", "acme/platform api", "acme/platform api"},
		{"other scripts stay", "büro/日本語/מאגר", "büro/日本語/מאגר"},
		{"line ends and tabs become spaces", "a\nb\r\nc\td", "a b  c d"},
		{"an escape sequence loses its escape", "a\x1b[2Jb", "a[2Jb"},
		{"so does its short form", "a\u009b2Jb", "a2Jb"},
		{"bell, null and delete go", "a\x07b\x00c\x7fd", "abcd"},
		{"marks that turn the direction of writing go", "a\u202eb\u2066c\u200fd", "abcd"},
		{"what can't be seen goes", "a\u200bb\ufeffc\u00add", "abcd"},
		{"line separators of Unicode become spaces", "a\u2028b\u2029c\u0085d\ve\ff", "a b c d e f"},
		{"broken UTF-8 becomes a replacement character", "a\xffb\xe2\x82", "a\ufffdb\ufffd\ufffd"},
		{"nothing stays nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := flow.Clean(test.text); got != test.want {
				t.Errorf("Clean(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestCleanLine(t *testing.T) {
	tests := []struct {
		name string
		text string
		n    int
		want string
	}{
		{"a short one stays", "502 Bad Gateway", 15, "502 Bad Gateway"},
		{"white space is folded", "  502 \n\n Bad\tGateway ", 40, "502 Bad Gateway"},
		{"a long one is cut", "502 Bad Gateway", 14, "502 Bad Gat..."},
		{"it is cut by characters, not bytes", "äöüäöüäöü", 6, "äöü..."},
		{"the first megabytes are enough", strings.Repeat("a", 5<<20), 8, "aaaaa..."},
		{"a character at their end stays whole", strings.Repeat(" ", 159) + "äb", 10, ""},
		{"dots alone", "abcd", 3, "..."},
		{"no room for the dots", "abcd", 2, ".."},
		{"no room at all", "abcd", 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := flow.CleanLine(test.text, test.n); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, text := range []string{"acme", "a\x1b[2Jb", "\u202egnp.exe", "\xff\xfe", "a\r\n\tb", strings.Repeat("ä ", 200), "\ufffd"} {
		f.Add(text, 10)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		clean := flow.Clean(text)
		bad := func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\u200b'
		}
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, bad) {
			t.Fatalf("Clean(%q) = %q", text, clean)
		}
		if again := flow.Clean(clean); again != clean {
			t.Fatalf("cleaned twice, %q becomes %q", clean, again)
		}
		if utf8.RuneCountInString(clean) > utf8.RuneCountInString(text) {
			t.Fatalf("Clean(%q) is longer: %q", text, clean)
		}
		n = int(uint8(n))
		line := flow.CleanLine(text, n)
		if utf8.RuneCountInString(line) > n || line != flow.Clean(line) || strings.Contains(line, "  ") || line != strings.TrimSpace(line) {
			t.Fatalf("CleanLine(%q, %d) = %q", text, n, line)
		}
		if utf8.ValidString(text) && !strings.ContainsRune(text, utf8.RuneError) && strings.ContainsRune(line, utf8.RuneError) {
			t.Fatalf("CleanLine(%q, %d) breaks a character: %q", text, n, line)
		}
	})
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 1204: "1,204", 999_999: "999,999", 1_000_000: "1,000,000",
		-1: "-1", -999: "-999", -1000: "-1,000", math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := flow.Number(n); got != want {
			t.Errorf("Number(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	tests := []struct {
		n    int
		noun string
		want string
	}{
		{0, "repo", "0 repos"}, {1, "repo", "1 repo"}, {2, "repo", "2 repos"}, {1204, "repo", "1,204 repos"},
		{2, "day", "2 days"}, {1, "day", "1 day"}, {2, "repository", "2 repositories"}, {2, "key", "2 keys"},
		{2, "branch", "2 branches"}, {3, "pass", "3 passes"}, {2, "group", "2 groups"}, {1, "branch", "1 branch"},
	}
	for _, test := range tests {
		if got := flow.Plural(test.n, test.noun); got != test.want {
			t.Errorf("Plural(%d, %s) = %q, want %q", test.n, test.noun, got, test.want)
		}
	}
}

func TestAgoAndAge(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		since    time.Duration
		ago, age string
	}{
		{-time.Hour, "just now", "now"}, // a clock that is behind
		{0, "just now", "now"},
		{59 * time.Second, "just now", "now"},
		{time.Minute, "a minute ago", "1 min"},
		{2*time.Minute - 1, "a minute ago", "1 min"},
		{2 * time.Minute, "2 min ago", "2 min"},
		{time.Hour - 1, "59 min ago", "59 min"},
		{time.Hour, "1 h ago", "1 h"},
		{day - 1, "23 h ago", "23 h"},
		{day, "1 d ago", "1 d"},
		{7*day - 1, "6 d ago", "6 d"},
		{7 * day, "15 Nov 2026", "7 d"},
		{60*day - 1, "23 Sep 2026", "59 d"},
		{60 * day, "23 Sep 2026", "2 mo"},
		{365*day - 1, "22 Nov 2025", "12 mo"},
		{365 * day, "22 Nov 2025", "1 y"},
		{3*365*day + 200*day, "7 May 2023", "3 y"},
	}
	for _, test := range tests {
		then := today.Add(-test.since)
		if ago, age := flow.Ago(today, then), flow.Age(today, then); ago != test.ago || age != test.age {
			t.Errorf("%s: %q and %q, want %q and %q", test.since, ago, age, test.ago, test.age)
		}
	}
	if ago, age := flow.Ago(today, time.Time{}), flow.Age(today, time.Time{}); ago != "never" || age != "never" {
		t.Errorf("no time: %q and %q, want never", ago, age)
	}
}

func TestExpiry(t *testing.T) {
	at := func(text string) time.Time {
		t.Helper()
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	west, east := time.FixedZone("west", -8*3600), time.FixedZone("east", 9*3600)
	tests := []struct {
		name string
		now  time.Time
		end  time.Time
		want string
		days int
	}{
		{"some day", today, at("2027-01-14T00:00:00Z"), "14 Jan 2027, in 53 days", 53},
		{"some day, from the west", today.In(west), at("2027-01-14T00:00:00Z").In(west), "14 Jan 2027, in 53 days", 53},
		{"some day, from the east", today.In(east), at("2027-01-14T00:00:00Z").In(east), "14 Jan 2027, in 53 days", 53},
		{"tomorrow", today, at("2026-11-23T00:00:00Z"), "23 Nov 2026, in 1 day", 1},
		{"a moment before", at("2026-11-22T23:59:59Z"), at("2026-11-23T00:00:00Z"), "23 Nov 2026, in 1 day", 1},
		{"later today", today, at("2026-11-22T18:00:00Z"), "22 Nov 2026, within a day", 0},
		{"at that moment", at("2026-11-23T00:00:00Z"), at("2026-11-23T00:00:00Z"), "23 Nov 2026, expired", 0},
		{"this morning", today, at("2026-11-22T00:00:00Z"), "22 Nov 2026, expired", 0},
		{"yesterday", today, at("2026-11-21T00:00:00Z"), "21 Nov 2026, expired", -1},
		{"years ago", today, at("2020-02-29T00:00:00Z"), "29 Feb 2020, expired", -2458},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := flow.Expiry(test.now, test.end); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := flow.DaysUntil(test.now, test.end); got != test.days {
				t.Errorf("%d days, want %d", got, test.days)
			}
		})
	}
	if got := flow.Expiry(today, time.Time{}); got != "never" {
		t.Errorf("a token that does not end: %q", got)
	}
}
