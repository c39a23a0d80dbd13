package flow

import (
	"context"
	"slices"
	"strings"
)

// A Query is what was typed to filter repos: words that ask what a repo is, and
// the rest, which looks for text in its path:
//
//	legacy !test          text in the path
//	is:archived           also fork, mirror, empty, public, sha256, new, lost
//	new                   the same as is:new; 'new looks for the text
//	role:reporter         exactly that role
//	state:excluded        what becomes of the repo once the changes are saved
//	!is:fork              not that
//	is:fork | is:mirror   one of these
//
// The beginning of a value stands for all values that begin so, and a word
// without one asks for nothing yet: the list follows while a word is typed.
type Query struct {
	Text string // looked for in the path, in fzf's syntax
	Hint string // what can be typed next, or what can't be found as it was typed

	sets [][]asked // of each set one has to hold
}

// asked is one word of a query.
type asked struct {
	not    bool
	key    *queryKey
	value  string
	values []queryValue // any of these
}

// A queryKey is what stands before a word's colon.
type queryKey struct {
	name   string
	about  string // what its values are about
	values []queryValue
}

// A queryValue is what stands behind it.
type queryValue struct {
	name string
	is   func(r *Review, repo *Repo) bool // nil for a state
	in   State
}

var queryKeys = []queryKey{
	{"is", "", []queryValue{
		{name: "archived", is: func(_ *Review, r *Repo) bool { return r.Archived }},
		{name: "fork", is: func(_ *Review, r *Repo) bool { return r.Fork }},
		{name: "mirror", is: func(_ *Review, r *Repo) bool { return r.Mirror }},
		{name: "empty", is: func(_ *Review, r *Repo) bool { return r.Empty }},
		{name: "public", is: func(_ *Review, r *Repo) bool { return r.Public }},
		{name: "sha256", is: func(_ *Review, r *Repo) bool { return r.SHA256 }},
		{name: "new", is: (*Review).IsNew},
		{name: "lost", is: func(_ *Review, r *Repo) bool { return !r.LostAt.IsZero() }},
	}},
	{"role", "Exactly this role", roleValues(Minimal, Guest, Planner, Reporter, Developer, Maintainer, Owner, NoRole)},
	{"state", "The state once saved", stateValues(Imported, NotImported, Excluded, KeptOut, Paused, NotSupported)},
}

func roleValues(roles ...Role) (values []queryValue) {
	for _, role := range roles {
		values = append(values, queryValue{name: strings.ToLower(role.String()), is: func(_ *Review, r *Repo) bool { return r.Role == role }})
	}
	return values
}

func stateValues(states ...State) (values []queryValue) {
	for _, s := range states {
		values = append(values, queryValue{name: strings.ReplaceAll(s.String(), " ", "-"), in: s})
	}
	return values
}

// ParseQuery reads what was typed. Everything means something; Hint says where
// that may not be what was meant.
func ParseQuery(text string) Query {
	var q Query
	var texts []string
	tokens := queryTokens(text)
	mixed, joins := false, false // joins: the token before is a | between words
	for i, token := range tokens {
		word, isWord := parseAsked(token)
		switch {
		case token == "|" && i > 0 && i+1 < len(tokens) && isAsked(tokens[i-1]) != isAsked(tokens[i+1]):
			mixed = true
		case token == "|" && i > 0 && isAsked(tokens[i-1]):
			joins = true
			continue
		case !isWord:
			texts = append(texts, token)
		case joins && len(q.sets) > 0:
			last := len(q.sets) - 1
			q.sets[last] = append(q.sets[last], word)
		default:
			q.sets = append(q.sets, []asked{word})
		}
		joins = false
	}
	q.Text = strings.Join(texts, " ")
	q.Hint = hintOf(tokens)
	if mixed {
		q.Hint = "| joins texts, or words such as is:fork, not one with the other."
	}
	for i, set := range q.sets {
		q.sets[i] = slices.DeleteFunc(set, func(a asked) bool { return a.value == "" })
	}
	q.sets = slices.DeleteFunc(q.sets, func(set []asked) bool { return len(set) == 0 })
	return q
}

