package flow

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// cheapWalk is how long a complete walk may take to be made at every refresh.
	cheapWalk = time.Minute
	// walkEvery is how often a longer one is due: what is renamed, moved or shared
	// shows in complete walks only.
	walkEvery = 24 * time.Hour
	// maxConfirm bounds how many repos are asked for one by one after a walk. The
	// others wait for the next one.
	maxConfirm = 200
)

// WalkDue reports whether a refresh has to walk over everything. In between it is
// enough to look for repos that are new, which takes one request.
func (d Discovery) WalkDue(now time.Time) bool {
	return d.At.IsZero() || d.Took < cheapWalk || now.Sub(d.At) >= walkEvery
}

// News is what a look for new repos brought.
type News struct {
	Repos    int `json:"new"`
	Imported int `json:"imported"`
}

// Progress is how far a discovery has come.
type Progress struct {
	Began         time.Time // the walk; one that goes on keeps the time of the first part
	Groups, Repos int
	Page          Page     // what came last
	Ahead         Estimate // what it expects of itself

	listed int // groups that this walk has brought
}

func (p Progress) String() string {
	return Plural(p.Groups, "group") + ", " + Plural(p.Repos, "repo")
}

// SoFar says how far that is.
func (p Progress) SoFar() string {
	if p.Ahead.Roles > 0 {
		return p.String() + ", " + Number(p.Ahead.Roles) + " roles to read"
	}
	return p.String() + " so far"
}

// Wait says how long a walk will still take, where that is worth telling: "about
// 40 minutes to go at this server's limit". "": not known, or soon over.
func (e Estimate) Wait() string {
	if e.Left < time.Minute {
		return ""
	}
	text := "about " + Plural(int(e.Left.Round(time.Minute)/time.Minute), "minute")
	if e.Left >= 90*time.Minute {
		text = "about " + Plural(int(e.Left.Round(time.Hour)/time.Hour), "hour")
	}
	text += " to go"
	if e.Limited {
		text += " at this server's limit"
	}
	return text
}

func (p *Progress) take(page Page) {
	for _, g := range page.Groups {
		if !g.Personal {
			p.listed++
		}
	}
	// Groups are walked over anew where a walk goes on, and so are the repos that
	// came after the checkpoint.
	p.Groups = max(p.Groups, p.listed)
	p.Repos += len(page.Repos)
	if page.Ahead.Repos > 0 {
		p.Repos = page.Ahead.Repos
	}
	p.Page = page
	if page.Ahead != (Estimate{}) {
		p.Ahead = page.Ahead
	}
}

// Refresh walks over all groups and repos of an integration and stores them if
// the walk is complete. A walk that is broken off or cancelled changes nothing
// but the integration's data status. Fault Frozen: so much was missing that it is
// held until a person has accepted it.
func (s Setup) Refresh(ctx context.Context, in Integration, tell func(Progress)) (Discovery, error) {
	found, err := s.refresh(ctx, in, tell)
	return found, s.failed(ctx, in, err)
}

// RefreshNew looks for repos that came since the last discovery, and stores them.
func (s Setup) RefreshNew(ctx context.Context, in Integration, tell func(Progress)) (News, error) {
	news, err := s.refreshNew(ctx, in, tell)
	return news, s.failed(ctx, in, err)
}

