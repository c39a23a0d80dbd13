package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
)

func TestABrowserIsOpenedOnlyWhereItIsSeen(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("a browser can be seen here without DISPLAY")
	}
	with, without := t.TempDir(), t.TempDir()
	for _, name := range []string{"xdg-open", "code-helper", "wslview"} {
		if err := os.WriteFile(filepath.Join(with, name), []byte("#!/bin/sh\necho $0 $1 > "+with+"/opened\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	helper := filepath.Join(with, "code-helper")
	for _, test := range []struct {
		name string
		path string
		env  map[string]string
		want string // what is run; "": nothing
	}{
		{"a console", with, nil, ""},
		{"X11", with, map[string]string{"DISPLAY": ":0"}, "xdg-open"},
		{"Wayland", with, map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, "xdg-open"},
		{"Linux within Windows", with, map[string]string{"WSL_DISTRO_NAME": "Debian"}, "wslview"},
		{"the same without its helper", without, map[string]string{"WSL_DISTRO_NAME": "Debian"}, ""},
		{"the same over SSH", with, map[string]string{"WSL_DISTRO_NAME": "Debian", "SSH_CONNECTION": "a b c d"}, ""},
		{"X11 with text browsers only", without, map[string]string{"DISPLAY": ":0"}, ""},
		{"X11 forwarded over SSH", with, map[string]string{"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a b c d"}, ""},
		{"su within SSH", with, map[string]string{"DISPLAY": ":0", "SSH_TTY": "/dev/pts/3"}, ""},
		{"an old SSH", with, map[string]string{"DISPLAY": ":0", "SSH_CLIENT": "a b c"}, ""},
		{"Visual Studio Code over SSH", with, map[string]string{"SSH_CONNECTION": "a b c d", "VSCODE_IPC_HOOK_CLI": "/run/x.sock", "BROWSER": helper + ":firefox"}, "code-helper"},
		{"a terminal that only looks like it", with, map[string]string{"SSH_CONNECTION": "a b c d", "BROWSER": helper}, ""},
		{"the editor's helper is not a file", with, map[string]string{"SSH_CONNECTION": "a b c d", "VSCODE_IPC_HOOK_CLI": "/run/x.sock", "BROWSER": "firefox"}, ""},
	} {
		t.Setenv("PATH", test.path)
		open := withEnv(test.env).browser()
		if (open != nil) != (test.want != "") {
			t.Errorf("%s: a browser %v, want %q", test.name, open != nil, test.want)
			continue
		}
		if open == nil {
			continue
		}
		if err := open("https://gitlab.example.com/?a=b&c=d"); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		opened, err := os.ReadFile(filepath.Join(with, "opened"))
		if want := filepath.Join(with, test.want) + " https://gitlab.example.com/?a=b&c=d\n"; err != nil || string(opened) != want {
			t.Errorf("%s: %q was opened, %v; want %q", test.name, opened, err, want)
		}
		if err := open("file:///etc/passwd"); err == nil {
			t.Errorf("%s: a file was opened", test.name)
		}
	}
}

func TestALauncherThatStaysIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan struct{})
		if err := launch("https://gitlab.example.com", func() error { <-closed; return nil }); err != nil {
			t.Error(err)
		}
		close(closed)
		if err := launch("https://gitlab.example.com", func() error { return errors.New("no window") }); err == nil {
			t.Error("it failed, and nobody was told")
		}
	})
}

func TestTextBrowsersAreLeftOut(t *testing.T) {
	all := windowBrowsers("")
	for list, want := range map[string]string{
		"":                                all,
		"w3m":                             all,
		"/usr/bin/lynx:links -g %s":       all,
		"firefox":                         "firefox:" + all,
		"www-browser:/opt/ff/firefox %s:": "/opt/ff/firefox %s:" + all,
	} {
		if got := windowBrowsers(list); got != want {
			t.Errorf("%q: got %q, want %q", list, got, want)
		}
	}
}
