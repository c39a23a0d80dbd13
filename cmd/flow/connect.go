package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"flow"
	"flow/store"
)

// connectFlags are the wizard's answers as flags.
type connectFlags struct {
	provider, baseURL, name, services string
	signIn                            signInFlags
}

func (p *program) connectCommand() *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use:   "connect",
		Short: "Connects a GitLab, for scripts and without screens",
		Long: `Connects a GitLab: what the wizard of flow does, for scripts and without screens.

It finds the GitLab at the address, signs in, tests the connection, stores the integration with its secrets sealed, and looks for groups and repos. If the test fails nothing is stored. Nothing is imported before groups or repos are chosen in flow.

An access token comes from a file or from stdin, never from the command line, where others on this machine could read it. It needs the scopes api, read_user and read_repository; read_api alone is enough to read.

With --oauth somebody approves Flow in a browser, on any machine, within ten minutes. Flow has to be registered in GitLab for that: without --client-id it says how. The addresses and, where GitLab has such codes, a code stand on stderr. The address that the browser ends on may be given on stdin, as a line: a script whose stdin is meant for something else gives < /dev/null. With --client-secret-file - all of stdin is the secret, and no address is read from it; on a terminal the secret is asked for. No browser is started.

` + networkHelp + `

Progress goes to stderr, the result to stdout. With --json stdout has one object a line, each with its event: auth_url, user_code, refused (an answer that is not valid; it goes on waiting) and authorized of OAuth, then a check for each of the test, found, created, and error if it ends with one. Where a server is not trusted, check and error have its certificates, as flow check --json has them. A mistake in the flags themselves is told on stderr only.`,
		Example: `flow connect --name acme-gitlab --base-url gitlab.acme.com --token-file token
flow connect --base-url gitlab.acme.com/git --services repo,pr < token
flow connect --base-url gitlab.acme.com --oauth --client-id ID --client-secret-file secret
flow connect --provider gitlab-cloud --token-file token --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			events := p.events(f.signIn.json)
			return events.end(p.runConnect(cmd.Context(), f, events))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "what to call it (default: made from the address)")
	flags.StringVar(&f.baseURL, "base-url", "", "what you type in a browser to reach GitLab")
	flags.StringVar(&f.services, "services", "", "any of repo, pr and ticket, with commas (default: all that can be read)")
	flags.StringVar(&f.provider, "provider", flow.Providers[0].ID, "one of gitlab-self-hosted and gitlab-cloud")
	f.signIn.add(flags)
	p.addConcurrency(flags)
	return cmd
}

func (p *program) runConnect(ctx context.Context, f connectFlags, e *events) error {
	c := &connecting{signingIn: signingIn{program: p, flags: f.signIn, events: e}, services: f.services}
	if err := c.answer(ctx, f); err != nil {
		if flow.CausedBy(err, flow.NoClientID) {
			err = p.howToRegister(ctx, c.draft, err)
		}
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
	signingIn
	services string   // that were asked for; "" for none in particular
	taken    []string // names of the other integrations
}

// answer takes the flags into the draft, and checks what can be checked without
// the store and the token.
func (c *connecting) answer(ctx context.Context, f connectFlags) error {
	provider, known := flow.ProviderByID(f.provider)
	if !known {
		return &usageError{"There is no such provider.", "Give --provider gitlab-self-hosted or gitlab-cloud."}
	}
	c.draft = flow.NewDraft()
	if c.draft.SetProvider(provider); !c.flags.oauth {
		c.draft.SetMethod(flow.AccessToken)
	}
	switch {
	case provider.BaseURL == "":
		c.draft.SetAddress(f.baseURL)
	case f.baseURL != "":
		return &usageError{provider.Name + " is at " + provider.BaseURL + ".", "Leave out --base-url, or --provider."}
	}
	if err := c.flags.check(c.draft.Method, c.env); err != nil {
		return err
	}
	network, err := c.flags.network.over(ctx, c.program, flow.Network{})
	if err != nil {
		return err
	}
	c.draft.SetNetwork(network)
	if c.flags.oauth {
		c.draft.SetApplication(flow.Application{ClientID: c.flags.clientID, Redirect: c.flags.callback.redirect})
		c.draft.Port = c.flags.callback.port
	}
	if f.name != "" {
		c.draft.SetName(f.name)
	}
	if f.services != "" {
		services, err := flow.ParseServices(f.services)
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
	in, err := c.create(ctx)
	if err != nil {
		return err
	}
	return c.finish(ctx, in)
}

// create stores the integration once it has passed its test. Otherwise nothing
// is left, neither here nor, of a sign-in, in GitLab.
func (c *connecting) create(ctx context.Context) (in flow.Integration, err error) {
	defer func() {
		if err != nil {
			c.abandon(ctx)
		}
	}()
	name := func() error {
		c.draft.SuggestName(c.taken)
		return nil
	}
	if err := c.getCredential(ctx, name); err != nil {
		return in, err
	}
	if err := c.test(ctx, "Nothing is stored."); err != nil {
		return in, err
	}
	if err := c.checkServices(); err != nil {
		return in, err
	}
	return c.setup(c.gitlab, c.store).Create(ctx, c.draft)
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
	if c.services == "" {
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
	found, problem := c.discover(ctx, c.gitlab, c.store, in)
	if problem == nil {
		c.events.tell(foundEvent{"found", found})
	}
	// Its status is another one now. ctx may be what ended the walk.
	in, err := c.store.Named(context.WithoutCancel(ctx), in.Name)
	if err == nil {
		c.events.tell(createdEvent{"created", recordOf(in)})
	}
	switch {
	case problem != nil:
		next := in.Name + " is stored, without its groups and repos yet. Run " + refresh + " to look for them again"
		if f := flow.FaultOf(problem); f.Cause == flow.Cancelled && f.Where != "" {
			next += "; " + f.Where
		}
		return &hinted{err: problem, next: next + "."}
	case err != nil || c.events != nil:
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "Connected %s: %s, %s.\nNothing is imported yet: run flow to choose. For new repos let cron run: %s\n",
		in.Name, flow.Plural(found.Groups, "group"), flow.Plural(found.Repos, "repo"), refresh)
	return err
}
