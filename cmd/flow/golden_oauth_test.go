package main

import (
	"fmt"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
)

// The pages that differ with OAuth, on the way of one integration from nothing
// to its deletion. The page with the doors has tests of its own.
func TestGoldenOAuth(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {60, 16}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, gitlabtest.Options{Now: func() time.Time { return day }})
			w.now = func() time.Time { return day }
			goldenOAuthTour(w.open(size[0], size[1]), w, fmt.Sprintf("%dx%d/", size[0], size[1]))
		})
	}
}

func goldenOAuthTour(tm *window, w *world, at string) {
	tm.see("Which GitLab").press("enter").see("How should").press("enter").see("Base URL").golden(at + "credentials-oauth-empty")
	tm.typed(w.server.URL()).press("enter").see("A GitLab answers here", "/^> Client ID/")
	tm.typed(gitlabtest.DemoClientID).press("enter").see("/^> Client secret/").golden(at + "credentials-oauth-secret")
	tm.typed(gitlabtest.DemoClientSecret).see("64 characters").golden(at + "credentials-oauth")
	tm.press("enter").approved(w, gitlabtest.DemoUser).see(passed, "enter continue").golden(at + "connection-oauth-passed")
	tm.atCreate().golden(at+"create-oauth").press("enter").see("For new ones let cron run", "? keys")
	tm.press("3").see("Data status").golden(at + "overview-oauth")
	tm.fact("Base URL").press("enter").see("A GitLab answers here", "/^> Base URL/").golden(at + "change-address").press("esc").see("Data status")
	tm.fact("Delete").see("enter delete").press("enter").see("Delete?", "esc keep it").golden(at + "delete-oauth")
	mended := w.server.Fail(gitlabtest.Fault{Path: "/oauth/revoke", Status: 502})
	tm.typed("gitlab").press("enter").see("did not revoke", "enter delete anyway").golden(at + "delete-anyway")
	mended()
	tm.press("esc").see("Data status").leave()
}
