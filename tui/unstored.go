package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
)

// The wizard's sign-in is not stored: nothing renews it by itself, and it would
// stay valid in GitLab if it were left alone.

const (
	renewBound = time.Minute
	endBound   = 5 * time.Second // the shell may be waiting for it
)

// A renewal gets new tokens for the draft. It goes on whichever page is open:
// from GitLab's answer on the old ones are dead.
type renewal struct {
	spent flow.Connection
	done  chan struct{} // closed when the rest is known
	conn  flow.Connection
	err   error
}

// renewed says that a renewal is over.
type renewed struct{ *renewal }

// await returns the connection with its new tokens. Call it in a command.
func (r *renewal) await(ctx context.Context) (flow.Connection, error) {
	select {
	case <-r.done:
		return r.conn, r.err
	case <-ctx.Done():
		return r.spent, context.Cause(ctx)
	}
}

// connect returns what waits, in a command, for the draft's connection with
// tokens that have not run out, and the command that brings those to the draft.
// With an error the connection is the draft's as it stands.
func (w *wizard) connect() (await func(context.Context) (flow.Connection, error), renew tea.Cmd) {
	conn := w.draft.Connection()
	if conn.Grant.IsZero() {
		return func(context.Context) (flow.Connection, error) { return conn, nil }, nil
	}
	if r := w.renewal; r != nil && r.spent.Grant.Access == conn.Grant.Access {
		return r.await, nil
	}
	r := &renewal{spent: conn, done: make(chan struct{})}
	w.renewal = r
	setup := w.setup()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), renewBound)
	w.tasks.Go(func() {
		defer cancel()
		r.conn, r.err = setup.Renewed(ctx, conn)
		close(r.done)
	})
	return r.await, func() tea.Msg { <-r.done; return renewed{r} }
}

// took takes new tokens into the draft. It is the same sign-in: what its test
// found out still holds.
func (w *wizard) took(r renewed) {
	if w.renewal == r.renewal {
		w.renewal = nil
	}
	if r.err == nil && w.draft.Grant.Access == r.spent.Grant.Access {
		w.draft.Grant = r.conn.Grant
	}
}

// test runs Test connection on the draft. Where the tokens can't be renewed the
// test says what is wrong.
func (w *wizard) test(l *checkList) tea.Cmd {
	await, renew := w.connect()
	return tea.Batch(l.runOn(w.draft.Server.BaseURL, w.draft.Network, await), renew)
}

// signedIn is the draft's sign-in, whichever method is chosen now.
func (w *wizard) signedIn() flow.Connection {
	d := &w.draft
	return flow.Connection{BaseURL: d.Server.BaseURL, Network: d.Network, App: d.App, Grant: d.Grant}
}

// signInChanged ends the sign-in that there was, if an answer has changed on
// which it hung.
func (w *wizard) signInChanged(was flow.Connection) {
	if w.draft.Grant.Access != was.Grant.Access {
		if !w.storing {
			w.end(was)
		}
		w.tested = flow.Report{}
	}
	if w.draft.Method == flow.OAuth && w.draft.Report.Version != "" {
		w.tested = w.draft.Report
	}
}

// end has GitLab revoke a sign-in that is not going to be stored. At worst it
// stays valid until the user revokes it there.
func (w *wizard) end(c flow.Connection) {
	if c.Grant.IsZero() {
		return
	}
	setup, tested, r, ctx := w.setup(), w.tested, w.renewal, w.ctx
	w.tasks.Go(func() {
		if r != nil && r.spent.Grant.Access == c.Grant.Access {
			<-r.done
			c = r.conn
		}
		abandon(ctx, setup, c, tested)
	})
}

// abandon is flow.Setup's, also where the program is on its way out.
func abandon(ctx context.Context, setup flow.Setup, c flow.Connection, tested flow.Report) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endBound)
	defer cancel()
	_ = setup.Abandon(ctx, c, tested)
}

// signInAnew leads to the doors, for a sign-in that GitLab no longer accepts.
func (w *wizard) signInAnew() move {
	w.draft.SetGrant(flow.Grant{})
	return move{kind: toStep, step: flow.StepConnection}
}

// isOver reports whether a fault is that GitLab no longer accepts the sign-in.
func isOver(f *flow.Fault) bool { return f != nil && f.Cause == flow.SignInOver }
