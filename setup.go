package flow

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// GitLab speaks to GitLab servers. Its errors are or wrap a [*Fault]; what it
// returns is cleaned of control characters.
type GitLab interface {
	// Find looks for a GitLab at an address as people type it, without any
	// credential. Where it is reached over http and n does not accept that, the
	// fault is PlainAddress.
	Find(ctx context.Context, address string, n Network) (Server, error)

	// Test tries everything that Flow will need and tells every change of a
	// check as it happens, from one goroutine at a time. Without a token it
	// tries what needs none. The error is that of the context: whatever GitLab
	// answers is in the report.
	Test(ctx context.Context, c Connection, tell func(Check)) (Report, error)

	// Discover walks over all groups and projects that the account is a member
	// of and hands on what it finds page by page. Without an error everything
	// was found; with one, nothing is known of what is missing.
	Discover(ctx context.Context, c Connection, add func(Page) error) error

	// Look looks for one group or repo by its path, to say why it is not among
	// those that Discover finds. That there is nothing to be seen is no error.
	Look(ctx context.Context, c Connection, path string) (Sighting, error)

	// SignIn opens the doors of an attempt to sign in with a browser. Faults:
	// PortTaken where the port that was asked for is.
	SignIn(ctx context.Context, s SignIn) (Attempt, error)

	// Renew spends the refresh token of a connection for new tokens. It asks
	// once: from GitLab's answer on the old pair is dead. Fault AnswerRefused:
	// the refresh token is not valid any more. Faults of the way that may have
	// come after GitLab had the request are those of [MaybeSpent].
	Renew(ctx context.Context, c Connection) (Grant, error)

	// Revoke ends a sign-in at GitLab.
	Revoke(ctx context.Context, c Connection) error
}

// A Page is what one step of a walk found. Roles correct those of repos that an
// earlier page brought.
type Page struct {
	Groups []Group
	Repos  []Repo
	Roles  map[int64]Role
}

// Store keeps integrations and discoveries, durably: what it has confirmed is
// written. Its errors are or wrap a [*Fault].
type Store interface {
	// Create stores a new integration with its sealed credential, in one
	// transaction.
	Create(ctx context.Context, in Integration, c Connection) (Integration, error)
	// SetConnection gives an integration another credential or address, together
	// with its test. What is stored of its repos, rules and choices stays.
	SetConnection(ctx context.Context, id, version int64, c Connection, r Report) (Integration, error)
	// SetNetwork gives an integration another way to its GitLab, together with its
	// test. Its credential stays, and is bound to that way from then on.
	SetNetwork(ctx context.Context, id, version int64, n Network, r Report) (Integration, error)
	// Connection opens the sealed credential of an integration.
	Connection(ctx context.Context, id int64) (Connection, error)
	Delete(ctx context.Context, id int64) error

	Credentials
	SetStatus(ctx context.Context, id int64, s Status) error
	// Stage starts a discovery. What it gathers is seen by nobody until it is
	// complete.
	Stage(ctx context.Context, id int64, at time.Time) (Stage, error)
}

// Credentials is the part of a [Store] that renewing a sign-in works with.
type Credentials interface {
	// LockCredential waits until no other process renews or revokes the sign-in
	// of an integration, or of one that may share its tokens: with the same base
	// URL and client ID. Fault SignInBusy: they take too long.
	LockCredential(ctx context.Context, id int64) (unlock func(), err error)
	// BeginRenewal notes that the refresh token is about to be spent, and returns
	// what an earlier renewal left behind. That it succeeds proves that the new
	// tokens can be sealed and stored.
	BeginRenewal(ctx context.Context, id int64) (left Renewal, err error)
	// EndRenewal notes how a renewal that brought no tokens ended.
	EndRenewal(ctx context.Context, id int64, left Renewal) error
	// KeepGrant stores the new tokens instead of the spent ones, in every
	// integration that holds those, and ends the renewal.
	KeepGrant(ctx context.Context, id int64, spent, fresh Grant) error
	// Shared reports whether another integration signs in to the same GitLab with
	// the same application and account, and so, on a GitLab that gives those one
	// token, holds the same.
	Shared(ctx context.Context, id int64) (bool, error)
}

