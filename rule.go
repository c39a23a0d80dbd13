package flow

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Rule keeps the repos that it matches out of auto-import. Its text is its
// only form, on screen, in files and in flags:
//
//	name:legacy-*              the repo's own name in its path; * any text, ? one character
//	path:acme/**/tmp-?         the whole path; * stays in one part, ** crosses parts
//	re:^infra/.*-old$          RE2 on the whole path, not anchored; (?i) ignores case
//	inactive:365d              no activity for so many days
//	before:2023-01-01          no activity since that day
//	created-before:2023-01-01  created before that day
//	is:archived                also public, fork, mirror, empty, sha256
//	group:acme/payments        that group and all below it, whatever it is called later
//	topic:experiment           repos with that topic
//	id:1234                    one repo, whatever it is called later
//
// Like GitLab's paths, name:, path: and group: ignore case; re: does not. What a
// GitLab does not tell of a repo (its topics, its last activity) no rule matches.
// Rules stand in no order: whatever one of them matches is kept out.
type Rule struct {
	text  string
	match matcher
	group int64 // ID, of a rule on a group that is known
}

func (r Rule) String() string { return r.text }

// Matches reports whether the rule matches the repo. now is what "inactive"
// counts from.
func (r Rule) Matches(repo *Repo, now time.Time) bool { return r.match != nil && r.match(repo, now) }

func (r Rule) MarshalText() ([]byte, error) { return []byte(r.text), nil }

// A RuleKind is a kind of rule, as the screen that makes one offers it.
type RuleKind struct {
	Prefix  string // name:
	About   string // what it looks at
	Example string
	Hint    string // shown while one is typed
}

// RuleKinds lists the kinds, those of Flow's documentation first.
var RuleKinds = []RuleKind{
	{"name:", "name: the repo's own, not its path", "name:legacy-*", "The repo's own name, not its path. * is any text, ? one character."},
	{"re:", "regular expression on the whole path", "re:^infra/.*-old$", "A regular expression on the whole path; (?i) ignores case."},
	{"inactive:", "date: nothing happened for", "inactive:365d", "No activity for so many days, such as 365d."},
	{"before:", "date: nothing happened since", "before:2023-01-01", "No activity since a day, such as 2023-01-01."},
	{"is:archived", "archived in GitLab", "is:archived", isHint},
	{"is:public", "open source: anyone can see it", "is:public", isHint},
	{"path:", "the whole path, with * and **", "path:acme/**/tmp-?", "The whole path. * stays in one part, ** crosses parts, ? is one character."},
	{"group:", "a group and all below it", "group:acme/payments", "This group and all below it, also after a rename."},
	{"topic:", "a GitLab topic", "topic:experiment", "Repos that carry this topic in GitLab."},
	{"is:", "fork, mirror, empty, SHA-256", "is:fork", isHint},
	{"created-before:", "created before a day", "created-before:2023-01-01", "Created before a day, such as 2023-01-01."},
	{"id:", "one repo, by its project ID", "id:1234", "One repo by GitLab's project ID, also after a rename."},
}

const isHint = "archived, public, fork, mirror, empty or sha256."

// A RuleError says where a rule can't be read.
type RuleError struct {
	Text   string
	At     int // byte offset of the mistake in Text
	Reason string
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("rule %q, at %d: %s", e.Text, e.At+1, e.Reason)
}

// maxRule bounds a rule's text: RE2 runs in linear time, but compiles what it
// is given.
const maxRule = 1000

var attributes = map[string]func(r *Repo) bool{
	"archived": func(r *Repo) bool { return r.Archived },
	"public":   func(r *Repo) bool { return r.Public },
	"fork":     func(r *Repo) bool { return r.Fork },
	"mirror":   func(r *Repo) bool { return r.Mirror },
	"empty":    func(r *Repo) bool { return r.Empty },
	"sha256":   func(r *Repo) bool { return r.SHA256 },
}

