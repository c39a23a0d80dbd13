package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"flow"
	"flow/gitlab"
	"flow/store"
	"flow/tui"
)

// screenFlags fill in answers of the wizard.
type screenFlags struct {
	callback callbackFlags
	network  networkFlags
}

// command returns flow itself with all its commands.
func (p *program) command() *cobra.Command {
	var f screenFlags
	root := &cobra.Command{
		Use:   "flow",
		Short: "Connects a GitLab to Flow and chooses the repos that it reads",
		Long: `Connects a GitLab to Flow and chooses the repos that it reads.

Without a command it opens on this terminal: with the wizard as long as there is no integration, else with the list of integrations. In scripts use flow connect.

Flow only reads from GitLab. What it learns stays in one file on this machine, $XDG_DATA_HOME/flow/flow.db, the secrets sealed with a key of their own.

What the flags say of the way to GitLab and of OAuth fills in the wizard's answers.

` + networkHelp + `

` + exitCodes,
		Example: `flow
flow demo
flow connect --name acme-gitlab --base-url gitlab.acme.com --token-file token`,
		Args:          noSuchCommand,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.callback.resolve(cmd.Flags(), p.env); err != nil {
				return err
			}
			return p.runScreens(cmd.Context(), f)
		},
	}
	f.callback.add(root.Flags())
	f.network.add(root.Flags())
	p.addConcurrency(root.Flags())
	root.PersistentFlags().StringVar(&p.storeFile, "store", "", "the database file (default: $FLOW_STORE, else $XDG_DATA_HOME/flow/flow.db)")
	root.SetFlagErrorFunc(flagMistake)
	root.SetHelpFunc(showHelp)
	root.AddCommand(p.connectCommand(), p.checkCommand(), p.listCommand(), p.openCommand(), p.showCommand(), p.reposCommand(), p.whyCommand(),
		p.refreshCommand(), p.reconnectCommand(), p.deleteCommand(), p.demoCommand(), p.versionCommand())
	return root
}

// canDraw reports whether there is a terminal to draw on. One that calls itself
// dumb can't place text.
func (p *program) canDraw() bool {
	return p.isTerminal(p.stdin) && p.isTerminal(p.stdout) && p.env("TERM") != "dumb"
}

func (p *program) runScreens(ctx context.Context, f screenFlags) error {
	if f.network.passwordIsStdin() {
		return &usageError{"Stdin is for the keys: it can't hold the password of a proxy.", "Give a file with --proxy-password-file, or type the password into the wizard."}
	}
	network, err := f.network.over(ctx, p, flow.Network{})
	if err != nil {
		return err
	}
	if !p.canDraw() {
		return &flow.Fault{Cause: flow.NoTerminal}
	}
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	client := p.newClient()
	defer client.Close()
	deps := p.deps(client, s)
	deps.Redirect, deps.Port, deps.Network = f.callback.redirect, f.callback.port, network
	return errors.Join(p.show(ctx, deps), s.Close())
}

// deps are what the screens depend on, where nothing else is wished for.
func (p *program) deps(client *gitlab.Client, s *store.Store) tui.Deps {
	kept := s.Keeping()
	return tui.Deps{
		GitLab: client, Store: s, Now: p.now, Who: p.who(), Getenv: p.env,
		Database: p.withTilde(kept.Database), Key: p.withTilde(kept.Key),
		OpenURL: p.browser(), Dir: currentDir(), Notes: s.Notes(), SSH: p.ssh(),
	}
}

// show runs the screens until the user leaves or a signal ends ctx. Bubble Tea
// would wait for the same signals: if ctx ends it first, it never gets rid of
// the message about the signal, and hangs.
func (p *program) show(ctx context.Context, d tui.Deps) error {
	return tui.Run(ctx, d, p.stdin, p.stdout, tea.WithoutSignalHandler())
}

// noSuchCommand refuses what stands where a command could. It is not repeated
// as it is: people paste tokens into the wrong place.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	mistake := &usageError{"There is no such command.", "Run flow --help to see those that there are."}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		mistake.next = "Did you mean flow " + near[0] + "?"
	}
	return mistake
}

