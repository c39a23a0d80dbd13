package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"

	"flow/gitlab/gitlabtest"
)

// inPTY runs the program itself on a terminal of that size; what it draws is
// kept byte by byte.
func inPTY(t *testing.T, width, height int, env ...string) *window {
	t.Helper()
	home := t.TempDir()
	command := exec.Command("flow")
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8"}, env...)
	terminal, err := pty.StartWithSize(command, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)})
	if err != nil {
		t.Fatal(err)
	}
	tm := &window{t: t, keys: terminal, vt: vt10x.New(vt10x.WithSize(width, height)), changed: make(chan struct{}), ended: make(chan error, 1)}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(tm, terminal) // ends with an error when the program does
	}()
	go func() { tm.ended <- command.Wait() }()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = terminal.Close()
		<-copied
	})
	return tm
}

// link is what a terminal is told of a hyperlink: its target, then its text.
var link = regexp.MustCompile(`\x1b\]8;[^;]*;([^\x07\x1b]+)(?:\x07|\x1b\\)([^\x1b]+)`)

// On a terminal of any width the rows of the address make up the whole, every row
// links to the whole, and what is copied is the whole: byte for byte.
func TestTheAddressIsWholeOnEveryTerminal(t *testing.T) {
	t.Parallel()
	server, err := gitlabtest.Start(gitlabtest.Demo(time.Now()), gitlabtest.Options{Path: "/git", Version: "16.11.0-ee"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	for _, width := range []int{40, 60, 80, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			tm := inPTY(t, width, 40, overSSHTo, "NO_PROXY=*")
			tm.see("Which GitLab do you want").press("enter").see("/^> OAuth/").press("enter").see("What you type in")
			tm.typed(server.URL()).press("enter").see("A GitLab answers", "/^> Client ID/").entered(gitlabtest.DemoClientSecret)
			if tm.see("/Waiting for GitLab|" + taken + "/"); matches(tm.screen(), taken) {
				tm.press("down")
			}
			tm.see("Waiting for GitLab")
			long := tm.long()
			rows := strings.Split(longAddress.FindString(tm.screen()), "\n")
			if !strings.HasPrefix(long, server.URL()+"/oauth/authorize?client_id="+gitlabtest.DemoClientID) || len(rows) != (len(long)+width-1)/width {
				t.Fatalf("%d rows of %s", len(rows), long)
			}
			linked := ""
			for _, found := range link.FindAllStringSubmatch(tm.output(), -1) {
				if strings.Contains(found[1], "/oauth/authorize") {
					if found[1] != long {
						t.Errorf("a row links to %s", found[1])
					}
					linked += found[2]
				}
			}
			if !strings.Contains(linked, long) {
				t.Errorf("the linked rows make up\n%s\nwant\n%s", linked, long)
			}
			tm.press("c").see("clipboard")
			want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(long)) + "\x07"
			tm.waitFor("send the address to the clipboard", func(string) bool { return strings.Contains(tm.output(), want) })
			if tm.long() != long {
				t.Errorf("the address has changed:\n%s", tm.screen())
			}
			tm.press("ctrl+c")
			if err := <-tm.ended; err != nil {
				t.Error(err)
			}
		})
	}
}
