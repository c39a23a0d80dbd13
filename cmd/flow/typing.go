package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/charmbracelet/x/term"

	"flow"
)

// ask asks for a secret on stderr and does not show what is typed. The echo is
// off before the question stands there: a paste may follow at once.
func (p *program) ask(ctx context.Context, w wanted) (flow.Secret, error) {
	terminal, ok := p.stdin.(term.File)
	if !ok {
		return w.in(nil, "what was typed")
	}
	restore, err := rawMode(terminal)
	if err != nil {
		return flow.Secret{}, fmt.Errorf("ask for the %s: %w", w.name, err)
	}
	fmt.Fprintf(p.stderr, "%s (paste it; it is not shown): ", w.label)
	text, err := await(ctx, func() ([]byte, error) { return readLine(terminal, io.Discard) })
	err = errors.Join(err, restore())
	fmt.Fprintln(p.stderr)
	if err != nil {
		return flow.Secret{}, err
	}
	return w.in(text, "what was typed")
}

// rawMode has a terminal hand on every key as it is typed. A terminal that puts
// lines together itself keeps only 4096 bytes of one, on macOS 1024, where it
// then takes not even the end of the line any more; an address that somebody
// pastes by mistake can be longer.
func rawMode(terminal term.File) (restore func() error, err error) {
	before, err := term.MakeRaw(terminal.Fd())
	if err != nil {
		return nil, err
	}
	restore = func() error { return term.Restore(terminal.Fd(), before) }
	// What is written meanwhile keeps its line ends.
	now, err := term.GetState(terminal.Fd())
	if err == nil {
		keepLineEnds(now)
		err = term.SetState(terminal.Fd(), now)
	}
	if err != nil {
		return nil, errors.Join(err, restore())
	}
	return restore, nil
}

// readLine reads one line of a terminal in raw mode, which leaves it to the
// program what the keys for editing and leaving mean. echo gets what is shown of
// it.
func readLine(terminal io.Reader, echo io.Writer) ([]byte, error) {
	const ctrlC, ctrlD, ctrlU, backspace, del = 0x03, 0x04, 0x15, 0x08, 0x7f
	var line []byte
	for key := make([]byte, 1); len(line) < maxSecret; {
		if n, err := terminal.Read(key); n == 0 {
			return line, err
		}
		switch key[0] {
		case '\r', '\n', ctrlD:
			fmt.Fprintln(echo)
			return line, nil
		case ctrlC:
			return nil, &flow.Fault{Cause: flow.Cancelled}
		case ctrlU:
			line = line[:0]
			fmt.Fprintln(echo)
		case backspace, del:
			if _, size := utf8.DecodeLastRune(line); size > 0 {
				line = line[:len(line)-size]
				fmt.Fprint(echo, "\b \b")
			}
		default:
			line = append(line, key[0])
			if key[0] >= ' ' { // else a key's own sequence would be carried out
				_, _ = echo.Write(key)
			}
		}
	}
	return line, nil
}
