package flow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"flow"
)

func TestRefreshTellsHowFarItIs(t *testing.T) {
	s, w := &shelf{}, &walk{pages: pages()}
	var told []string
	found, err := setup(w, s).Refresh(t.Context(), flow.Integration{ID: 7, Name: "acme"}, func(p flow.Progress) {
		if len(p.Page.Repos) == 0 {
			t.Error("the page is not told")
		}
		told = append(told, p.String())
	})
	if err != nil || found.Repos != 5 || found.New != 2 {
		t.Errorf("got %+v, %v", found, err)
	}
	if got, want := strings.Join(told, "; "), "2 groups, 3 repos; 2 groups, 5 repos"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
	if s.began != 1 || s.completed != 1 || s.abandoned != 0 || len(s.staged) != 2 || len(s.statuses) != 0 {
		t.Errorf("the store saw %+v", s)
	}
	if w.token != "glpat-1" {
		t.Errorf("the walk was made with the token %q", w.token)
	}
	if _, err := setup(&walk{pages: pages()}, &shelf{}).Refresh(t.Context(), flow.Integration{}, nil); err != nil {
		t.Errorf("with nobody to tell it to: %v", err)
	}
}

func TestARefreshThatFails(t *testing.T) {
	fault := func(c flow.Cause) *flow.Fault {
		return &flow.Fault{Cause: c, Host: "gitlab.example.com", Detail: "10 s"}
	}
	full := &flow.Fault{Cause: flow.StoreFull, Detail: "flow.db"}
	const timedOut = "No answer from gitlab.example.com for 10 s."
	const ask = " Ask if a firewall stands between this machine and GitLab."
	known := flow.Discovery{At: today.Add(-2 * time.Hour)}
	tests := []struct {
		name     string
		walk     walk
		store    shelf
		last     flow.Discovery
		sentence string
		status   string // what the integration's status says; "" if it is left alone
		left     string // what becomes of the pages that came
	}{
		{"at its first page", walk{end: fault(flow.Timeout)}, shelf{}, known, timedOut, "Failed integration: " + timedOut + ask, "released"},
		{"in its middle", walk{pages: pages(), end: fault(flow.Timeout)}, shelf{}, known,
			"GitLab stopped answering at 5 repos. The list of 2 h ago is kept.",
			"Failed integration: GitLab stopped answering at 5 repos. The list of 2 h ago is kept. Press r to try again.", "released"},
		{"in its middle, after a long time", walk{pages: pages(), end: fault(flow.Timeout)}, shelf{keeps: true}, known,
			"GitLab stopped answering at 5 repos. Within the hour a new try does not begin anew. The list of 2 h ago is kept.",
			"Failed integration: GitLab stopped answering at 5 repos. Within the hour a new try does not begin anew. The list of 2 h ago is kept. Press r to try again.", "released"},
		{"in the middle of the first walk", walk{pages: pages(), end: fault(flow.ServerFault)}, shelf{}, flow.Discovery{},
			"GitLab stopped answering at 5 repos.",
			"Failed integration: GitLab stopped answering at 5 repos. Press r to try again.", "released"},
		{"in its middle, as the token ends", walk{pages: pages(), end: fault(flow.TokenExpired)}, shelf{}, known,
			"The token expired.", "Failed integration: The token expired. Make a new one in GitLab, then paste it here.", "abandoned"},
		{"in its middle, at a limit", walk{pages: pages(), end: fault(flow.RateLimit)}, shelf{}, known,
			"gitlab.example.com asks Flow to wait.", "Rate limited: gitlab.example.com asks Flow to wait.", "released"},
		{"without a cause", walk{end: errors.New("odd")}, shelf{}, known, `refresh "acme": odd.`, "Failed integration: odd. Try again.", "abandoned"},
		{"since the key is gone", walk{}, shelf{errOpen: fault(flow.KeyMissing)}, known,
			"The key to the stored tokens is gone: 10 s.",
			"Failed integration: The key to the stored tokens is gone: 10 s. Bring that file back from a backup, or delete the integrations and connect them anew.", ""},
		{"before it begins, since the store is full", walk{}, shelf{errStage: full}, known, "Nothing was saved: no space left for flow.db.", "", ""},
		{"in its middle, since the store is full", walk{pages: pages()}, shelf{errAdd: full}, known, "Nothing was saved: no space left for flow.db.", "", "abandoned"},
		{"at its end, since the store is full", walk{pages: pages()}, shelf{errComplete: full}, known, "Nothing was saved: no space left for flow.db.", "", "abandoned"},
		{"at its end, since the store fails", walk{}, shelf{errComplete: &flow.Fault{Cause: flow.StoreFailed, Detail: "locked"}}, known, "Nothing was saved: locked.", "", "abandoned"},
		{"before it begins, since the store can't be read", walk{}, shelf{errOpen: &flow.Fault{Cause: flow.StoreUnreadable, Detail: "not a database", Where: "flow.db"}}, known, "Can't read flow.db: not a database.", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, err := setup(&test.walk, &test.store).Refresh(t.Context(), flow.Integration{ID: 7, Name: "acme", Discovery: test.last}, nil)
			if err == nil || found != (flow.Discovery{}) {
				t.Fatalf("got %+v, %v", found, err)
			}
			if got := flow.FaultOf(err).Sentence(); got != test.sentence {
				t.Errorf("it says   %s\nwant      %s", got, test.sentence)
			}
			if !strings.HasPrefix(err.Error(), `refresh "acme": `) || test.walk.end != nil && !errors.Is(err, test.walk.end) {
				t.Errorf("the chain is cut: %v", err)
			}
			status := ""
			for _, s := range test.store.statuses {
				status += string(s.Data) + ": " + s.Reason
				if !s.Since.Equal(today) {
					t.Errorf("it holds since %s", s.Since)
				}
			}
			if status != test.status {
				t.Errorf("the status is %s\nwant          %s", status, test.status)
			}
			left := strings.Repeat("abandoned", test.store.abandoned) + strings.Repeat("released", test.store.released)
			if left != test.left || test.store.completed != 0 {
				t.Errorf("left as %q, want %q; completed %d times", left, test.left, test.store.completed)
			}
		})
	}
}

