package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"flow"
)

func TestATokenIsNotShownWhileItIsTyped(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	env := []string{"HOME=" + home, "XDG_DATA_HOME=", "XDG_STATE_HOME="}
	x := onConsole(t, env, "connect", "--name", "acme", "--base-url", "http://127.0.0.1:1")
	// Where it will be kept is said before it is asked for.
	x.until("The token will be kept in ~/.local/share/flow/flow.db, sealed; its key in ~/.local/state/flow/identity.")
	x.until("it is not shown): ")
	if _, err := x.file.WriteString(secret + "\r"); err != nil {
		t.Fatal(err)
	}
	x.until("Can't reach 127.0.0.1")
	if piece := pieceOfSecret([]byte(x.text.String())); piece != "" {
		t.Errorf("%q, a piece of the token, is on screen", piece)
	}
	if code := x.ends(); code != 1 {
		t.Errorf("exit code %d", code)
	}

	x = onConsole(t, env, "connect", "--name", "acme", "--base-url", "http://127.0.0.1:1")
	x.until("it is not shown): ")
	if _, err := x.file.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	x.until("flow: Cancelled.")
	if code := x.ends(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(filepath.Join(home, ".local/state/flow/identity")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key was made: %v", err)
	}
}

func TestReadLine(t *testing.T) {
	for typed, want := range map[string]string{
		"abc\rdef": "abc", "abc\n": "abc", "abx\x7fc\r": "abc", "\x7f\babc\r": "abc", "wrong\x15abc\r": "abc", "abc\x04": "abc", "\x04": "",
	} {
		got, err := readLine(strings.NewReader(typed), io.Discard)
		if err != nil || string(got) != want {
			t.Errorf("%q: got %q, %v", typed, got, err)
		}
	}
	if _, err := readLine(strings.NewReader("abc\x03"), io.Discard); !flow.CausedBy(err, flow.Cancelled) {
		t.Error(err)
	}
	if text, err := readLine(bytes.NewReader(bytes.Repeat([]byte("x"), 2*maxSecret)), io.Discard); err != nil || len(text) != maxSecret {
		t.Error(len(text), err)
	}
}

// A console runs flow on a real one, in a process of its own.
type console struct {
	t    *testing.T
	cmd  *exec.Cmd
	file *os.File // our end
	seen chan string
	text strings.Builder
}

func onConsole(t *testing.T, env []string, args ...string) *console {
	t.Helper()
	flow, err := exec.LookPath("flow") // testscript.Main put it there
	if err != nil {
		t.Fatal(err)
	}
	x := &console{t: t, cmd: exec.Command(flow, args...), seen: make(chan string, 100)}
	x.cmd.Env = append(os.Environ(), env...)
	if x.file, err = pty.StartWithSize(x.cmd, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.file.Close(); x.cmd.Process.Kill() })
	go func() {
		defer close(x.seen)
		for {
			b := make([]byte, 4096)
			n, err := x.file.Read(b)
			if err != nil {
				return
			}
			x.seen <- string(b[:n])
		}
	}()
	return x
}

// until waits until the text was written.
func (x *console) until(text string) {
	x.t.Helper()
	limit := time.After(patience)
	for !strings.Contains(x.text.String(), text) {
		select {
		case more, open := <-x.seen:
			if x.text.WriteString(more); !open {
				x.t.Fatalf("it ended before %q: %q", text, x.text.String())
			}
		case <-limit:
			x.t.Fatalf("no %q: %q", text, x.text.String())
		}
	}
}

// ends waits for the end and returns the exit code.
func (x *console) ends() int {
	x.t.Helper()
	go func() {
		for range x.seen {
		}
	}()
	done := make(chan struct{})
	go func() { x.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		x.t.Fatal("it does not end")
	}
	return x.cmd.ProcessState.ExitCode()
}
