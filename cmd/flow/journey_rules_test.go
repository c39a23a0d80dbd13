package main

import (
	"strings"
	"testing"

	"flow"
	"flow/gitlab/gitlabtest"
)

// A rule says what it would do while it is typed, on a server that tells topics,
// and acts on what is imported only where that is chosen.
func TestARuleIsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	tm := w.open(80, 24).created(w, "acme-gitlab")
	tm.press("a").see("Not saved: 360").press("2").see("none yet").press("n").see("choose a kind")

	tm.typed("path:acme/sandbox/tmp-*").see("Matches 12 of 419 repos", "/^    12   would be kept out +acme/sandbox/tmp-2019-import$/", "With it acme will import 348 repos instead of 360.")
	tm.press("backspace", "backspace").typed("(").see("Matches none of 419 repos. Add it all the same if such repos will come.")
	tm.press("ctrl+u").typed("re:^acme/(sand").see("/^ {11}\\^ this bracket is not closed$/").gone("Matches")
	tm.typed("box|web)/").see("For example", "would be kept out").gone("bracket")
	tm.press("ctrl+u").typed("group:sandbox").see("/^ {8}\\^ no such group; acme/sandbox is one$/")
	tm.press("ctrl+u").typed("topic:experiment").see("Repos that carry this topic in GitLab.", "would be kept out")
	tm.press("ctrl+u").typed("path:**").see("Matches all 419 repos. Nothing new would be imported.")
	tm.press("ctrl+u").typed("group:acme/sandbox").see("This group and all below it", "would be kept out").never("imported too")
	tm.press("enter").see("Added.", "/\\+ +group:acme/sandbox +[0-9]+$/")
	tm.press("s").see("enter choose").press("enter").see("Saved:")

	tm.press("n").typed("group:acme/sandbox").see("is a rule already")
	tm.press("ctrl+u").typed("name:legacy-*").see("13   are imported, and stay", "It keeps out nothing now", "[ ] pause the 13 imported repos too; their data stays")
	tm.press("down").see("space on/off").press("space").see("[x] pause the 13").press("up").see("down to the box")
	tm.typed("x").see("Matches none").press("backspace").see("[ ] pause the 13")
	tm.press("tab", "space").see("[x] pause").press("enter").see("Added. 13 repos will pause once you save.")
	tm.press("u").see("Undone: adding the rule name:legacy-* and pausing 13 repos.", "Keeps out now").gone("name:legacy-*  ")
	tm.press("U").see("Done again")
	tm.press("n").typed("topic:web").see("are imported, and stay").press("enter").see("Added.")
	tm.press("enter").see("imported repos that topic:web matches? Their data stays.", "enter yes").press("enter").see("will pause once you save; their data stays.")
	tm.press("enter").see("Nothing to pause")
	tm.press("s").see("enter choose").press("enter").see("Saved:").leave()

	_, review := w.stored("acme-gitlab")
	paused := 0
	for i, d := range review.Decisions(w.now()) {
		repo := &review.Repos[i]
		legacy, web := strings.HasPrefix(repo.Slug(), "legacy-"), strings.Contains(","+repo.Topics+",", ",web,")
		if d.State == flow.Paused {
			paused++
		}
		if d.State == flow.Paused && !legacy && !web || d.In() && (legacy || web) || d.State == flow.Paused && repo.ImportedAt.IsZero() {
			t.Errorf("%s (%s) is %s", repo.Path, repo.Topics, d.State)
		}
		if strings.HasPrefix(repo.Path, "acme/sandbox/") && d.In() {
			t.Errorf("%s is imported", repo.Path)
		}
	}
	var rules []string
	for _, r := range review.Rules {
		rules = append(rules, r.String())
		if strings.HasPrefix(r.String(), "group:") && r.GroupID() == 0 {
			t.Errorf("%s is stored without its ID", r)
		}
	}
	if got := strings.Join(rules, " "); got != "group:acme/sandbox name:legacy-* topic:web" || paused < 13 {
		t.Errorf("stored are %s, %d repos are paused", got, paused)
	}
}

// In a small window what is typed, and what it would do, stays in sight.
func TestARuleIsTypedInASmallWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	w.open(80, 24).created(w, "acme-gitlab").leave()
	tm := w.open(60, 16).see("enter open").press("enter").see("419 repos:")
	tm.press("a").see("Not saved: 360").press("2").see("none yet").press("n").see("choose a kind")
	tm.typed("path:acme/sandbox/tmp-*").see("> path:acme/sandbox/tmp-*", "Matches 12 of 419 repos", "12   would be kept out", "With it acme will import 348 repos instead of 360.", "For example", "enter add")
	tm.press("ctrl+u").typed("re:^acme/(a-rather-long-one-that-goes-on-to-the-right").see("/^ {11}\\^ this bracket is not closed$/")
	tm.press("esc").gone("New rule").leaveUnsaved()
}
