package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"flow"
	"flow/gitlab"
	"flow/store"
)

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
	server, err := s.gitlab.Find(ctx, s.draft.Address, s.draft.Network)
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
	if err := s.readProxyPassword(ctx); err != nil {
		return err
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

// readProxyPassword takes it into the draft where it is to come by stdin.
func (s *signingIn) readProxyPassword(ctx context.Context) error {
	if !s.flags.network.passwordIsStdin() {
		return nil
	}
	if s.isTerminal(s.stdin) {
		s.sayWhereKept("password")
	}
	password, err := s.read(ctx, aProxyPassword, "-")
	if err == nil {
		n := s.draft.Network
		n.ProxyPassword = password
		s.draft.SetNetwork(n)
	}
	return err
}

// readToken takes the token into the draft.
func (s *signingIn) readToken(ctx context.Context) error {
	switch {
	case s.flags.tokenFile != "":
	case s.isTerminal(s.stdin):
		s.sayWhereKept("token") // before it is asked for
	case s.flags.network.passwordIsStdin():
		return &usageError{"The proxy password takes up stdin, which the token has to come by.", "Give the token in a file with --token-file."}
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
	if s.secretIsStdin() && app.Redirect != "" {
		taker := "client secret"
		if file != "-" {
			taker = "proxy password"
		}
		return &usageError{"The " + taker + " takes up stdin, which the address that a browser ends on has to come by.", "Give the secret in a file."}
	}
	if file == "" {
		return nil
	}
	secret, err := s.read(ctx, aClientSecret, file)
	if err == nil {
		app.Secret = secret
		s.draft.SetApplication(app)
	}
	return err
}

// secretIsStdin reports whether stdin is there for a secret alone. On a terminal
// that is asked for, and answers can follow.
func (s *signingIn) secretIsStdin() bool {
	return (s.flags.secretFile == "-" || s.flags.network.passwordIsStdin()) && !s.isTerminal(s.stdin)
}

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
	report, err := s.try(ctx, s.draft.Connection(), commands{})
	s.draft.SetReport(report) // also in part: who ends the sign-in goes by it
	if err != nil || report.Passed() {
		return err
	}
	return notConnected(report, keeps)
}

// try tests a connection and tells how.
func (s *signingIn) try(ctx context.Context, conn flow.Connection, c commands) (flow.Report, error) {
	tell := tellChecks(s.stderr, c)
	return s.gitlab.Test(ctx, conn, func(check flow.Check) {
		tell(check)
		if check.Status.Done() {
			s.events.tell(checkEvent{"check", shown(check, c)})
		}
	})
}

func notConnected(r flow.Report, keeps string) error {
	return &hinted{
		err:  &flow.Fault{Cause: flow.Unknown, Detail: strings.TrimSuffix(r.Summary(), ".")},
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
