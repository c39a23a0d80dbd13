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
		{"a command that tries again", &hinted{err: &flow.Fault{Cause: flow.BrokenOff, Detail: "340 repos"}, commands: commands{again: "flow refresh acme"}},
			"flow: GitLab stopped answering at 340 repos.\nRun flow refresh acme again.\n", 1},
		{"a next step of its own", &hinted{err: &flow.Fault{Cause: flow.DNS, Host: "a.example"}, next: "Do this."},
			"flow: Can't find a.example: this machine knows no such host.\nDo this.\n", 1},
		{"no terminal", &flow.Fault{Cause: flow.NoTerminal}, "flow needs a terminal. Use flow connect in scripts.\n", 2},
		{"a sign-in of an integration", &hinted{err: &flow.Fault{Cause: flow.SignInOver}, commands: commandsFor(flow.Integration{Name: "Acme GitLab"})},
			"flow: GitLab no longer accepts the sign-in: it was revoked there, or used by another machine.\nRun flow reconnect 'Acme GitLab' --oauth.\n", 1},
		{"a client secret of an integration", &hinted{err: &flow.Fault{Cause: flow.SecretWrong}, commands: commandsFor(flow.Integration{Name: "acme"})},
			"flow: Client secret is refused by GitLab.\nRenew it there, then run flow reconnect acme --client-secret-file FILE.\n", 1},
		{"the same while signing in", &flow.Fault{Cause: flow.SecretWrong},
			"flow: Client secret is refused by GitLab.\nRenew it there, then give the new one with --client-secret-file.\n", 1},
		{"a secret that is missing", &flow.Fault{Cause: flow.SecretMissing},
			"flow: GitLab wants the secret of this application.\nGive it in a file with --client-secret-file, or switch Confidential off there.\n", 1},
		{"the same of an integration", &hinted{err: &flow.Fault{Cause: flow.SecretMissing}, commands: commandsFor(flow.Integration{Name: "acme"})},
			"flow: GitLab wants the secret of this application.\nRun flow reconnect acme --client-secret-file FILE, or switch Confidential off there.\n", 1},
		{"an application that is another one now", &hinted{err: &flow.Fault{Cause: flow.ClientRefused}, commands: commandsFor(flow.Integration{Name: "acme"})},
			"flow: GitLab does not accept this Client ID and secret.\nCompare them with Application ID and Secret there, then run flow reconnect acme --client-id ID --client-secret-file FILE.\n", 1},
		{"nobody approved", &flow.Fault{Cause: flow.AttemptOver}, "flow: No answer for 10 minutes.\nRun the same command again.\n", 1},
		{"no client ID", &flow.Fault{Cause: flow.NoClientID}, "flow: Client ID is empty.\nCopy Application ID from the application's page in GitLab.\n", 2},
		{"a bad client ID", &flow.Fault{Cause: flow.BadClientID}, "flow: Client ID holds a space or a character that can't be seen.\nCopy Application ID from the application's page in GitLab.\n", 2},
		{"a bad redirect URI", &flow.Fault{Cause: flow.BadRedirect, Detail: "x"}, "flow: \"x\" can't be a redirect URI.\nGive a whole address, such as https://flow.example.com/callback.\n", 2},
		{"a port that is taken", &flow.Fault{Cause: flow.PortTaken, Detail: "7171"}, "flow: Port 7171 is taken on this machine.\nGive another one with --callback-port, or leave that out.\n", 2},
		{"usage", fmt.Errorf("x: %w", &usageError{"It is so.", "Do that."}), "flow: It is so.\nDo that.\n", 2},
		{"a bad name", &flow.Fault{Cause: flow.BadName, Detail: "-x", Where: "it starts with a dash"},
			"flow: \"-x\" can't be a name: it starts with a dash.\nGive --name with 1 to 64 characters.\n", 2},
		{"the context is over", fmt.Errorf("test: %w", context.Canceled), "flow: Cancelled.\nStart it again when you like.\n", 1},
		{"an unknown authority", &flow.Fault{Cause: flow.UnknownCA, Host: "git.example.com", Detail: "Acme Root CA 2"},
			"flow: Can't trust git.example.com: its certificate is from \"Acme Root CA 2\", unknown here.\nGive its file with --ca-file.\n", 1},
		{"the same of an integration", &hinted{err: &flow.Fault{Cause: flow.UnknownCA, Host: "git.example.com", Detail: "Acme Root CA 2"}, commands: commandsFor(flow.Integration{Name: "acme"})},
			"flow: Can't trust git.example.com: its certificate is from \"Acme Root CA 2\", unknown here.\nRun flow reconnect acme --ca-file FILE.\n", 1},
		{"a file without certificates", &flow.Fault{Cause: flow.BadCertificate, Detail: "root.pem", Where: "it is empty"},
			"flow: Can't use root.pem: it is empty.\nGive a file with certificates in PEM form.\n", 2},
		{"a test that failed says no more", fmt.Errorf("check: %w", verdict(exitNotConnected)), "", 11},
		{"anything else", errors.New("disk on fire"), "flow: disk on fire.\nRun the same command again.\n", 1},
	} {
		var out strings.Builder
		p := withEnv(nil)
		p.stderr = &out
		if got := p.end(test.err); got != test.code || out.String() != test.want {
			t.Errorf("%s: exit code %d, want %d, and\n got %q\nwant %q", test.name, got, test.code, out.String(), test.want)
		}
	}
	if withEnv(nil).end(nil) != 0 {
		t.Error("no error is no failure")
	}
}

// onScreen are words that only make sense with keys and fields in front of one.
var onScreen = regexp.MustCompile(`(?i)\bpress|\bpaste\b|\btype (it|that|the|what|https)|\baddress(es)? above\b|\bfile below\b|\bbelow, as\b|\bswitch on repo\b`)

// TestNoWordsOfScreens reads the sentences where they are written, so that one
// that is added there can't be forgotten here.
func TestNoWordsOfScreens(t *testing.T) {
	files, err := filepath.Glob("../../gitlab/*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range append(files, "../../fault.go", "../../why.go") {
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
			for _, c := range []commands{{}, commandsFor(flow.Integration{Name: "acme"})} {
				if got := onCommandLine(text, c); onScreen.MatchString(got) {
					t.Errorf("%s: a command would say %q", file, got)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d sentences found", seen)
	}
}

// TestStepsAgree: what is kept as a text has no cause, so one sentence of a screen
// has to become the same in whichever fault it is.
func TestStepsAgree(t *testing.T) {
	said := map[string]flow.Cause{}
	for cause, s := range steps {
		text := (&flow.Fault{Cause: cause}).Next()
		if text == "" {
			t.Errorf("%s has no next step on a screen", cause)
		}
		if other, ok := said[text]; ok && steps[other] != s {
			t.Errorf("%s and %s say %q on a screen, and different things here", cause, other, text)
		}
		said[text] = cause
		for _, c := range []commands{{}, commandsFor(flow.Integration{Name: "acme"})} {
			direct := nextStep(&flow.Fault{Cause: cause}, c)
			if kept := onCommandLine("It is so. "+text, c); kept != "It is so. "+direct {
				t.Errorf("%s: an error says %q, what is kept %q", cause, direct, kept)
			}
			if strings.ContainsAny(direct, "{}") || strings.Contains(direct, "run  ") {
				t.Errorf("%s: %q", cause, direct)
			}
		}
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
