package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// vanish removes from GitLab what is below a path.
func (w *world) vanish(below string) {
	w.t.Helper()
	_, review := w.stored("acme-gitlab")
	for _, repo := range review.Repos {
		if strings.HasPrefix(repo.Path, below+"/") {
			if err := w.server.Company().DeleteProject(int(repo.ID)); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *world) lost() (n int) {
	_, review := w.stored("acme-gitlab")
	for i := range review.Repos {
		if review.Repos[i].LostWhy != flow.NotLost {
			n++
		}
	}
	return n
}

// Where many repos are missing at once the list stays, and the screen asks.
func TestManyReposAreMissing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w := newWorld(t, gitlabtest.Options{})
		w.open(80, 24).created(w, "acme-gitlab").leave()
		w.vanish("acme/platform")
		tm := w.open(width, height).see("enter open").press("enter").see("419 repos:").press("a").see("Not saved: 360")
		tm.press("r").see("Many repos are missing", "97 of 419 repos are missing", "acme/platform/", "/and 9\\d more/", "> Keep the list", "Nothing that was imported is deleted", "enter choose")
		tm.press("esc").see("97 of 419 repos are missing at once; the list is kept.", "Not saved: 360", "Healthy").press("3").see("Data status").press("1").see("[1 Repos]")

		// r asks GitLab, and then the user, again.
		tm.press("r").see("Many repos are missing", "enter choose").press("enter").see("The list stays as it was.", "419 repos:")
		if n := w.lost(); n > 0 {
			t.Errorf("%d repos are lost though the list was kept", n)
		}
		tm.press("r").see("Many repos are missing", "enter choose").press("down").see("> Take the new one").press("enter")
		tm.see("The new list is taken.", "? keys").press("/").typed("is:lost").see("97 shown").press("esc").gone("97 shown")
		tm.leaveUnsaved()
		if n := w.lost(); n != 97 {
			t.Errorf("%d repos are lost, want 97", n)
		}

		// Decided later: at the next visit, or by r.
		w.vanish("acme/data")
		w.open(width, height).see("enter open").press("enter").see("419 repos:").press("r").see("Many repos are missing", "enter choose").leave()
		tm = w.open(width, height).see("enter open").press("enter").see("Many repos are missing", "enter choose")
		seen := make(chan struct{})
		w.server.Fail(gitlabtest.Fault{Match: inDiscovery, Around: weather.Hold(seen)})
		tm.press("r").see("Finding repos:")
		close(seen)
		tm.see("Many repos are missing", "enter choose").press("esc").see("missing at once; the list is kept.").leave()
	})
}

// Where a complete walk takes long r looks for new repos only, and walks when it
// is pressed once more.
func TestLookingForNewReposOnly(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	now := func() time.Time { return day.Add(time.Duration(later.Load())) }
	w := newWorld(t, gitlabtest.Options{Now: now})
	slow := w.server.Fail(gitlabtest.Fault{Match: func(r *http.Request) bool {
		if inDiscovery(r) {
			later.CompareAndSwap(0, int64(2*time.Minute))
		}
		return false
	}})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab").press("a").see("Not saved: 360").press("s").see("enter choose").press("enter").see("Saved: 360")
	slow()
	later.Add(int64(3 * time.Hour))
	company := w.server.Company()
	group, _ := company.Group("acme/platform")
	if _, err := company.AddProject(gitlabtest.Project{Group: group.ID, Path: "brand-new", Name: "brand-new"}); err != nil {
		t.Fatal(err)
	}
	w.server.Forget()
	tm.press("r").see("1 new repo, 1 imported. The last complete walk was 3 h ago and took 2 min;", "420 repos: 361 imported")
	if asked := w.server.Requests(); len(asked) > 10 {
		t.Errorf("%d requests, the first ones %v", len(asked), asked[:5])
	}
	tm.press("/").typed("new").see("1 shown", "/^> \\[x\\] +brand-new .*imported, new/").press("esc").gone("1 shown")
	tm.press("r").see("Refreshed: nothing has changed.").press("r").see("Refreshed: nothing has changed.").leave()
}

// A first walk that was left goes on by itself, and shows what it had found, long
// before GitLab answers.
func TestComingBackToAFirstWalk(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		var later atomic.Int64
		w := newWorld(t, gitlabtest.Options{Now: func() time.Time { return day.Add(time.Duration(later.Load())) }})
		goOn := make(chan struct{})
		w.server.Fail(gitlabtest.Fault{After: 3, Around: weather.Hold(goOn), Match: func(r *http.Request) bool {
			if inDiscovery(r) {
				later.CompareAndSwap(0, int64(2*time.Minute)) // long enough to be worth keeping
			}
			return inDiscovery(r)
		}})
		tm := w.open(80, 24)
		tm.connected(w).atCreate().press("enter").see("/Finding repos: .*[1-9][0-9]* (repos )?so far/", "/acme +0 of [1-9]/").leave()
		tm = w.open(width, height).see("enter open").press("enter").see("/Finding repos: .*[1-9][0-9]* (repos )?so far/")
		tm.press("/").typed("api").see("/[1-9][0-9]* shown/", "Finding repos:").press("esc").gone("shown")
		close(goOn)
		tm.see("/419 repos: 0 (imported|in)/", "For new ones let cron run").leave()
	})
}
