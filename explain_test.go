package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"flow"
)

// Each line of a story is a row as the screen shows it: the mark, the State
// column and the sentence about the focused row.
func TestWhatTheScreenSaysOfARepo(t *testing.T) {
	legacy := rule(t, "name:legacy-*")
	since := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	on, off := flow.AutoImport{On: true, Group: "acme"}, flow.AutoImport{}
	repo := func(change func(r *flow.Repo)) flow.Repo {
		r := flow.Repo{ID: 101, GroupID: 1, Path: "acme/legacy-api", Role: flow.Developer}
		if change != nil {
			change(&r)
		}
		return r
	}
	imported := repo(func(r *flow.Repo) { r.ImportedAt = flow.MomentOf(since) })
	toggle := func(p *flow.Plan) { p.Toggle(0) }
	pin := func(pin flow.Pin) func(p *flow.Plan) { return func(p *flow.Plan) { p.SetPin(0, pin) } }
	auto := func(s flow.AutoSetting) func(p *flow.Plan) { return func(p *flow.Plan) { p.SetAuto(0, s) } }

	tests := []struct {
		name  string
		saved circumstance
		does  []func(p *flow.Plan)
		want  []string
	}{
		{"imported by auto-import, and paused", circumstance{repo: imported, auto: on}, []func(*flow.Plan){toggle, toggle}, []string{
			"[x] imported: Imported since 3 Nov 2026. space pauses it; its data stays.",
			"[ ] will pause: It is paused once you save; its data stays. space undoes that.",
			"[x] imported: Imported since 3 Nov 2026. space pauses it; its data stays."}},
		{"imported, and gone since", circumstance{repo: repo(func(r *flow.Repo) {
			r.ImportedAt, r.LostAt, r.LostWhy = flow.MomentOf(since), flow.MomentOf(since.AddDate(0, 0, 7)), flow.Gone
		}), auto: on}, []func(*flow.Plan){toggle}, []string{
			"[x] imported, gone: Gone since 10 Nov 2026. space pauses it; its data stays.",
			"[ ] will pause, gone: It is paused once you save; its data stays. space undoes that.",
		}},
		{"taken by auto-import at the next refresh", circumstance{repo: repo(nil), auto: on}, []func(*flow.Plan){toggle}, []string{
			"[x] imported: Auto-import of acme takes it. space keeps it out by hand.",
			"[ ] will stay out, by hand: You keep it out by hand; space undoes that."}},
		{"imported by hand", circumstance{repo: imported, pin: flow.PinIn}, []func(*flow.Plan){toggle}, []string{
			"[x] imported by hand: Imported by hand. space pauses it; its data stays.",
			"[ ] will pause: It is paused once you save; its data stays. space undoes that."}},
		{"not imported", circumstance{repo: repo(nil), auto: off}, []func(*flow.Plan){toggle, toggle, auto(flow.AutoOn)}, []string{
			"[ ] not imported: Nothing imports it. space imports it by hand.",
			"[x] will import, by hand: You import it by hand; space undoes that.",
			"[ ] not imported: Nothing imports it. space imports it by hand.",
			"[x] will import: Auto-import of acme takes it once you save. space keeps it out by hand."}},
		{"excluded by a rule", circumstance{repo: repo(nil), auto: on, rules: []flow.Rule{legacy}}, []func(*flow.Plan){toggle, toggle, pin(flow.PinOut)}, []string{
			"[ ] excluded name:legacy-*: name:legacy-* keeps it out. space imports it by hand.",
			"[x] will import, by hand: name:legacy-* keeps it out. You import it by hand; space undoes that.",
			"[ ] excluded name:legacy-*: name:legacy-* keeps it out. space imports it by hand.",
			"[ ] will stay out, by hand: You keep it out by hand; space undoes that."}},
		{"kept out by hand, where its group would take it", circumstance{repo: repo(nil), auto: on, pin: flow.PinOut}, []func(*flow.Plan){toggle}, []string{
			"[ ] kept out by hand: You keep it out by hand. space lets it in.",
			"[x] will import: Auto-import of acme takes it once you save. space keeps it out by hand."}},
		{"kept out by hand, where nothing else would take it", circumstance{repo: repo(nil), auto: off, pin: flow.PinOut}, []func(*flow.Plan){toggle}, []string{
			"[ ] kept out by hand: You keep it out by hand. space lets it in.",
			"[x] will import, by hand: You import it by hand; space undoes that."}},
		{"paused by hand", circumstance{repo: imported, pin: flow.PinOut}, []func(*flow.Plan){toggle}, []string{
			"[ ] paused by hand: Paused by hand; its data stays. space goes on reading it.",
			"[x] will import: It is read again once you save. space undoes that."}},
		{"SHA-256", circumstance{repo: repo(func(r *flow.Repo) { r.SHA256 = true }), auto: on}, []func(*flow.Plan){toggle}, []string{
			"n/a SHA-256, not supported: Flow does not read SHA-256 repos yet; it can't be imported.",
			"n/a SHA-256, not supported: Flow does not read SHA-256 repos yet; it can't be imported."}},
		{"a role that is too low", circumstance{repo: repo(func(r *flow.Repo) { r.Role = flow.Guest }), auto: on}, []func(*flow.Plan){toggle}, []string{
			"n/a role below Reporter: The account's role here is Guest; importing needs Reporter or more.",
			"n/a role below Reporter: The account's role here is Guest; importing needs Reporter or more."}},
		{"flags follow the state", circumstance{repo: repo(func(r *flow.Repo) { r.Fork, r.Archived = true, true })}, []func(*flow.Plan){toggle}, []string{
			"[ ] not imported, archived, fork: Nothing imports it. space imports it by hand.",
			"[x] will import, by hand, archived, fork: You import it by hand; space undoes that."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := saved(reviewOf(test.saved))
			row := func() string {
				mark := map[flow.Mark]string{flow.MarkIn: "[x]", flow.MarkOut: "[ ]", flow.MarkNone: "n/a"}[p.Mark(0)]
				return fmt.Sprintf("%s %s: %s", mark, p.StateText(0), p.Explain(0))
			}
			got := []string{row()}
			for _, do := range test.does {
				do(p)
				got = append(got, row())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
			}
		})
	}
}

