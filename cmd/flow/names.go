package main

import (
	"context"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"flow"
)

// quoted writes a name so that a shell takes it as one word.
func quoted(name string) string {
	if regexp.MustCompile(`^[\pL\pN_.@%+:,/-]+$`).MatchString(name) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// completeNames offers the integrations' names to the shell.
func (p *program) completeNames(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	path, err := p.storePath()
	if err == nil {
		_, err = os.Stat(path) // completing must not make a store
	}
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list, err := p.list(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return namesOf(list), cobra.ShellCompDirectiveNoFileComp
}

func namesOf(list []flow.Integration) []string {
	names := make([]string, len(list))
	for i, in := range list {
		names[i] = in.Name
	}
	return names
}

func (p *program) list(ctx context.Context) (list []flow.Integration, err error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.List(ctx)
}
