package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/term"

	"flow"
)

// maxToken bounds what is read of a token file.
const maxToken = 1 << 16

// readToken reads the token from a file, from stdin (file is "" or -), or asks
// for it where stdin is a terminal.
func (p *program) readToken(ctx context.Context, file string) (flow.Secret, error) {
	switch {
	case file != "" && file != "-":
		return p.tokenFrom(file)
	case p.isTerminal(p.stdin):
		return p.askToken(ctx)
	}
	text, err := await(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(p.stdin, maxToken)) })
	if err != nil {
		return flow.Secret{}, err
	}
	return tokenIn(text, "stdin")
}

func (p *program) tokenFrom(file string) (flow.Secret, error) {
	f, err := os.Open(file)
	if err != nil {
		return flow.Secret{}, unreadable(file, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(p.stderr, "Others can read %s. Run chmod 600 on it.\n", shownPath(file))
	}
	text, err := io.ReadAll(io.LimitReader(f, maxToken))
	if err != nil {
		return flow.Secret{}, unreadable(file, err)
	}
	return tokenIn(text, shownPath(file))
}

func shownPath(file string) string { return flow.CleanLine(file, 200) }

func unreadable(file string, err error) error {
	why := err
	var path *fs.PathError
	if errors.As(err, &path) {
		why = path.Err
	}
	return &usageError{fmt.Sprintf("The token file %s can't be read: %s.", shownPath(file), why), "Check --token-file."}
}

// tokenIn takes the token out of a text that may hold nothing else but white
// space around it.
func tokenIn(text []byte, source string) (flow.Secret, error) {
	token := flow.NewSecret(string(text))
	switch {
	case token.IsZero():
		return flow.Secret{}, &hinted{err: &flow.Fault{Cause: flow.NoToken}, next: "There is none in " + source + ": give it in a file with --token-file, or on stdin."}
	case strings.ContainsFunc(token.Reveal(), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return flow.Secret{}, &usageError{"What stands in " + source + " is more than a token: it has several words or lines.", "Leave only the token there."}
	}
	return token, nil
}

// askToken asks for the token on stderr and does not show what is typed. The
// echo is off before the question stands there: a paste may follow at once.
func (p *program) askToken(ctx context.Context) (flow.Secret, error) {
	terminal, ok := p.stdin.(term.File)
	if !ok {
		return flow.Secret{}, &flow.Fault{Cause: flow.NoToken}
	}
	state, err := term.MakeRaw(terminal.Fd())
	if err != nil {
		return flow.Secret{}, fmt.Errorf("ask for the token: %w", err)
	}
	fmt.Fprint(p.stderr, "Access token (paste it; it is not shown): ")
	text, err := await(ctx, func() ([]byte, error) { return readHidden(terminal) })
	err = errors.Join(err, term.Restore(terminal.Fd(), state))
	fmt.Fprintln(p.stderr)
	if err != nil {
		return flow.Secret{}, err
	}
	return tokenIn(text, "what was typed")
}

// readHidden reads one line of a terminal in raw mode, which leaves it to the
// program what the keys for editing and leaving mean.
func readHidden(terminal io.Reader) ([]byte, error) {
	const ctrlC, ctrlD, ctrlU, backspace, del = 0x03, 0x04, 0x15, 0x08, 0x7f
	var line []byte
	for key := make([]byte, 1); len(line) < maxToken; {
		if n, err := terminal.Read(key); n == 0 {
			return line, err
		}
		switch key[0] {
		case '\r', '\n', ctrlD:
			return line, nil
		case ctrlC:
			return nil, &flow.Fault{Cause: flow.Cancelled}
		case ctrlU:
			line = line[:0]
		case backspace, del:
			line = line[:max(len(line)-1, 0)]
		default:
			line = append(line, key[0])
		}
	}
	return line, nil
}

// await returns what read returns, or the fault Cancelled if ctx ends first:
// reading from a terminal or a pipe can't be broken off.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, &flow.Fault{Cause: flow.Cancelled, Err: context.Cause(ctx)}
	}
}
