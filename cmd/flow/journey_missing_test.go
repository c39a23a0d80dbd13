package main

import (
	"testing"

	"flow/gitlab/gitlabtest"
)

// f says why a group or repo is not in the list, or shows where it is.
func TestWhyIsItMissing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w := newWorld(t, gitlabtest.Options{})
		tm := w.open(width, height)
		tm.connected(w).atCreate().press("enter").see("For new ones let cron run", "? keys").press("f")
		tm.see("Why is it missing?", "/^> Group or repo/", "enter say why").press("enter").see("it is empty").typed("acme/no such").press("enter").see("has no such").press("ctrl+u")
		tm.typed("acme/secret").press("enter").see("acme/secret is not visible to @flow-bot", "/GitLab says: 404/", "r refresh").press("r").see("acme/secret is not visible to @flow-bot", "Refreshed: nothing has changed.")
		// A link is pasted, wherever the focus is; enter leads there.
		tm.paste(w.server.URL()+"/acme/platform/playground/-/merge_requests").see("enter say why").press("enter").see("It is in the list: not imported", "enter show it").press("enter")
		tm.see("/^> \\[ \\] +playground/", "[1 Repos]")
		// So does a filter that shows nothing.
		tm.press("/").typed("acme/data").see("shown").press("ctrl+u").typed("acme/nowhere").see("0 shown", "No repo matches. enter, then f, says why").press("enter").see("No repo matches. f says why one is").press("f")
		tm.see("/^> Group or repo +acme\\/nowhere$/").press("enter").see("acme/nowhere is not visible", "f ask about another").press("f").see("enter say why").press("ctrl+u").typed("acme/platform/libs").press("enter")
		tm.see("It is in the list:", "enter show it").press("enter").see("/^> \\[ \\] +. libs/").never("0 shown")
		tm.press("3").see("Data status").press("f").see("Why is it missing?").press("esc").see("Data status").leave()
	})
}

// While GitLab is asked esc cancels; what goes wrong there is said.
func TestWhyIsItMissingCannotBeAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab").press("a").see("Not saved").press("f").see("enter say why").typed("acme/secret")
	silence := w.server.Fail(gitlabtest.Fault{Path: "/api/v4/*", Kind: gitlabtest.Hang})
	tm.press("enter").see("Asking GitLab...", "esc cancel").press("esc").see("enter say why", "/^> Group or repo +acme\\/secret$/")
	silence()
	tm.press("esc").see("Not saved").press("f").see("enter say why").typed("acme/secret").press("enter").see("is not visible to @flow-bot").leaveUnsaved()
}

// What has come since the last discovery is in the list after r, and so it is
// said.
func TestWhyIsItMissingUntilARefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab")
	company := w.server.Company()
	group, _ := company.Group("acme/platform")
	if _, err := company.AddProject(gitlabtest.Project{Group: group.ID, Path: "brand-new", Name: "brand-new"}); err != nil {
		t.Fatal(err)
	}
	tm.press("f").see("enter say why").typed("acme/platform/brand-new").press("enter").see("sees acme/platform/brand-new now; the last discovery did not.", "r refresh")
	tm.press("r").see("It is in the list: not imported", "Refreshed: 1 new repo.", "enter show it").press("enter").see("/^> \\[ \\] +brand-new/").leave()
}
