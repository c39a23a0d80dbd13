package main

import (
	"context"
	"errors"
	"strings"

	"flow"
)

// A usageError is a mistake in the command line.
type usageError struct{ sentence, next string }

func (e *usageError) Error() string { return e.sentence }

// A hinted error has a next step of its own, or knows which command tries
// again.
type hinted struct {
	err   error
	next  string // instead of the fault's own
	again string // the same command, if it is ""
}

func (e *hinted) Error() string { return e.err.Error() }
func (e *hinted) Unwrap() error { return e.err }

// told is an error as it is printed: what is and why, what to do, and the
// server's own words.
func told(err error) string {
	var mistake *usageError
	if errors.As(err, &mistake) {
		return lines("flow: "+mistake.sentence, mistake.next)
	}
	f := faultOf(err)
	if f.Cause == flow.NoTerminal {
		return lines(f.Sentence() + " " + f.Next())
	}
	hint := &hinted{}
	errors.As(err, &hint)
	next := hint.next
	if next == "" {
		next = onCommandLine(f.Next(), hint.again)
	}
	says := f.Says
	if says != "" {
		says = "GitLab says: " + says
	}
	return lines("flow: "+f.Sentence(), next, says)
}

// faultOf knows what is meant where an error only says that the context is over.
func faultOf(err error) *flow.Fault {
	f := flow.FaultOf(err)
	if f.Cause == flow.Unknown && errors.Is(err, context.Canceled) {
		return &flow.Fault{Cause: flow.Cancelled, Err: err}
	}
	return f
}

func lines(texts ...string) string {
	var b strings.Builder
	for _, text := range texts {
		if text != "" {
			b.WriteString(text + "\n")
		}
	}
	return b.String()
}

// onCommandLine says a next step to somebody who has no keys to press and no
// fields to fill in. again is the command that tries again; "" stands for the
// same one.
func onCommandLine(next, again string) string {
	if again == "" {
		again = "the same command"
	}
	return strings.NewReplacer(
		"Press r in", "Run "+again+" in",
		"Press r when", "Run "+again+" when",
		"Press r to try again", "Run "+again+" again",
		"then press r", "then run "+again+" again",
		"then press s again", "then run "+again+" again",
		"then start Flow again", "then run "+again+" again",
		"Type what you type in a browser", "Give what you type in a browser as --base-url",
		"Type it as in a browser", "Give it as in a browser",
		"Type that address", "Give that address as --base-url",
		"Type the name that it has", "Give that name in --base-url",
		"Type https://, or accept it for this GitLab only", "Give https://, or accept it with --plain-http",
		"Paste the token that you made in GitLab", "Give it in a file with --token-file, or on stdin",
		"then paste it here", "then give it with --token-file",
		"Paste it again; its end may be missing", "Give it again; its end may be missing",
		"Choose a name of", "Give --name with",
		"Choose another name", "Give another one with --name",
		"Switch on Repo, PR or Ticket", "Give --services with repo, pr or ticket",
		"Try again.", "Run "+again+" again.",
	).Replace(next)
}
