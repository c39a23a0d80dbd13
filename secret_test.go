package flow_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"flow"
)

// Half of the secret must not show either, in no encoding.
const typedSecret = "glpat-hunter2-correct-horse"

func pieces() []string {
	var found []string
	for _, piece := range []string{"glpat", "hunter2", "horse"} {
		found = append(found, piece, fmt.Sprintf("%x", piece), fmt.Sprintf("%X", piece), fmt.Sprintf("% x", piece),
			strings.Trim(fmt.Sprint([]byte(piece)), "[]"), strings.Trim(fmt.Sprintf("%x", []rune(piece)), "[]"))
	}
	return found
}

func TestASecretNeverShows(t *testing.T) {
	secret := flow.NewSecret(typedSecret)
	conn := flow.Connection{Token: secret}
	draft := flow.Draft{Token: secret}
	type hiding struct {
		secret  flow.Secret
		pointer *flow.Secret
		conn    flow.Connection
		list    []flow.Secret
		byName  map[string]flow.Secret
		any     any
	}
	values := map[string]any{
		"itself":              secret,
		"a pointer":           &secret,
		"a connection":        conn,
		"a connection's":      &conn,
		"a draft":             draft,
		"a draft's":           &draft,
		"a list":              []flow.Secret{secret},
		"an array":            [1]flow.Secret{secret},
		"a map":               map[string]flow.Secret{"token": secret},
		"a map by secrets":    map[flow.Secret]int{secret: 1},
		"fields nobody sees":  hiding{secret, &secret, conn, []flow.Secret{secret}, map[string]flow.Secret{"a": secret}, secret},
		"a pointer to those":  &hiding{secret, &secret, conn, nil, nil, &conn},
		"a list of those":     []hiding{{secret: secret}},
		"an error":            fmt.Errorf("sign in with %v", secret),
		"an error with a cat": errors.Join(errors.New("sign in"), fmt.Errorf("as %+v", conn)),
		"a fault":             &flow.Fault{Cause: flow.TokenUnknown, Err: fmt.Errorf("%#v", conn)},
	}
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%b", "%c", "%U", "%t", "%e", "%g", "%p", "%50v", "%-.3s", "%T", "%w", "%z", "%!"}
	check := func(t *testing.T, how, text string) {
		t.Helper()
		for _, piece := range pieces() {
			if strings.Contains(text, piece) {
				t.Errorf("%s shows %q: %s", how, piece, text)
				return
			}
		}
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			for _, verb := range verbs {
				check(t, verb, fmt.Sprintf(verb, value))
			}
			check(t, "Sprint", fmt.Sprint(value))
			check(t, "Sprintln", fmt.Sprintln("token", value))
			if err, ok := value.(error); ok {
				check(t, "Error", err.Error())
				check(t, "Sentence", said(err))
			}
			if text, err := json.Marshal(value); err == nil {
				check(t, "JSON", string(text))
			}
			var log bytes.Buffer
			options := &slog.HandlerOptions{Level: slog.LevelDebug}
			for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&log, options)), slog.New(slog.NewJSONHandler(&log, options))} {
				logger.Info("sign in", "token", value, "group", slog.GroupValue(slog.Any("inner", value)))
				logger.With("token", value).WithGroup("deeper").Debug(fmt.Sprint(value), slog.Any("token", value))
			}
			if log.Len() == 0 {
				t.Error("nothing was logged")
			}
			check(t, "slog", log.String())
		})
	}
}

func TestASecretShowsAsStars(t *testing.T) {
	secret := flow.NewSecret(typedSecret)
	for _, got := range []string{secret.String(), secret.GoString(), fmt.Sprintf("%v", secret), fmt.Sprintf("%q", &secret), fmt.Sprintf("%x", secret), secret.LogValue().String()} {
		if got != "****" {
			t.Errorf("it shows as %q", got)
		}
	}
	text, err := json.Marshal(map[flow.Secret]flow.Secret{secret: secret})
	if err != nil || string(text) != `{"****":"****"}` {
		t.Errorf("JSON: %s, %v", text, err)
	}
}

func TestASecretIsKeptAsItIs(t *testing.T) {
	tests := []struct {
		name  string
		typed string
		want  string
		chars int
	}{
		{"as typed", "glpat-1234", "glpat-1234", 10},
		{"without the line end of a paste", " glpat-1234\r\n", "glpat-1234", 10},
		{"with white space inside", "correct horse", "correct horse", 13},
		{"counted in characters", "pässwörd", "pässwörd", 8},
		{"nothing", "", "", 0},
		{"nothing but white space", " \n", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := flow.NewSecret(test.typed)
			if s.Reveal() != test.want || s.Len() != test.chars || s.IsZero() != (test.want == "") {
				t.Errorf("%q, %d characters, IsZero %v", s.Reveal(), s.Len(), s.IsZero())
			}
			if s != flow.NewSecret(test.want) {
				t.Error("it differs from the same secret")
			}
			if s == flow.NewSecret("another") || (s == flow.Secret{}) != (test.want == "") {
				t.Error("it equals another secret")
			}
		})
	}
}

func TestASecretIsTakenOutOfTheServersWords(t *testing.T) {
	secret := flow.NewSecret("glpat-1234")
	if got, want := secret.Redact("token glpat-1234 is unknown (glpat-1234)"), "token **** is unknown (****)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, short := range []string{"", "abc"} {
		if got := flow.NewSecret(short).Redact("abcabc"); got != "abcabc" {
			t.Errorf("%q, which is too short to be one, makes %q", short, got)
		}
	}
}
