package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
)

func TestTheDemoLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		leave func(*console) error
	}{
		{"ctrl+c", func(x *console) error { _, err := x.file.WriteString("\x03"); return err }},
		{"SIGTERM", func(x *console) error { return x.cmd.Process.Signal(syscall.SIGTERM) }},
		{"SIGHUP", func(x *console) error { return x.cmd.Process.Signal(syscall.SIGHUP) }},
		{"SIGINT", func(x *console) error { return x.cmd.Process.Signal(os.Interrupt) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home, temp := t.TempDir(), t.TempDir()
			x := onConsole(t, []string{"HOME=" + home, "TMPDIR=" + temp, "XDG_STATE_HOME=" + home + "/state", "XDG_DATA_HOME=",
				"FLOW_IDENTITY_FILE=" + home + "/identity", "HTTP_PROXY=http://127.0.0.1:1", "TERM=xterm-256color", "TEA_TRACE=" + home + "/trace"}, "demo")
			x.until("Connect a GitLab to Flow")
			dirs, err := filepath.Glob(filepath.Join(temp, "flow-demo-*"))
			if err != nil || len(dirs) != 1 {
				t.Fatal(dirs, err)
			}
			if info, err := os.Stat(dirs[0]); err != nil || info.Mode().Perm() != 0o700 {
				t.Error(info, err)
			}
			if err := test.leave(x); err != nil {
				t.Fatal(err)
			}
			x.ends()
			for _, dir := range []string{home, temp} {
				if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
					t.Errorf("%v is left, %v", left, err)
				}
			}
		})
	}
}

func TestTheDemoIsRemovedOnAPanic(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p := &program{
		stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard,
		now: time.Now, isTerminal: func(any) bool { return true },
		env: func(name string) string {
			if name == "TERM" || name == "NO_COLOR" || name == "FLOW_ASCII" || name == "LANG" { // what the screens ask for
				panic("out of luck")
			}
			return ""
		},
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it did not panic")
			}
		}()
		_ = p.runDemo(context.Background(), false)
	}()
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// What the demo says is to be typed signs in, with either method.
func TestTheDemoSignsIn(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	p := withEnv(nil)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, err := p.newDemo(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if deps := d.deps(p, false); deps.Demo.OAuth {
		t.Error("it starts with OAuth")
	}
	demo := d.deps(p, true).Demo
	if !demo.OAuth {
		t.Error("it does not start with OAuth")
	}
	server, err := d.client.Find(ctx, demo.Address, flow.Network{})
	if err != nil {
		t.Fatal(err)
	}
	app := flow.Application{ClientID: demo.ClientID, Secret: flow.NewSecret(demo.ClientSecret)}
	attempt, err := d.client.SignIn(ctx, flow.SignIn{Server: server, App: app})
	if err != nil {
		t.Fatal(err)
	}
	defer attempt.Close()
	browser := gitlabtest.NewBrowser(d.server, demo.User, demo.Password)
	defer browser.Close()
	if _, err := browser.Authorize(ctx, attempt.Doors().Local.Address, true); err != nil {
		t.Fatal(err)
	}
	grant, err := attempt.Wait(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]flow.Connection{
		"OAuth": {BaseURL: server.BaseURL, App: app, Grant: grant},
		"token": {BaseURL: server.BaseURL, Token: flow.NewSecret(demo.Token)},
	} {
		if report, err := d.client.Test(ctx, c, nil); err != nil || !report.Passed() {
			t.Errorf("%s: %v, %v", name, report.Checks, err)
		}
	}
}

func TestTheDemoNeedsNothingOfTheUser(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("NO_PROXY", "")
	for _, name := range []string{"FLOW_IDENTITY_FILE", "FLOW_IDENTITY_COMMAND", "XDG_STATE_HOME"} {
		t.Setenv(name, "/nowhere")
	}
	p := withEnv(nil)
	d, err := p.newDemo(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
	}()
	if server, err := d.client.Find(context.Background(), d.server.URL(), flow.Network{}); err != nil || server.BaseURL.String() != d.server.URL() {
		t.Error(server, err)
	}
	if !strings.HasPrefix(d.store.Keeping().Key, d.dir) {
		t.Errorf("the key is in %s", d.store.Keeping().Key)
	}
}
