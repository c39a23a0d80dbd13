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
	// credential. plainHTTP accepts http to another machine.
	Find(ctx context.Context, address string, plainHTTP bool) (Server, error)

	// Test tries everything that Flow will need and tells every change of a
	// check as it happens, from one goroutine at a time. The error is that of
	// the context: whatever GitLab answers is in the report.
	Test(ctx context.Context, c Connection, tell func(Check)) (Report, error)

	// Discover walks over all groups and projects that the account is a member
	// of and hands on what it finds page by page. Without an error everything
	// was found; with one, nothing is known of what is missing.
	Discover(ctx context.Context, c Connection, add func(Page) error) error
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
	// Create stores a new integration with its sealed token, in one transaction.
	Create(ctx context.Context, in Integration, c Connection) (Integration, error)
	// Connection opens the sealed token of an integration.
	Connection(ctx context.Context, id int64) (Connection, error)
	SetStatus(ctx context.Context, id int64, s Status) error
	// Stage starts a discovery. What it gathers is seen by nobody until it is
	// complete.
	Stage(ctx context.Context, id int64, at time.Time) (Stage, error)
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
	if f := FaultOf(err); f.Cause != StoreFailed && f.Cause != StoreFull && f.Cause != StoreUnreadable {
		err = errors.Join(err, s.Store.SetStatus(ctx, in.ID, StatusOf(f, s.Now())))
	}
	return Discovery{}, fmt.Errorf("refresh %q: %w", in.Name, err)
}

func (s Setup) refresh(ctx context.Context, in Integration, tell func(Progress)) (found Discovery, err error) {
	conn, err := s.Store.Connection(ctx, in.ID)
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
	if p.Repos == 0 || !CausedBy(err, Refused, Timeout, Unreachable, DNS, ServerFault, BadAnswer) {
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
