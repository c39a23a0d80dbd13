package gitlab

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"
)

// A scanner reads JSON once, from front to end, and makes only what is kept of
// it. A page of projects is half a megabyte, of which a fiftieth is kept;
// encoding/json goes over it three times and takes ten times as long. What is
// skipped is held to be JSON all the same. Names have to be as GitLab writes
// them: encoding/json takes ID for id.
//
// Its methods do nothing once something was wrong; err says what that was.
type scanner struct {
	text  []byte
	at    int
	err   error
	first bool // nothing was read yet of the list or object that was begun
	depth int
	words map[string]string
}

const deepestJSON = 10_000 // as in encoding/json

func (s *scanner) fail(why string) {
	if s.err == nil {
		s.err = errors.New(why + " at byte " + strconv.Itoa(s.at))
	}
	s.at = len(s.text)
}

// peek returns the first byte that is no space; 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// end holds that nothing follows.
func (s *scanner) end() {
	if s.err == nil && s.peek() != 0 || s.at < len(s.text) {
		s.fail("something follows the end")
	}
}

// begin enters a list or an object; false where it is null, or neither.
func (s *scanner) begin(open byte) bool {
	switch s.peek() {
	case open:
	case 'n':
		s.literal("null")
		return false
	default:
		s.fail("no " + string(open))
		return false
	}
	if s.depth++; s.depth > deepestJSON {
		s.fail("too deep")
		return false
	}
	s.at++
	s.first = true
	return true
}

// more reports whether another element or name follows, and leaves at the end.
func (s *scanner) more(shut byte) bool {
	c, first := s.peek(), s.first
	s.first = false
	switch {
	case s.err != nil:
		return false
	case c == shut:
		s.at++
		s.depth--
		return false
	case first:
		return true
	case c != ',':
		s.fail("no comma")
		return false
	}
	s.at++
	if s.peek() == shut {
		s.fail("a comma too many")
	}
	return s.err == nil
}

// key reads a name and its colon.
func (s *scanner) key() []byte {
	name, plain := s.quoted()
	if !plain {
		name = []byte(s.unquote(name))
	}
	if s.peek() != ':' {
		s.fail("no colon")
		return nil
	}
	s.at++
	return name
}

// escaped has what can't stand for itself in a text.
var escaped = func() (set [256]bool) {
	for c := range 0x20 {
		set[c] = true
	}
	set['"'], set['\\'] = true, true
	return set
}()

// quoted reads a text: what is between the quotes, and whether it stands for
// itself.
func (s *scanner) quoted() (inside []byte, plain bool) {
	if s.peek() != '"' {
		s.fail("no text")
		return nil, true
	}
	text, begin := s.text, s.at+1
	plain = true
	for i := begin; i < len(text); i++ {
		if !escaped[text[i]] {
			continue
		}
		switch text[i] {
		case '"':
			s.at = i + 1
			return text[begin:i], plain
		case '\\':
			plain = false
			n := escape(text[i+1:])
			if n == 0 {
				s.at = i
				s.fail("no escape")
				return nil, true
			}
			i += n
		default:
			s.at = i
			s.fail("a control character")
			return nil, true
		}
	}
	s.fail("a text without end")
	return nil, true
}

// escape is how many bytes follow a backslash; 0 where they are none of JSON's.
func escape(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch text[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
		if len(text) < 5 {
			return 0
		}
		for _, c := range text[1:5] {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return 0
			}
		}
		return 5
	}
	return 0
}

func (s *scanner) unquote(inside []byte) string {
	var text string
	if err := json.Unmarshal(append(append([]byte{'"'}, inside...), '"'), &text); err != nil {
		s.fail("no text")
	}
	return text
}

// null reads null, which leaves things as they are.
func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	s.literal("null")
	return true
}

func (s *scanner) string(into *string) {
	if s.null() {
		return
	}
	if inside, plain := s.quoted(); plain && utf8.Valid(inside) {
		*into = string(inside)
	} else {
		*into = s.unquote(inside)
	}
}

const maxWords = 200

// word is string for those that come again and again: they are kept once.
func (s *scanner) word(into *string) {
	if s.peek() != '"' {
		s.string(into)
		return
	}
	from := s.at
	inside, plain := s.quoted()
	if known, ok := s.words[string(inside)]; ok && plain {
		*into = known
		return
	}
	if s.err != nil {
		return
	}
	s.at = from
	s.string(into)
	if plain && len(s.words) < maxWords {
		if s.words == nil {
			s.words = map[string]string{}
		}
		s.words[string(inside)] = *into
	}
}

// integer reads a whole number that is written as one.
func (s *scanner) integer(into *int64) {
	if s.null() {
		return
	}
	n, err := strconv.ParseInt(string(s.digits()), 10, 64)
	switch {
	case s.err != nil:
	case err != nil:
		s.fail("no whole number")
	default:
		*into = n
	}
}

// digits reads a number.
func (s *scanner) digits() []byte {
	s.peek()
	from := s.at
	some := func() bool {
		begin := s.at
		for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
			s.at++
		}
		return s.at > begin
	}
	is := func(set string) bool {
		for i := range len(set) {
			if s.at < len(s.text) && s.text[s.at] == set[i] {
				s.at++
				return true
			}
		}
		return false
	}
	is("-")
	ok := is("0") || some()
	if ok && is(".") {
		ok = some()
	}
	if ok && is("eE") {
		is("+-")
		ok = some()
	}
	if !ok {
		s.fail("no number")
		return nil
	}
	return s.text[from:s.at]
}

func (s *scanner) bool(into *bool) {
	switch s.peek() {
	case 't':
		*into = true
		s.literal("true")
	case 'f':
		*into = false
		s.literal("false")
	default:
		if !s.null() {
			s.fail("neither true nor false")
		}
	}
}

var answers = [2]bool{false, true} // never written to

// answer is bool where null is an answer of its own: nil.
func (s *scanner) answer(into **bool) {
	if s.null() {
		*into = nil
		return
	}
	yes := false
	s.bool(&yes)
	if *into = &answers[0]; yes {
		*into = &answers[1]
	}
}

func (s *scanner) time(into *time.Time) {
	if raw := s.value(); s.err == nil {
		if err := into.UnmarshalJSON(raw); err != nil {
			s.fail(err.Error())
		}
	}
}

// value reads whatever comes, and returns it as it is written.
func (s *scanner) value() []byte {
	s.peek()
	from := s.at
	s.skip()
	if s.err != nil {
		return nil
	}
	return s.text[from:s.at]
}

func (s *scanner) skip() {
	switch s.peek() {
	case '"':
		s.quoted()
	case '{':
		for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
			s.key()
			s.skip()
		}
	case '[':
		for more := s.begin('[') && s.more(']'); more; more = s.more(']') {
			s.skip()
		}
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.digits()
	}
}

func (s *scanner) literal(word string) {
	if len(s.text)-s.at < len(word) || string(s.text[s.at:s.at+len(word)]) != word {
		s.fail("no " + word)
		return
	}
	s.at += len(word)
}
