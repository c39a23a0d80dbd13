package flow

import (
	"context"
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
	// was found; with one, nothing is known of what is missing. from is where a
	// walk that was broken off left off, nil for one from the beginning: what is
	// handed on then goes together with what came up to that checkpoint.
	Discover(ctx context.Context, c Connection, from Checkpoint, add func(Page) error) error

	// Newer hands on the repos that GitLab has numbered above an ID, which is
	// cheap. That a repo does not come proves nothing.
	Newer(ctx context.Context, c Connection, above int64, add func(Page) error) error

	// Confirm asks what became of repos that a complete walk no longer brought.
	Confirm(ctx context.Context, c Connection, repos []int64) (map[int64]Presence, error)

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
	Left   Checkpoint // once this page is kept; nil: as before
	Ahead  Estimate
}

// A Checkpoint is where a walk that is broken off can go on, in a form that only
// the one who walks reads.
type Checkpoint []byte

// An Estimate is what a walk expects of itself. Its zero value says that nothing
// is known yet.
type Estimate struct {
	Done, All int           // pages; All is 0 as long as it is not known
	Repos     int           // found, with those of the walk that it goes on with; 0: not told
	Total     int           // repos there are, about; 0: not known
	Roles     int           // repos whose role is still to be read; 0 while repos are being found
	Left      time.Duration // until the walk is complete; 0: not known
	Limited   bool          // it is the server's rate limit that makes it take so long
}

// A Presence is what GitLab says of a repo by its ID.
type Presence uint8

const (
	PresenceUnknown Presence = iota // it would not say
	Absent                          // there is no such repo for an account that is signed in
	Visible                         // it can be seen, without a membership
	Member                          // the account is a member of it
)

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

	// ToConfirm returns repos that the last complete discovery no longer brought,
	// and of which GitLab has still to say what became of them; at most so many.
	ToConfirm(ctx context.Context, id int64, most int) ([]int64, error)
	// Confirmed keeps what GitLab said. It draws the consequences that two complete
	// discoveries a day apart allow, and no others.
	Confirmed(ctx context.Context, id int64, found map[int64]Presence) (Outcome, error)

	// Highest returns the highest ID of a repo that is known of an integration.
	Highest(ctx context.Context, id int64) (int64, error)
	// AddNewer adds repos that came since the last complete discovery, and imports
	// those that the settings take in. at is when they were asked for.
	AddNewer(ctx context.Context, id int64, at time.Time, p Page) (News, error)
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
	// Resume returns where the walk goes on whose stage this one has taken over;
	// nil for one from the beginning.
	Resume() Checkpoint
	// Complete makes what was gathered the integration's discovery and imports
	// what its settings take in, in one transaction.
	Complete(ctx context.Context) (Discovery, error)
	// Began is when the walk did: one that goes on keeps the time of the first part.
	// The discovery that it becomes has the same.
	Began() time.Time
	// Kept tells what came with the walk that this one goes on with.
	Kept() (groups, repos int)
	// Found hands that on, page by page.
	Found(ctx context.Context, each func(Page) error) error
	// Release keeps what was gathered for a walk that goes on where this one was
	// interrupted, within the hour, if it took long enough to be worth that.
	Release(ctx context.Context) (kept bool, err error)
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
