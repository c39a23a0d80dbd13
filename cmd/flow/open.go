package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"flow"
)

func (p *program) openCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "open NAME",
		Short: "Opens one integration on this terminal: its repos, rules and state",
		Long: `Opens one integration on this terminal: its repos, rules and state.

It is what enter on the list of integrations does; esc leads back there. It shows what is stored and asks GitLab for nothing before r is pressed.`,
		Example:           "flow open acme-gitlab",
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runOpen(cmd.Context(), args[0])
		},
	}
	p.addConcurrency(cmd.Flags())
	return cmd
}

func (p *program) runOpen(ctx context.Context, name string) error {
	if !p.canDraw() {
		return &flow.Fault{Cause: flow.NoTerminal}
	}
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	in, err := s.Named(ctx, name)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	client := p.newClient()
	defer client.Close()
	deps := p.deps(client, s)
	deps.Open = in
	return errors.Join(p.show(ctx, deps), s.Close())
}
