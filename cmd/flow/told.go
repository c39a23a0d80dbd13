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

// A hinted error has a next step of its own, or knows which commands try again
// and sign in again.
type hinted struct {
	err  error
	next string // instead of the fault's own
	commands
}

func (e *hinted) Error() string { return e.err.Error() }
func (e *hinted) Unwrap() error { return e.err }

// A problem is an error in words.
type problem struct {
	Cause    flow.Cause `json:"cause"`
	Sentence string     `json:"sentence"` // what is, and why
	Next     string     `json:"next"`     // what to do
	Says     string     `json:"says"`     // the server's own words
}

const badUsage flow.Cause = "usage"

func wordsOf(err error) problem {
	var mistake *usageError
	if errors.As(err, &mistake) {
		return problem{Cause: badUsage, Sentence: mistake.sentence, Next: mistake.next}
	}
	f, hint := faultOf(err), &hinted{}
	errors.As(err, &hint)
	next := hint.next
	if next == "" {
		next = onCommandLine(f.Next(), hint.commands)
	}
	return problem{Cause: f.Cause, Sentence: f.Sentence(), Next: next, Says: f.Says}
}

// lines are what people read of it.
func (p problem) lines() string {
	says := p.Says
	if says != "" {
		says = "GitLab says: " + says
	}
	return lines(p.Sentence, p.Next, says)
}

// told is an error as it is printed: what is and why, what to do, and the
// server's own words.
func told(err error) string {
	p := wordsOf(err)
	if p.Cause == flow.NoTerminal {
		return lines(p.Sentence + " " + p.Next)
	}
	return "flow: " + p.lines()
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

// commands are those that a next step may name. Its zero value is for a command
// that is to be run again itself.
type commands struct {
	again     string // tries again; "": the same command
	reconnect string // gives the integration another credential; "": the same command does
}

// onCommandLine says a next step to somebody who has no keys to press and no
// fields to fill in.
func onCommandLine(next string, c commands) string {
	again := c.again
	if again == "" {
		again = "the same command"
	}
	words := []string{
		"Press r in", "Run " + again + " in",
		"Press r when", "Run " + again + " when",
		"Press r to try again", "Run " + again + " again",
		"Press enter to try again; your entries are still there", "Run " + again + " again",
		"then press r", "then run " + again + " again",
		"then press s again", "then run " + again + " again",
		"then start Flow again", "then run " + again + " again",
		"Type what you type in a browser", "Give what you type in a browser as --base-url",
		"Type it as in a browser", "Give it as in a browser",
		"Type that address", "Give that address as --base-url",
		"Type the name that it has", "Give that name in --base-url",
		"Type https://, or accept it for this GitLab only", "Give https://, or accept it with --plain-http",
		"Paste the token that you made in GitLab", "Give it in a file with --token-file, or on stdin",
		"Paste it again; its end may be missing", "Give it again; its end may be missing",
		"Copy the whole address bar and paste again", "Copy the whole address bar and give it again",
		"Open an address above again", "Open one of the addresses again",
		"open an address above again", "open one of the addresses again",
		"Open the address above again", "Open the address again",
		"Choose a name of", "Give --name with",
		"Choose another name", "Give another one with --name",
		"Switch on Repo, PR or Ticket", "Give --services with repo, pr or ticket",
		"Sign in again when", "Run flow reconnect when",
		"Try again.", "Run " + again + " again.",
	}
	if r := c.reconnect; r != "" {
		words = append(words,
			"then paste it here", "then run "+r+" --token-file FILE",
			"then paste the new one", "then run "+r+" --client-secret-file FILE",
			"Give it as Client secret", "Run "+r+" --client-secret-file FILE",
			"Secret there.", "Secret there, then run "+r+" --client-id ID --client-secret-file FILE.",
			"Sign in again.", "Run "+r+" --oauth.",
			"then sign in again", "then run "+r+" --oauth",
			"Connect the integration anew.", "Run "+r+".",
		)
	} else {
		words = append(words,
			"then paste it here", "then give it with --token-file",
			"then paste the new one", "then give the new one with --client-secret-file",
			"Give it as Client secret", "Give it in a file with --client-secret-file",
			"Sign in again.", "Run "+again+" again.",
			"then sign in again", "then run "+again+" again",
			"Connect the integration anew.", "Run "+again+" again.",
		)
	}
	return strings.NewReplacer(words...).Replace(next)
}