// A Stage gathers a running discovery.
type Stage interface {
	Add(ctx context.Context, p Page) error
	// Complete makes what was gathered the integration's discovery and imports
	// what its settings take in, in one transaction.
	Complete(ctx context.Context) (Discovery, error)
	// Abandon forgets it; the last complete discovery stays.
	Abandon(ctx context.Context) error
}

// Setup is the way from a draft to an integration whose repos are known. All
// faces of Flow go it through here.
type Setup struct {
	GitLab GitLab
	Store  Store
	Now    func() time.Time
	Who    string // user@host, for the activity log
}

// Create creates the integration of a draft whose every step is answered. If it
// fails nothing is stored, and the draft is as it was.
func (s Setup) Create(ctx context.Context, d Draft) (Integration, error) {
	if step, err := d.CheckAll(nil); err != nil {
		return Integration{}, fmt.Errorf("step %s: %w", step, err)
	}
	in, err := s.Store.Create(ctx, d.Integration(s.Now(), s.Who), d.Connection())
	if err != nil {
		return Integration{}, fmt.Errorf("create %q: %w", d.Name, err)
	}
	return in, nil
}

// Progress is how far a discovery has come.
type Progress struct {
	Groups, Repos int
	Page          Page // what came last
}

func (p Progress) String() string {
	return Plural(p.Groups, "group") + ", " + Plural(p.Repos, "repo")
}

// Refresh walks over all groups and repos of an integration and stores them if
// the walk is complete. A walk that is broken off or cancelled changes nothing
// but the integration's data status.
func (s Setup) Refresh(ctx context.Context, in Integration, tell func(Progress)) (Discovery, error) {
	found, err := s.refresh(ctx, in, tell)
	if err == nil {
		return found, nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return Discovery{}, &Fault{Cause: Cancelled, Err: fmt.Errorf("%w: %w", context.Cause(ctx), err)}
	}
	if f := FaultOf(err); in.Method == OAuth && f.Cause == ScopeMissing {
		// There is no token to be made anew.
		err = &Fault{Cause: ScopeNotGranted, Host: f.Host, Detail: f.Detail, Where: f.Where, Says: f.Says, Err: err}
	}
	if f := FaultOf(err); f.Cause != StoreFailed && f.Cause != StoreFull && f.Cause != StoreUnreadable && f.Cause != Reconnected && f.Cause != SignInBusy {
		err = errors.Join(err, s.Store.SetStatus(ctx, in.ID, StatusOf(f, s.Now())))
	}
	return Discovery{}, fmt.Errorf("refresh %q: %w", in.Name, err)
}

func (s Setup) refresh(ctx context.Context, in Integration, tell func(Progress)) (found Discovery, err error) {
	conn, err := s.Connect(ctx, in)
	if err != nil {
		return Discovery{}, err
	}
	stage, err := s.Store.Stage(ctx, in.ID, s.Now())
	if err != nil {
		return Discovery{}, err
	}
	defer func() {
		if err != nil {
			// The walk may have ended because ctx did; what it left goes all the same.
			err = errors.Join(err, stage.Abandon(context.WithoutCancel(ctx)))
		}
	}()
	var progress Progress
	err = s.GitLab.Discover(ctx, conn, func(p Page) error {
		if err := stage.Add(ctx, p); err != nil {
			return err
		}
		for _, g := range p.Groups {
			if !g.Personal {
				progress.Groups++
			}
		}
		progress.Repos += len(p.Repos)
		progress.Page = p
		if tell != nil {
			tell(progress)
		}
		return nil
	})
	if err != nil {
		return Discovery{}, s.brokenOff(err, progress, in)
	}
	return stage.Complete(ctx)
}

// brokenOff says how far a walk came, where the server or the way to it failed
// in its middle.
func (s Setup) brokenOff(err error, p Progress, in Integration) error {
	if p.Repos == 0 || !CausedBy(err, Refused, Timeout, Unreachable, DNS, ServerFault) {
		return err
	}
	kept := ""
	switch at := in.Discovery.At; {
	case at.IsZero():
	case s.Now().Sub(at) < time.Minute:
		kept = " The last list is kept."
	default:
		kept = fmt.Sprintf(" The list of %s is kept.", Ago(s.Now(), at))
	}
	return &Fault{Cause: BrokenOff, Detail: Plural(p.Repos, "repo"), Where: kept, Says: FaultOf(err).Says, Err: err}
}
