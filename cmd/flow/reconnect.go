package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"flow"
	"flow/store"
)

func (p *program) reconnectCommand() *cobra.Command {
	var f signInFlags
	var baseURL string
	cmd := &cobra.Command{
		Use:   "reconnect NAME",
		Short: "Gives an integration a new token, signs in again, or goes another way to its GitLab",
		Long: `Gives an integration a new token, signs in again, or goes another way to its GitLab: where the token expired, the sign-in is over, GitLab or its certificate has changed, or the other method is wanted.

It signs in as flow connect does, with the integration's own method unless --oauth or --token-file says otherwise, and tests that. If the test fails, all stays as it was. Groups, repos, rules, choices by hand and the log stay in any case. Then it looks for groups and repos, as flow refresh does: what another account can't see counts as no longer found.

With nothing but flags of the way (--ca-file, --unverified, --proxy, --proxy-password-file, --client-cert, --client-key, --plain-http) the stored token or sign-in stays, and is tested over that way. A new token with them needs --token-file, also for stdin: --token-file -. What no flag speaks of stays as it is stored. Back to the machine's own settings lead --ca-file "", --proxy "", --client-cert "", --unverified=false and --plain-http=false.

Client ID, client secret and redirect URI are those that are stored, unless others are given. A secret never follows to another address: with --base-url it is given again. Of the way only the proxy follows there. Give --base-url only where the same GitLab has moved; another one has other repos.

A sign-in that is replaced is revoked in GitLab. A token that is replaced stays valid there until it expires or you revoke it.

` + networkHelp + `

Progress goes to stderr, the result to stdout. With --json stdout has the events of flow connect, with reconnected in place of created.`,
		Example: `flow reconnect acme-gitlab --token-file token
flow reconnect acme-gitlab --oauth
flow reconnect acme-gitlab --oauth --client-id ID --client-secret-file secret
flow reconnect acme-gitlab --base-url git.acme.com --token-file token
flow reconnect acme-gitlab --ca-file acme-root.pem
flow reconnect acme-gitlab --proxy ""`,
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			events := p.events(f.json)
			return events.end(p.runReconnect(cmd.Context(), args[0], baseURL, f, events))
		},
	}
	cmd.Flags().StringVar(&baseURL, "base-url", "", "where GitLab has moved to (default: where it was)")
	f.add(cmd.Flags())
	p.addConcurrency(cmd.Flags())
	return cmd
}

func (p *program) runReconnect(ctx context.Context, name, baseURL string, f signInFlags, e *events) error {
	if f.oauth && f.set.Changed("token-file") {
		return f.check(flow.OAuth, p.env)
	}
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err != nil {
			return err
		}
		client := p.newClient()
		defer client.Close()
		r := &reconnecting{signingIn: signingIn{program: p, flags: f, store: s, gitlab: client, events: e}, in: in}
		if err := r.answer(ctx, baseURL); err != nil {
			return err
		}
		if r.keepsCredential() {
			return r.reroute(ctx)
		}
		if err := r.draft.Check(flow.StepCredentials, nil); flow.CausedBy(err, flow.NoClientID) {
			return p.howToRegister(ctx, r.draft, err)
		} else if err != nil && !flow.CausedBy(err, flow.NoToken) {
			return err
		}
		return r.run(ctx)
	})
}

// reconnecting is one flow reconnect.
type reconnecting struct {
	signingIn
	in flow.Integration
}

// method is the integration's own unless the flags say another one.
func (r *reconnecting) method() flow.Method {
	switch {
	case r.flags.oauth:
		return flow.OAuth
	case r.flags.set.Changed("token-file"):
		return flow.AccessToken
	}
	return r.in.Method
}

// answer takes what is stored and the flags into the draft.
func (r *reconnecting) answer(ctx context.Context, baseURL string) error {
	method := r.method()
	if err := r.flags.check(method, r.env); err != nil {
		return err
	}
	provider, _ := flow.ProviderByID(r.in.Provider)
	if baseURL != "" && provider.BaseURL != "" {
		return &usageError{provider.Name + " is at " + provider.BaseURL + ".", "Leave out --base-url."}
	}
	d := flow.NewDraft()
	d.SetProvider(provider)
	d.SetMethod(method)
	d.SetAddress(r.in.BaseURL.String())
	network, err := r.storedNetwork(ctx)
	if err != nil {
		return err
	}
	if d.SetNetwork(network); baseURL != "" {
		d.SetAddress(baseURL)
	}
	if network, err = r.flags.network.over(ctx, r.program, d.Network); err != nil {
		return err
	}
	d.SetNetwork(network)
	if method == flow.OAuth {
		d.SetApplication(r.application())
		d.Port = r.flags.callback.port
	}
	d.Services = r.in.Services
	d.SetName(r.in.Name)
	r.draft = d
	return nil
}