// queryTokens splits at spaces, except behind a backslash.
func queryTokens(text string) []string {
	var tokens []string
	escaped := false
	for part := range strings.SplitSeq(text, " ") {
		if last := len(tokens) - 1; escaped {
			tokens[last] += " " + part
		} else if part != "" {
			tokens = append(tokens, part)
		}
		escaped = strings.HasSuffix(part, `\`)
	}
	return tokens
}

func isAsked(token string) bool {
	_, ok := parseAsked(token)
	return ok
}

// parseAsked reads a word; ok is false for text.
func parseAsked(token string) (a asked, ok bool) {
	word, not := strings.CutPrefix(strings.ToLower(token), "!")
	if word == "new" {
		word = "is:new"
	}
	name, value, ok := strings.Cut(word, ":")
	at := slices.IndexFunc(queryKeys, func(k queryKey) bool { return k.name == name })
	if !ok || at < 0 {
		return asked{}, false
	}
	a = asked{not: not, key: &queryKeys[at], value: value}
	for _, v := range a.key.values {
		if strings.HasPrefix(v.name, value) {
			a.values = append(a.values, v)
		}
	}
	return a, true
}

// hintOf speaks of a word that can't be found, or else of the last one.
func hintOf(tokens []string) (hint string) {
	for _, token := range tokens {
		a, isWord := parseAsked(token)
		switch {
		case !isWord:
			hint = ""
		case len(a.values) == 0:
			return "There is no " + a.key.name + ":" + CleanLine(a.value, 20) + "; there is " + a.key.names() + "."
		case strings.EqualFold(strings.TrimPrefix(token, "!"), "new"):
			hint = "Repos that are new. 'new finds the text."
		case a.values[0].name != a.value:
			hint = strings.TrimPrefix(a.key.about+": ", ": ") + a.key.names() + "."
		case a.key.about != "":
			hint = a.key.about + "."
		default:
			hint = ""
		}
	}
	return hint
}

func (k *queryKey) names() string {
	var names []string
	for _, v := range k.values {
		names = append(names, v.name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// IsEmpty reports whether the query lets everything through.
func (q Query) IsEmpty() bool { return q.Text == "" && len(q.sets) == 0 }

// SameWords reports whether two queries differ in their text only: then what one
// keeps of a plan the other does too.
func (q Query) SameWords(other Query) bool {
	return slices.EqualFunc(q.sets, other.sets, func(a, b []asked) bool {
		return slices.EqualFunc(a, b, func(a, b asked) bool { return a.not == b.not && a.key == b.key && a.value == b.value })
	})
}

// Keep returns what the words of a query let through, by position among the
// repos of the plan; nil if that is all. It looks at every repo at once, so that
// what it returns may be called from anywhere while the plan goes on changing.
func (q Query) Keep(p *Plan) func(i int) bool {
	if len(q.sets) == 0 {
		return nil
	}
	kept := newBits(len(p.Repos))
	_ = inParts(context.Background(), len(p.Repos), func(from, to int) {
		for i := from; i < to; i++ {
			if q.holds(p, i) {
				kept.set(i)
			}
		}
	})
	return kept.has
}

func (q Query) holds(p *Plan, i int) bool {
	for _, set := range q.sets {
		one := false
		for n := range set {
			one = one || set[n].holds(p, i)
		}
		if !one {
			return false
		}
	}
	return true
}

func (a *asked) holds(p *Plan, i int) bool {
	for n := range a.values {
		v := &a.values[n]
		if v.is != nil && v.is(p.Review, &p.Repos[i]) || v.is == nil && p.will[i].state == v.in {
			return !a.not
		}
	}
	return a.not
}
