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

// connectFlags are the wizard's answers as flags.
type connectFlags struct {
	provider, baseURL, name, services, tokenFile string
	plainHTTP, json                              bool
}

func (p *program) connectCommand() *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use:   "connect",
		Short: "Connects a GitLab with an access token, for scripts",
		Long: `Connects a GitLab with an access token: what the wizard of flow does, for scripts.

It finds the GitLab at the address, tests the connection, stores the integration with its token sealed, and looks for groups and repos. If the test fails nothing is stored. Nothing is imported before groups or repos are chosen in flow.

The token comes from a file or from stdin, never from the command line, where others on this machine could read it. It needs the scopes api, read_user and read_repository; read_api alone is enough to read.

Progress goes to stderr, the result to stdout.`,
		Example: `flow connect --name acme-gitlab --base-url gitlab.acme.com --token-file token
flow connect --base-url gitlab.acme.com/git --services repo,pr < token
flow connect --provider gitlab-cloud --token-file token --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runConnect(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "what to call it (default: made from the address)")
	flags.StringVar(&f.baseURL, "base-url", "", "what you type in a browser to reach GitLab")
	flags.StringVar(&f.services, "services", "", "any of repo, pr and ticket, with commas (default: all that can be read)")
	flags.StringVar(&f.tokenFile, "token-file", "", "file that holds the token; - or none is stdin")
	flags.StringVar(&f.provider, "provider", flow.Providers[0].ID, "one of gitlab-self-hosted and gitlab-cloud")
	flags.BoolVar(&f.plainHTTP, "plain-http", false, "accept http, on which others can read the token")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	return cmd
}

func (p *program) runConnect(ctx context.Context, f connectFlags) error {
	c := &connecting{program: p, flags: f}
	if err := c.answer(); err != nil {
		return err
	}
	return p.withStore(ctx, func(s *store.Store) error {
		client := p.newClient()
		defer client.Close()
		c.store, c.gitlab = s, client
		return c.run(ctx)
	})
}

// connecting is one flow connect.
type connecting struct {
	*program
	flags  connectFlags
	draft  flow.Draft
	taken  []string // names of the other integrations
	store  *store.Store
	gitlab *gitlab.Client
}

// answer takes the flags into the draft, and checks what can be checked without
// the store and the token.
func (c *connecting) answer() error {
	provider, known := flow.ProviderByID(c.flags.provider)
	if !known {
		return &usageError{"There is no such provider.", "Give --provider gitlab-self-hosted or gitlab-cloud."}
	}
	c.draft = flow.NewDraft()
	c.draft.SetProvider(provider)
	c.draft.SetMethod(flow.AccessToken)
	switch {
	case provider.BaseURL == "":
		c.draft.SetAddress(c.flags.baseURL)
	case c.flags.baseURL != "":
		return &usageError{provider.Name + " is at " + provider.BaseURL + ".", "Leave out --base-url, or --provider."}
	}
	c.draft.PlainHTTP = c.flags.plainHTTP
	if c.flags.name != "" {
		c.draft.SetName(c.flags.name)
	}
	if c.flags.services != "" {
		services, err := flow.ParseServices(c.flags.services)
		if err != nil {
			return err
		}
		c.draft.Services = services
	}
	if err := c.draft.Check(flow.StepCredentials, nil); !flow.CausedBy(err, flow.NoToken) {
		return err
	}
	return nil
}

func (c *connecting) run(ctx context.Context) error {
	list, err := c.store.List(ctx)
	if err != nil {
		return err
	}
	c.taken = namesOf(list)
	if c.draft.Named {
		if err := c.draft.Check(flow.StepName, c.taken); err != nil {
			return err
		}
	}
	if c.flags.tokenFile == "" && c.isTerminal(c.stdin) {
		// Said before it is asked for.
		kept := c.store.Keeping()
		fmt.Fprintf(c.stderr, "The token will be kept in %s, sealed; its key in %s. Only you can read these.\n", c.withTilde(kept.Database), c.withTilde(kept.Key))
	}
	token, err := c.readToken(ctx, c.flags.tokenFile)
	if err != nil {
		return err
	}
	c.draft.SetToken(token)
	if err := c.test(ctx); err != nil {
		return err
	}
	in, err := c.setup(c.gitlab, c.store).Create(ctx, c.draft)
	if err != nil {
		return err
	}
	return c.finish(ctx, in)
}

// test finds the GitLab and tries what Flow will need.
func (c *connecting) test(ctx context.Context) error {
	server, err := c.gitlab.Find(ctx, c.draft.Address, c.draft.PlainHTTP)
	if err != nil {
		return err
	}
	c.draft.SetServer(server)
	c.draft.SuggestName(c.taken)
	report, err := c.gitlab.Test(ctx, c.draft.Connection(), tellChecks(c.stderr))
	if err != nil {
		return err
	}
	c.draft.SetReport(report)
	if !report.Passed() {
		return &hinted{
			err:  &flow.Fault{Cause: flow.Unknown, Detail: strings.TrimSuffix(report.Summary(), ".")},
			next: "Nothing is stored. Mend what failed, then run the same command again.",
		}
	}
	return c.checkServices()
}

// checkServices refuses to leave off a service that was asked for, and to
// connect what can't be read at all.
func (c *connecting) checkServices() error {
	refused := func(detail, next string, says string) error {
		return &hinted{err: &flow.Fault{Cause: flow.Unknown, Detail: detail, Says: says}, next: "Nothing is stored. " + next}
	}
	off := c.draft.Services &^ c.draft.Report.Readable
	if c.draft.Chosen() == 0 {
		return refused("None of the services can be read", "Give the account Reporter in its groups, then run the same command again.", "")
	}
	if c.flags.services == "" {
		return nil
	}
	for _, s := range flow.AllServices {
		if off.Has(s) {
			check := c.draft.Report.Check(s.String())
			return refused(s.String()+" is asked for, but "+check.Text,
				"Give --services "+strings.Join(c.draft.Chosen().Names(), ",")+", or let the account read them.", check.Says)
		}
	}
	return nil
}

// finish looks for groups and repos and prints what came of it all. The
// integration is stored by now, whatever happens.
func (c *connecting) finish(ctx context.Context, in flow.Integration) error {
	refresh := "flow refresh " + quoted(in.Name)
	if _, err := c.discover(ctx, c.gitlab, c.store, in); err != nil {
		return &hinted{err: err, next: in.Name + " is stored, without its groups and repos yet. Run " + refresh + " to look for them again."}
	}
	in, err := c.store.Named(ctx, in.Name)
	if err != nil {
		return err
	}
	if c.flags.json {
		return writeJSON(c.stdout, recordOf(in))
	}
	_, err = fmt.Fprintf(c.stdout, "Connected %s: %s, %s.\nNothing is imported yet: run flow to choose. For new repos let cron run: %s\n",
		in.Name, flow.Plural(in.Discovery.Groups, "group"), flow.Plural(in.Discovery.Repos, "repo"), refresh)
	return err
}
