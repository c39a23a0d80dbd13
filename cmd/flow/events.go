package main

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"flow"
)

// events tells programs what happens, one JSON object a line, each with the
// name of the event. A nil one tells nothing. None of them holds a secret: an
// address to approve Flow at is of no use to whoever reads along, since only
// this process can take the answer to GitLab.
type events struct {
	mu  sync.Mutex // changes of an attempt come from other goroutines
	w   io.Writer
	err error // the first one of writing
}

func (p *program) events(wanted bool) *events {
	if !wanted {
		return nil
	}
	return &events{w: p.stdout}
}

func (e *events) tell(event any) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	encoder := json.NewEncoder(e.w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(event); err != nil && e.err == nil {
		e.err = err
	}
}

// end tells what a command ended with, if that is an error.
func (e *events) end(err error) error {
	if e == nil {
		return err
	}
	if err != nil {
		e.tell(errorEvent{"error", wordsOf(err)})
		return err
	}
	return e.err
}

// The events, in the order in which they come.
type (
	// An authURLEvent says where Flow is approved in a browser.
	authURLEvent struct {
		Event       string    `json:"event"`
		URL         string    `json:"url"`       // GitLab's page
		ShortURL    string    `json:"short_url"` // of this machine, leads there; "" if there is none
		Port        int       `json:"port"`      // of the short address; 0 likewise
		SSH         string    `json:"ssh"`       // makes the short address work on another machine; "" if that is this one
		RedirectURI string    `json:"redirect_uri"`
		ExpiresAt   time.Time `json:"expires_at"`
	}

	// A userCodeEvent is a code to be entered at GitLab, in place of the one before.
	userCodeEvent struct {
		Event           string    `json:"event"`
		UserCode        string    `json:"user_code"`
		VerificationURI string    `json:"verification_uri"`
		ExpiresAt       time.Time `json:"expires_at"`
	}

	// A refusedEvent says why an answer was not valid. Another one is awaited.
	refusedEvent struct {
		Event string `json:"event"`
		problem
	}

	authorizedEvent struct {
		Event     string       `json:"event"`
		Scopes    []flow.Scope `json:"scopes"`
		ExpiresAt *time.Time   `json:"expires_at"` // of what renews itself; null: never
	}

	checkEvent struct {
		Event string `json:"event"`
		flow.Check
	}

	foundEvent struct {
		Event string `json:"event"`
		flow.Discovery
	}

	// A createdEvent is the integration as flow show --json prints it.
	createdEvent struct {
		Event string `json:"event"`
		record
	}

	reconnectedEvent struct {
		Event string `json:"event"`
		record
		NotRevoked string `json:"not_revoked,omitempty"` // why the old sign-in still lives in GitLab
	}

	errorEvent struct {
		Event string `json:"event"`
		problem
	}
)
