package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
)

// A signIn is the attempt to sign in with a browser, as the wizard keeps it. It
// lives on while other steps are on screen, until it is answered, replaced or
// over.
type signIn struct {
	env  *env
	task task          // waits for the answer
	of   flow.SignIn   // what it was started for
	gone chan struct{} // closed when nothing is left of it; nil before the first one

	attempt flow.Attempt // nil until its doors are open
	doors   flow.Doors
	began   time.Time
	bad     *flow.Fault // why it ended without a grant
}

// The attempt ends by itself after ten minutes; should it not, this does.
const signInBound = 15 * time.Minute

// What the task of an attempt sends beside flow.Doors.
type (
	signInOpened struct{ attempt flow.Attempt }
	signInOver   struct {
		app   flow.Application // with the secret that was used
		grant flow.Grant
		err   error
	}
)

// start opens the doors anew for the answers of a draft. What listened for the
// attempt before is closed first: the new one wants the same port. stored reads
// the connection of an integration that signs in again; nil for a new one.
func (s *signIn) start(e *env, draft flow.Draft, stored func(context.Context) (flow.Connection, error)) tea.Cmd {
	before, gone := s.gone, make(chan struct{})
	s.stop()
	s.env, s.of, s.gone, s.bad = e, draft.SignIn(), gone, nil
	gitlab := e.GitLab
	return s.task.start(e, signInBound, func(ctx context.Context, send func(tea.Msg)) tea.Msg {
		defer close(gone)
		if before != nil {
			<-before
		}
		if stored != nil {
			if conn, err := stored(ctx); err == nil {
				draft.ReuseSecret(conn) // else GitLab says if it wants one
			}
		}
		attempt, err := gitlab.SignIn(ctx, draft.SignIn())
		if err != nil {
			return signInOver{err: err}
		}
		defer attempt.Close()
		send(signInOpened{attempt})
		grant, err := attempt.Wait(ctx, func(d flow.Doors) { send(d) })
		return signInOver{draft.App, grant, err}
	})
}

// stop ends the attempt: its task closes the doors.
func (s *signIn) stop() {
	s.task.stop()
	s.attempt, s.doors, s.bad = nil, flow.Doors{}, nil
}

// isOf reports whether the attempt was started for these answers.
func (s *signIn) isOf(now flow.SignIn) bool {
	return s.of.Server.BaseURL == now.Server.BaseURL && s.of.Network == now.Network && s.of.App == now.App && s.of.Port == now.Port
}

// owns reports whether a message is one of the attempt.
func (s *signIn) owns(m taskMsg) bool { return s.task.run != nil && m.run == s.task.run }

// take takes a message of the attempt. It returns what the message was, and the
// command that waits for the next one.
func (s *signIn) take(m taskMsg) (tea.Msg, tea.Cmd) {
	got, cmd := s.task.take(m)
	switch got := got.(type) {
	case signInOpened:
		s.attempt, s.doors, s.began = got.attempt, got.attempt.Doors(), s.env.Now()
	case flow.Doors:
		s.doors = got
	case signInOver:
		s.stop()
		if got.err != nil {
			s.bad = flow.FaultOf(got.err)
		}
		return got, nil
	}
	return got, cmd
}

// wantsEntries reports whether nothing but other credentials can help.
func (s *signIn) wantsEntries() bool {
	return s.bad != nil && flow.CausedBy(s.bad, flow.SecretMissing, flow.SecretWrong, flow.ClientRefused, flow.NoClientID, flow.PlainAddress)
}

// wantsNetwork reports whether another way to the GitLab may help.
func (s *signIn) wantsNetwork() bool { return s.bad != nil && len(cures[s.bad.Cause]) > 0 }

// startSignIn opens the doors for the draft. Signing in again takes the stored
// client secret where the draft has none.
func (w *wizard) startSignIn() tea.Cmd {
	var stored func(context.Context) (flow.Connection, error)
	if w.again != nil {
		store, id := w.Store, w.again.d.in.ID
		stored = func(ctx context.Context) (flow.Connection, error) { return store.Connection(ctx, id) }
	}
	return w.signIn.start(w.env, w.draft, stored)
}

// hear takes what the attempt tells, whichever step is on screen.
func (w *wizard) hear(m taskMsg) tea.Cmd {
	was := w.signIn.doors
	got, cmd := w.signIn.take(m)
	over, isOver := got.(signInOver)
	if isOver && over.err == nil {
		if w.again != nil && w.draft.App.Secret.IsZero() {
			w.again.reused = over.app.Secret
		}
		w.draft.SetApplication(over.app)
		w.draft.SetGrant(over.grant)
	}
	c, ok := w.step.(*connection)
	if !ok {
		return cmd
	}
	if isOver {
		return c.answered()
	}
	return tea.Batch(cmd, c.doors.heard(was))
}

// keepSignIn ends an attempt whose answer would belong to other answers than
// those that the draft has now.
func (w *wizard) keepSignIn() {
	if w.signIn.task.running() && !w.signIn.isOf(w.draft.SignIn()) {
		w.signIn.stop()
	}
}
