package main

import (
	"context"
	"io"
	"strings"
	"unicode"

	"flow"
)

// maxSecret bounds what is read of a file that holds a secret.
const maxSecret = 1 << 16

// A wanted secret is one that has to be given, never on the command line.
type wanted struct {
	name  string // in a sentence
	label string // as it is asked for
	flag  string // names its file
}

var (
	aToken         = wanted{"token", "Access token", "--token-file"}
	aClientSecret  = wanted{"client secret", "Client secret", "--client-secret-file"}
	aProxyPassword = wanted{"proxy password", "Proxy password", "--proxy-password-file"}
)

// read reads a secret from a file, from stdin (file is "" or -), or asks for it
// where stdin is a terminal.
func (p *program) read(ctx context.Context, w wanted, file string) (flow.Secret, error) {
	switch {
	case file != "" && file != "-":
		return p.readFile(ctx, w, file)
	case p.isTerminal(p.stdin):
		return p.ask(ctx, w)
	}
	text, err := await(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(p.stdin, maxSecret)) })
	if err != nil {
		return flow.Secret{}, err
	}
	return w.in(text, "stdin")
}

func (p *program) readFile(ctx context.Context, w wanted, file string) (flow.Secret, error) {
	text, open, err := readBounded(ctx, file, maxSecret)
	if err != nil {
		return flow.Secret{}, unreadable(w.name+" file", w.flag, file, err)
	}
	if open {
		p.warnOpen(file)
	}
	return w.in(text, shownPath(file))
}

// in takes the secret out of a text that may hold nothing else but white space
// around it.
func (w wanted) in(text []byte, source string) (flow.Secret, error) {
	secret := flow.NewSecret(string(text))
	switch {
	case secret.IsZero() && w == aToken:
		return flow.Secret{}, &hinted{err: &flow.Fault{Cause: flow.NoToken}, next: "There is none in " + source + ": give it in a file with --token-file, or on stdin."}
	case secret.IsZero() && w == aProxyPassword:
		return flow.Secret{}, &usageError{"There is no " + w.name + " in " + source + ".", "Leave out " + w.flag + " if the proxy wants none."}
	case secret.IsZero():
		return flow.Secret{}, &usageError{"There is no " + w.name + " in " + source + ".", "Leave out " + w.flag + " if GitLab does not treat the application as confidential."}
	case strings.ContainsFunc(secret.Reveal(), w.isForeign):
		return flow.Secret{}, &usageError{"What stands in " + source + " is more than a " + w.name + ": it has several words or lines.", "Leave only the " + w.name + " there."}
	}
	return secret, nil
}

// isForeign reports whether a character can't be part of the secret. A password
// may hold spaces.
func (w wanted) isForeign(r rune) bool {
	return !unicode.IsPrint(r) || unicode.IsSpace(r) && w != aProxyPassword
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
