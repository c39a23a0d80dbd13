package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// A past is an integration over which discoveries go, a clock beside it.
type past struct {
	t  *testing.T
	s  *store.Store
	at *clock
	in flow.Integration
}

func newPast(t *testing.T) *past {
	p := &past{t: t, at: newClock()}
	p.s = openStore(t, store.Options{Now: p.at.now})
	p.in = create(t, p.s, "acme")
	return p
}

// walks completes a discovery, after some time, of all but some repos of a page.
func (p *past) walks(after time.Duration, page flow.Page, without ...int64) flow.Discovery {
	p.t.Helper()
	p.at.pass(after)
	page.Repos = slices.DeleteFunc(slices.Clone(page.Repos), func(r flow.Repo) bool { return slices.Contains(without, r.ID) })
	return discover(p.t, p.s, p.in.ID, p.at.now(), page)
}

func (p *past) saves(c flow.Changes) {
	p.t.Helper()
	c.Version = p.in.Version
	p.in = must[flow.Integration](p.t)(p.s.Save(context.Background(), p.in.ID, c))
}

// confirms lets GitLab say something of what the store asks about.
func (p *past) confirms(say map[int64]flow.Presence) (asked []int64) {
	p.t.Helper()
	ctx := context.Background()
	asked = must[[]int64](p.t)(p.s.ToConfirm(ctx, p.in.ID, 100))
	told := must[flow.Integration](p.t)(p.s.Named(ctx, p.in.Name)).Discovery
	became := must[flow.Outcome](p.t)(p.s.Confirmed(ctx, p.in.ID, say))
	told.Gone, told.NotMember, told.Changes = told.Gone+became.Gone, told.NotMember+became.NotMember, told.Changes+became.Count()
	if now := must[flow.Integration](p.t)(p.s.Named(ctx, p.in.Name)).Discovery; now != told {
		p.t.Errorf("the last discovery tells %+v, not %+v", now, told)
	}
	return asked
}

// lost tells of each missing repo why.
func (p *past) lost() map[int64]flow.Lost {
	p.t.Helper()
	lost := map[int64]flow.Lost{}
	r := review(p.t, p.s, p.in.ID)
	for _, repo := range r.Repos {
		if repo.LostAt.IsZero() != (repo.LostWhy == flow.NotLost) {
			p.t.Errorf("%s is lost at %v, and why %v", repo.Path, repo.LostAt, repo.LostWhy)
		}
		if repo.LostWhy != flow.NotLost {
			lost[repo.ID] = repo.LostWhy
		}
	}
	return lost
}

func (p *past) wantLost(want map[int64]flow.Lost) {
	p.t.Helper()
	if got := p.lost(); fmt.Sprint(got) != fmt.Sprint(want) {
		p.t.Errorf("lost are %v, want %v", got, want)
	}
}

func TestARepoIsGoneAfterTwoWalksADayApartAndANo(t *testing.T) {
	type why = map[int64]flow.Lost
	for _, test := range []struct {
		name  string
		again time.Duration // until the second walk without it
		says  flow.Presence
		asked bool
		want  why
		log   string
	}{
		{"a day later GitLab knows no such repo", 24 * time.Hour, flow.Absent, true, why{12: flow.Gone}, "discovery: 1 repo gone from GitLab"},
		{"less than a day later", 24*time.Hour - time.Second, flow.Absent, false, why{12: flow.Missing}, ""},
		{"GitLab would not say", 48 * time.Hour, flow.PresenceUnknown, true, why{12: flow.Missing}, ""},
		{"the account is a member of it", 48 * time.Hour, flow.Member, true, why{12: flow.Missing}, ""},
		{"it can be seen without a membership", 48 * time.Hour, flow.Visible, true, why{12: flow.NoLongerMember}, "discovery: 1 repo no longer shared with the account"},
		{"it can be seen, and one walk has missed it", time.Hour, flow.Visible, false, why{12: flow.NoLongerMember}, "discovery: 1 repo no longer shared with the account"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPast(t)
			p.walks(0, small())
			p.saves(flow.Changes{Pins: map[int64]flow.Pin{12: flow.PinIn}})
			if d := p.walks(time.Hour, small(), 12); d.Lost != 1 || d.Changes != 1 {
				t.Errorf("got %+v", d)
			}
			p.wantLost(why{12: flow.Missing})
			p.walks(test.again, small(), 12)
			before := latest(t, p.s, p.in.ID)
			if asked := p.confirms(map[int64]flow.Presence{12: test.says}); (len(asked) == 1) != test.asked {
				t.Errorf("asked about %v", asked)
			}
			p.wantLost(test.want)
			want := test.log
			if want == "" {
				want = before
			}
			if got := latest(t, p.s, p.in.ID); got != want {
				t.Errorf("logged %q, want %q", got, want)
			}
			// It is imported, so it stays, and is found again.
			p.walks(time.Hour, small())
			p.wantLost(why{})
			if got := latest(t, p.s, p.in.ID); got != "discovery: 1 repo found again" {
				t.Errorf("logged %q", got)
			}
			if got := repoByID(t, review(t, p.s, p.in.ID), 12).ImportedAt; got.IsZero() {
				t.Error("it is not imported any more")
			}
		})
	}
}

