package flow

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A Rule keeps the repos that it matches out of auto-import. Its text is its
// only form, on screen, in files and in flags:
//
//	name:legacy-*        the repo's own name in its path; * any text, ? one character
//	path:acme/**/tmp-?   the whole path; * stays in one part, ** crosses parts
//	re:^infra/.*-old$    RE2 on the whole path, not anchored; (?i) ignores case
//	inactive:365d        no activity for so many days
//	before:2023-01-01    no activity since that day
//	is:archived          also public, fork, mirror, empty
//
// Like GitLab's paths, name: and path: ignore case; re: does not. Rules stand
// in no order: whatever one of them matches is kept out.
type Rule struct {
	text  string
	match matcher
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
	{"is:archived", "archived in GitLab", "is:archived", "archived, public, fork, mirror or empty."},
	{"is:public", "open source: anyone can see it", "is:public", "archived, public, fork, mirror or empty."},
	{"path:", "the whole path, with * and **", "path:acme/**/tmp-?", "The whole path. * stays in one part, ** crosses parts, ? is one character."},
	{"is:", "fork, mirror, empty", "is:fork", "archived, public, fork, mirror or empty."},
}

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
		e := &RuleError{text, len(kind) + 1 + at, reason}
		return Rule{}, &Fault{Cause: BadRule, Detail: CleanLine(text, 60), Where: reason, Err: e}
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
	return Rule{text, match}, nil
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
	"name":     compileName,
	"path":     compilePath,
	"re":       compileExpression,
	"inactive": compileInactive,
	"before":   compileBefore,
	"is":       compileIs,
}

func compileName(value string) (matcher, *mistake) {
	if i := strings.IndexByte(value, '/'); i >= 0 {
		return nil, &mistake{i, "a name holds no slash; path: looks at the whole path"}
	}
	pattern := glob(value)
	return func(r *Repo, _ time.Time) bool { return pattern.MatchString(r.Slug()) }, nil
}

func compilePath(value string) (matcher, *mistake) {
	if value = strings.Trim(value, "/"); value == "" {
		return nil, &mistake{0, "nothing stands after the colon"}
	}
	pattern := glob(value)
	return func(r *Repo, _ time.Time) bool { return pattern.MatchString(r.Path) }, nil
}

// maxProgram bounds how long one match may take: RE2 takes time in proportion
// to its program, which (.?){1000} makes much longer than its text.
const maxProgram = 1000

func compileExpression(value string) (matcher, *mistake) {
	pattern, err := regexp.Compile(value)
	if err != nil {
		at, reason := regexpMistake(value, err)
		return nil, &mistake{at, reason}
	}
	if tree, err := syntax.Parse(value, syntax.Perl); err == nil {
		if program, err := syntax.Compile(tree.Simplify()); err == nil && len(program.Inst) > maxProgram {
			return nil, &mistake{0, "this repeats too much"}
		}
	}
	return func(r *Repo, _ time.Time) bool { return pattern.MatchString(r.Path) }, nil
}

func compileInactive(value string) (matcher, *mistake) {
	days, err := strconv.Atoi(strings.TrimSuffix(value, "d"))
	if err != nil || days < 1 || days > 36500 || !strings.HasSuffix(value, "d") {
		return nil, &mistake{0, "give a number of days, such as 365d"}
	}
	return func(r *Repo, now time.Time) bool { return quietSince(r, now.AddDate(0, 0, -days)) }, nil
}

func compileBefore(value string) (matcher, *mistake) {
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return nil, &mistake{0, "give a day, such as 2023-01-01"}
	}
	return func(r *Repo, _ time.Time) bool { return quietSince(r, day) }, nil
}

func compileIs(value string) (matcher, *mistake) {
	is, known := attributes[value]
	if !known {
		return nil, &mistake{0, "give archived, public, fork, mirror or empty"}
	}
	return func(r *Repo, _ time.Time) bool { return is(r) }, nil
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

// quietSince reports whether nothing happened in the repo since t. A repo whose
// activity is not known is left alone.
func quietSince(r *Repo, t time.Time) bool { return !r.ActiveAt.IsZero() && r.ActiveAt.Before(t) }

// glob turns a pattern into an expression. ** crosses parts of a path, and
// "a/**/b" also matches "a/b".
func glob(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?is)\A`)
	for p := pattern; p != ""; {
		done := pattern[:len(pattern)-len(p)]
		startsPart := done == "" || strings.HasSuffix(done, "/")
		switch {
		case startsPart && strings.HasPrefix(p, "**/"):
			b.WriteString(`(?:.*/)?`)
			p = p[3:]
		case strings.HasPrefix(p, "**"):
			b.WriteString(`.*`)
			p = p[2:]
		case p[0] == '*':
			b.WriteString(`[^/]*`)
			p = p[1:]
		case p[0] == '?':
			b.WriteString(`[^/]`)
			p = p[1:]
		default:
			end := strings.IndexAny(p, "*?")
			if end < 0 {
				end = len(p)
			}
			b.WriteString(regexp.QuoteMeta(p[:end]))
			p = p[end:]
		}
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

// regexpMistake finds the place of a mistake, which the regexp package tells
// only as the fragment that it is in.
func regexpMistake(pattern string, err error) (at int, reason string) {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return 0, "this can't be read"
	}
	// The fragment may stand there more than once. An expression is read from the
	// left, so the mistake ends where the shortest beginning with it does.
	end := 1 + sort.Search(len(pattern)-1, func(i int) bool {
		_, err := regexp.Compile(pattern[:i+1])
		var begun *syntax.Error
		return errors.As(err, &begun) && begun.Code == e.Code && (begun.Expr == e.Expr || begun.Expr == pattern[:i+1])
	})
	at = max(strings.LastIndex(pattern[:end], e.Expr), 0)
	switch e.Code {
	case syntax.ErrMissingParen:
		return openBracket(pattern), "this bracket is not closed"
	case syntax.ErrUnexpectedParen:
		return end - 1, "no bracket is open here"
	case syntax.ErrMissingBracket:
		return len(pattern) - len(e.Expr), "this [ is not closed"
	case syntax.ErrMissingRepeatArgument:
		return at, "nothing stands before this to repeat"
	case syntax.ErrInvalidRepeatOp:
		return at, "this repeats a repetition"
	case syntax.ErrInvalidRepeatSize:
		return at, "at most 1000 repetitions, the smaller number first"
	case syntax.ErrTrailingBackslash:
		return len(pattern) - 1, "nothing stands after the backslash"
	case syntax.ErrInvalidEscape:
		return at, "this escape is not known; references back are not either"
	}
	if e.Code == syntax.ErrInvalidPerlOp || e.Code == syntax.ErrInvalidNamedCapture {
		for _, look := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
			if strings.HasPrefix(pattern[at:], look) {
				return at, "looking ahead or behind is not possible"
			}
		}
		return at, "this (? is not known, or not closed"
	}
	return at, e.Code.String()
}

// openBracket finds the last bracket that is opened and not closed.
func openBracket(pattern string) int {
	var open []int
	inClass := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
			// A ] that comes first belongs to the class.
			if rest := strings.TrimPrefix(pattern[i+1:], "^"); strings.HasPrefix(rest, "]") {
				i = len(pattern) - len(rest)
			}
		case c == '(':
			open = append(open, i)
		case c == ')' && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return 0
	}
	return open[len(open)-1]
}