func TestARefreshThatFailsKeepsTheServersWords(t *testing.T) {
	w := &walk{pages: pages(), end: &flow.Fault{Cause: flow.ServerFault, Says: "502 Bad Gateway"}}
	_, err := setup(w, &shelf{}).Refresh(t.Context(), flow.Integration{}, nil)
	if f := flow.FaultOf(err); f.Cause != flow.BrokenOff || f.Says != "502 Bad Gateway" {
		t.Errorf("got %+v", f)
	}
}

func TestErrorsOnTheWayOutAreJoined(t *testing.T) {
	abandon, status, refused := errors.New("can't abandon"), errors.New("can't set the status"), &flow.Fault{Cause: flow.Refused}
	s := &shelf{errAbandon: abandon, errSetStatus: status}
	_, err := setup(&walk{end: refused}, s).Refresh(t.Context(), flow.Integration{}, nil)
	for _, want := range []error{abandon, status, refused} {
		if !errors.Is(err, want) {
			t.Errorf("%v is lost: %v", want, err)
		}
	}
	if f := flow.FaultOf(err); f != refused {
		t.Errorf("it is said that %s", f.Sentence())
	}
}

// What took long is worth going on with, and whoever ends it is told so.
func TestARefreshThatIsCancelledSaysWhatIsKept(t *testing.T) {
	for keeps, want := range map[bool]string{
		false: "Cancelled. Start it again when you like.",
		true:  "Cancelled at 5 repos. Start it again when you like; within the hour it does not begin anew.",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := setup(&walk{pages: pages(), then: cancel}, &shelf{keeps: keeps}).Refresh(ctx, flow.Integration{}, nil)
		if f := flow.FaultOf(err); f.Sentence()+" "+f.Next() != want || f.Cause != flow.Cancelled {
			t.Errorf("got %s %s", f.Sentence(), f.Next())
		}
	}
}

func TestARefreshThatIsCancelledChangesNothing(t *testing.T) {
	closed := errors.New("the page was left")
	abandon := errors.New("can't abandon")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := &shelf{errAbandon: abandon}
	w := &walk{pages: pages(), then: func() { cancel(closed) }}
	found, err := setup(w, s).Refresh(ctx, flow.Integration{ID: 7, Discovery: flow.Discovery{At: today}}, nil)
	if f := flow.FaultOf(err); f.Cause != flow.Cancelled || found != (flow.Discovery{}) {
		t.Errorf("got %+v, %v", found, err)
	}
	for _, want := range []error{closed, context.Canceled, abandon} {
		if !errors.Is(err, want) {
			t.Errorf("%v is lost: %v", want, err)
		}
	}
	if len(s.statuses) != 0 || s.released != 1 || s.abandoned != 0 || s.completed != 0 {
		t.Errorf("the store saw %+v", s)
	}
}

func TestARefreshThatIsCancelledTooLateIsComplete(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &shelf{onComplete: cancel}
	found, err := setup(&walk{}, s).Refresh(ctx, flow.Integration{}, nil)
	if err != nil || found.Repos != 5 || s.completed != 1 || s.abandoned != 0 {
		t.Errorf("got %+v, %v", found, err)
	}
}