func TestOnlyWhatIsKnownToBeGoneIsForgotten(t *testing.T) {
	p := newPast(t)
	begin := p.at.now()
	p.walks(0, small())
	p.saves(flow.Changes{Auto: map[int64]flow.AutoSetting{2: flow.AutoOff}, Pins: map[int64]flow.Pin{12: flow.PinOut, 22: flow.PinIn}})
	only := flow.Page{Groups: small().Groups[:1], Repos: small().Repos[:1]}
	if d := p.walks(time.Hour, only); d.Lost != 3 || d.Repos != 1 {
		t.Errorf("got %+v", d)
	}
	lost := p.at.now()
	// Those that somebody cares for are asked about at once, the imported one first.
	if asked := p.confirms(nil); fmt.Sprint(asked) != "[22 12]" {
		t.Errorf("asked about %v", asked)
	}
	r := review(t, p.s, p.in.ID)
	if st := r.Integration.Status; st.Data != flow.FailedItem || st.Reason != "Flow can no longer read acme/sandbox/try." || !st.Since.Equal(lost) {
		t.Errorf("got the status %+v", st)
	}
	p.walks(time.Hour, only)
	if asked := p.confirms(nil); len(asked) > 0 {
		t.Errorf("asked again about %v", asked)
	}
	p.walks(23*time.Hour, only)
	asked := p.confirms(map[int64]flow.Presence{12: flow.Absent, 21: flow.Absent, 22: flow.Absent})
	if fmt.Sprint(asked) != "[22 12 21]" {
		t.Errorf("asked about %v", asked)
	}
	r = review(t, p.s, p.in.ID)
	if got := paths(r); got != "acme/ acme/sandbox/ acme/api acme/sandbox/try acme/web" {
		t.Errorf("got %s", got)
	}
	if r.Integration.Counts.All() != 3 || !r.Integration.Status.Since.Equal(lost) {
		t.Errorf("got %v, %+v", r.Integration.Counts, r.Integration.Status)
	}
	if got := repoByID(t, r, 22); !got.LostAt.Time().Equal(lost) || !got.ImportedAt.Time().Equal(begin) {
		t.Errorf("got %+v", got)
	}

	moved := small()
	moved.Groups[1].Path, moved.Repos[3].Path = "acme/play", "acme/play/try"
	p.walks(time.Hour, moved)
	r = review(t, p.s, p.in.ID)
	if got := repoByID(t, r, 22); !got.LostAt.IsZero() || !got.ImportedAt.Time().Equal(begin) || !got.FirstSeen.Time().Equal(begin) || got.Path != "acme/play/try" {
		t.Errorf("got %+v", got)
	}
	if on, set := r.Auto[2]; on || !set || r.Pins[12] != flow.PinOut || r.Pins[22] != flow.PinIn {
		t.Errorf("settings were not kept: %v %v", r.Auto, r.Pins)
	}
	if st := r.Integration.Status; st.Data != flow.Healthy || st.Reason != "" || !st.Since.Equal(p.at.now()) {
		t.Errorf("got the status %+v", st)
	}
	if got := latest(t, p.s, p.in.ID); got != "discovery: 1 new repo, 2 found again, 1 renamed group" {
		t.Errorf("logged %q", got)
	}
}

