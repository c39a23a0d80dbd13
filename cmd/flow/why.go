package main

import (
	"context"

	"github.com/spf13/cobra"

	"flow"
	"flow/store"
)

func (p *program) whyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why NAME GROUP-OR-REPO",
		Short: "Says why a group or repo is or is not in the list of an integration",
		Long: `Says why a group or repo is or is not in the list of an integration, and what to do.

It takes the path, a link to any of its pages, or what git clones. What is in the list is answered from what is stored. For the rest GitLab is asked: whether the path is right, whether the account sees it, and whether it is a member.

Nothing is changed. It exits with 0 whatever the answer is; with --json the answer has a reason to go by: listed, not seen, not a member, token bound, scope too low, moved, being deleted, not yet found, no longer found or other gitlab.`,
		Example: `flow why acme-gitlab acme/platform
flow why acme-gitlab https://gitlab.acme.com/acme/platform/api/-/issues
flow why acme-gitlab git@gitlab.acme.com:acme/platform/api.git --json`,
		Args:              takes("NAME", "GROUP-OR-REPO"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runWhy(cmd.Context(), args[0], args[1], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (p *program) runWhy(ctx context.Context, name, asked string, asJSON bool) error {
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err != nil {
			return err
		}
		review, err := s.Review(ctx, in.ID)
		if err != nil {
			return err
		}
		client := p.newClient()
		defer client.Close()
		why, err := p.setup(client, s).Why(ctx, review, asked)
		if err != nil {
			return refreshHint(ctx, client, s, in, err)
		}
		why.Next = onCommandLine(why.Next, commandsFor(in))
		if asJSON {
			return writeJSON(p.stdout, why)
		}
		return writeTable(p.stdout, answerRows(why))
	})
}

// answerRows are the rows of flow why.
func answerRows(w flow.Why) [][]string {
	what := map[flow.Kind]string{flow.KindGroup: "Group", flow.KindRepo: "Repo"}[w.Kind]
	if what == "" {
		what = "Path"
	}
	rows := [][]string{{what, w.Path}}
	for _, text := range []string{w.Sentence, w.Next, w.Quote()} {
		if text != "" {
			rows = append(rows, []string{"", text})
		}
	}
	return rows
}