// A walk goes on where the one before was interrupted, and counts what that found.
func TestARefreshGoesOn(t *testing.T) {
	w, s := &walk{pages: pages()}, &shelf{resume: flow.Checkpoint("after 4711"), kept: [2]int{1, 300}, found: []flow.Page{{Repos: make([]flow.Repo, 300)}}}
	w.pages[1].Ahead.Repos = 304 // one of them was kept before
	var told []string
	_, err := setup(w, s).Refresh(t.Context(), flow.Integration{}, func(p flow.Progress) { told = append(told, p.String()) })
	if got, want := strings.Join(told, "; "), "1 group, 300 repos; 2 groups, 303 repos; 2 groups, 304 repos"; err != nil || got != want {
		t.Errorf("told %s, want %s (%v)", got, want, err)
	}
	if string(w.from) != "after 4711" {
		t.Errorf("it went on from %q", w.from)
	}
}

// GitLab is asked for what a complete walk no longer brought. That it does not
// answer changes nothing about the walk.
func TestMissingReposAreAskedFor(t *testing.T) {
	w := &walk{presence: map[int64]flow.Presence{5: flow.Absent, 6: flow.Visible}}
	s := &shelf{missing: []int64{5, 6}}
	found, err := setup(w, s).Refresh(t.Context(), flow.Integration{}, nil)
	if err != nil || len(s.confirmed) != 2 || s.confirmed[6] != flow.Visible {
		t.Errorf("the store was told %v (%v)", s.confirmed, err)
	}
	if found.New != 2 || found.Gone != 2 || found.Changes != 4 {
		t.Errorf("it is told as %+v", found)
	}
	w, s = &walk{}, &shelf{missing: []int64{5}}
	if found, err := setup(w, s).Refresh(t.Context(), flow.Integration{}, nil); err != nil || found.Repos != 5 || s.confirmed != nil || len(s.statuses) != 0 {
		t.Errorf("without an answer: %+v, %v; the store saw %+v", found, err, s)
	}
}

// A list that is held is no failure of the contact, and stays for an answer.
func TestAHeldListIsLeft(t *testing.T) {
	s := &shelf{errComplete: &flow.Fault{Cause: flow.Frozen, Detail: "30 of 100 repos"}}
	_, err := setup(&walk{}, s).Refresh(t.Context(), flow.Integration{}, nil)
	if !flow.CausedBy(err, flow.Frozen) || s.abandoned+s.released+len(s.statuses) != 0 {
		t.Errorf("%v; the store saw %+v", err, s)
	}
}

func TestNewReposAreLookedFor(t *testing.T) {
	w, s := &walk{pages: pages()}, &shelf{highest: 4711}
	news, err := setup(w, s).RefreshNew(t.Context(), flow.Integration{}, nil)
	if err != nil || news != (flow.News{Repos: 5, Imported: 2}) || w.above != 4711 || s.began != 0 {
		t.Errorf("got %+v, %v above %d; %d walks began", news, err, w.above, s.began)
	}
	s = &shelf{}
	_, err = setup(&walk{end: &flow.Fault{Cause: flow.Refused, Host: "gitlab.example.com"}}, s).RefreshNew(t.Context(), flow.Integration{Name: "acme"}, nil)
	if !flow.CausedBy(err, flow.Refused) || len(s.statuses) != 1 {
		t.Errorf("%v; the store saw %+v", err, s)
	}
}

// Where a walk is quick every refresh makes one, else one a day does.
func TestWhenAWalkIsDue(t *testing.T) {
	for _, test := range []struct {
		name string
		last flow.Discovery
		due  bool
	}{
		{"none yet", flow.Discovery{}, true},
		{"quick", flow.Discovery{At: today.Add(-time.Minute), Took: 59 * time.Second}, true},
		{"slow, of today", flow.Discovery{At: today.Add(-23 * time.Hour), Took: time.Minute}, false},
		{"slow, of yesterday", flow.Discovery{At: today.Add(-24 * time.Hour), Took: time.Hour}, true},
	} {
		if got := test.last.WalkDue(today); got != test.due {
			t.Errorf("%s: due %v", test.name, got)
		}
	}
}

func TestHowLongAWalkWillTake(t *testing.T) {
	for _, test := range []struct {
		ahead flow.Estimate
		want  string
	}{
		{flow.Estimate{}, ""}, {flow.Estimate{Left: 59 * time.Second}, ""}, {flow.Estimate{Left: 80 * time.Second}, "about 1 minute to go"},
		{flow.Estimate{Left: 40 * time.Minute, Limited: true}, "about 40 minutes to go at this server's limit"}, {flow.Estimate{Left: 110 * time.Minute}, "about 2 hours to go"},
	} {
		if got := test.ahead.Wait(); got != test.want {
			t.Errorf("%+v: %q", test.ahead, got)
		}
	}
}
