package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"flow"
)

// What a file or stdin holds is one secret, or refused without being repeated.
func FuzzSecretInput(f *testing.F) {
	for _, text := range []string{"glpat-0123456789\n", "", " \r\n", "two words", "two\nlines\n", "\ufeffglpat-0123456789", "glpat-\x1b[2J", "p\xe4ss", "a\u00a0b", "a\u200bb", "correct horse battery"} {
		for which := range uint8(3) {
			f.Add([]byte(text), which)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, which uint8) {
		w := []wanted{aToken, aClientSecret, aProxyPassword}[which%3]
		secret, err := w.in(text, "secret.txt")
		if err != nil {
			said := told(err)
			if !secret.IsZero() || exitCode(err) != exitUsage || said != strings.ToValidUTF8(said, "") {
				t.Fatalf("%q: %q, exit code %d", text, said, exitCode(err))
			}
			for _, word := range strings.Fields(string(text)) {
				if len(word) > 12 && strings.Contains(said, word) && !strings.Contains(told(emptyInput(w)), word) && !strings.Contains(moreThan(w), word) {
					t.Fatalf("%q: it says %q", text, said)
				}
			}
			return
		}
		value := secret.Reveal()
		if value == "" || value != strings.TrimSpace(string(text)) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Fatalf("%q is taken as %q", text, value)
		}
		if w != aProxyPassword && strings.ContainsFunc(value, unicode.IsSpace) {
			t.Fatalf("%q is taken as %q, several words", text, value)
		}
	})
}

func emptyInput(w wanted) error {
	_, err := w.in(nil, "secret.txt")
	return err
}

func moreThan(w wanted) string {
	_, err := w.in([]byte("a\x01b"), "secret.txt")
	return told(err)
}

// Whatever is typed on a terminal in raw mode: what is echoed moves the cursor by
// nothing but what is seen, and a line ends.
func FuzzReadLine(f *testing.F) {
	for _, typed := range []string{"abc\rdef", "abx\x7fc\r", "\x7f\babc\r", "wrong\x15abc\r", "abc\x04", "abc\x03", "a\x1b[2Jb\n", "\xff\xc3\x7f\xa4\r", "日本\x7f\r", "\x1b[200~x\x1b[201~\r"} {
		f.Add([]byte(typed))
	}
	f.Fuzz(func(t *testing.T, typed []byte) {
		var echo bytes.Buffer
		line, err := readLine(bytes.NewReader(typed), &echo)
		if shown := strings.ReplaceAll(echo.String(), "\b \b", ""); strings.ContainsFunc(shown, func(r rune) bool { return r < ' ' && r != '\n' }) {
			t.Fatalf("%q is echoed as %q", typed, shown)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			if !flow.CausedBy(err, flow.Cancelled) || !bytes.ContainsRune(typed, 3) || line != nil {
				t.Fatalf("%q: %q, %v", typed, line, err)
			}
			return
		}
		if bytes.ContainsAny(line, "\r\n\x03\x04\x15\b\x7f") || len(line) > len(typed) || len(line) > maxSecret {
			t.Fatalf("%q is the line %q", typed, line)
		}
		if plain := bytes.IndexFunc(typed, func(r rune) bool { return r < ' ' || r == 0x7f }); plain < 0 && !bytes.Equal(line, typed) {
			t.Fatalf("%q is the line %q", typed, line)
		}
	})
}

// Answers are read line by line to their end, however long one is.
func FuzzAnswers(f *testing.F) {
	for _, text := range []string{"one\r\n\n  two  \nthr", "", "\n\n", "\x00", strings.Repeat("x", 5000), "\xff\n\xfe"} {
		f.Add(text, uint16(0))
		f.Add(text, uint16(40000))
	}
	f.Fuzz(func(t *testing.T, text string, more uint16) {
		text += strings.Repeat("y", int(more)*2)
		next := linesOf(strings.NewReader(text))
		var got []string
		for {
			line, err := next()
			if err != nil {
				if !errors.Is(err, io.EOF) || line != "" {
					t.Fatalf("%.60q ends with %q, %v", text, line, err)
				}
				break
			}
			if strings.Contains(line, "\n") || len(line) > maxSecret || len(got) > strings.Count(text, "\n") {
				t.Fatalf("%.60q has the line %.60q, after %d", text, line, len(got))
			}
			got = append(got, line)
		}
		if want := strings.Split(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\r\n", "\n"), "\n"); len(text) < maxSecret && text != "" && !strings.Contains(text, "\r") && !slices.Equal(got, want) {
			t.Fatalf("%.60q is read as %.200q", text, got)
		}
	})
}

// A name that is put into a command is one word of it, and that name.
func FuzzQuoted(f *testing.F) {
	for _, name := range []string{"acme-gitlab", "acme gitlab", "it's", "''", "$(reboot)", "a\\b", "", "日本", "~", "#x", "a*", "a\tb", "!x", "%1", "a=b"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		word := quoted(name)
		var got strings.Builder
		rest := word
		for rest != "" {
			switch {
			case rest[0] == '\'':
				inside, after, closed := strings.Cut(rest[1:], "'")
				if !closed {
					t.Fatalf("%q is quoted as %s, which does not end", name, word)
				}
				got.WriteString(inside)
				rest = after
			case strings.HasPrefix(rest, `\'`):
				got.WriteByte('\'')
				rest = rest[2:]
			case strings.ContainsRune(" \t\n|&;<>()$`\\\"*?[]#~=!{}^", rune(rest[0])) || rest[0] < ' ':
				t.Fatalf("%q is quoted as %s: a shell takes %q for its own", name, word, rest[0])
			default:
				got.WriteByte(rest[0])
				rest = rest[1:]
			}
		}
		if got.String() != name || word == "" {
			t.Fatalf("%q is quoted as %s, which is %q", name, word, got.String())
		}
	})
}

