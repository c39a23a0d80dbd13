package main

import (
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
)

// A second start finds the integration and opens its details.
func TestSecondStartOpensTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).created(w, "acme-gitlab").leave()
	tm := w.open(80, 24)
	tm.see("Integrations", "acme-gitlab", "Healthy", "419 repos").press("enter")
	tm.see("419 repos: 0 imported").press("esc").see("n add").press("n")
	tm.see("Which GitLab do you want to connect?").press("esc").see("enter open")
	tm.leave()
}

// Two programs save: the second is refused, sees both, and saves on top.
func TestTwoProgramsSave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).created(w, "acme-gitlab").leave()
	one := w.open(80, 24)
	one.see("enter open").press("enter").see("419 repos:")
	w.who = "bob@build-02"
	two := w.open(80, 24)
	two.see("enter open").press("enter").see("419 repos:").press("a").see("Not saved").press("s").see("enter choose").press("enter").see("Saved: 360")

	one.press("2").see("none yet").press("n").see("New rule").typed("is:archived").press("enter").see("Added.")
	one.press("s").see("enter choose").press("enter").see("Nothing was saved: bob@build-02 changed acme-gitlab", "e see both")
	one.press("e").see("meanwhile", "bob@build-02 switched auto-import on for acme", "new rule         is:archived", "enter choose")
	one.press("enter").see("Saved")
	one.leave()
	two.leave()
	_, review := w.stored("acme-gitlab")
	if len(review.Rules) != 1 || len(review.Auto) != 1 {
		t.Errorf("stored %d rules and %d auto-import settings, want one each", len(review.Rules), len(review.Auto))
	}
}

// A key that was meant for the page before does not create, save or delete.
func TestPagesThatActIgnoreEarlyKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.connected(w).press("enter").see("What should Flow read?").press("enter").see("be called?").press("enter", "enter", "enter")
	tm.see("Check and create", "enter create").never("Creating")
	w.nothingStored()
	tm.press("enter").see("419 repos: 0 imported", "? keys").press("a").see("Not saved").press("s", "enter")
	tm.see("Save these changes?", "enter choose").press("esc").see("Not saved").leaveUnsaved()
	if _, review := w.stored("gitlab"); len(review.Auto) > 0 {
		t.Error("an early key has saved")
	}
}

// leaveUnsaved leaves although something is not saved.
func (tm *window) leaveUnsaved() {
	tm.t.Helper()
	tm.press("ctrl+c").see("Leave? These changes are not saved.").leave()
}

// Leaving with changes asks once; a second ctrl+c leaves.
func TestLeavingAsksOnlyWithChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab").press("a").see("Not saved").press("esc").see("Leave? These changes are not saved.", "> Keep editing", "enter choose")
	tm.press("enter").see("Not saved").press("ctrl+c").see("Leave? These changes are not saved.", "enter choose").press("down", "enter")
	tm.end()
	_, review := w.stored("acme-gitlab")
	if len(review.Auto) != 0 {
		t.Error("discarded changes were saved")
	}
	tm = w.open(80, 24)
	tm.see("enter open").press("enter").see("419 repos:").press("a").see("Not saved").press("ctrl+c").see("Leave?")
	tm.leave()
}

// fact goes to a row of the Overview that can be changed.
func (tm *window) fact(label string) *window {
	tm.t.Helper()
	for range 12 {
		screen := tm.screen()
		now := focusedRow(screen)
		if strings.HasPrefix(now, "> "+label) {
			return tm
		}
		way := "down"
		if at := strings.Index(screen, "\n  "+label); at >= 0 && at < strings.Index(screen, now) {
			way = "up"
		}
		tm.press(way).waitFor("leave "+now, func(screen string) bool { return focusedRow(screen) != now })
	}
	tm.t.Fatalf("there is no %s:\n%s", label, tm.screen())
	return tm
}

func focusedRow(screen string) string {
	for row := range strings.Lines(screen) {
		if strings.HasPrefix(row, "> ") {
			return row
		}
	}
	return ""
}

