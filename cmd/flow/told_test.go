package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"flow"
)

func TestTold(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want string
		code int
	}{
		{"a fault with the server's words", fmt.Errorf("refresh: %w", &flow.Fault{Cause: flow.ServerFault, Says: "502 Bad Gateway"}),
			"flow: GitLab answers with a fault of its own.\nRun the same command in a few minutes.\nGitLab says: 502 Bad Gateway\n", 1},
		{"a command that tries again", &hinted{err: &flow.Fault{Cause: flow.BrokenOff, Detail: "340 repos"}, again: "flow refresh acme"},
			"flow: GitLab stopped answering at 340 repos.\nRun flow refresh acme again.\n", 1},
		{"a next step of its own", &hinted{err: &flow.Fault{Cause: flow.DNS, Host: "a.example"}, next: "Do this."},
			"flow: Can't find a.example: this machine knows no such host.\nDo this.\n", 1},
		{"no terminal", &flow.Fault{Cause: flow.NoTerminal}, "flow needs a terminal. Use flow connect in scripts.\n", 2},
		{"usage", fmt.Errorf("x: %w", &usageError{"It is so.", "Do that."}), "flow: It is so.\nDo that.\n", 2},
		{"a bad name", &flow.Fault{Cause: flow.BadName, Detail: "-x", Where: "it starts with a dash"},
			"flow: \"-x\" can't be a name: it starts with a dash.\nGive --name with 1 to 64 characters.\n", 2},
		{"the context is over", fmt.Errorf("test: %w", context.Canceled), "flow: Cancelled.\nStart it again when you like.\n", 1},
		{"anything else", errors.New("disk on fire"), "flow: disk on fire.\nRun the same command again.\n", 1},
	} {
		if got := told(test.err); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
		if got := exitCode(test.err); got != test.code {
			t.Errorf("%s: exit code %d, want %d", test.name, got, test.code)
		}
	}
	if exitCode(nil) != 0 {
		t.Error("no error is no failure")
	}
}

// onScreen are words that only make sense with keys and fields in front of one.
var onScreen = regexp.MustCompile(`(?i)\bpress|\bpaste\b|\btype (it|that|the|what|https)|\babove\b|\bbelow\b|\bswitch on\b`)

// TestNoWordsOfScreens reads the sentences where they are written, so that one
// that is added there can't be forgotten here.
func TestNoWordsOfScreens(t *testing.T) {
	files, err := filepath.Glob("../../gitlab/*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range append(files, "../../fault.go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, text := range stringsIn(t, file) {
			// Only those that end a sentence are shown; e opens the changes of a
			// save, and rules are typed nowhere but on a screen.
			if !strings.HasSuffix(text, ".") || strings.HasPrefix(text, "Press e ") || text == "Type another one." {
				continue
			}
			seen++
			if got := onCommandLine(text, ""); onScreen.MatchString(got) {
				t.Errorf("%s: a command would say %q", file, got)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d sentences found", seen)
	}
}

func stringsIn(t *testing.T, file string) []string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	ast.Inspect(tree, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
		return true
	})
	return texts
}

func TestQuoted(t *testing.T) {
	for name, want := range map[string]string{
		"acme-gitlab": "acme-gitlab", "Łódź_2": "Łódź_2", "two words": "'two words'",
		"Acme's": `'Acme'\''s'`, "a;b": "'a;b'", "$HOME": "'$HOME'", "~root": "'~root'",
	} {
		if got := quoted(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
