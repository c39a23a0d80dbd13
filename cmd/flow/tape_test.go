package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
)

// demo.tape, typed step by step into the screens of flow demo.
func TestDemoTape(t *testing.T) {
	t.Parallel()
	steps, err := readTape("../../demo.tape")
	if err != nil {
		t.Fatal(err)
	}
	if err := checkTape(steps); err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{80, 24}, {100, 30}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, gitlabtest.Options{})
			w.demo = true
			tm := w.open(size[0], size[1])
			for _, s := range steps[2:] { // the first two start the program
				s.play(tm)
			}
			tm.end()
			_, review := w.stored("acme-gitlab")
			if len(review.Rules) != 1 {
				t.Errorf("the tape saves %d rules, want one", len(review.Rules))
			}
		})
	}
}

// A tapeStep is one command of a tape.
type tapeStep struct {
	line    int
	command string // Type, Wait+Screen, or a key
	text    string // what is typed or waited for
}

// readTape reads the steps of a tape; settings are left out.
func readTape(file string) ([]tapeStep, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var steps []tapeStep
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		command, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		rest = strings.TrimSpace(rest)
		switch {
		case command == "", strings.HasPrefix(command, "#"), command == "Output", command == "Require", command == "Set", command == "Env":
			continue
		case command == "Type":
			rest = strings.Trim(rest, `"`)
		}
		steps = append(steps, tapeStep{n, command, rest})
	}
	return steps, lines.Err()
}

// checkTape holds a tape to its rules: it starts the demo, waits for the screen
// after every action and never sleeps.
func checkTape(steps []tapeStep) error {
	if len(steps) < 3 || steps[0].text != "go run ./cmd/flow demo" || steps[1].command != "Enter" {
		return fmt.Errorf("the tape does not start with go run ./cmd/flow demo")
	}
	for i, s := range steps {
		waits := i+1 < len(steps) && steps[i+1].command == "Wait+Screen"
		// Ctrl+U and the command line lead into the next action.
		leads := s.command == "Ctrl+U" || i == 0
		switch {
		case s.command == "Sleep":
			return fmt.Errorf("line %d sleeps", s.line)
		case s.command != "Wait+Screen" && !waits && !leads:
			return fmt.Errorf("line %d: nothing waits for what %s does", s.line, s.command)
		}
	}
	return nil
}

func (s tapeStep) play(tm *window) {
	tm.t.Helper()
	keys := map[string]string{"Enter": "enter", "Down": "down", "Up": "up", "Tab": "tab", "Space": "space", "Escape": "esc", "Ctrl+U": "ctrl+u", "Ctrl+C": "ctrl+c"}
	switch {
	case s.command == "Type":
		tm.typed(s.text)
	case s.command == "Wait+Screen" && s.text == `/\$/`:
		tm.end() // the shell's prompt
	case s.command == "Wait+Screen":
		tm.see(s.text)
	case keys[s.command] != "":
		tm.press(keys[s.command])
	default:
		tm.t.Fatalf("line %d: %s can't be played", s.line, s.command)
	}
}

// The rules of a tape catch what breaks them.
func TestTapeRules(t *testing.T) {
	t.Parallel()
	start := []tapeStep{{1, "Type", "go run ./cmd/flow demo"}, {2, "Enter", ""}, {3, "Wait+Screen", "/x/"}}
	for _, test := range []struct {
		name string
		more []tapeStep
		ok   bool
	}{
		{"waits", []tapeStep{{4, "Down", ""}, {5, "Wait+Screen", "/y/"}}, true},
		{"does not wait", []tapeStep{{4, "Down", ""}, {5, "Enter", ""}, {6, "Wait+Screen", "/y/"}}, false},
		{"sleeps", []tapeStep{{4, "Sleep", "1s"}, {5, "Wait+Screen", "/y/"}}, false},
	} {
		if err := checkTape(append(start, test.more...)); (err == nil) != test.ok {
			t.Errorf("a tape that %s: %v", test.name, err)
		}
	}
}
