package main

import (
	"bytes"
	"io"
	"os/exec"
	"regexp"
	"sync"
	"time"
)

// started is a command that runs beside the script.
type started struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	out    stream
	err    stream
	exited chan struct{}
}

// A stream gathers what is written and wakes who waits for it.
type stream struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
	return s.text.Write(p)
}

// read returns what was written so far and what is closed by the next write.
func (s *stream) read() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.text.String(), s.changed
}

// A fataler ends a test or a script.
type fataler interface {
	Fatalf(format string, args ...any)
}

// find waits for a match of a pattern and returns that of its last occurrence.
func (p *started) find(ts fataler, s *stream, pattern string) []string {
	limit := time.After(patience)
	for {
		text, changed := s.read()
		if all := regexp.MustCompile("(?m)"+pattern).FindAllStringSubmatch(text, -1); len(all) > 0 {
			return all[len(all)-1]
		}
		select {
		case <-changed:
		case <-p.exited:
			if again, _ := s.read(); again == text {
				said, _ := p.err.read()
				ts.Fatalf("it ended without %s:\n%s", pattern, said)
			}
		case <-limit:
			ts.Fatalf("no %s:\n%s", pattern, text)
		}
	}
}
