package gitlabtest

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// entity writes JSON piece by piece. A page of 100 projects is close to half a
// megabyte, so nothing is built first and encoded afterwards.
type entity struct{ buf []byte }

// open starts an object or array with '{' or '['; shut ends it.
func (e *entity) open(bracket byte) {
	e.comma()
	e.buf = append(e.buf, bracket)
}

func (e *entity) shut(bracket byte) { e.buf = append(e.buf, bracket) }

func (e *entity) comma() {
	if len(e.buf) == 0 {
		return
	}
	switch e.buf[len(e.buf)-1] {
	case '{', '[', ':':
		return
	}
	e.buf = append(e.buf, ',')
}

func (e *entity) key(key string) {
	e.comma()
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, key...)
	e.buf = append(e.buf, '"', ':')
}

// raw writes ready-made JSON; an empty string is null.
func (e *entity) raw(key, value string) {
	e.key(key)
	if value == "" {
		value = "null"
	}
	e.buf = append(e.buf, value...)
}

// rest writes ready-made "key":value pairs.
func (e *entity) rest(pairs []byte) {
	if len(pairs) > 0 {
		e.comma()
		e.buf = append(e.buf, pairs...)
	}
}

func (e *entity) null(key string) { e.raw(key, "null") }

func (e *entity) number(key string, value int) {
	e.key(key)
	e.buf = strconv.AppendInt(e.buf, int64(value), 10)
}

// numberOrNull writes null for 0, which is no id in GitLab.
func (e *entity) numberOrNull(key string, value int) {
	if value == 0 {
		e.null(key)
		return
	}
	e.number(key, value)
}

func (e *entity) flag(key string, value bool) {
	e.key(key)
	e.buf = strconv.AppendBool(e.buf, value)
}

// text writes a string made of the given parts.
func (e *entity) text(key string, parts ...string) {
	e.key(key)
	e.buf = append(e.buf, '"')
	for _, part := range parts {
		e.buf = appendEscaped(e.buf, part)
	}
	e.buf = append(e.buf, '"')
}

func (e *entity) textOrNull(key, value string) {
	if value == "" {
		e.null(key)
		return
	}
	e.text(key, value)
}

func (e *entity) texts(key string, values []string) {
	e.key(key)
	e.buf = append(e.buf, '[')
	for _, value := range values {
		e.comma()
		e.buf = append(e.buf, '"')
		e.buf = append(appendEscaped(e.buf, value), '"')
	}
	e.buf = append(e.buf, ']')
}

// time writes GitLab's usual form, in UTC with milliseconds.
func (e *entity) time(key string, t time.Time) {
	if t.IsZero() {
		e.null(key)
		return
	}
	e.key(key)
	e.buf = append(e.buf, '"')
	e.buf = t.UTC().AppendFormat(e.buf, "2006-01-02T15:04:05.000Z")
	e.buf = append(e.buf, '"')
}

func (e *entity) date(key string, t time.Time) {
	if t.IsZero() {
		e.null(key)
		return
	}
	e.text(key, t.UTC().Format(time.DateOnly))
}

func appendEscaped(buf []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEncoded(buf, text)
		}
	}
	return append(buf, text...)
}

func appendEncoded(buf []byte, text string) []byte {
	encoded, _ := json.Marshal(text) // a string can always be encoded
	return append(buf, encoded[1:len(encoded)-1]...)
}
