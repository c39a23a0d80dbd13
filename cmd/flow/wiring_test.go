package main

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"flow"
)

func withEnv(values map[string]string) *program {
	return &program{env: func(name string) string { return values[name] }, now: time.Now, isTerminal: func(any) bool { return false }}
}

func TestABrowserIsOpenedOnlyWhereItIsSeen(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("a browser can be seen here without DISPLAY")
	}
	for _, test := range []struct {
		name string
		env  map[string]string
		want bool
	}{
		{"a console", nil, false},
		{"X11", map[string]string{"DISPLAY": ":0"}, true},
		{"Wayland", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, true},
		{"X11 forwarded over SSH", map[string]string{"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a b c d"}, false},
		{"su within SSH", map[string]string{"DISPLAY": ":0", "SSH_TTY": "/dev/pts/3"}, false},
		{"an old SSH", map[string]string{"DISPLAY": ":0", "SSH_CLIENT": "a b c"}, false},
	} {
		if open := withEnv(test.env).browser(); (open != nil) != test.want {
			t.Errorf("%s: a browser %v, want %v", test.name, open != nil, test.want)
		}
	}
	open := withEnv(map[string]string{"DISPLAY": ":0"}).browser()
	if err := open("file:///etc/passwd"); err == nil {
		t.Error("a file was opened")
	}
}

func TestOnlyATerminalThatCanPlaceTextIsDrawnOn(t *testing.T) {
	for _, test := range []struct {
		name     string
		terminal bool
		term     string
		want     bool
	}{
		{"a terminal", true, "xterm-256color", true},
		{"one without a name", true, "", true},
		{"a dumb one", true, "dumb", false},
		{"a pipe", false, "xterm-256color", false},
	} {
		p := withEnv(map[string]string{"TERM": test.term})
		p.isTerminal = func(any) bool { return test.terminal }
		if got := p.canDraw(); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestPathsWithTilde(t *testing.T) {
	p := withEnv(map[string]string{"HOME": "/home/ana"})
	for path, want := range map[string]string{
		"/home/ana/.local/share/flow/flow.db": "~/.local/share/flow/flow.db",
		"/home/anabel/flow.db":                "/home/anabel/flow.db",
		"/srv/flow.db":                        "/srv/flow.db",
		"the command in X":                    "the command in X",
	} {
		if got := p.withTilde(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := withEnv(nil).withTilde("/srv/flow.db"); got != "/srv/flow.db" {
		t.Errorf("without a home: %s", got)
	}
}

func TestProgressIsBounded(t *testing.T) {
	for _, test := range []struct {
		name     string
		terminal bool
		term     string
		want     string
	}{
		{"a file", false, "xterm", "2 groups, 10 repos so far\n2 groups, 20 repos so far\n"},
		{"a simple terminal", true, "dumb", "2 groups, 10 repos so far\n2 groups, 20 repos so far\n"},
	} {
		var out bytes.Buffer
		p, now := withEnv(map[string]string{"TERM": test.term}), time.Unix(0, 0)
		p.stderr, p.now = &out, func() time.Time { return now }
		p.isTerminal = func(any) bool { return test.terminal }
		progress := p.progress()
		for range 25 { // 2.5 s
			now = now.Add(100 * time.Millisecond)
			progress.tell(flow.Progress{Groups: 2, Repos: int(now.UnixMilli() / 100)})
		}
		progress.end()
		if out.String() != test.want {
			t.Errorf("%s: got %q", test.name, out.String())
		}
		out.Reset()
	}
	var out bytes.Buffer
	p, now := withEnv(map[string]string{"TERM": "xterm"}), time.Unix(0, 0)
	p.stderr, p.now = &out, func() time.Time { return now }
	p.isTerminal = func(any) bool { return true }
	progress := p.progress()
	now = now.Add(time.Second)
	progress.tell(flow.Progress{Groups: 2, Repos: 10})
	progress.tell(flow.Progress{Groups: 2, Repos: 20})
	progress.end()
	if got := out.String(); strings.Contains(got, "\n") || got != wipeLine+"2 groups, 10 repos so far"+wipeLine {
		t.Errorf("a terminal: got %q", got)
	}
}
