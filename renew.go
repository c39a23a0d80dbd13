package flow

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// A Renewal says what the last renewal of a sign-in has left behind. GitLab kills
// the old tokens as it answers, so one that did not come to its end may have
// lost the sign-in; the next renewal finds out.
type Renewal string

const (
	RenewalDone       Renewal = ""           // nothing: it ended
	RenewalBegun      Renewal = "begun"      // a crash: nothing is known of its end
	RenewalUnanswered Renewal = "unanswered" // GitLab was asked, its answer did not arrive
)

// MaybeSpent reports whether a renewal failed in such a way that GitLab may have
// renewed the sign-in all the same: its answer got lost.
func MaybeSpent(err error) bool {
	return CausedBy(err, Timeout, Unreachable, ServerFault, BadAnswer, Maintenance)
}

// Connect opens the connection of an integration. A sign-in renews itself from
// then on, as long as the connection is used.
func (s Setup) Connect(ctx context.Context, in Integration) (Connection, error) {
	return s.connect(ctx, in, nil)
}

// ConnectBy is Connect by another way than the stored one, to try that.
func (s Setup) ConnectBy(ctx context.Context, in Integration, n Network) (Connection, error) {
	return s.connect(ctx, in, &n)
}

func (s Setup) connect(ctx context.Context, in Integration, by *Network) (Connection, error) {
	conn, err := s.Store.Connection(ctx, in.ID)
	if err != nil {
		return Connection{}, err
	}
	if by != nil {
		conn.Network = *by
	}
	if conn.Method() == OAuth {
		conn.Tokens = &renewing{
			setup: s, id: in.ID, conn: conn, by: by,
			busy: make(chan struct{}, 1),
			part: renewAfter + renewSpread*rand.Float64(),
			left: in.Renewal,
		}
	}
	return conn, nil
}

const (
	// A token is renewed after this part of its life, and a bit later by some
	// than by others.
	renewAfter  = 0.80
	renewSpread = 0.05

	// renewAgain is how long the present token does where renewing it ahead of
	// time has failed.
	renewAgain = time.Minute

	renewBound = time.Minute // for GitLab's answer
	keepBound  = 30 * time.Second
)

// renewing is the [TokenSource] of a stored sign-in. Several processes may have
// one of the same sign-in: whoever gets the lock first renews it, the others
// find the new tokens in the store.
type renewing struct {
	setup Setup
	id    int64
	busy  chan struct{} // holds one while somebody works with what follows
	conn  Connection
	by    *Network  // in place of the stored one; nil: that
	part  float64   // of the life of a token after which it is renewed
	after time.Time // not ahead of time before that
	left  Renewal   // a crash or a lost answer, to be looked into at once
}

func (r *renewing) Token(ctx context.Context, refused Secret) (Secret, error) {
	select {
	case r.busy <- struct{}{}:
	case <-ctx.Done():
		return Secret{}, context.Cause(ctx)
	}
	defer func() { <-r.busy }()

	held, now := r.conn.Grant, r.setup.Now()
	if !refused.IsZero() && refused != held.Access {
		return held.Access, nil // renewed while that request was on its way
	}
	if refused.IsZero() && !r.isDue(held, now) {
		return held.Access, nil
	}
	err := r.renew(ctx, refused)
	if err != nil && refused.IsZero() && !held.Over(now) && !CausedBy(err, SignInOver, SignInLost, Reconnected) && ctx.Err() == nil {
		// Ahead of time: what there is still does.
		r.after = now.Add(renewAgain)
		return held.Access, nil
	}
	if err != nil {
		return Secret{}, fmt.Errorf("renew the sign-in: %w", err)
	}
	return r.conn.Grant.Access, nil
}

func (r *renewing) isDue(g Grant, now time.Time) bool {
	return g.Over(now) || !now.Before(r.after) && (r.left != RenewalDone || g.Due(now, r.part))
}

