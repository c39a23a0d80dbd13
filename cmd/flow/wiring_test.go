package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"flow"
)

func withEnv(values map[string]string) *program {
	return &program{env: func(name string) string { return values[name] }, now: time.Now, isTerminal: func(any) bool { return false }}
}

func TestTheWayBackToThisMachine(t *testing.T) {
	if got := withEnv(map[string]string{"USER": "ana"}).ssh(); got != "" {
		t.Errorf("without SSH: %q", got)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	got := withEnv(map[string]string{"USER": "ana", "SSH_CONNECTION": "198.51.100.7 50022 203.0.113.9 22"}).ssh()
	if name, at, _ := strings.Cut(got, "@"); name == "" || at != host {
		t.Errorf("got %q, want somebody at %q", got, host)
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