// application is the stored one as far as nothing else is said, still without
// its secret.
func (r *reconnecting) application() flow.Application {
	app := flow.Application{ClientID: r.flags.clientID, Redirect: r.flags.callback.redirect}
	if app.ClientID == "" {
		app.ClientID = r.in.App.ClientID
	}
	if app.ClientID == r.in.App.ClientID && !r.flags.set.Changed("redirect-uri") {
		app.Redirect = r.in.App.Redirect // that is what is registered
	}
	return app
}

func (r *reconnecting) run(ctx context.Context) error {
	if err := r.reuseClientSecret(ctx); err != nil {
		return err
	}
	fresh, notRevoked, err := r.replace(ctx)
	if err != nil {
		return err
	}
	if notRevoked != nil {
		fmt.Fprint(r.stderr, "GitLab did not revoke the old sign-in. Revoke it there, under Applications, Authorized applications.\n", wordsOf(notRevoked).Sentence, "\n")
	}
	return r.finish(ctx, fresh, notRevoked)
}

// reuseClientSecret takes the stored client secret into the draft, and refuses to
// send it to any other address than the one that it was given for: at once where
// the address can't be that one, else once it is found.
func (r *reconnecting) reuseClientSecret(ctx context.Context) error {
	if r.draft.Method != flow.OAuth || r.flags.secretFile != "" || r.draft.App.ClientID != r.in.App.ClientID {
		return nil
	}
	old, err := r.store.Connection(ctx, r.in.ID)
	if err != nil || old.App.Secret.IsZero() || r.draft.ReuseSecret(old) {
		return nil // none, or lost: GitLab will say if it wants one
	}
	if r.draft.Server.BaseURL == r.in.BaseURL {
		return &usageError{"The stored client secret was not given for a way on which others can read it.", "Give it again, in a file with --client-secret-file."}
	}
	places, err := flow.Candidates(r.draft.Address)
	if err == nil && slices.Contains(places, r.in.BaseURL) && r.draft.Server.BaseURL.IsZero() {
		return nil // it may be the one
	}
	return &usageError{"The stored client secret is for " + r.in.BaseURL.String() + "; it is not sent anywhere else.", "Give it again, in a file with --client-secret-file."}
}

// replace stores the new credential once it has passed its test. Otherwise the
// old one stays, and nothing is left of the new one.
func (r *reconnecting) replace(ctx context.Context) (fresh flow.Integration, notRevoked, err error) {
	defer func() {
		if err != nil {
			r.abandon(ctx)
		}
	}()
	if err = r.getCredential(ctx, func() error { return r.reuseClientSecret(ctx) }); err != nil {
		return fresh, nil, err
	}
	if err = r.test(ctx, r.in.Name+" stays as it was."); err != nil {
		return fresh, nil, err
	}
	return r.setup(r.gitlab, r.store).Reconnect(ctx, r.in, r.draft.Connection(), r.draft.Report)
}

// finish looks for groups and repos, also to find out that all is well again.
func (r *reconnecting) finish(ctx context.Context, in flow.Integration, notRevoked error) error {
	first := in.Discovery.At.IsZero()
	found, problem := r.discover(ctx, r.gitlab, r.store, in)
	if problem == nil {
		r.events.tell(foundEvent{"found", found})
	}
	in, err := r.store.Named(context.WithoutCancel(ctx), in.Name)
	if err == nil {
		event := reconnectedEvent{Event: "reconnected", record: recordOf(in)}
		if notRevoked != nil {
			event.NotRevoked = wordsOf(notRevoked).Sentence
		}
		r.events.tell(event)
	}
	switch {
	case problem != nil:
		return &hinted{err: problem, next: in.Name + " is reconnected; its list of groups and repos is the old one. Run flow refresh " + quoted(in.Name) + " to look for them again."}
	case err != nil || r.events != nil:
		return err
	}
	_, err = fmt.Fprintf(r.stdout, "Reconnected %s as %s: %s. Rules and choices are as they were.\n", in.Name, in.Report.Account, outcomeOf(found, first))
	return err
}