// renew gets new tokens: those that another process has stored meanwhile, or
// new ones from GitLab. The lock is held throughout, since GitLab kills the old
// pair with the first renewal: two at once would end the sign-in.
func (r *renewing) renew(ctx context.Context, refused Secret) error {
	unlock, err := r.setup.Store.LockCredential(ctx, r.id)
	if err != nil {
		return err
	}
	defer unlock()
	stored, err := r.stored(ctx)
	if err != nil {
		return err
	}
	g := stored.Grant
	if g.Access != r.conn.Grant.Access && g.Access != refused && !g.Due(r.setup.Now(), r.part) {
		r.adopt(stored)
		return nil
	}
	if g.Refresh.IsZero() {
		return &Fault{Cause: SignInOver, Host: stored.BaseURL.Host(), Err: errors.New("there is no refresh token")}
	}
	return r.spend(ctx, stored)
}

// stored reads the connection again. Tokens of another GitLab or application are
// not adopted: they would be sent to the one that this source was made for.
func (r *renewing) stored(ctx context.Context) (Connection, error) {
	c, err := r.setup.Store.Connection(ctx, r.id)
	if err != nil {
		return Connection{}, err
	}
	if r.by != nil {
		c.Network = *r.by
	}
	if c.BaseURL != r.conn.BaseURL || c.App.ClientID != r.conn.App.ClientID || c.Network != r.conn.Network {
		return Connection{}, &Fault{Cause: Reconnected, Host: r.conn.BaseURL.Host()}
	}
	return c, nil
}

func (r *renewing) adopt(c Connection) {
	r.conn, r.left, r.after = c, RenewalDone, time.Time{}
}

// spend takes the refresh token to GitLab. From there on it does not stop because
// ctx ends: the answer must not be lost.
func (r *renewing) spend(ctx context.Context, c Connection) error {
	store := r.setup.Store
	left, err := store.BeginRenewal(ctx, r.id)
	if err != nil {
		return err
	}
	whole := context.WithoutCancel(ctx)
	asking, cancel := context.WithTimeout(whole, renewBound)
	fresh, err := r.setup.GitLab.Renew(asking, c)
	cancel()
	keeping, cancel := context.WithTimeout(whole, keepBound)
	defer cancel()
	switch {
	case err == nil:
		return r.keep(keeping, c, fresh)
	case CausedBy(err, AnswerRefused):
		return r.refused(keeping, c, left, err)
	case MaybeSpent(err):
		left = RenewalUnanswered
	}
	r.left = RenewalDone // looked into; the next one is in its time
	return errors.Join(err, store.EndRenewal(keeping, r.id, left))
}

// keep stores the new tokens. This is the one moment in which a crash costs the
// sign-in, so nothing else stands between the answer and the write; a write that
// fails is tried again while there is time.
func (r *renewing) keep(ctx context.Context, spent Connection, fresh Grant) error {
	pause := 100 * time.Millisecond
	for {
		err := r.setup.Store.KeepGrant(ctx, r.id, spent.Grant, fresh)
		switch {
		case err == nil:
			spent.Grant = fresh
			r.adopt(spent)
			return nil
		case CausedBy(err, NoIntegration, NoToken, SealBroken):
			return err // deleted, or not what was renewed: time mends nothing
		}
		select {
		case <-time.After(pause):
			pause *= 2
		case <-ctx.Done():
			f := FaultOf(err)
			return &Fault{Cause: SignInNotKept, Detail: CleanLine(f.Detail, 120), Err: err}
		}
	}
}

// refused looks once more for tokens that somebody stored without our lock, then
// says why the sign-in is over: a renewal that was broken off has used up the
// refresh token, or GitLab has revoked it.
func (r *renewing) refused(ctx context.Context, spent Connection, left Renewal, cause error) error {
	again, err := r.stored(ctx)
	if err == nil && again.Grant.Access != spent.Grant.Access {
		r.adopt(again)
		return r.setup.Store.EndRenewal(ctx, r.id, RenewalDone)
	}
	f := &Fault{Cause: SignInOver, Host: spent.BaseURL.Host(), Says: FaultOf(cause).Says, Err: cause}
	switch left {
	case RenewalBegun:
		f.Cause, f.Detail = SignInLost, "in a crash"
	case RenewalUnanswered:
		f.Cause, f.Detail = SignInLost, "when the connection to GitLab broke off"
	}
	// Left as it is, so that the next start says the same.
	return errors.Join(f, r.setup.Store.EndRenewal(ctx, r.id, left))
}

