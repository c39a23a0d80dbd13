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

	Certificates []flow.Certificate `json:"certificates,omitempty"` // of a server that is not trusted
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
		next = nextStep(f, hint.commands)
	}
	return problem{Cause: f.Cause, Sentence: f.Sentence(), Next: next, Says: f.Says, Certificates: f.Offered()}
}

// lines are what people read of it.
func (p problem) lines() string {
	return lines(append([]string{p.Sentence, p.Next, flow.Quote(p.Cause, p.Says)}, flow.OfferOf(p.Certificates).Rows(0)...)...)
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