// What is said to a screen is said on the command line without its keys, and what
// a server says stays as it is.
func FuzzOnCommandLine(f *testing.F) {
	for cause := range steps {
		f.Add("It failed. "+(&flow.Fault{Cause: cause, Host: "h", Detail: "d"}).Next(), "acme")
	}
	for _, text := range []string{"", "Press r.", "then press r", "{again} {reconnect}", "Add the account to it as Reporter, then press r.", "\x1b[2J"} {
		f.Add(text, "it's {again}")
		f.Add(text, "")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		c := commands{}
		if name != "" {
			c = commands{again: "flow refresh " + quoted(name), reconnect: "flow reconnect " + quoted(name)}
		}
		said := onCommandLine(text, c)
		if strings.Contains(said, "{again}") && !strings.Contains(text+name, "{again}") || strings.Contains(said, "{reconnect}") && !strings.Contains(text+name, "{reconnect}") {
			t.Fatalf("%q becomes %q", text, said)
		}
		if strings.Contains(said, "Press r.") && !strings.Contains(name, "ress") {
			t.Fatalf("%q becomes %q", text, said)
		}
		if len(said) > 500*(len(text)+len(name)+1) {
			t.Fatalf("%d characters become %d", len(text), len(said))
		}
	})
}

// Whatever stands in BROWSER, nothing that draws on a terminal is started.
func FuzzBrowsers(f *testing.F) {
	for _, list := range []string{"", "lynx", "/usr/bin/w3m %s:firefox", ":::", "links -g:www-browser", " \t:lynx\x00"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		kept := windowBrowsers(list)
		if kept == "" || windowBrowsers(kept) == "" {
			t.Fatalf("%q leaves nothing", list)
		}
		for command := range strings.SplitSeq(kept, ":") {
			words := strings.Fields(command)
			if len(words) == 0 || slices.Contains(textBrowsers, words[0][strings.LastIndexByte(words[0], '/')+1:]) {
				t.Fatalf("%q leaves %q", list, command)
			}
		}
	})
}

// Whatever words stand behind flow: they are a command, or it is said what is wrong
// with them, without repeating what may be a secret in the wrong place.
func FuzzCommandLine(f *testing.F) {
	const piece = "Zq7hunter2"
	for _, words := range []string{
		"", "connect\n--token\n" + piece, "connect\n--token=" + piece, piece, "connect\n" + piece, "check\na\nb", "why\nacme", "--callback-port\n" + piece, "--callback-port=" + piece, "connect\n--client-secret\n" + piece, "connect\n-k" + piece,
		"--store", "list\n--json=" + piece, "help\nconnect", "connect\n--help", "conect", "--", "-", "connect\n--\n" + piece, "refresh\n\n", "repos\nacme\n--json", "-h", "completion\nbash", "version\n\x1b[2J", "\x1b[2J", "connect\n--ca-file\n" + piece + "\n--proxy\nana:" + piece + "@h\n--x" + "\x1b[2J",
		"connect\n--proxy-password\n" + piece, "--insecure", "connect\n-x", "connect\n--proxy=\n--proxy", "delete\na\nb\nc", "demo\n" + piece,
	} {
		f.Add(words)
	}
	home := f.TempDir()
	f.Fuzz(func(t *testing.T, words string) {
		args := strings.Split(words, "\n")
		if words == "" {
			args = nil
		}
		if len(words) > 2000 || slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "__complete") }) {
			return
		}
		var out, errs bytes.Buffer
		p := &program{
			stdin: strings.NewReader(""), stdout: &out, stderr: &errs, now: time.Now, isTerminal: func(any) bool { return false },
			env: func(name string) string { return map[string]string{"HOME": home}[name] },
		}
		root := p.command()
		var disarm func(*cobra.Command)
		disarm = func(c *cobra.Command) {
			if c.RunE != nil {
				c.RunE = func(*cobra.Command, []string) error { return nil } // nothing is done
			}
			c.ValidArgsFunction = nil
			for _, below := range c.Commands() {
				disarm(below)
			}
		}
		disarm(root)
		root.SetArgs(args)
		root.SetIn(p.stdin)
		root.SetOut(&out)
		root.SetErr(&errs)
		code := p.end(root.ExecuteContext(context.Background()))
		said := errs.String()
		if code != exitOK && code != exitUsage || (code == exitUsage) != strings.HasPrefix(said, "flow: ") {
			t.Fatalf("%q: exit code %d, it says %q", args, code, said)
		}
		if strings.Contains(said, piece) && !slices.ContainsFunc(args, isFlagNamed(piece)) {
			t.Fatalf("%q: it says %q", args, said)
		}
		if code == exitUsage && !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") }) && (!utf8.ValidString(said) || strings.ContainsFunc(said, func(r rune) bool { return unicode.IsControl(r) && r != '\n' })) {
			t.Fatalf("%q: it says %q", args, said)
		}
	})
}

// isFlagNamed reports whether an argument is a flag in whose name a text stands.
func isFlagNamed(text string) func(string) bool {
	return func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return strings.HasPrefix(arg, "-") && strings.Contains(name, text)
	}
}
