package main

import (
	"time"

	"flow"
)

// A record is an integration as --json prints it. It has no place for a secret.
type record struct {
	ID         int64           `json:"id"`
	Name       string          `json:"name"`
	Provider   string          `json:"provider"`
	Method     flow.Method     `json:"method"`                 // token or oauth
	ClientID   string          `json:"client_id,omitempty"`    // of oauth
	Redirect   string          `json:"redirect_uri,omitempty"` // of oauth, where the page is not one of this machine
	Renewal    flow.Renewal    `json:"renewal,omitempty"`      // of oauth: begun or unanswered, where the last one did not end
	BaseURL    flow.BaseURL    `json:"base_url"`
	OwnURL     string          `json:"own_url"` // what GitLab calls itself, where that is another address
	Network    networkRecord   `json:"network"`
	Services   []string        `json:"services"`
	Status     status          `json:"status"`
	Account    string          `json:"account"`
	Server     string          `json:"server"`
	GitLab     string          `json:"server_version"`
	Lacks      []string        `json:"lacks"` // what a GitLab of that version can't tell
	Scopes     []flow.Scope    `json:"scopes"`
	Expires    *time.Time      `json:"expires"` // null: never, or not known
	TestedAt   time.Time       `json:"tested_at"`
	Checks     []flow.Check    `json:"checks"`
	Discovery  *flow.Discovery `json:"discovery"` // null: none is complete yet
	Counts     counts          `json:"counts"`
	CreatedAt  time.Time       `json:"created_at"`
	CreatedBy  string          `json:"created_by"`
	SavedTimes int64           `json:"version"` // raised by every save of its settings
}

type status struct {
	Data   flow.DataStatus `json:"data"`
	Reason string          `json:"reason"`
	Since  time.Time       `json:"since"`
}

// counts are numbers of repos by state.
type counts struct {
	Imported     int `json:"imported"`
	NotImported  int `json:"not_imported"`
	Excluded     int `json:"excluded"`
	KeptOut      int `json:"kept_out"`
	Paused       int `json:"paused"`
	NotSupported int `json:"not_supported"`
}

func recordOf(in flow.Integration) record {
	r := record{
		ID: in.ID, Name: in.Name, Provider: in.Provider, Method: in.Method,
		ClientID: in.App.ClientID, Redirect: in.App.Redirect, Renewal: in.Renewal,
		BaseURL: in.BaseURL, OwnURL: in.Report.OwnURL, Network: networkRecordOf(in.Network), Services: in.Services.Names(),
		Status:  status{in.Status.Data, reasonOf(in), in.Status.Since},
		Account: in.Report.Account, Server: in.Report.Server, GitLab: in.Report.Version, Lacks: append([]string{}, in.Report.Lacks...),
		Scopes: append([]flow.Scope{}, in.Report.Scopes...), TestedAt: in.Report.At,
		Checks:    append([]flow.Check{}, in.Report.Checks...),
		CreatedAt: in.CreatedAt, CreatedBy: in.CreatedBy, SavedTimes: in.Version,
		Counts: counts{
			Imported: in.Counts[flow.Imported], NotImported: in.Counts[flow.NotImported], Excluded: in.Counts[flow.Excluded],
			KeptOut: in.Counts[flow.KeptOut], Paused: in.Counts[flow.Paused], NotSupported: in.Counts[flow.NotSupported],
		},
	}
	for i, check := range r.Checks {
		r.Checks[i] = shown(check, checkCommands(in))
	}
	if !in.Report.Expires.IsZero() {
		r.Expires = &in.Report.Expires
	}
	if !in.Discovery.At.IsZero() {
		r.Discovery = &in.Discovery
	}
	return r
}

// reasonOf is the reason of the data status, whose next step is stored as
// screens word it.
func reasonOf(in flow.Integration) string {
	return onCommandLine(in.Status.Reason, commandsFor(in))
}

func recordsOf(list []flow.Integration) []record {
	records := make([]record, 0, len(list))
	for _, in := range list {
		records = append(records, recordOf(in))
	}
	return records
}