// ParseRule reads a rule. Its error is a [*Fault] that wraps a [*RuleError]
// where the mistake has a place.
func ParseRule(text string) (Rule, error) {
	text = strings.TrimSpace(text)
	kind, value, ok := strings.Cut(text, ":")
	if !ok || text != Clean(text) || len(text) > maxRule {
		return Rule{}, ruleFault(text, kind, ok)
	}
	wrong := func(at int, reason string) (Rule, error) {
		return Rule{}, wrongRule(text, len(kind)+1+at, reason)
	}
	if value == "" {
		return wrong(0, "nothing stands after the colon")
	}
	compile, known := compilers[kind]
	if !known {
		return wrong(-len(kind)-1, kind+": is no kind of rule")
	}
	match, mistake := compile(value)
	if mistake != nil {
		return wrong(mistake.at, mistake.reason)
	}
	return Rule{text: text, match: match}, nil
}

func wrongRule(text string, at int, reason string) error {
	return &Fault{Cause: BadRule, Detail: CleanLine(text, 60), Where: reason, Err: &RuleError{text, at, reason}}
}

// A matcher is what a rule does, a mistake why it can't be read.
type (
	matcher func(r *Repo, now time.Time) bool
	mistake struct {
		at     int // byte offset in the value
		reason string
	}
)

// compilers make matchers of what stands after a kind's colon.
var compilers = map[string]func(value string) (matcher, *mistake){
	"name":           compileName,
	"path":           compilePath,
	"re":             compileExpression,
	"inactive":       compileInactive,
	"before":         compileBefore,
	"created-before": compileCreated,
	"is":             compileIs,
	"group":          compileGroup,
	"topic":          compileTopic,
	"id":             compileID,
}

func compileInactive(value string) (matcher, *mistake) {
	days, err := strconv.Atoi(strings.TrimSuffix(value, "d"))
	if err != nil || days < 1 || days > 36500 || !strings.HasSuffix(value, "d") {
		return nil, &mistake{0, "give a number of days, such as 365d"}
	}
	return func(r *Repo, now time.Time) bool { return r.ActiveAt.Before(now.AddDate(0, 0, -days)) }, nil
}

func compileBefore(value string) (matcher, *mistake) {
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return nil, notADay
	}
	return func(r *Repo, _ time.Time) bool { return r.ActiveAt.Before(day) }, nil
}

func compileCreated(value string) (matcher, *mistake) {
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return nil, notADay
	}
	return func(r *Repo, _ time.Time) bool { return r.CreatedAt.Before(day) }, nil
}

var notADay = &mistake{0, "give a day, such as 2023-01-01"}

func compileIs(value string) (matcher, *mistake) {
	is, known := attributes[value]
	if !known {
		return nil, &mistake{0, "give archived, public, fork, mirror, empty or sha256"}
	}
	return func(r *Repo, _ time.Time) bool { return is(r) }, nil
}

// compileTopic reads a topic as [Repo] keeps it.
func compileTopic(value string) (matcher, *mistake) {
	if i := strings.IndexByte(value, ','); i >= 0 {
		return nil, &mistake{i, "one topic only; make a rule for each"}
	}
	topic := strings.ToLower(strings.TrimSpace(value))
	return func(r *Repo, _ time.Time) bool { return hasTopic(r.Topics, topic) }, nil
}

func hasTopic(list, topic string) bool {
	for list != "" {
		var one string
		if one, list, _ = strings.Cut(list, ","); one == topic {
			return true
		}
	}
	return false
}

func compileID(value string) (matcher, *mistake) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil || id < 1 || value[0] == '+' {
		return nil, &mistake{0, "give a project ID, such as 1234"}
	}
	return func(r *Repo, _ time.Time) bool { return r.ID == id }, nil
}

func ruleFault(text, kind string, hasKind bool) error {
	shown := CleanLine(text, 60)
	switch {
	case text == "":
		return &Fault{Cause: BadRule, Detail: "", Where: "it is empty"}
	case len(text) > maxRule:
		return &Fault{Cause: BadRule, Detail: shown, Where: fmt.Sprintf("it is longer than %d characters", maxRule)}
	case !hasKind:
		kind := "name:"
		if strings.Contains(text, "/") {
			kind = "path:"
		}
		return &Fault{Cause: NoRuleKind, Detail: shown, Where: kind + shown, Err: &RuleError{text, 0, "no kind"}}
	}
	return &Fault{Cause: BadRule, Detail: shown, Where: "it holds a control character"}
}