func TestANewRepoIsCalledNew(t *testing.T) {
	r := flow.NewReview(flow.Integration{Discovery: flow.Discovery{At: today, Repos: 9, Outcome: flow.Outcome{New: 1}}}, flow.Settings{}, nil,
		[]flow.Repo{{Path: "a", Role: flow.Owner, FirstSeen: flow.MomentOf(today), ImportedAt: flow.MomentOf(today), Fork: true}, {Path: "b", Role: flow.Owner}})
	p := saved(r)
	if got := p.StateText(0) + "; " + p.StateText(1); got != "imported, fork, new; not imported" {
		t.Errorf("got %q", got)
	}
}

func TestWhatTheScreenSaysOfAGroup(t *testing.T) {
	tests := []struct {
		name       string
		above, set flow.AutoSetting
		want       string
	}{
		{"on", flow.AsAbove, flow.AutoOn, "auto-import on: Auto-import takes all of acme/web that no rule keeps out."},
		{"off at the top", flow.AsAbove, flow.AutoOff, "auto-import off: New repos of acme/web stay out. a takes the setting off."},
		{"off below on", flow.AutoOn, flow.AutoOff, "auto-import off: New repos of acme/web stay out, though acme imports. a switches it on here."},
		{"off below off", flow.AutoOff, flow.AutoOff, "auto-import off: New repos of acme/web stay out. a takes the setting off."},
		{"nothing below on", flow.AutoOn, flow.AsAbove, "auto-import, inherited: It follows the auto-import of acme. a switches it off here."},
		{"nothing below off", flow.AutoOff, flow.AsAbove, "auto-import off, inherited: Nothing imports from acme/web. a imports its 2 repos, and every new one."},
		{"nothing here or above", flow.AsAbove, flow.AsAbove, ": Nothing imports from acme/web. a imports its 2 repos, and every new one."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := house(t)
			r.Settings.Auto = nil
			p := saved(r)
			p.SetAuto(0, test.above)
			p.SetAuto(1, test.set)
			text := p.ExplainGroup(1)
			if got := p.AutoText(1) + ": " + text; got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
			// What the sentence promises is what the key does.
			next := p.NextAuto(1)
			for words, does := range map[string]flow.AutoSetting{"a switches it on": flow.AutoOn, "a switches it off": flow.AutoOff, "a takes the setting off": flow.AsAbove, "a imports": flow.AutoOn} {
				if strings.Contains(text, words) && next != does {
					t.Errorf("%s, but the key sets %d", text, next)
				}
			}
		})
	}
}

// The number is that of the repos that can be imported; where there are none,
// the key is not praised.
func TestAGroupSaysHowManyCanBeImported(t *testing.T) {
	groups := []flow.Group{{ID: 1, Path: "acme"}, {ID: 2, Path: "acme/low"}, {ID: 3, Path: "acme/none"}}
	repos := []flow.Repo{
		{ID: 1, GroupID: 1, Path: "acme/a", Role: flow.Reporter},
		{ID: 2, GroupID: 1, Path: "acme/b", Role: flow.Reporter, SHA256: true},
		{ID: 3, GroupID: 2, Path: "acme/low/c", Role: flow.Guest},
	}
	p := saved(flow.NewReview(flow.Integration{}, flow.Settings{}, groups, repos))
	for g, want := range []string{
		"Nothing imports from acme. a imports its 1 repo, and every new one.",
		"Nothing in acme/low can be imported; enter on a repo says why.",
		"acme/none holds no repos yet. a imports those that come.",
	} {
		if got := p.ExplainGroup(g); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
