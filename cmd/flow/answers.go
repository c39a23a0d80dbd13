package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"

	"flow"
)

// answers hands on every line of stdin, up to its end or until stop, which
// leaves a terminal as it was and the rest of stdin to whoever reads it next.
// leave is called for ctrl+c, which is a key like all others meanwhile.
func (p *program) answers(take func(string), leave func(error)) (stop func() error, err error) {
	restore := func() error { return nil }
	terminal, ok := p.stdin.(term.File)
	typed := ok && p.isTerminal(p.stdin)
	if typed {
		if restore, err = rawMode(terminal); err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
	}
	in, end := interruptible(p.stdin)
	next := linesOf(in)
	if typed {
		next = func() (string, error) {
			line, err := readLine(in, p.stderr)
			return string(line), err
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			line, err := next()
			if line = strings.TrimSpace(line); line != "" {
				take(line)
			}
			if err != nil {
				if flow.CausedBy(err, flow.Cancelled) {
					leave(err)
				}
				return
			}
		}
	}()
	return func() error {
		end(done)
		return restore()
	}, nil
}

// interruptible returns a reader that end takes out of a call that waits; done
// is closed once nobody calls it any more. What can't be waited for, such as a
// file, does not wait either.
func interruptible(in io.Reader) (r io.Reader, end func(done <-chan struct{})) {
	c, err := cancelreader.NewReader(in)
	if err != nil {
		return in, func(<-chan struct{}) {}
	}
	return c, func(done <-chan struct{}) {
		if c.Cancel() {
			<-done
			_ = c.Close()
		}
	}
}

// linesOf returns what reads line after line. One that is longer than an address
// ever is ends the reading.
func linesOf(in io.Reader) func() (string, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxSecret)
	return func() (string, error) {
		// Half a line that an interruption leaves is none.
		if lines.Scan() && lines.Err() == nil {
			return lines.Text(), nil
		}
		return "", errors.Join(io.EOF, lines.Err())
	}
}
