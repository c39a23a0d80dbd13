package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"flow"
)

func (p *program) listCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Lists the integrations",
		Long: `Lists the integrations: name, data status, imported repos of all, base URL and age of the last complete discovery. Below one that is not well stands why, and what to do; below one that is reached unsafely, what it gives up.

It reads what is stored and asks no GitLab. With --json it prints one array.`,
		Example: "flow list\nflow list --json",
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runList(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func (p *program) runList(ctx context.Context, asJSON bool) error {
	list, err := p.list(ctx)
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeJSON(p.stdout, recordsOf(list))
	case len(list) == 0:
		fmt.Fprintln(p.stderr, "There is no integration yet. Run flow to make one, or flow connect in scripts.")
		return nil
	}
	var rows [][]string
	if p.isTerminal(p.stdout) {
		rows = append(rows, []string{"Name", "Data status", "Imported", "Base URL", "Discovery"})
	}
	for _, in := range list {
		rows = append(rows, []string{
			in.Name, string(in.Status.Data),
			flow.Number(in.Counts[flow.Imported]) + " of " + flow.Plural(in.Counts.All(), "repo"),
			in.BaseURL.String(), flow.Ago(p.now(), in.Discovery.At),
		})
		for _, line := range append([]string{reasonOf(in)}, warningsOf(in)...) {
			if line != "" {
				rows = append(rows, []string{"  " + line})
			}
		}
	}
	return writeTable(p.stdout, rows)
}