func TestWhatGitLabSaysTooLateIsNotHeard(t *testing.T) {
	ctx := context.Background()
	p := newPast(t)
	p.walks(0, small())
	p.walks(time.Hour, small(), 11, 12)
	p.walks(24*time.Hour, small(), 11, 12)
	asked := must[[]int64](t)(p.s.ToConfirm(ctx, p.in.ID, 1))
	if fmt.Sprint(asked) != "[11]" {
		t.Errorf("asked about %v", asked)
	}
	p.walks(time.Hour, small(), 12) // found again meanwhile
	before := latest(t, p.s, p.in.ID)
	p.confirms(map[int64]flow.Presence{11: flow.Absent, 21: flow.Absent, 99: flow.Visible})
	if got := paths(review(t, p.s, p.in.ID)); got != "acme/ acme/sandbox/ acme/api acme/sandbox/toy acme/sandbox/try acme/web" {
		t.Errorf("got %s", got)
	}
	p.wantLost(map[int64]flow.Lost{12: flow.Missing})
	if got := latest(t, p.s, p.in.ID); got != before {
		t.Errorf("logged %q", got)
	}
	_, err := p.s.Confirmed(ctx, 99, map[int64]flow.Presence{11: flow.Absent})
	wantCause(t, err, flow.NoIntegration)
	_, err = p.s.ToConfirm(ctx, 99, 1)
	wantCause(t, err, flow.NoIntegration)
}

func TestWhatIsMissingIsNotImportedUntilItIsFound(t *testing.T) {
	p := newPast(t)
	p.walks(0, small())
	p.walks(time.Hour, small(), 12, 21)
	p.saves(flow.Changes{Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}})
	imported := func() (ids []int64) {
		for _, repo := range review(t, p.s, p.in.ID).Repos {
			if !repo.ImportedAt.IsZero() {
				ids = append(ids, repo.ID)
			}
		}
		slices.Sort(ids)
		return ids
	}
	if got := imported(); fmt.Sprint(got) != "[11 22]" {
		t.Errorf("imported are %v", got)
	}
	if d := p.walks(time.Hour, small(), 21); d.Taken != 1 {
		t.Errorf("got %+v", d)
	}
	if got := imported(); fmt.Sprint(got) != "[11 12 22]" {
		t.Errorf("imported are %v", got)
	}
	// Of those that are missed the first by path is named, whatever its number.
	p.walks(time.Hour, flow.Page{Repos: []flow.Repo{repo(12, 1, "acme/web")}})
	if got := review(t, p.s, p.in.ID).Integration.Status.Reason; got != "Flow can no longer read acme/api and 1 more repo." {
		t.Errorf("got %q", got)
	}
	page := small()
	page.Repos[0].Path, page.Repos[3].Path = "acme/zoo", "acme/ape"
	p.walks(time.Hour, page)
	p.walks(time.Hour, page, 11, 22)
	if got := review(t, p.s, p.in.ID).Integration.Status.Reason; got != "Flow can no longer read acme/ape and 1 more repo." {
		t.Errorf("got %q", got)
	}
}

func TestWhatAutoImportTookInStaysThoughItIsGone(t *testing.T) {
	p := newPast(t)
	p.walks(0, small())
	p.saves(flow.Changes{Auto: map[int64]flow.AutoSetting{2: flow.AutoOn}})
	since := p.at.now()
	p.walks(time.Hour, small(), 11, 21)
	p.walks(24*time.Hour, small(), 11, 21)
	p.confirms(map[int64]flow.Presence{11: flow.Absent, 21: flow.Absent})
	p.walks(time.Hour, small(), 11, 21)
	p.wantLost(map[int64]flow.Lost{21: flow.Gone})
	if got := repoByID(t, review(t, p.s, p.in.ID), 21).ImportedAt.Time(); !got.Equal(since) {
		t.Errorf("imported since %v", got)
	}
}

// A choice taken back leaves nothing that would keep a repo that is gone.
func TestAGoneRepoGoesOnceNobodyCares(t *testing.T) {
	p := newPast(t)
	p.walks(0, small())
	p.saves(flow.Changes{Pins: map[int64]flow.Pin{12: flow.PinOut}})
	p.walks(time.Hour, small(), 12)
	p.walks(24*time.Hour, small(), 12)
	p.confirms(map[int64]flow.Presence{12: flow.Absent})
	p.wantLost(map[int64]flow.Lost{12: flow.Gone})
	p.saves(flow.Changes{Pins: map[int64]flow.Pin{12: flow.NoPin}})
	p.walks(time.Hour, small(), 12)
	p.wantLost(map[int64]flow.Lost{})
	if got := len(review(t, p.s, p.in.ID).Repos); got != 3 {
		t.Errorf("%d repos", got)
	}
}