// Renewed returns a connection that is not stored yet with tokens that have not
// run out.
func (s Setup) Renewed(ctx context.Context, c Connection) (Connection, error) {
	if c.Method() != OAuth || !c.Grant.Due(s.Now(), renewAfter) || c.Grant.Refresh.IsZero() {
		return c, nil
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewBound)
	defer cancel()
	fresh, err := s.GitLab.Renew(asking, c)
	if CausedBy(err, AnswerRefused) {
		err = &Fault{Cause: SignInOver, Host: c.BaseURL.Host(), Says: FaultOf(err).Says, Err: err}
	}
	if err == nil {
		c.Grant = fresh
	}
	return c, err
}

// Reconnect stores another credential or address of an integration, which has
// passed its test, and ends the sign-in that it takes the place of. notRevoked
// says that this last thing failed: nothing hangs on it, but whoever has the old
// tokens can use them.
func (s Setup) Reconnect(ctx context.Context, in Integration, c Connection, r Report) (fresh Integration, notRevoked, err error) {
	unlock, err := s.Store.LockCredential(ctx, in.ID)
	if err != nil {
		return Integration{}, nil, err
	}
	defer unlock()
	old, unreadable := s.Store.Connection(ctx, in.ID) // it may be lost: that is why it is replaced
	fresh, err = s.Store.SetConnection(ctx, in.ID, in.Version, c, r)
	if err != nil {
		return Integration{}, nil, fmt.Errorf("reconnect %q: %w", in.Name, err)
	}
	dead := unreadable != nil || old.Method() != OAuth || old.Grant.Access == c.Grant.Access
	if dead || in.Report.OneToken {
		return fresh, nil, nil
	}
	revoking, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewBound)
	defer cancel()
	return fresh, s.GitLab.Revoke(revoking, old), nil
}

// Reroute stores another way to the GitLab of an integration, which has passed
// its test. The credential stays.
func (s Setup) Reroute(ctx context.Context, in Integration, n Network, r Report) (Integration, error) {
	unlock, err := s.Store.LockCredential(ctx, in.ID)
	if err != nil {
		return Integration{}, err
	}
	defer unlock()
	fresh, err := s.Store.SetNetwork(ctx, in.ID, in.Version, n, r)
	if err != nil {
		return Integration{}, fmt.Errorf("reroute %q: %w", in.Name, err)
	}
	return fresh, nil
}

// Abandon ends a sign-in that is not going to be stored, as far as that can be
// done without ending another one.
func (s Setup) Abandon(ctx context.Context, c Connection, r Report) error {
	if c.Grant.IsZero() || r.Version == "" || r.OneToken {
		return nil
	}
	return s.GitLab.Revoke(ctx, c)
}

// Disconnect revokes the sign-in of an integration and deletes the integration.
// Fault NotRevoked: GitLab did not take it, and nothing was deleted; with anyway
// it is deleted all the same. A personal access token is left: the user made it
// and may use it elsewhere.
func (s Setup) Disconnect(ctx context.Context, in Integration, anyway bool) error {
	err := s.revoke(ctx, in)
	if err != nil && !anyway {
		return &Fault{Cause: NotRevoked, Host: in.BaseURL.Host(), Detail: FaultOf(err).Sentence(), Says: FaultOf(err).Says, Err: err}
	}
	return s.Store.Delete(ctx, in.ID)
}

func (s Setup) revoke(ctx context.Context, in Integration) error {
	if in.Method != OAuth {
		return nil
	}
	unlock, err := s.Store.LockCredential(ctx, in.ID)
	if err != nil {
		return err
	}
	defer unlock()
	if in.Report.OneToken {
		if shared, err := s.Store.Shared(ctx, in.ID); err != nil || shared {
			return err
		}
	}
	conn, err := s.Store.Connection(ctx, in.ID)
	if err != nil {
		return err
	}
	return s.GitLab.Revoke(ctx, conn)
}
