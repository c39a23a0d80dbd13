package flow

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"
	"unique"
)

// A Secret is a token or password. However it is printed, logged or encoded,
// it shows as ****; only Reveal gives it away.
//
// The text stands behind a handle, since fmt calls no method of what is in an
// unexported field, but prints it: there it shows as an address. Equal secrets
// have equal handles.
type Secret struct{ handle unique.Handle[string] }

// NewSecret takes a secret as it was typed or pasted: white space around it,
// such as the line end of a copied line, does not belong to it.
func NewSecret(text string) Secret {
	if text = strings.TrimSpace(text); text == "" {
		return Secret{}
	}
	return Secret{unique.Make(text)}
}

// Reveal returns the secret itself. Call it only where it is sent to the server
// it belongs to, sealed, or shown on the user's demand.
func (s Secret) Reveal() string {
	if s.IsZero() {
		return ""
	}
	return s.handle.Value()
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s == Secret{} }

// Len returns the number of characters, which may be shown.
func (s Secret) Len() int { return utf8.RuneCountInString(s.Reveal()) }

const hidden = "****"

func (s Secret) String() string               { return hidden }
func (s Secret) GoString() string             { return hidden }
func (s Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, hidden) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }

// Redact replaces every occurrence of the secret in text, so that words of a
// server that repeat it can be shown; also as an address has it, with some of its
// characters or all of them percent-encoded.
func (s Secret) Redact(text string) string {
	if len(s.Reveal()) < 4 {
		return text
	}
	text = strings.ReplaceAll(text, s.Reveal(), hidden)
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	var b strings.Builder
	for at := 0; at < len(text); {
		if n := encodedLen(text[at:], s.Reveal()); n > 0 {
			b.WriteString(hidden)
			at += n
			continue
		}
		b.WriteByte(text[at])
		at++
	}
	return b.String()
}

// encodedLen returns how many bytes of a text stand for a secret at its start; 0
// if none do.
func encodedLen(text, secret string) int {
	at := 0
	for i := range len(secret) {
		switch rest := text[at:]; {
		case len(rest) >= 3 && rest[0] == '%' && strings.EqualFold(rest[:3], fmt.Sprintf("%%%02x", secret[i])):
			at += 3
		case rest != "" && (rest[0] == secret[i] || rest[0] == '+' && secret[i] == ' '): // as a form has it
			at++
		default:
			return 0
		}
	}
	return at
}
