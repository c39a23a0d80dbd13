package gitlabtest

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

type kind uint8

const (
	anyText kind = iota
	integer
	boolean
	moment // a date or a date and time
	numbers
)

// parameter is one query parameter that an endpoint declares. GitLab's API
// framework drops what is not declared without a word: an old release ignores
// min_access_level and answers with everything.
type parameter struct {
	name    string
	kind    kind
	since   since
	allowed []string // of these only; none means any
	// newer are those of the allowed values that came after the parameter.
	newer   map[string]since
	initial string // what GitLab assumes, and repeats in Link
}

// values are the declared parameters of one call, valid and with defaults.
type values struct {
	text  map[string]string
	query url.Values // for Link: everything that came, plus the defaults
}

var paging = []parameter{
	{name: "page", kind: integer, initial: "1"},
	{name: "per_page", kind: integer, initial: "20"},
}

func declare(lists ...[]parameter) []parameter { return slices.Concat(lists...) }

// parse reads the query. All complaints come in one sentence, as from GitLab.
func (k *call) parse(declared []parameter) (values, answer, bool) {
	query := k.request.URL.Query()
	v := values{text: map[string]string{}, query: maps.Clone(query)}
	if k.id != "" {
		v.query.Set("id", k.id)
	}
	var complaints []string
	for _, p := range declared {
		if !k.release.since(p.since.major, p.since.minor) {
			continue
		}
		given, value := lastOf(query, p.name)
		if !given || value == "" && p.kind != anyText {
			if value = p.initial; value != "" {
				v.query.Set(p.name, value)
			}
		} else if complaint := k.complaint(p, value); complaint != "" {
			complaints = append(complaints, p.name+" "+complaint)
			continue
		}
		if p.kind == boolean {
			value = truth(value)
		}
		if value != "" {
			v.text[p.name] = value
		}
	}
	if len(complaints) > 0 {
		return values{}, problem(400, strings.Join(complaints, ", ")), false
	}
	return v, answer{}, true
}

// lastOf reads a parameter, also in the form name[]=1&name[]=2. Of several
// plain ones Rack keeps the last.
func lastOf(query url.Values, name string) (given bool, value string) {
	if list := query[name]; len(list) > 0 {
		return true, list[len(list)-1]
	}
	if list := query[name+"[]"]; len(list) > 0 {
		return true, strings.Join(list, ",")
	}
	return false, ""
}

func (k *call) complaint(p parameter, value string) string {
	switch p.kind {
	case integer:
		n, err := strconv.Atoi(value)
		if err != nil {
			return "is invalid"
		}
		if p.name == "per_page" && n == 0 {
			return "has a value not allowed"
		}
	case boolean:
		if truth(value) == "" {
			return "is invalid"
		}
	case moment:
		if _, ok := parseMoment(value); !ok {
			return "is invalid"
		}
	case numbers:
		for part := range strings.SplitSeq(value, ",") {
			if _, err := strconv.Atoi(strings.TrimSpace(part)); err != nil {
				return "is invalid"
			}
		}
	}
	first := p.newer[value]
	if len(p.allowed) > 0 && !(slices.Contains(p.allowed, value) && k.release.since(first.major, first.minor)) {
		return "does not have a valid value"
	}
	return ""
}

// truth knows what Grape takes for a boolean; anything else gives "".
func truth(value string) string {
	switch strings.ToLower(value) {
	case "true", "t", "1", "on", "yes", "y":
		return "true"
	case "false", "f", "0", "off", "no", "n":
		return "false"
	}
	return ""
}

func parseMoment(value string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		// A plus sign in a query is a space once decoded; Ruby reads both.
		if t, err := time.Parse(layout, strings.Replace(value, " ", "+", 1)); err == nil {
			return t, true
		}
		if t, err := time.Parse(layout, value); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func (v values) has(name string) bool   { return v.text[name] != "" }
func (v values) get(name string) string { return v.text[name] }
func (v values) yes(name string) bool   { return v.text[name] == "true" }

func (v values) number(name string) int {
	n, _ := strconv.Atoi(v.text[name]) // checked by parse
	return n
}

func (v values) moment(name string) (time.Time, bool) {
	if !v.has(name) {
		return time.Time{}, false
	}
	return parseMoment(v.text[name])
}

func (v values) numbers(name string) []int {
	var list []int
	for part := range strings.SplitSeq(v.text[name], ",") {
		if n, err := strconv.Atoi(strings.TrimSpace(part)); err == nil {
			list = append(list, n)
		}
	}
	return list
}
