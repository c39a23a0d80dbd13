package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// need skips a test on a machine without a program that it works with; where
// everything is required, that is a failure.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("FLOW_TEST_REQUIRE") == "all" {
		t.Fatalf("%s is required and not installed", program)
	}
	name := packages[filepath.Base(program)]
	if name == "" {
		name = program
	}
	t.Skipf("needs %s: apt-get install %s", program, name)
}

// packages hold programs of another name.
var packages = map[string]string{"ssh": "openssh-client", "sshd": "openssh-server"}

// A pane is the built program in a real terminal, tmux.
type pane struct {
	t      *testing.T
	socket string
	env    []string
}

// built is where the program is once it is built.
var built string

var buildOnce = sync.OnceValue(func() error {
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
})

// buildFlow builds the program as people have it, once for all tests.
func buildFlow(t *testing.T) string {
	t.Helper()
	if err := buildOnce(); err != nil {
		t.Fatal(err)
	}
	return built
}

// newPane starts a shell in a tmux of its own.
func newPane(t *testing.T, width, height int, env ...string) *pane {
	t.Helper()
	need(t, "tmux")
	home := t.TempDir()
	p := &pane{t: t, socket: filepath.Join(t.TempDir(), "tmux"),
		env: append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LANG=C.UTF-8", "TMPDIR=" + filepath.Join(home, "tmp")}, env...)}
	if err := os.Mkdir(filepath.Join(home, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	p.tmux("-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "sh")
	t.Cleanup(func() { p.tmux("kill-server") })
	p.see("/^[#$]/").typed("PS1='prompt> '; clear").press("Enter").see("/^prompt>/")
	return p
}

// home is a folder below the pane's HOME.
func (p *pane) home(sub ...string) string {
	for _, e := range p.env {
		if dir, ok := strings.CutPrefix(e, "HOME="); ok {
			return filepath.Join(append([]string{dir}, sub...)...)
		}
	}
	return ""
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, "tmux", append([]string{"-S", p.socket}, args...)...)
	command.Env = p.env
	out, err := command.CombinedOutput()
	if err != nil && args[0] != "kill-server" {
		p.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (p *pane) screen() string { return p.tmux("capture-pane", "-p") }

// press sends keys by tmux's names.
func (p *pane) press(keys ...string) *pane {
	p.t.Helper()
	p.tmux(append([]string{"send-keys"}, keys...)...)
	return p
}

// typed sends text as it is.
func (p *pane) typed(text string) *pane {
	p.t.Helper()
	p.tmux("send-keys", "-l", text)
	return p
}

// see waits until the screen shows all of the texts.
func (p *pane) see(texts ...string) *pane {
	p.t.Helper()
	for _, text := range texts {
		p.wait("see "+text, func() bool { return matches(p.screen(), text) })
	}
	return p
}

func (p *pane) wait(what string, holds func() bool) {
	p.t.Helper()
	again := time.NewTicker(30 * time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(patience); !holds(); <-again.C {
		if time.Now().After(deadline) {
			p.t.Fatalf("waiting to %s: the screen shows\n%s", what, p.screen())
		}
	}
}

// It starts, draws at both sizes, and ctrl+c gives the terminal back as it was.
func TestBuiltProgramInTmux(t *testing.T) {
	t.Parallel()
	need(t, "tmux")
	binary := buildFlow(t)
	p := newPane(t, 60, 16)
	before := p.typed("stty -g").press("Enter").see("/^[0-9a-f]+:/").screen()
	mode := before[strings.Index(before, "\n")+1:]
	mode, _, _ = strings.Cut(mode, "\n")

	p.typed("clear; "+binary).press("Enter").see("Step 1 of 7: Provider", "Which GitLab do you want to connect?")
	p.tmux("resize-window", "-x", "80", "-y", "24")
	p.see("[Provider] Method  Credentials", "1 of 7")
	if got := p.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}"); strings.TrimSpace(got) != "1 1" {
		t.Errorf("full screen and cursor are %q, want both", got)
	}
	p.press("C-c").see("/^prompt>/")
	p.wait("leave the full screen", func() bool {
		return strings.TrimSpace(p.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}")) == "0 1"
	})
	p.typed("clear; stty -g").press("Enter").see("/^[0-9a-f]+:/")
	if !strings.Contains(p.screen(), mode) {
		t.Errorf("the terminal's mode was %s, now\n%s", mode, p.screen())
	}
}

// The demo reaches the details screen, and leaving it leaves nothing behind.
func TestDemoInTmux(t *testing.T) {
	t.Parallel()
	need(t, "tmux")
	binary := buildFlow(t)
	p := newPane(t, 80, 24)
	p.typed("clear; " + binary + " demo").press("Enter").see("Which GitLab do you want to connect?").press("Enter")
	p.see("How should Flow sign in?").press("Enter").see("A GitLab answers here", "Demo: the token is glpat-flow-demo")
	p.typed("glpat-flow-demo").see("15 characters").press("Enter").see(passed, "enter continue").press("Enter")
	p.see("What should Flow read?").press("Enter").see("be called?").press("Enter").see("enter create").press("Enter")
	p.see("[1 Repos]", "For new ones let cron run").press("C-c").see("/^prompt>/")
	left := 0
	err := filepath.WalkDir(p.home(), func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			left++
			t.Errorf("the demo leaves %s behind", path)
		}
		return err
	})
	if err != nil || left > 0 {
		t.Errorf("%d files are left (%v)", left, err)
	}
	if entries, err := os.ReadDir(p.home("tmp")); err != nil || len(entries) > 0 {
		t.Errorf("the demo leaves %v in the temporary folder (%v)", entries, err)
	}
}

// NO_COLOR counts with any value; bold stays.
func TestNoColorInTmux(t *testing.T) {
	t.Parallel()
	need(t, "tmux")
	binary := buildFlow(t)
	for _, test := range []struct {
		env    string
		colour bool
	}{{"NO_COLOR=yes", false}, {"NO_COLOR=", true}} {
		p := newPane(t, 80, 24, test.env)
		p.typed("clear; " + binary).press("Enter").see("Which GitLab do you want to connect?")
		drawn := p.tmux("capture-pane", "-p", "-e")
		if got := strings.Contains(drawn, "\x1b[36m"); got != test.colour {
			t.Errorf("with %s colour is %v, want %v", test.env, got, test.colour)
		}
		if !strings.Contains(drawn, "\x1b[1m") {
			t.Errorf("with %s nothing is bold", test.env)
		}
	}
}

// Without UTF-8, and where it is asked for, only ASCII is drawn.
func TestASCIIInTmux(t *testing.T) {
	t.Parallel()
	need(t, "tmux")
	binary := buildFlow(t)
	p := newPane(t, 80, 24, "FLOW_ASCII=1")
	p.typed("clear; " + binary + " demo").press("Enter").see("Which GitLab do you want to connect?").press("Enter")
	p.see("How should Flow sign in?").press("Enter").see("A GitLab answers here").typed("glpat-flow-demo").see("15 characters").press("Enter")
	p.see("enter continue").press("Enter").see("What should Flow read?").press("Enter").see("be called?").press("Enter")
	p.see("enter create").press("Enter").see("/v acme /", "/> bots /")
	for _, r := range p.screen() {
		if r > '~' {
			t.Fatalf("%q is drawn:\n%s", r, p.screen())
		}
	}
}
