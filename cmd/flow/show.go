package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flow"
	"flow/store"
)

func (p *program) showCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Shows one integration",
		Long: `Shows one integration: how it is doing and since when, where it leads and how, what it gives up on that way, how it signs in, what it may do and until when, and how many repos are in which state.

It reads what is stored and asks no GitLab. Tokens and client secrets are never shown.`,
		Example:           "flow show acme-gitlab\nflow show acme-gitlab --json",
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runShow(cmd.Context(), args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (p *program) runShow(ctx context.Context, name string, asJSON bool) error {
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		switch {
		case err != nil:
			return err
		case asJSON:
			return writeJSON(p.stdout, recordOf(in))
		}
		return writeTable(p.stdout, p.facts(in, s.Keeping()))
	})
}

// facts are the rows of flow show, in the words of the Overview on screen.
func (p *program) facts(in flow.Integration, kept store.Keeping) [][]string {
	provider, _ := flow.ProviderByID(in.Provider)
	rows := [][]string{
		{"Name", in.Name},
		{"Data status", string(in.Status.Data) + " since " + flow.Date(in.Status.Since)},
	}
	if reason := reasonOf(in); reason != "" {
		rows = append(rows, []string{"", reason})
	}
	for _, warning := range warningsOf(in) {
		rows = append(rows, []string{"Warning", warning})
	}
	rows = append(rows, [][]string{
		{"Provider", provider.Name},
		{"Base URL", in.BaseURL.String()},
	}...)
	rows = append(rows, wayOf(in)...)
	rows = append(rows, [][]string{
		{"Server", in.Report.Server},
		{"Sign-in", signInOf(in)},
	}...)
	if in.Method == flow.OAuth {
		rows = append(rows, applicationOf(in)...)
	}
	return append(rows, [][]string{
		{"Expiry", expiryOf(p.now(), in)},
		{"Services", in.Services.String()},
		{"Connection", "tested " + flow.Ago(p.now(), in.Report.At) + ": " + in.Report.Tally()},
		{"Discovery", discoveryOf(p.now(), in.Discovery)},
		{"Repos", statesOf(in.Counts)},
		{"Created", flow.Date(in.CreatedAt) + " by " + in.CreatedBy},
		{"Kept in", p.withTilde(kept.Database) + ", the " + credentialOf(in) + " sealed; its key in " + p.withTilde(kept.Key)},
	}...)
}

// wayOf are the rows about the way to GitLab and what that says of itself, as far
// as there is something to say.
func wayOf(in flow.Integration) (rows [][]string) {
	if in.Report.OwnURL != "" {
		rows = append(rows, []string{"Own URL", in.Report.OwnURL})
	}
	if words := in.Network.Words(); len(words) > 0 {
		rows = append(rows, []string{"Network", strings.Join(words, "; ")})
	}
	if len(in.Report.Lacks) > 0 {
		rows = append(rows, []string{"Can't tell", strings.Join(in.Report.Lacks, "; ")})
	}
	return rows
}

// credentialOf is what an integration signs in with, in a word.
func credentialOf(in flow.Integration) string {
	if in.Method == flow.OAuth {
		return "sign-in"
	}
	return "token"
}

func signInOf(in flow.Integration) string {
	text := in.Report.Account + ", " + map[flow.Method]string{flow.OAuth: "OAuth", flow.AccessToken: "access token"}[in.Method]
	if len(in.Report.Scopes) > 0 {
		text += ": " + in.Report.Scopes.String()
	}
	return text
}

// applicationOf are the rows about Flow as it is registered in GitLab.
func applicationOf(in flow.Integration) [][]string {
	rows := [][]string{{"Client ID", in.App.ClientID}}
	if in.App.Redirect != "" {
		rows = append(rows, []string{"Redirect URI", in.App.Redirect})
	}
	return rows
}

func expiryOf(now time.Time, in flow.Integration) string {
	switch {
	case in.Renewal != flow.RenewalDone:
		return "the last renewal did not come to its end; the next use finds out if the sign-in is lost"
	case !in.Report.Expires.IsZero():
		return flow.Expiry(now, in.Report.Expires)
	case in.Method == flow.OAuth:
		return in.Report.Check(flow.CheckExpiry).Text
	}
	return "no date known"
}

func discoveryOf(now time.Time, d flow.Discovery) string {
	if d.At.IsZero() {
		return "none yet"
	}
	return fmt.Sprintf("complete %s: %s, %s", flow.Ago(now, d.At), flow.Plural(d.Groups, "group"), flow.Plural(d.Repos, "repo"))
}

// statesOf names the states in which there are repos.
func statesOf(c flow.Counts) string {
	var parts []string
	for _, state := range []flow.State{flow.Imported, flow.NotImported, flow.Excluded, flow.KeptOut, flow.Paused, flow.NotSupported} {
		if n := c[state]; n > 0 || state == flow.Imported {
			parts = append(parts, flow.Number(n)+" "+state.String())
		}
	}
	return strings.Join(parts, ", ")
}
