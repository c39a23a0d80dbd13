package flow

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A DataStatus says how an integration is doing, in the five words of Flow.
type DataStatus string

const (
	Processing        DataStatus = "Processing"         // no complete discovery yet
	Healthy           DataStatus = "Healthy"            // the last contact went well
	FailedIntegration DataStatus = "Failed integration" // sign-in, certificate, network, DNS
	FailedItem        DataStatus = "Failed repo, PR project and/or ticket project"
	RateLimited       DataStatus = "Rate limited"
)

// A Status is a data status with its reason and since when it holds.
type Status struct {
	Data   DataStatus `json:"data"`
	Cause  Cause      `json:"cause,omitempty"` // of the fault that it follows from
	Reason string     `json:"reason,omitempty"`
	Since  time.Time  `json:"since"`
}

// StatusOf says what a fault makes of an integration's data status.
func StatusOf(f *Fault, now time.Time) Status {
	s := Status{Data: FailedIntegration, Cause: f.Cause, Reason: f.Sentence() + " " + f.Next(), Since: now}
	if f.Cause == RateLimit {
		s.Data, s.Reason = RateLimited, f.Sentence()
	}
	return s
}

// An Integration is one named connection to one GitLab, as it is stored.
type Integration struct {
	ID        int64
	Name      string
	Provider  string // ID of the provider
	Method    Method
	BaseURL   BaseURL
	Network   Network     // how it is reached, without its secrets
	App       Application // of OAuth, without its secret
	Renewal   Renewal     // what an earlier renewal of the sign-in left behind
	Services  Services
	Report    Report // of the last test
	Status    Status
	Discovery Discovery // the last complete one
	Counts    Counts    // of its repos, as saved

	// Version counts the saves of its settings. One made from an older version
	// is refused; a discovery does not raise it.
	Version   int64
	CreatedAt time.Time
	CreatedBy string // user@host
}

// Counts tells how many repos are in which state.
type Counts [NotSupported + 1]int

// All returns the number of repos.
func (c Counts) All() int {
	n := 0
	for _, m := range c {
		n += m
	}
	return n
}

// Out returns the number of repos that could be imported and that nothing but
// the user's choice leaves out: not imported, kept out or paused.
func (c Counts) Out() int { return c[NotImported] + c[KeptOut] + c[Paused] }

// An Event is one line of an integration's activity log.
type Event struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // user@host; "" for what Flow did by itself
	Text string    `json:"text"`
}

const maxName = 64

// CheckName says whether a name may be given to an integration, beside those
// that are taken. Names differ by more than case.
func CheckName(name string, taken []string) error {
	bad := func(where string) error {
		return &Fault{Cause: BadName, Detail: CleanLine(name, 40), Where: where}
	}
	switch {
	case strings.TrimSpace(name) == "":
		return bad("it is empty")
	case name != strings.TrimSpace(name):
		return bad("a space stands before or after it")
	case name != Clean(name):
		return bad("it holds a character that can't be seen")
	case utf8.RuneCountInString(name) > maxName:
		return bad("it is longer than 64 characters")
	case strings.HasPrefix(name, "-"):
		return bad("it starts with a dash, as flags do")
	}
	for _, t := range taken {
		if strings.EqualFold(t, name) {
			return &Fault{Cause: NameTaken, Detail: t}
		}
	}
	return nil
}
