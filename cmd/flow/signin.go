package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"flow"
	"flow/gitlab"
	"flow/store"
)

// signInFlags say how to sign in: with an access token, or with OAuth.
type signInFlags struct {
	set *pflag.FlagSet // knows which were given

	oauth                bool
	tokenFile            string
	clientID, secretFile string
	callback             callbackFlags
	plainHTTP, json      bool
}

func (f *signInFlags) add(flags *pflag.FlagSet) {
	f.set = flags
	flags.BoolVar(&f.oauth, "oauth", false, "sign in with a browser, on any machine")
	flags.StringVar(&f.tokenFile, "token-file", "", "file that holds the token; - or none is stdin")
	flags.StringVar(&f.clientID, "client-id", "", "of OAuth: what GitLab shows as Application ID")
	flags.StringVar(&f.secretFile, "client-secret-file", "", "of OAuth: file that holds what GitLab shows as Secret; - is all of stdin")
	f.callback.add(flags)
	flags.BoolVar(&f.plainHTTP, "plain-http", false, "accept http, on which others can read the secrets")
	flags.BoolVar(&f.json, "json", false, "print what happens as JSON, one object a line")
}

// callbackFlags say where GitLab leads a browser back to.
type callbackFlags struct {
	redirect string
	port     int
}

func (f *callbackFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.redirect, "redirect-uri", "", "of OAuth: a page of your own to end on (default: $FLOW_REDIRECT_URI, else this machine)")
	flags.IntVar(&f.port, "callback-port", 0, "of OAuth: port of this machine to end on (default: Flow chooses)")
}

// resolve takes the default of what was not given, and checks the rest.
func (f *callbackFlags) resolve(set *pflag.FlagSet, env func(string) string) error {
	const flag, variable = "--redirect-uri", "FLOW_REDIRECT_URI"
	source := flag
	if !set.Changed("redirect-uri") {
		f.redirect, source = strings.TrimSpace(env(variable)), variable
	}
	if set.Changed("callback-port") && (f.port < 1 || f.port > 65535) {
		return &usageError{"--callback-port is not a port.", "Give one of 1 to 65535, or leave it out."}
	}
	if f.redirect == "" {
		return nil
	}
	if err := flow.CheckRedirect(f.redirect); err != nil {
		return &hinted{err: err, next: "Give " + source + " a whole address, such as https://flow.example.com/callback."}
	}
	return nil
}

// oauthFlags are those that mean nothing to an access token.
var oauthFlags = []string{"client-id", "client-secret-file", "redirect-uri", "callback-port"}

// check checks the flags against the method that is meant.
func (f *signInFlags) check(m flow.Method, env func(string) string) error {
	if m == flow.AccessToken {
		for _, name := range oauthFlags {
			if f.set.Changed(name) {
				return &usageError{"--" + name + " belongs to OAuth.", "Give --oauth as well, or leave it out."}
			}
		}
		return nil
	}
	if f.set.Changed("token-file") {
		return &usageError{"--token-file belongs to access tokens, not to OAuth.", "Leave it out, or --oauth."}
	}
	return f.callback.resolve(f.set, env)
}

// signingIn is what connecting and reconnecting share: they find the GitLab, get
// a credential for it and test that.
type signingIn struct {
	*program
	flags  signInFlags
	draft  flow.Draft
	store  *store.Store
	gitlab *gitlab.Client
	events *events
}

// find looks for the GitLab of the draft.
func (s *signingIn) find(ctx context.Context) error {
	server, err := s.gitlab.Find(ctx, s.draft.Address, s.draft.PlainHTTP)
	if err == nil {
		s.draft.SetServer(server)
	}
	return err
}

// getCredential finds the GitLab and takes a token or a sign-in into the draft.
// What is read comes first, so that a mistake there costs no request; found may
// refuse what was found.
func (s *signingIn) getCredential(ctx context.Context, found func() error) error {
	read := s.readToken
	if s.draft.Method == flow.OAuth {
		read = s.readClientSecret
	}
	if err := read(ctx); err != nil {
		return err
	}
	if err := s.find(ctx); err != nil {
		return err
	}
	if err := found(); err != nil {
		return err
	}
	if s.draft.Method == flow.OAuth {
		return s.signIn(ctx)
	}
	return nil
}

// readToken takes the token into the draft.
func (s *signingIn) readToken(ctx context.Context) error {
	if s.flags.tokenFile == "" && s.isTerminal(s.stdin) {
		s.sayWhereKept("token") // before it is asked for
	}
	token, err := s.read(ctx, aToken, s.flags.tokenFile)
	if err == nil {
		s.draft.SetToken(token)
	}
	return err
}