// failed says what a refresh failed of, and notes it.
func (s Setup) failed(ctx context.Context, in Integration, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		f := &Fault{Cause: Cancelled, Err: fmt.Errorf("%w: %w", context.Cause(ctx), err)}
		if said := FaultOf(err); said.Cause == Cancelled {
			f.Detail, f.Where = said.Detail, said.Where
		}
		return f
	}
	if f := FaultOf(err); in.Method == OAuth && f.Cause == ScopeMissing {
		// There is no token to be made anew.
		err = &Fault{Cause: ScopeNotGranted, Host: f.Host, Detail: f.Detail, Where: f.Where, Says: f.Says, Err: err}
	}
	switch f := FaultOf(err); f.Cause {
	case StoreFailed, StoreFull, StoreUnreadable, Reconnected, SignInBusy, Frozen:
		// They say nothing of the contact with GitLab.
	default:
		err = errors.Join(err, s.Store.SetStatus(ctx, in.ID, StatusOf(f, s.Now())))
	}
	return fmt.Errorf("refresh %q: %w", in.Name, err)
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
	var progress Progress
	progress.Began = stage.Began()
	progress.Groups, progress.Repos = stage.Kept()
	if tell != nil && in.Discovery.At.IsZero() {
		// Until the first walk is complete there is no other list to choose from.
		err := stage.Found(ctx, func(p Page) error {
			progress.Page = p
			tell(progress)
			return nil
		})
		if err != nil {
			_, problem := s.leave(ctx, stage, err)
			return Discovery{}, errors.Join(err, problem)
		}
	}
	err = s.GitLab.Discover(ctx, conn, stage.Resume(), func(p Page) error {
		if err := stage.Add(ctx, p); err != nil {
			return err
		}
		progress.take(p)
		if tell != nil {
			tell(progress)
		}
		return nil
	})
	if err != nil {
		kept, problem := s.leave(ctx, stage, err)
		return Discovery{}, errors.Join(s.brokenOff(ctx, err, progress, kept, in), problem)
	}
	if found, err = stage.Complete(ctx); err != nil {
		if !CausedBy(err, Frozen) {
			_, problem := s.leave(ctx, stage, err)
			err = errors.Join(err, problem)
		}
		return Discovery{}, err
	}
	// The list is complete and stored, whatever comes of this: what is not learned
	// now is asked after the next walk.
	if became, err := s.confirm(ctx, in, conn); err == nil {
		found.Gone, found.NotMember = became.Gone, became.NotMember
		found.Changes = found.Count()
	}
	return found, nil
}

// leave ends a stage whose walk has failed, and reports whether it can be gone on
// with. The walk may have ended because ctx did; what it left goes, or stays, all
// the same.
func (s Setup) leave(ctx context.Context, stage Stage, why error) (kept bool, err error) {
	interrupted := errors.Is(ctx.Err(), context.Canceled) || CausedBy(why, Refused, Timeout, Unreachable, DNS, ServerFault, RateLimit, Maintenance, SignInBusy)
	ctx = context.WithoutCancel(ctx)
	if interrupted {
		return stage.Release(ctx)
	}
	return false, stage.Abandon(ctx)
}

// confirm asks GitLab what became of the repos that are missing, and returns how many
// are gone, and how many no longer the account's.
func (s Setup) confirm(ctx context.Context, in Integration, conn Connection) (Outcome, error) {
	ids, err := s.Store.ToConfirm(ctx, in.ID, maxConfirm)
	if err != nil || len(ids) == 0 {
		return Outcome{}, err
	}
	found, err := s.GitLab.Confirm(ctx, conn, ids)
	if err != nil {
		return Outcome{}, err
	}
	return s.Store.Confirmed(ctx, in.ID, found)
}

func (s Setup) refreshNew(ctx context.Context, in Integration, tell func(Progress)) (all News, err error) {
	conn, err := s.Connect(ctx, in)
	if err != nil {
		return News{}, err
	}
	above, err := s.Store.Highest(ctx, in.ID)
	if err != nil {
		return News{}, err
	}
	var progress Progress
	at := s.Now()
	err = s.GitLab.Newer(ctx, conn, above, func(p Page) error {
		news, err := s.Store.AddNewer(ctx, in.ID, at, p)
		if err != nil {
			return err
		}
		all.Repos, all.Imported = all.Repos+news.Repos, all.Imported+news.Imported
		progress.take(p)
		if tell != nil {
			tell(progress)
		}
		return nil
	})
	return all, err
}

// brokenOff says how far a walk came that was interrupted in its middle, by the
// server, by the way to it or on purpose, and what is left of it.
func (s Setup) brokenOff(ctx context.Context, err error, p Progress, kept bool, in Integration) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled) && kept:
		return &Fault{Cause: Cancelled, Detail: Plural(p.Repos, "repo"), Where: "within the hour it does not begin anew", Err: err}
	case p.Repos == 0 || !CausedBy(err, Refused, Timeout, Unreachable, DNS, ServerFault):
		return err
	}
	left := ""
	if kept {
		left = " Within the hour a new try does not begin anew."
	}
	switch at := in.Discovery.At; {
	case at.IsZero():
	case s.Now().Sub(at) < time.Minute:
		left += " The last list is kept."
	default:
		left += fmt.Sprintf(" The list of %s is kept.", Ago(s.Now(), at))
	}
	return &Fault{Cause: BrokenOff, Detail: Plural(p.Repos, "repo"), Where: left, Says: FaultOf(err).Says, Err: err}
}
