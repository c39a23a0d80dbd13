package main

import (
	"slices"
	"time"

	"flow"
)

// checked is a test that has come to its end. Nothing that is told of it holds a
// secret, also where a server repeats one.
type checked struct {
	name     string // of the integration; "": it is not stored
	conn     flow.Connection
	also     flow.Connection // holds the secrets that took the place of some of conn
	report   flow.Report
	commands commands
}

// told is the report in the words of commands.
func (c checked) told() flow.Report {
	r := c.report
	r.Checks = slices.Clone(r.Checks)
	for i, check := range r.Checks {
		r.Checks[i] = shown(check, c.commands)
	}
	return r
}

func (c checked) redact(text string) string { return c.also.Redact(c.conn.Redact(text)) }

// text is the report for people.
func (c checked) text() string { return c.also.Redact(c.told().Text(c.conn)) }

// A checkRecord is a test as --json prints it.
type checkRecord struct {
	Integration string        `json:"integration"` // "" where it is not stored
	BaseURL     flow.BaseURL  `json:"base_url"`
	OwnURL      string        `json:"own_url"` // what GitLab calls itself, where that is another address
	At          time.Time     `json:"at"`
	Server      string        `json:"server"`
	Version     string        `json:"version"`
	Lacks       []string      `json:"lacks"`   // what a GitLab of that version can't tell
	Account     string        `json:"account"` // "" where nobody has signed in
	Network     networkRecord `json:"network"`
	Checks      []checkLine   `json:"checks"`
	Summary     string        `json:"summary"`
	Passed      bool          `json:"passed"` // nothing failed; without a token nothing of what needs none
}

type checkLine struct {
	Name   string           `json:"name"`
	Status flow.CheckStatus `json:"status"`
	Cause  flow.Cause       `json:"cause"` // "" where it did not fail
	Text   string           `json:"text"`
	Hint   string           `json:"hint"`
	Link   string           `json:"link"`
	Says   string           `json:"says"`
	TookMS int64            `json:"took_ms"`

	Certificates []flow.Certificate `json:"certificates"` // of a server that is not trusted
}

func (c checked) record() checkRecord {
	r := c.told()
	record := checkRecord{
		Integration: c.name, BaseURL: c.conn.BaseURL, OwnURL: c.redact(r.OwnURL), At: r.At,
		Server: c.redact(r.Server), Version: c.redact(r.Version), Lacks: append([]string{}, r.Lacks...), Account: c.redact(r.Account),
		Network: networkRecordOf(c.conn.Network), Summary: r.Summary(), Passed: r.Passed() || r.Reached(),
	}
	for _, check := range r.Checks {
		record.Checks = append(record.Checks, checkLine{
			Name: check.Name, Status: check.Status, Cause: check.Cause, Text: c.redact(check.Text), Hint: c.redact(check.Hint),
			Link: c.redact(check.Link), Says: c.redact(check.Says), TookMS: check.Took.Milliseconds(),
			Certificates: flow.Redacted(check.Certificates, c.redact),
		})
	}
	return record
}
