package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"flow"
	"flow/store"
)

func (p *program) deleteCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Deletes an integration and all that Flow read through it",
		Long: `Deletes an integration: its sealed token, its list of groups and repos, its auto-import settings, rules and choices by hand, and its log. There is no way back.

In GitLab nothing changes. The token stays valid there until it expires or you revoke it.

On a terminal it asks for the name; in scripts it needs --yes.`,
		Example:           "flow delete acme-gitlab\nflow delete acme-gitlab --yes",
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runDelete(cmd.Context(), args[0], yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (p *program) runDelete(ctx context.Context, name string, yes bool) error {
	if !yes && !p.isTerminal(p.stdin) {
		return &usageError{"flow delete asks for the name to be typed, and there is no terminal.", "Give --yes if you mean it."}
	}
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err == nil && !yes {
			err = p.askToDelete(ctx, in)
		}
		if err == nil {
			err = s.Delete(ctx, in.ID)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "Deleted %s. Its token stays valid in GitLab: revoke it there if nothing else uses it.\n", in.Name)
		return err
	})
}

// askToDelete says what is lost and wants the name typed.
func (p *program) askToDelete(ctx context.Context, in flow.Integration) error {
	fmt.Fprintf(p.stderr, "This deletes %s: its token, the list of %s, %s of them imported, and all its settings and rules. There is no way back.\n",
		in.Name, flow.Plural(in.Counts.All(), "repo"), flow.Number(in.Counts[flow.Imported]))
	fmt.Fprintf(p.stderr, "Type %s to delete it: ", in.Name)
	typed, err := await(ctx, func() (string, error) {
		line, err := bufio.NewReader(p.stdin).ReadString('\n')
		return strings.TrimSpace(line), err
	})
	if flow.CausedBy(err, flow.Cancelled) {
		fmt.Fprintln(p.stderr)
		return err
	}
	if typed != in.Name {
		return &hinted{
			err:  &flow.Fault{Cause: flow.Unknown, Detail: "Nothing is deleted: that is not its name"},
			next: "Run flow delete " + quoted(in.Name) + " again if you mean it.",
		}
	}
	return nil
}
