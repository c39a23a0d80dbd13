package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"flow"
	"flow/gitlab"
	"flow/store"
)

func (p *program) refreshCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "refresh NAME",
		Short: "Looks for new groups and repos, and imports what the settings take in",
		Long: `Looks for new groups and repos, and imports what the settings take in.

It walks over all groups and repos that the account is a member of. If the walk is complete, the list is replaced, and repos that auto-import takes and no rule keeps out are imported. If it breaks off, the list stays as it was, and only the data status changes.

Nothing that is imported is ever taken out by it. Let cron run it.`,
		Example:           "flow refresh acme-gitlab\nflow refresh acme-gitlab --json",
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runRefresh(cmd.Context(), args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (p *program) runRefresh(ctx context.Context, name string, asJSON bool) error {
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err != nil {
			return err
		}
		client := p.newClient()
		defer client.Close()
		found, err := p.discover(ctx, client, s, in)
		if err != nil {
			return refreshHint(ctx, client, s, in, err)
		}
		if asJSON {
			return writeJSON(p.stdout, refreshed{in.ID, in.Name, found})
		}
		_, err = fmt.Fprintf(p.stdout, "Refreshed %s: %s.\n", in.Name, outcomeOf(found))
		return err
	})
}

// outcomeOf is what a complete walk has found and done.
func outcomeOf(d flow.Discovery) string {
	return fmt.Sprintf("%s, %s; %s new, %s no longer found, %s imported", flow.Plural(d.Groups, "group"), flow.Plural(d.Repos, "repo"),
		flow.Number(d.New), flow.Number(d.Lost), flow.Number(d.Taken))
}

// refreshed is what flow refresh --json prints.
type refreshed struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	flow.Discovery
}

func (p *program) discover(ctx context.Context, g flow.GitLab, s flow.Store, in flow.Integration) (flow.Discovery, error) {
	progress := p.progress()
	defer progress.end()
	return p.setup(g, s).Refresh(ctx, in, progress.tell)
}

// refreshHint adds what to do about a refresh that failed. A token that is of
// no use any more is replaced.
func refreshHint(ctx context.Context, client *gitlab.Client, s *store.Store, in flow.Integration, err error) error {
	hint := &hinted{err: err, commands: commandsFor(in)}
	switch {
	case in.Method == flow.OAuth && flow.CausedBy(err, flow.ScopeMissing):
		hint.next = "Tick api, read_user and read_repository at the application in GitLab, then run " + hint.reconnect + " --oauth."
	case flow.CausedBy(err, flow.TokenUnknown, flow.TokenExpired, flow.TokenRevoked, flow.ScopeMissing):
		hint.next = "Make a new one in GitLab, then run " + hint.reconnect + " --token-file FILE."
		if page := tokenPage(ctx, client, s, in); page != "" {
			hint.next += " It is made at " + page
		}
	}
	return hint
}

// tokenPage is where a token is made; "" if GitLab does not say.
func tokenPage(ctx context.Context, client *gitlab.Client, s *store.Store, in flow.Integration) string {
	ctx, cancel := context.WithTimeout(ctx, findBound)
	defer cancel()
	conn, err := s.Connection(ctx, in.ID)
	if err != nil {
		return ""
	}
	server, err := client.Find(ctx, in.BaseURL.String(), conn.Network)
	if err != nil {
		return ""
	}
	return strings.Join(append([]string{server.TokenPage}, server.OtherPages...), " or ")
}

// commandsFor are the commands that help an integration which is stored.
func commandsFor(in flow.Integration) commands {
	return commands{again: "flow refresh " + quoted(in.Name), reconnect: "flow reconnect " + quoted(in.Name)}
}