// What can be changed about an integration, from its Overview.
func TestManagingAnIntegration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab").press("3").see("Data status", "> Name")

	tm.press("enter").see("enter rename", "acme-gitlab").press("ctrl+u", "enter").see("can't be a name")
	tm.typed("acme").press("enter").see("Renamed.", "/^> Name +acme$/")

	tm.press("down", "enter").see("What should Flow read?", "[x] Ticket").press("down", "down", "space").see("[ ] Ticket").press("enter")
	tm.see("Saved: Repo, PR.", "/^> Services +Repo, PR$/")

	// A token that does not work never takes the place of one that does.
	tm.press("down").see("> Base URL", "enter change the address").press("down").see("> Network", "enter change the network").press("down").see("> Sign-in", "enter sign in again").press("down").see("> Expiry", "enter make a new token").press("enter")
	tm.see("Sign in again", "/^> Access token *$/", "Until this passes its test, the old token stays in use.").typed("glpat-nobody").press("enter")
	tm.see("This token is unknown to GitLab", "enter change the token").press("enter")
	tm.see("/^> Access token/", "12 characters").press("ctrl+u", "enter").see("Access token is empty").typed(gitlabtest.DemoTokenReadAPI).press("enter")
	tm.see(warned, "enter save").press("enter").see("/Signed in again as @flow-bot\\. Tested: \\d+ ok, 1 warning/", "access token: read_api")

	tm.press("down").see("> Connection").press("enter").see("Test connection", warned, "enter continue").press("esc").see("/tested just now: \\d+ ok, 1 warning/")
	tm.press("down").see("> Discovery").press("enter").see("Refreshed: nothing has changed.")

	tm.press("down").see("> Delete").press("enter").see("Delete?", "esc keep it").typed("acm").press("enter").see("That is not its name.")
	tm.typed("e").press("enter").see("Deleted acme.", "No integration yet. n connects a GitLab.").leave()
	w.nothingStored()
	noSecretIn(t, w.dir, gitlabtest.DemoTokenReadAPI)
}

// A change that somebody else made meanwhile is not overwritten.
func TestStaleChangeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).created(w, "acme-gitlab").leave()
	one := w.open(80, 24)
	one.see("enter open").press("enter").see("419 repos:").press("3").see("> Name")
	w.who = "bob@build-02"
	two := w.open(80, 24)
	two.see("enter open").press("enter").see("419 repos:").press("3").see("> Name").press("enter").see("enter rename").press("ctrl+u").typed("bobs").press("enter").see("Renamed.")
	one.press("enter").see("enter rename").press("ctrl+u").typed("mine").press("enter").see("Nothing was saved: bob@build-02 changed")
	one.leave()
	two.leave()
	w.stored("bobs")
}

// enter says why, and offers the three choices in words.
func TestWhyAndItsChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab").press("/").typed("vault-next").see("1 shown").press("enter").see("space in/out")
	tm.press("space").see("vault-next can't be imported: Flow does not read SHA-256 repos yet")
	tm.press("enter").see("SHA-256, not supported", "esc back").never("Import by hand").press("esc").see("1 shown").press("esc").gone("1 shown")
	tm.press("/").typed("platform/playground").see("1 shown").press("enter").see("space in/out").press("enter")
	tm.see("acme/platform/playground", "Nothing imports it.", "> Follow the group").press("up", "up", "enter")
	tm.see("will import, by hand", "Not saved: 1 repo will import.").press("enter").see("> Import by hand").press("down", "down", "enter").see("/playground +.* not imported$/").never("Not saved:")
	tm.see("/^> \\[ \\] +playground/").press("left").see("Nothing imports from acme/platform").press("enter").see("> As above").press("up", "up", "enter")
	tm.see("auto-import on", "Not saved:").press("a").see("auto-import off").press("a").gone("Not saved:")
	tm.press("n").see("New rule", "name:platform").press("esc").see("none yet")
	tm.leave()
}

// Groups: space asks with the number, i and x act on what is shown.
func TestGroupsAndShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.created(w, "acme-gitlab")
	tm.press("down", "down", "space").see("/Import 6\\d repos of acme/data by hand/", "enter yes").press("esc").never("Not saved")
	tm.press("space").see("enter yes").press("enter").see("Not saved: 6")
	tm.press("/").typed("legacy").see("14 shown").press("enter", "i").see("Import the").press("enter")
	tm.see("Not saved:").press("x").see("Keep out the 13 shown by hand?").press("enter").press("esc")
	tm.press("e").see("Save these changes?", "by hand", "more", "> Keep editing", "enter choose").press("esc").gone("Save these")
	tm.press("home", "a", "a").see("auto-import off").press("a").see("Nothing imports from acme")
	tm.leaveUnsaved()
}
