package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"flow"
	"flow/gitlab"
	"flow/store"
)

// checkFlags say what is tested where that is not stored.
type checkFlags struct {
	set       *pflag.FlagSet
	baseURL   string
	tokenFile string
	network   networkFlags
	json      bool
}

func (p *program) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [NAME]",
		Short: "Tests a connection step by step, and says what to mend",
		Long: `Tests a connection step by step, and says what to mend: the way to GitLab, GitLab itself, the account, what it may read. It is the test of flow connect and of the screens, and changes nothing in GitLab.

With the name of an integration it tests what is stored and keeps the result, which flow show has from then on. With --base-url it tests an address that is not stored, and keeps nothing: with --token-file all of it; without a token what needs none, before one is asked for.

Progress goes to stderr, the report to stdout: plain text without secrets, fit for a ticket.

` + networkHelp + `

With --json it prints one object: integration ("" where it is not stored), base_url, own_url, at, server, version, lacks, account, network, checks, summary and passed; each check with name, status, cause (of a failure, such as token expired), text, hint, link, says (the server's own words), took_ms and certificates: of a server that is not trusted the one in question, then its own, each with subject, issuer, names, not_before, not_after and sha256.

Exit codes: 0 all is well; 10 it works, with warnings; 11 something failed; 1 it could not be tested; 2 the command or what it was given is wrong. Without a token 0 and 10 say only that a GitLab answers there.`,
		Example: `flow check acme-gitlab
flow check acme-gitlab > report.txt
flow check acme-gitlab --json
flow check --base-url gitlab.acme.com
flow check --base-url gitlab.acme.com --ca-file acme-root.pem --token-file token`,
		Args:              cobra.ArbitraryArgs, // NAME or --base-url, see run
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runCheck(cmd.Context(), args, f)
		},
	}
	f.set = cmd.Flags()
	f.set.StringVar(&f.baseURL, "base-url", "", "test this address in place of an integration")
	f.set.StringVar(&f.tokenFile, "token-file", "", "of --base-url: file that holds a token; - is stdin (default: without a token)")
	f.network.add(f.set)
	f.set.BoolVar(&f.json, "json", false, "print one JSON object")
	return cmd
}

func (p *program) runCheck(ctx context.Context, args []string, f checkFlags) error {
	const see = "Run flow check NAME, or flow check --base-url URL."
	given := f.network.given()
	if f.set.Changed("token-file") {
		given = append(given, "--token-file")
	}
	switch {
	case len(args) == 0 && !f.set.Changed("base-url"):
		return &usageError{"flow check needs NAME, an integration, or --base-url.", see}
	case len(args) > 1:
		return &usageError{"flow check takes one integration.", see + " A name with spaces stands in quotes."}
	case len(args) == 1 && f.set.Changed("base-url"):
		return &usageError{"flow check takes NAME or --base-url, not both.", see}
	case len(args) == 1 && len(given) > 0:
		return &usageError{given[0] + " belongs to --base-url.", "To test an integration with another token or way, and keep that, run flow reconnect " + quoted(args[0]) + "."}
	case len(args) == 1:
		return p.checkStored(ctx, args[0], f.json)
	}
	return p.checkAddress(ctx, f)
}

// checkStored tests an integration and keeps the result.
func (p *program) checkStored(ctx context.Context, name string, asJSON bool) error {
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err != nil {
			return err
		}
		client := p.newClient()
		defer client.Close()
		conn, err := p.setup(client, s).Connect(ctx, in)
		if err != nil {
			return &hinted{err: err, commands: checkCommands(in)}
		}
		c := checked{name: in.Name, conn: conn, commands: checkCommands(in)}
		if c.report, err = p.testAlone(ctx, client, conn); err != nil {
			return err
		}
		// A sign-in may have been renewed meanwhile.
		if fresh, err := s.Connection(ctx, in.ID); err == nil {
			c.also = fresh
		}
		kept := s.SetReport(ctx, in.ID, c.report)
		if err := p.tellChecked(c, asJSON); err != nil {
			return err
		}
		if kept != nil {
			return kept
		}
		return verdictOf(c.report)
	})
}

// checkCommands are the commands that help an integration after a test.
func checkCommands(in flow.Integration) commands {
	return commands{again: "flow check " + quoted(in.Name), reconnect: commandsFor(in).reconnect}
}

// checkAddress tests what is not stored.
func (p *program) checkAddress(ctx context.Context, f checkFlags) error {
	conn, err := p.connectionOf(ctx, f)
	if err != nil {
		return err
	}
	client := p.newClient()
	defer client.Close()
	server, err := client.Find(ctx, f.baseURL, conn.Network)
	switch {
	case err == nil:
		conn.BaseURL = server.BaseURL
	case ctx.Err() != nil || exitCode(err) == exitUsage:
		return err
	default:
		// The test says at which step it fails. The token stays here.
		places, err := flow.Candidates(f.baseURL)
		if err != nil {
			return err
		}
		conn.BaseURL, conn.Token = places[0], flow.Secret{}
	}
	c := checked{conn: conn}
	if c.report, err = p.testAlone(ctx, client, conn); err != nil {
		return err
	}
	if err := p.tellChecked(c, f.json); err != nil {
		return err
	}
	return verdictOf(c.report)
}

// connectionOf is what the flags tell, still without an address that was found.
func (p *program) connectionOf(ctx context.Context, f checkFlags) (conn flow.Connection, err error) {
	if f.network.passwordIsStdin() && f.tokenFile == "-" {
		return conn, &usageError{"Stdin holds one secret, and --token-file and --proxy-password-file want one each.", "Give the other in a file."}
	}
	if _, err = flow.Candidates(f.baseURL); err != nil {
		return conn, err
	}
	if conn.Network, err = f.network.over(ctx, p, flow.Network{}); err != nil {
		return conn, err
	}
	if f.network.passwordIsStdin() {
		if conn.Network.ProxyPassword, err = p.read(ctx, aProxyPassword, "-"); err != nil {
			return conn, err
		}
	}
	if f.tokenFile != "" {
		conn.Token, err = p.read(ctx, aToken, f.tokenFile)
	}
	return conn, err
}

// testAlone tests and tells how far it has come.
func (p *program) testAlone(ctx context.Context, client *gitlab.Client, conn flow.Connection) (flow.Report, error) {
	progress := p.progress()
	defer progress.end()
	return client.Test(ctx, conn, func(c flow.Check) {
		if c.Status == flow.Running {
			progress.say(c.Name + ": " + c.Text)
		}
	})
}

// verdictOf is how the command ends after a test.
func verdictOf(r flow.Report) error {
	switch {
	case !r.Passed() && !r.Reached():
		return verdict(exitNotConnected)
	case r.Count(flow.Warning) > 0:
		return verdict(exitWarnings)
	}
	return nil
}

// tellChecked prints a test.
func (p *program) tellChecked(c checked, asJSON bool) error {
	if asJSON {
		return writeJSON(p.stdout, c.record())
	}
	_, err := io.WriteString(p.stdout, c.text())
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
