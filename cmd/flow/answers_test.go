package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"flow"
	"flow/gitlab/gitlabtest"
)

func TestAnswersAreReadLineByLine(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	lines := make(chan string, 10)
	stop, err := (&program{stdin: in, isTerminal: isTerminal}).answers(func(line string) { lines <- line }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(out, "one\r\n\n  two  \nthr"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one", "two"} {
		if got := <-lines; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	// It returns although the pipe is open, and nobody reads it from then on.
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString(out, "the next one's"); err != nil {
		t.Fatal(err)
	}
	if len(lines) > 0 {
		t.Errorf("half a line was taken: %q", <-lines)
	}
	// Who has read is on the way out, if not gone.
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !bytes.Contains(stacks, []byte("(*program).answers.func")) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("somebody still reads:\n%s", stacks)
		}
	}
	rest := make([]byte, 14)
	if n, err := io.ReadFull(in, rest); err != nil || string(rest) != "the next one's" {
		t.Errorf("%q is left, %v", rest[:n], err)
	}
}

func TestAnswersThatEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "answers")
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"no line end", "one\ntwo", []string{"one", "two"}},
		{"no end at all", "one\n" + strings.Repeat("x", 2*maxSecret), []string{"one"}},
	} {
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		// The end of a file is not told; what was read before it is.
		got, lines := []string(nil), make(chan string, 10)
		stop, err := (&program{stdin: in, isTerminal: isTerminal}).answers(func(line string) { lines <- line }, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range test.want {
			got = append(got, <-lines)
		}
		if err := stop(); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
		in.Close()
	}
}

// On a terminal an answer may be longer than a line of it can be, and be
// corrected; ctrl+c is told, and the terminal is as before in the end.
func TestAnswersOfATerminal(t *testing.T) {
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	before, err := term.GetState(theirs.Fd())
	if err != nil {
		t.Fatal(err)
	}
	lines, left := make(chan string), make(chan error, 1)
	p := &program{stdin: theirs, stderr: io.Discard, isTerminal: isTerminal}
	stop, err := p.answers(func(line string) { lines <- line }, func(err error) { left <- err })
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("0123456789", 2000)
	go func() { _, _ = io.WriteString(ours, long+"\rgone\x15onf\x7fe\r\x03") }()
	for _, want := range []string{long, "one"} {
		if got := <-lines; got != want {
			t.Errorf("got %d characters, want %d: %.40q", len(got), len(want), got)
		}
	}
	if err := <-left; !flow.CausedBy(err, flow.Cancelled) {
		t.Errorf("ctrl+c: %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if after, err := term.GetState(theirs.Fd()); err != nil || *after != *before {
		t.Errorf("the terminal is another one: %v", err)
	}
}

// The whole command on a terminal: the secret is asked for and not shown, a wrong
// paste is far too long, and the right one is shown as it is pasted.
func TestSignInOnATerminal(t *testing.T) {
	t.Parallel()
	server, err := gitlabtest.Start(gitlabtest.Sized(1, time.Now()), gitlabtest.Options{Path: "/git"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	env := []string{"HOME=" + t.TempDir(), "XDG_DATA_HOME=", "XDG_STATE_HOME=", "SSH_CONNECTION=", "FLOW_REDIRECT_URI="}
	args := []string{"connect", "--name", "acme", "--base-url", server.URL(), "--oauth", "--client-id", gitlabtest.DemoClientID, "--client-secret-file", "-"}
	x := onConsole(t, env, args...)
	x.until("Client secret (paste it; it is not shown): ")
	x.write(gitlabtest.DemoClientSecret + "\r")
	x.until("  paste  the address you end on; its page can't load, that is expected\r\n")
	x.write("https://www.example.com/?SAMLRequest=" + strings.Repeat("0123456789", 1000) + "\r")
	x.until("The address has no code in it: it was cut.\r\n")
	x.write(x.lastPage(server) + "\r")
	x.until("Connected acme: ")
	if code := x.ends(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if piece := pieceOfSecret([]byte(x.text.String())); piece != "" {
		t.Errorf("%q, a piece of the client secret, is on screen", piece)
	}

	args[2] = "second"
	x = onConsole(t, env, append(args[:len(args)-1], "/dev/null")...)
	x.until("There is no client secret in /dev/null.")
	if code := x.ends(); code != 2 {
		t.Errorf("exit code %d", code)
	}
	x = onConsole(t, env, args[:len(args)-2]...)
	x.until("  paste  the address")
	x.write("\x03")
	x.until("flow: Cancelled.")
	if code := x.ends(); code != 1 {
		t.Errorf("exit code %d", code)
	}
}

func (x *console) write(text string) {
	x.t.Helper()
	if _, err := io.WriteString(x.file, text); err != nil {
		x.t.Fatal(err)
	}
}

// lastPage approves Flow at the long address and returns what stands in the
// address bar then.
func (x *console) lastPage(server *gitlabtest.Server) string {
	x.t.Helper()
	address := regexp.MustCompile(`(?m)^(http\S*/oauth/authorize\S*)\r$`).FindStringSubmatch(x.text.String())
	if address == nil {
		x.t.Fatalf("no long address from column 0 to the end of its line:\n%s", x.text.String())
	}
	browser := gitlabtest.NewBrowser(server, gitlabtest.DemoUser, gitlabtest.DemoPassword)
	defer browser.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	browser.StopBefore = isCallback
	landing, err := browser.Authorize(ctx, address[1], true)
	if err != nil {
		x.t.Fatal(errors.Join(errors.New("approve Flow"), err))
	}
	return landing.URL
}
