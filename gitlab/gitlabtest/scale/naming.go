package scale

import (
	"strconv"
	"strings"
	"time"
)

var (
	nouns = []string{"billing", "catalog", "checkout", "identity", "ledger", "search", "stock", "tracking",
		"payroll", "invoicing", "shipping", "returns", "pricing", "loyalty", "messaging", "reporting"}
	things = []string{"adapter", "api", "client", "jobs", "proxy", "schema", "service", "worker",
		"gateway", "frontend", "library", "operator", "exporter", "migrations", "tools", "docs"}
	people = []string{"ana", "bruno", "chen", "dilek", "elif", "farid", "greta", "hana",
		"ivan", "jonas", "keiko", "lena", "marta", "nils", "olga", "pavel"}
	evens = []string{"billing", "catalog", "payroll", "returns", "pricing", "loyalty", "finance", "trading"} // of one length
)

func pick(words []string, salt, i int) string { return words[mix(i, salt)%uint64(len(words))] }

// titled is the display name of a path: Billing Api 7.
func titled(slug string) string {
	words := strings.Split(slug, "-")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}

func (w *world) appendSlug(buf []byte, i int) []byte {
	buf = append(buf, pick(nouns, 11, i)...)
	buf = append(buf, '-')
	buf = append(buf, pick(things, 12, i)...)
	buf = append(buf, '-')
	return strconv.AppendInt(buf, int64(i), 10)
}

func (w *world) appendName(buf []byte, i int) []byte {
	at := len(buf)
	buf = w.appendSlug(buf, i)
	for j := at; j < len(buf); j++ {
		switch {
		case buf[j] == '-':
			buf[j] = ' '
		case (j == at || buf[j-1] == ' ') && buf[j] >= 'a':
			buf[j] -= 'a' - 'A'
		}
	}
	return buf
}

// describedAs is as long as every description: how long one is stands in its
// HTML form, too.
const describedAs = "Takes what ....... sends and hands it to ......., until ....... has its own"

func appendDescription(buf []byte, i int) []byte {
	rest := describedAs
	for salt := 13; ; salt++ {
		before, after, found := strings.Cut(rest, ".......")
		buf = append(buf, before...)
		if !found {
			return buf
		}
		buf = append(buf, pick(evens, salt, i)...)
		rest = after
	}
}

var (
	opened = time.Date(2012, 3, 1, 8, 0, 0, 0, time.UTC)
	days   = datesSince(opened, 14*366)
)

const (
	aDay      = 24 * 60 * 60
	yearsOpen = 5000 * aDay // until late in 2025
)

func datesSince(day time.Time, count int) []string {
	dates := make([]string, count)
	for i := range dates {
		dates[i] = day.AddDate(0, 0, i).Format(time.DateOnly)
	}
	return dates
}

// created is when the project at index i was made, in seconds since opened:
// later ids are later.
func (w *world) created(i int) int64 {
	return int64(float64(i) / float64(len(w.ids)) * yearsOpen * 0.98)
}

// active is when somebody last did something there: lately, mostly.
func (w *world) active(i int) int64 {
	u := float64(mix(i, 20)%100_000) / 100_000
	return yearsOpen - int64(u*u*u*float64(yearsOpen-w.created(i)))
}

func moment(seconds int64) time.Time { return opened.Add(time.Duration(seconds) * time.Second) }

// appendMoment writes GitLab's form of a time, fast: a page has five hundred.
func appendMoment(buf []byte, seconds int64) []byte {
	seconds += 8 * 60 * 60 // opened is at eight
	rest := seconds % aDay
	buf = append(buf, days[seconds/aDay]...)
	for i, part := range [3]int64{rest / 3600, rest / 60 % 60, rest % 60} {
		buf = append(buf, "T::"[i], byte('0'+part/10), byte('0'+part%10))
	}
	return append(buf, ".000Z"...)
}

// mix makes what looks like chance of two numbers, always the same (splitmix64).
func mix(i, salt int) uint64 {
	x := uint64(i)*0x9e3779b97f4a7c15 + uint64(salt)*0xd1342543de82ef95
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
