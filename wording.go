package flow

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Clean makes text that came from a server or a user fit to be shown: control
// characters (a repo named with an escape sequence must not move the cursor),
// marks that change the direction of writing and invisible ones are dropped,
// all kinds of line ends and tabs become spaces, broken UTF-8 becomes U+FFFD.
func Clean(text string) string {
	clean := true
	for _, r := range text {
		if r == utf8.RuneError || !showable(r) {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case showable(r):
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func showable(r rune) bool {
	// Cf holds the bidirectional overrides and the zero-width characters.
	return !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && r != '\u2028' && r != '\u2029'
}

// CleanLine is Clean with white space folded, cut to at most n characters.
func CleanLine(text string, n int) string {
	// Cutting first keeps a body of many megabytes cheap.
	if end := 16 * n; len(text) > end {
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	line := []rune(strings.Join(strings.Fields(Clean(text)), " "))
	if len(line) > n {
		line = append(line[:max(n-3, 0)], []rune("...")[:min(n, 3)]...)
	}
	return string(line)
}

// Number writes n with commas: 1,204.
func Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Plural writes a number and its noun: 1 repo, 1,204 repos, 2 branches.
func Plural(n int, noun string) string {
	if n != 1 {
		switch {
		case strings.HasSuffix(noun, "y") && !strings.ContainsRune("aeiou", rune(noun[len(noun)-2])):
			noun = strings.TrimSuffix(noun, "y") + "ies"
		case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "ch"):
			noun += "es"
		default:
			noun += "s"
		}
	}
	return Number(n) + " " + noun
}

// Date writes a day: 3 Nov 2026.
func Date(t time.Time) string { return t.Format("2 Jan 2006") }

// Lasted says how long something took: 42 min.
func Lasted(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "under a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// Ago says when something happened: relative within a week, then as a date.
func Ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return "never"
	case d < time.Minute:
		return "just now"
	case d < 2*time.Minute:
		return "a minute ago"
	case d < 7*24*time.Hour:
		return Age(now, t) + " ago"
	}
	return Date(t)
}

// Age is the short form of a span since t, for a column: now, 5 min, 2 h, 3 d,
// 4 mo, 3 y.
func Age(now, t time.Time) string {
	d := now.Sub(t)
	days := int(d / (24 * time.Hour))
	switch {
	case t.IsZero():
		return "never"
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case days < 60:
		return fmt.Sprintf("%d d", days)
	case days < 365:
		return fmt.Sprintf("%d mo", days/30)
	}
	return fmt.Sprintf("%d y", days/365)
}

// Expiry says when a token ends: 14 Jan 2027, in 53 days. GitLab gives a day,
// at whose start the token ends (UTC).
func Expiry(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	days, date := DaysUntil(now, t), Date(t.UTC())
	switch {
	case !now.Before(t):
		return date + ", expired"
	case days == 0:
		return date + ", within a day"
	}
	return fmt.Sprintf("%s, in %s", date, Plural(days, "day"))
}

// DaysUntil counts the days from today to the day of t, both in UTC.
func DaysUntil(now, t time.Time) int {
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	return int(day(t).Sub(day(now)).Hours() / 24)
}
