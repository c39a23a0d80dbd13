package main

import (
	"fmt"
	"testing"
	"time"

	"flow/tui"
)

// 100,000 repos in a window of either size: every key answers, and says the true
// numbers.
func TestAHundredThousandRepos(t *testing.T) {
	dir, now := t.TempDir(), func() time.Time { return day }
	fillStore(t, dir, 100_000, now)
	for _, size := range [][2]int{{80, 24}, {60, 16}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			w := largeWorld(t, dir, now)
			tm, at := w.open(size[0], size[1]), fmt.Sprintf("%dx%d/", size[0], size[1])
			tm.see("enter open").press("enter").see("100,000 repos:", "/^> \\[ \\] . acme\\b/", "a imports its 5").golden(at + "large")

			// Moving, paging, to the end and back.
			tm.press("down").see("/^> \\[ \\]   . area-01/").press("pgdown", "pgdown").see("/^> \\[ \\]     [a-z]+-[a-z]+-/").golden(at + "large-paged")
			tm.press("pgup", "pgup", "up").see("/^> \\[ \\] . acme\\b/")
			tm.press("end").see("/^> \\[ \\] . person-/").golden(at + "large-end").press("home").see("/^> \\[ \\] . acme\\b/")

			// The largest group folded, and open again.
			tm.press("left").see("/^> \\[ \\] . acme\\b/").gone("area-01").golden(at + "large-folded").press("right").see("area-01")
			tm.press("down", "right").see("team-").press("left").gone("team-")

			// A group of tens of thousands, by hand and undone.
			tm.press("home", "space").see("/Import 54,\\d+ repos of acme by hand/", "enter yes").golden(at+"large-question").press("enter").see("Not saved: 54,", "/^>?.\\[x\\] . acme/")
			tm.press("left").see("/^>\\+\\[x\\] . acme\\b/").press("right", "u").see("Undone: importing 54,", "U does it", "/^> \\[ \\] . acme\\b/").golden(at + "large-undone")
			tm.press("U").see("Done again: importing 54,", "by hand. u").press("u").see("Undone:").press("u").see("Nothing is left to undo.")
			tm.press("a").see("Not saved: 54,", "auto-import on").press("e").see("Save these changes?", "/imported +0 +54,/", "enter choose").golden(at + "large-save").press("esc").see("Not saved: 54,").press("u").see("Undone: auto-import on for acme.")

			// What is typed is found, and the best hit has the focus.
			tm.press("/").see("Words in any order").typed("area-07 legacy").see("3,148 shown").golden(at + "large-filter")
			tm.typed(" is:archived").press("enter", "i").see("Import the 183 shown by hand?").press("enter").see("Not saved:").press("u").see("Undone: importing").press("esc").gone("shown")
			tm.leave()

			// Opened directly; what is typed before all are read acts on all.
			in, _ := w.stored("acme")
			w.deps = func(d *tui.Deps) { d.Open = in }
			tm = w.open(size[0], size[1]).press("a", "down", "left", "down", "/").typed("identity-api-6077")
			tm.see("Not saved: 54,900 repos will import.", "5 shown", "/^>\\+\\[x\\] +identity-api-6077/")
			tm.press("esc").gone("5 shown").see("/^>\\+\\[x\\] +identity-api-6077/").press("esc").see("Leave?", "enter choose").press("down", "enter").see("Integrations", "enter open").leave()
		})
	}
}
