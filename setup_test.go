package flow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"flow"
)

// A walk is a GitLab that is walked over: it hands on its pages, then ends.
type walk struct {
	flow.GitLab // what a walk does not need

	pages []flow.Page
	end   error
	then  func() // before it ends
	token string // that it was given
	from  flow.Checkpoint
	above int64

	presence map[int64]flow.Presence
}

func (w *walk) Find(context.Context, string, flow.Network) (flow.Server, error) {
	return flow.Server{}, errors.New("not asked for here")
}

func (w *walk) Test(context.Context, flow.Connection, func(flow.Check)) (flow.Report, error) {
	return flow.Report{}, errors.New("not asked for here")
}

func (w *walk) Discover(ctx context.Context, c flow.Connection, from flow.Checkpoint, add func(flow.Page) error) error {
	w.token, w.from = c.Token.Reveal(), from
	for _, p := range w.pages {
		if err := add(p); err != nil {
			return err
		}
	}
	if w.then != nil {
		w.then()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return w.end
}

func (w *walk) Newer(ctx context.Context, c flow.Connection, above int64, add func(flow.Page) error) error {
	w.above = above
	return w.Discover(ctx, c, nil, add)
}

func (w *walk) Confirm(context.Context, flow.Connection, []int64) (map[int64]flow.Presence, error) {
	if w.presence == nil {
		return nil, &flow.Fault{Cause: flow.Refused}
	}
	return w.presence, nil
}

// A shelf is a store in memory. Each of its errors is that of one call.
type shelf struct {
	flow.Store // what a walk does not need

	created      []flow.Integration
	statuses     []flow.Status
	staged       []flow.Page
	began        int
	abandoned    int
	completed    int
	errCreate    error
	errOpen      error
	errStage     error
	errAdd       error
	errComplete  error
	errAbandon   error
	errSetStatus error

	resume     flow.Checkpoint
	kept       [2]int
	found      []flow.Page
	released   int
	missing    []int64
	confirmed  map[int64]flow.Presence
	keeps      bool // what is released was worth it
	highest    int64
	newer      []flow.Page
	onComplete func()
}

func (s *shelf) Create(_ context.Context, in flow.Integration, _ flow.Connection) (flow.Integration, error) {
	if s.errCreate != nil {
		return flow.Integration{}, s.errCreate
	}
	in.ID = int64(len(s.created) + 1)
	s.created = append(s.created, in)
	return in, nil
}

func (s *shelf) Connection(context.Context, int64) (flow.Connection, error) {
	return flow.Connection{Token: flow.NewSecret("glpat-1")}, s.errOpen
}

func (s *shelf) SetStatus(ctx context.Context, _ int64, status flow.Status) error {
	if s.errSetStatus != nil {
		return s.errSetStatus
	}
	s.statuses = append(s.statuses, status)
	return ctx.Err()
}

func (s *shelf) Stage(context.Context, int64, time.Time) (flow.Stage, error) {
	if s.errStage != nil {
		return nil, s.errStage
	}
	s.began++
	return s, nil
}

func (s *shelf) Add(_ context.Context, p flow.Page) error {
	if s.errAdd != nil {
		return s.errAdd
	}
	s.staged = append(s.staged, p)
	return nil
}

func (s *shelf) Resume() flow.Checkpoint { return s.resume }
func (s *shelf) Began() time.Time        { return today }

func (s *shelf) Kept() (groups, repos int) { return s.kept[0], s.kept[1] }
func (s *shelf) Found(_ context.Context, each func(flow.Page) error) error {
	for _, p := range s.found {
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) ToConfirm(context.Context, int64, int) ([]int64, error) { return s.missing, nil }

func (s *shelf) Confirmed(_ context.Context, _ int64, found map[int64]flow.Presence) (flow.Outcome, error) {
	s.confirmed = found
	return flow.Outcome{Gone: len(found)}, nil
}

func (s *shelf) Highest(context.Context, int64) (int64, error) { return s.highest, nil }

func (s *shelf) AddNewer(_ context.Context, _ int64, _ time.Time, p flow.Page) (flow.News, error) {
	s.newer = append(s.newer, p)
	return flow.News{Repos: len(p.Repos), Imported: 1}, s.errAdd
}

func (s *shelf) Complete(context.Context) (flow.Discovery, error) {
	if s.errComplete != nil {
		return flow.Discovery{}, s.errComplete
	}
	s.completed++
	if s.onComplete != nil {
		s.onComplete()
	}
	return flow.Discovery{At: today, Repos: 5, Outcome: flow.Outcome{New: 2}}, nil
}

// Release is as Abandon is.
func (s *shelf) Release(ctx context.Context) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	s.released++
	return s.keeps, s.errAbandon
}

// Abandon fails with a context that is over: what a walk left behind goes even
// if the walk was cancelled.
func (s *shelf) Abandon(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.abandoned++
	return s.errAbandon
}

func setup(w *walk, s *shelf) flow.Setup {
	return flow.Setup{GitLab: w, Store: s, Now: func() time.Time { return today }, Who: "ana@build-07"}
}

func pages() []flow.Page {
	return []flow.Page{
		{Groups: make([]flow.Group, 2), Repos: make([]flow.Repo, 3)},
		{Groups: []flow.Group{{Personal: true}}, Repos: make([]flow.Repo, 2)}, // a person is no group
	}
}

func TestCreate(t *testing.T) {
	s := &shelf{}
	d := answered(t)
	in, err := setup(&walk{}, s).Create(t.Context(), d)
	if err != nil || len(s.created) != 1 || in.ID != 1 || in.Name != "acme-gitlab" || in.CreatedBy != "ana@build-07" || !in.CreatedAt.Equal(today) || in.Status.Data != flow.Processing {
		t.Errorf("got %+v, %v", in, err)
	}
}

func TestCreateRefuses(t *testing.T) {
	taken := &flow.Fault{Cause: flow.NameTaken, Detail: "acme-gitlab"}
	tests := []struct {
		name   string
		change func(d *flow.Draft)
		store  *shelf
		cause  flow.Cause
		want   string
	}{
		{"a draft that is not answered", func(d *flow.Draft) { d.SetAddress("") }, &shelf{}, flow.NoAddress, "step Credentials: no address"},
		{"a test that failed", func(d *flow.Draft) { d.SetReport(report(flow.Failed)) }, &shelf{}, flow.Unknown, "step Connection: unknown: The connection is not tested"},
		{"a name that the store knows", func(d *flow.Draft) {}, &shelf{errCreate: taken}, flow.NameTaken, `create "acme-gitlab": name taken: acme-gitlab`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := answered(t)
			test.change(&d)
			in, err := setup(&walk{}, test.store).Create(t.Context(), d)
			if !flow.CausedBy(err, test.cause) || err.Error() != test.want || in.ID != 0 {
				t.Errorf("got %+v, %v; want %s", in, err, test.want)
			}
			if len(test.store.created) != 0 {
				t.Errorf("it was stored: %+v", test.store.created)
			}
		})
	}
}
