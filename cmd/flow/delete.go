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

// deleteFlags say what is not asked for.
type deleteFlags struct{ yes, anyway bool }

func (p *program) deleteCommand() *cobra.Command {
	var f deleteFlags
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Deletes an integration and all that Flow read through it",
		Long: `Deletes an integration: its sealed token or sign-in, its list of groups and repos, its auto-import settings, rules and choices by hand, and its log. There is no way back.

A sign-in with OAuth is revoked in GitLab first. If GitLab does not take that, nothing is deleted: with --anyway, or if you say so on a terminal, it is deleted all the same, and the sign-in is left to be revoked in GitLab by hand. The application Flow stays registered there.

An access token stays valid in GitLab until it expires or you revoke it.

On a terminal it asks for the name; in scripts it needs --yes.`,
		Example:           "flow delete acme-gitlab\nflow delete acme-gitlab --yes\nflow delete acme-gitlab --yes --anyway",
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runDelete(cmd.Context(), args[0], f)
		},
	}
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&f.anyway, "anyway", false, "delete also if GitLab does not revoke the sign-in")
	return cmd
}

func (p *program) runDelete(ctx context.Context, name string, f deleteFlags) error {
	if !f.yes && !p.isTerminal(p.stdin) {
		return &usageError{"flow delete asks for the name to be typed, and there is no terminal.", "Give --yes if you mean it."}
	}
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err != nil {
			return err
		}
		d := &deleting{program: p, flags: f, store: s, in: in, input: bufio.NewReader(p.stdin)}
		return d.run(ctx)
	})
}

// deleting is one flow delete.
type deleting struct {
	*program
	flags deleteFlags
	store *store.Store
	in    flow.Integration
	input *bufio.Reader
}

func (d *deleting) run(ctx context.Context) error {
	if !d.flags.yes {
		if err := d.askName(ctx); err != nil {
			return err
		}
	}
	client := d.newClient()
	defer client.Close()
	setup := d.setup(client, d.store)
	shared := d.in.Report.OneToken && d.isShared(ctx)
	err := setup.Disconnect(ctx, d.in, false)
	left := flow.CausedBy(err, flow.NotRevoked)
	if left && ctx.Err() != nil {
		return &flow.Fault{Cause: flow.Cancelled, Err: err}
	}
	if left {
		if err = d.askAnyway(ctx, err); err == nil {
			err = setup.Disconnect(ctx, d.in, true)
		}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(d.stdout, "Deleted %s. %s\n", d.in.Name, d.remains(left, shared))
	return err
}

// isShared reports whether the sign-in is that of another integration too.
func (d *deleting) isShared(ctx context.Context) bool {
	shared, err := d.store.Shared(ctx, d.in.ID)
	return err == nil && shared
}

// remains says what is left in GitLab.
func (d *deleting) remains(left, shared bool) string {
	switch {
	case d.in.Method != flow.OAuth:
		return "Its token stays valid in GitLab: revoke it there if nothing else uses it."
	case left:
		return "Its sign-in may still be valid in GitLab: revoke it there, under Applications, Authorized applications."
	case shared:
		return "Its sign-in stays valid in GitLab: another integration uses it."
	}
	return "Its sign-in is revoked in GitLab."
}

// askName says what is lost and wants the name typed.
func (d *deleting) askName(ctx context.Context) error {
	in := d.in
	fmt.Fprintf(d.stderr, "This deletes %s: its %s, the list of %s, %s of them imported, and all its settings and rules. There is no way back.\n",
		in.Name, credentialOf(in), flow.Plural(in.Counts.All(), "repo"), flow.Number(in.Counts[flow.Imported]))
	fmt.Fprintf(d.stderr, "Type %s to delete it: ", in.Name)
	typed, err := d.typed(ctx)
	if err != nil {
		return err
	}
	if typed != in.Name {
		return d.kept("Nothing is deleted: that is not its name")
	}
	return nil
}

// askAnyway goes on after GitLab has not revoked the sign-in, if that is meant.
func (d *deleting) askAnyway(ctx context.Context, err error) error {
	problem := wordsOf(err)
	switch {
	case d.flags.anyway:
		fmt.Fprint(d.stderr, lines(problem.Sentence, flow.FaultOf(err).Detail))
		return nil
	case d.flags.yes:
		return &hinted{err: err, next: flow.FaultOf(err).Detail + "\nNothing is deleted. Run flow delete " + quoted(d.in.Name) + " --yes --anyway to delete it all the same; then revoke the sign-in in GitLab, under Applications, Authorized applications."}
	}
	fmt.Fprint(d.stderr, lines(problem.Sentence, flow.FaultOf(err).Detail))
	fmt.Fprint(d.stderr, "Type yes to delete it all the same: ")
	typed, err := d.typed(ctx)
	if err != nil {
		return err
	}
	if typed != "yes" {
		return d.kept("Nothing is deleted")
	}
	return nil
}

// typed reads one line, which a broken off input ends too.
func (d *deleting) typed(ctx context.Context) (string, error) {
	line, err := await(ctx, func() (string, error) { return d.input.ReadString('\n') })
	if flow.CausedBy(err, flow.Cancelled) {
		fmt.Fprintln(d.stderr)
		return "", err
	}
	return strings.TrimSpace(line), nil
}

func (d *deleting) kept(sentence string) error {
	return &hinted{
		err:  &flow.Fault{Cause: flow.Unknown, Detail: sentence},
		next: "Run flow delete " + quoted(d.in.Name) + " again if you mean it.",
	}
}
