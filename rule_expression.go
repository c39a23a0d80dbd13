package flow

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"sort"
	"strings"
	"time"
)

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