// takes refuses any other number of arguments than those that are named. The
// first is an integration.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		next := "Run " + strings.Join(append([]string{cmd.CommandPath()}, names...), " ") + ", or see " + cmd.CommandPath() + " --help."
		switch {
		case len(args) < len(names) && len(args) > 0:
			return &usageError{cmd.CommandPath() + " needs " + names[len(args)] + " as well.", next}
		case len(args) < len(names):
			return &usageError{cmd.CommandPath() + " needs " + names[0] + ", an integration.", next}
		case len(args) > len(names) && len(names) == 0:
			return &usageError{cmd.CommandPath() + " takes flags only.", "See " + cmd.CommandPath() + " --help."}
		case len(args) > len(names) && len(names) > 1:
			return &usageError{cmd.CommandPath() + " takes " + strings.Join(names, " and ") + " only.", next + " A name with spaces stands in quotes."}
		case len(args) > len(names):
			return &usageError{cmd.CommandPath() + " takes one integration.", next + " A name with spaces stands in quotes."}
		}
		return nil
	}
}

// otherNames tell who knows a flag by the name that other programs have for it.
var otherNames = map[string]string{
	"insecure": notInsecure, "insecure-skip-verify": notInsecure, "k": notInsecure,
	"cacert": "Give --ca-file FILE.", "cert": "Give --client-cert FILE.", "key": "Give --client-key FILE.",
}

const notInsecure = "Give --ca-file FILE to trust a company's own authority. --unverified accepts any certificate."

// flagMistake says what is wrong with a flag, without its value.
func flagMistake(cmd *cobra.Command, err error) error {
	see := "See " + cmd.CommandPath() + " --help."
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	if errors.As(err, &unknown) && cmd.Flags().Lookup("ca-file") != nil {
		see = cmp.Or(otherNames[unknown.GetSpecifiedName()], see)
	}
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedName() == "token":
		return &usageError{"There is no --token: others on this machine can read what stands in a command.", "Give the token in a file with --token-file, or on stdin."}
	case errors.As(err, &unknown) && unknown.GetSpecifiedName() == "client-secret":
		return &usageError{"There is no --client-secret: others on this machine can read what stands in a command.", "Give the secret in a file with --client-secret-file, or on stdin with --client-secret-file -."}
	case errors.As(err, &unknown) && unknown.GetSpecifiedName() == "proxy-password":
		return &usageError{"There is no --proxy-password: others on this machine can read what stands in a command.", "Give the password in a file with --proxy-password-file, or on stdin with --proxy-password-file -."}
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return &usageError{"There is no flag -" + unknown.GetSpecifiedName() + ".", see}
	case errors.As(err, &unknown):
		return &usageError{"There is no flag --" + unknown.GetSpecifiedName() + ".", see}
	case errors.As(err, &empty):
		return &usageError{"--" + empty.GetFlag().Name + " needs a value.", see}
	case errors.As(err, &bad) && bad.GetFlag().Name == concurrencyFlag:
		return concurrencyMistake(see)
	case errors.As(err, &bad):
		return &usageError{"The value of --" + bad.GetFlag().Name + " can't be read.", see}
	}
	return &usageError{"A flag can't be read.", see}
}

// showHelp leaves help to fang. Errors are not left to it: before it prints one
// it asks the terminal for its background and waits for the answer.
func showHelp(cmd *cobra.Command, _ []string) {
	root := cmd.Root()
	path := strings.Fields(strings.TrimPrefix(cmd.CommandPath(), root.Name()))
	root.SetArgs(append(path, "--help"))
	if err := fang.Execute(cmd.Context(), root, fang.WithoutVersion(), fang.WithoutManpage()); err != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), err)
	}
}

func (p *program) newClient() *gitlab.Client {
	o := p.reach
	o.UserAgent, o.Now = "flow/"+buildOf().Version, p.now
	return gitlab.New(o)
}

func currentDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	return dir
}
