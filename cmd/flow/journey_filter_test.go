package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// What was done is undone and done again, step by step, and each says what it was.
func TestUndoAndRedo(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w := newWorld(t, gitlabtest.Options{})
		w.open(80, 24).created(w, "acme-gitlab").leave()
		tm := w.open(width, height).see("enter open").press("enter").see("419 repos:").press("u").see("Nothing is left to undo.")
		tm.press("a").see("Not saved: 360 repos will import.").press("down", "a").see("auto-import off")
		tm.press("/").typed("platform/playground").see("1 shown").press("enter", "space").see("will stay out, by hand").press("esc").gone("1 shown")
		tm.press("u").see("Undone: keeping out acme/platform/playground", "U does it").press("u").see("Undone: auto-import off for acme/bots").press("u").see("Undone: auto-import on for acme. U does it again.").never("Not saved")
		tm.press("u").see("Nothing is left to undo.").press("U").see("Done again: auto-import on for acme. u undoes it.").press("U").see("Done again: auto-import off for acme/bots.", "auto-import off")
		// Something new takes the place of what was undone.
		tm.press("a").see("Not saved: 263 repos will import.").press("U").see("Nothing is left to do again.")
		tm.press("s").see("enter choose").press("enter").see("Saved: 263 repos will import.").leave()
	})
}

// The filter: counts while it is typed, words beside text, the best hit, esc.
func TestFilterAndItsWords(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w := newWorld(t, gitlabtest.Options{})
		w.open(80, 24).created(w, "acme-gitlab").leave()
		tm := w.open(width, height).see("enter open").press("enter").see("419 repos:").press("a").see("Not saved: 360")
		tm.press("2").see("none yet").press("n").see("choose a kind").typed("name:legacy-*").press("enter").see("Added.").press("1").see("[1 Repos]")
		tm.press("/").see("Words in any order; also is:archived, role:reporter, new.", "enter keep the filter").never("shown")
		tm.typed("leg").see("/[1-9][0-9]* shown/").typed("acy-cron").see("1 shown", "/^> \\[ \\] +legacy-cron/")
		tm.press("ctrl+u").gone("shown").see("/^>.\\[.\\]   . data\\b/")
		tm.typed("is:").see("archived, fork, mirror, empty,").typed("archived").see("shown", "/not imported, archived|excluded|archived/")
		tm.press("ctrl+u").typed("!is:archived role:reporter").see("/[1-9][0-9]* shown/", "Exactly this role.")
		tm.press("ctrl+u").typed("role:boss").see("There is no role:boss", "0 shown")
		tm.press("ctrl+u").typed("state:excluded").see("13 shown", "The state once saved.")
		tm.press("ctrl+u").typed("state:not-supported").see("42 shown")
		tm.press("ctrl+u").typed("new").see("0 shown", "Repos that are new.")
		tm.press("ctrl+u").typed("^acme/infra legacy$ | puppet$").see("1 shown", "/^> n\\/a +legacy-puppet/")
		tm.press("enter", "enter").see("Why is it in or out?", "acme/infra/legacy-puppet", "role below Reporter").press("esc").see("1 shown")
		tm.press("esc").gone("1 shown").see("/^>.\\[.\\]   . infra\\b/").leaveUnsaved()
	})
}

// What the filter shows follows a tree that grows under it.
func TestFilterWhileReposAreFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	// The walk outlasts what is typed meanwhile.
	w.server.Fail(gitlabtest.Fault{Match: inDiscovery, Around: weather.Delay(1500 * time.Millisecond)})
	tm := w.open(80, 24)
	tm.connected(w).atCreate().press("enter").see("Finding repos:", "/^> \\[ \\] . acme/", "? keys")
	tm.press("/").typed("legacy").see("/[1-9][0-9]* shown/", "Finding repos:", "/^> .*legacy-/")
	tm.see("14 shown", "For new ones let cron run").see("/^> .*legacy-/")
	tm.press("enter", "i").see("Import the 13 shown by hand?").press("enter").see("Not saved: 13 repos will import.").leaveUnsaved()
}

// A question is about what it was asked about, whatever is found meanwhile, and no
// other key answers it.
func TestAQuestionWhileReposAreFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.server.Fail(gitlabtest.Fault{Match: inDiscovery, Around: weather.Delay(1500 * time.Millisecond)})
	tm := w.open(80, 24)
	tm.connected(w).atCreate().press("enter").see("Finding repos:", "/^> \\[ \\] . acme/", "? keys")
	tm.press("/").typed("legacy").see("/[1-9][0-9]* shown/", "Finding repos:", "/^> .*legacy-/").press("enter", "i").see("/Import the [1-9][0-9]* shown by hand\\?/", "Finding repos:")
	tm.see("/Finding repos: .*419/", "by hand?").press("u", "2", "x", "enter").see("/Not saved: [1-9][0-9]* repos? will import/", "For new ones let cron run")
	tm.press("esc").gone("shown").press("/").typed("state:imported !legacy").see(" 0 shown")
	tm.press("ctrl+u").typed("state:imported").see("/ [1-9][0-9]* shown/", "/^> ?.*legacy-/").press("esc").gone("shown").leaveUnsaved()
}

// Repos may be found before the groups that they are in. The focus, which nobody has
// moved, is on the first row all the same.
func TestReposAreFoundBeforeTheirGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.connected(w).atCreate()
	seen := make(chan struct{})
	w.server.Fail(gitlabtest.Fault{Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/api/v4/groups") }, Around: weather.Hold(seen)})
	tm.press("enter").see("Finding repos: 0 groups", "/^> \\[ \\]   [a-z]/")
	close(seen)
	tm.see("For new ones let cron run", "/^> \\[ \\] . acme\\b/").leave()
}