// readClientSecret takes the client secret into the draft, where there is one.
func (s *signingIn) readClientSecret(ctx context.Context) error {
	file, app := s.flags.secretFile, s.draft.App
	if file == "" {
		return nil
	}
	if s.secretIsStdin() && app.Redirect != "" {
		return &usageError{"The client secret takes up stdin, which the address that a browser ends on has to come by.", "Give the secret in a file."}
	}
	secret, err := s.read(ctx, aClientSecret, file)
	if err == nil {
		app.Secret = secret
		s.draft.SetApplication(app)
	}
	return err
}

// secretIsStdin reports whether stdin is there for the client secret alone. On a
// terminal that is asked for, and answers can follow.
func (s *signingIn) secretIsStdin() bool { return s.flags.secretFile == "-" && !s.isTerminal(s.stdin) }

func (s *signingIn) sayWhereKept(what string) {
	kept := s.store.Keeping()
	fmt.Fprintf(s.stderr, "The %s will be kept in %s, sealed; its key in %s. Only you can read these.\n", what, s.withTilde(kept.Database), s.withTilde(kept.Key))
}

// signIn asks for approval and takes what that brings into the draft.
func (s *signingIn) signIn(ctx context.Context) (err error) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	s.sayWhereKept("sign-in")
	attempt, err := s.gitlab.SignIn(ctx, s.draft.SignIn())
	if err != nil {
		return err
	}
	defer attempt.Close()
	m := &doorman{
		w: s.stderr, events: s.events, now: s.now, ssh: s.ssh(), own: s.draft.App.Redirect != "",
		takes: s.takesAnswers(), hint: s.signInHint, newCode: attempt.NewCode,
	}
	if m.takes != "" {
		stop, problem := s.answers(func(text string) { m.answer(attempt.Paste(text)) }, leave)
		if problem != nil {
			return problem
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	m.tell(attempt.Doors())
	defer time.AfterFunc(codePatience, func() { m.tellLate(attempt.Doors) }).Stop()
	grant, err := attempt.Wait(ctx, m.tell)
	if err != nil {
		return s.signInHint(err)
	}
	s.draft.SetGrant(grant)
	s.events.tell(authorizedEvent{"authorized", append([]flow.Scope{}, grant.Scopes...), known(grant.Expires)})
	fmt.Fprintln(s.stderr, "GitLab has approved Flow.")
	return nil
}

// takesAnswers says what to do with the address that a browser ends on.
func (s *signingIn) takesAnswers() string {
	switch {
	case s.secretIsStdin():
		return ""
	case s.isTerminal(s.stdin):
		return "paste "
	}
	return "write to stdin"
}

// signInHint adds what a command can do about a client secret that it was not
// given. GitLab refuses an unknown client ID in the same words as a missing
// secret.
func (s *signingIn) signInHint(err error) error {
	if s.draft.App.Secret.IsZero() && flow.CausedBy(err, flow.ClientRefused) {
		return &hinted{err: err, next: "Compare Client ID with Application ID there. If the application is confidential, give its Secret in a file with --client-secret-file."}
	}
	return err
}

// test tries what Flow will need. keeps is said of what is stored if it fails.
func (s *signingIn) test(ctx context.Context, keeps string) error {
	tell := tellChecks(s.stderr)
	report, err := s.gitlab.Test(ctx, s.draft.Connection(), func(c flow.Check) {
		tell(c)
		if c.Status.Done() {
			s.events.tell(checkEvent{"check", shown(c)})
		}
	})
	s.draft.SetReport(report) // also in part: who ends the sign-in goes by it
	if err != nil || report.Passed() {
		return err
	}
	return &hinted{
		err:  &flow.Fault{Cause: flow.Unknown, Detail: strings.TrimSuffix(report.Summary(), ".")},
		next: keeps + " Mend what failed, then run the same command again.",
	}
}

// abandonBound is how long ending a sign-in that is not stored may take.
const abandonBound = 15 * time.Second

// abandon ends a sign-in that is not going to be stored: nobody would renew or
// revoke it.
func (s *signingIn) abandon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonBound)
	defer cancel()
	if s.setup(s.gitlab, s.store).Abandon(ctx, s.draft.Connection(), s.draft.Report) != nil {
		fmt.Fprintln(s.stderr, "The sign-in is not stored, and GitLab did not revoke it. Revoke it there, under Applications, Authorized applications.")
	}
}
