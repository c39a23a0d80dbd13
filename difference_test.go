package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"flow"
)

// sandbox is the review of the Save screen, made small: acme imports, its
// sandbox does not.
func sandbox(t testing.TB) *flow.Review {
	gs := groups("acme", "acme/platform", "acme/sandbox")
	rs := repos(gs, "acme/platform/api", "acme/platform/legacy-billing", "acme/platform/playground", "acme/platform/vault",
		"acme/sandbox/demo", "acme/sandbox/legacy-demo", "acme/sandbox/tmp-1", "acme/sandbox/tmp-2")
	for i, path := range []string{"acme/platform/api", "acme/platform/playground"} {
		at := slices.IndexFunc(rs, func(r flow.Repo) bool { return r.Path == path })
		rs[at].ImportedAt = flow.MomentOf(today.AddDate(0, 0, -i-1))
	}
	rs[3].SHA256 = true
	settings := flow.Settings{Auto: map[int64]bool{1: true, 3: false}, Rules: []flow.Rule{rule(t, "name:legacy-*")}}
	return flow.NewReview(flow.Integration{}, settings, gs, rs)
}

func TestWhatSavingWouldDo(t *testing.T) {
	const acme, platform, box = 0, 1, 2
	add := func(text string) func(p *flow.Plan) {
		return func(p *flow.Plan) {
			if err := p.AddRule(rule(t, text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(text string) func(p *flow.Plan) { return func(p *flow.Plan) { p.RemoveRule(text) } }
	auto := func(g int, s flow.AutoSetting) func(p *flow.Plan) { return func(p *flow.Plan) { p.SetAuto(g, s) } }
	find := func(p *flow.Plan, path string) int {
		return slices.IndexFunc(p.Repos, func(r flow.Repo) bool { return r.Path == path })
	}
	toggle := func(path string) func(p *flow.Plan) { return func(p *flow.Plan) { p.Toggle(find(p, path)) } }
	pin := func(path string, pin flow.Pin) func(p *flow.Plan) {
		return func(p *flow.Plan) { p.SetPin(find(p, path), pin) }
	}
	tests := []struct {
		name   string
		stored func(r *flow.Review)
		does   []func(p *flow.Plan)
		want   []string
	}{
		{"nothing", nil, nil, []string{""}},
		{"the Save screen", nil, []func(*flow.Plan){
			auto(box, flow.AutoOn), add("path:acme/sandbox/tmp-*"), toggle("acme/platform/legacy-billing"), toggle("acme/platform/playground")}, []string{
			"auto-import on | acme/sandbox | 1 | 3 kept out by rules",
			"new rule | path:acme/sandbox/tmp-* | 0 | 2 repos kept out",
			"by hand | acme/platform/legacy-billing | 1 | will import",
			"by hand | acme/platform/playground | -1 | will pause, data stays",
			"Not saved: 2 repos will import, 1 will pause."}},
		{"a group follows the one above", nil, []func(*flow.Plan){auto(box, flow.AsAbove)}, []string{
			"as above | acme/sandbox | 3 | 1 kept out by rules",
			"Not saved: 3 repos will import."}},
		{"auto-import off leaves what is imported", nil, []func(*flow.Plan){auto(platform, flow.AutoOff)}, []string{
			"auto-import off | acme/platform | 0 | imported repos stay",
			"Not saved: 1 change."}},
		{"and stops what is only about to be", func(r *flow.Review) {
			r.Repos[slices.IndexFunc(r.Repos, func(r flow.Repo) bool { return r.Path == "acme/platform/playground" })].ImportedAt = 0
		}, []func(*flow.Plan){auto(acme, flow.AutoOff)}, []string{
			"auto-import off | acme | -1 | imported repos stay",
			"Not saved: 1 repo will stay out."}},
		{"the nearest changed group counts", nil, []func(*flow.Plan){auto(acme, flow.AutoOff), auto(box, flow.AutoOn)}, []string{
			"auto-import off | acme | 0 | imported repos stay",
			"auto-import on | acme/sandbox | 3 | 1 kept out by rules",
			"Not saved: 3 repos will import."}},
		{"a rule goes", nil, []func(*flow.Plan){remove("name:legacy-*")}, []string{
			"rule removed | name:legacy-* | 1 | ",
			"Not saved: 1 repo will import."}},
		{"a rule that touches nothing", nil, []func(*flow.Plan){add("name:unknown")}, []string{
			"new rule | name:unknown | 0 | 0 repos kept out",
			"Not saved: 1 change."}},
		{"a rule goes and a repo that it kept out stays out by hand", nil, []func(*flow.Plan){remove("name:legacy-*"), pin("acme/platform/legacy-billing", flow.PinOut)}, []string{
			"rule removed | name:legacy-* | 0 | ",
			"by hand | acme/platform/legacy-billing | 0 | will stay out",
			"Not saved: 2 changes."}},
		{"a paused repo is read again", keep("acme/platform/api", flow.PinOut, true), []func(*flow.Plan){toggle("acme/platform/api")}, []string{
			"by hand | acme/platform/api | 1 | will be read again",
			"Not saved: 1 repo will import."}},
		{"a repo that is paused already is not counted", keep("acme/platform/api", flow.PinOut, true), []func(*flow.Plan){toggle("acme/platform/playground"), toggle("acme/sandbox/demo")}, []string{
			"by hand | acme/platform/playground | -1 | will pause, data stays",
			"by hand | acme/sandbox/demo | 1 | will import",
			"Not saved: 1 repo will import, 1 will pause."}},
		{"two go out", nil, []func(*flow.Plan){toggle("acme/platform/api"), toggle("acme/platform/playground")}, []string{
			"by hand | acme/platform/api | -1 | will pause, data stays",
			"by hand | acme/platform/playground | -1 | will pause, data stays",
			"Not saved: 2 repos will pause."}},
		{"no longer by hand, and still imported", keep("acme/platform/api", flow.PinIn, true), []func(*flow.Plan){pin("acme/platform/api", flow.NoPin)}, []string{
			"no longer by hand | acme/platform/api | 0 | imported",
			"Not saved: 1 change."}},
		{"no longer kept out by hand, but by a rule", keep("acme/platform/legacy-billing", flow.PinOut, false), []func(*flow.Plan){pin("acme/platform/legacy-billing", flow.NoPin)}, []string{
			"no longer by hand | acme/platform/legacy-billing | 0 | excluded",
			"Not saved: 1 change."}},
		{"by hand in, not imported yet, and out again", keep("acme/sandbox/demo", flow.PinIn, false), []func(*flow.Plan){toggle("acme/sandbox/demo")}, []string{
			"by hand | acme/sandbox/demo | -1 | will stay out",
			"Not saved: 1 repo will stay out."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := sandbox(t)
			if test.stored != nil {
				test.stored(r)
			}
			p := saved(r)
			for _, do := range test.does {
				do(p)
			}
			var got []string
			for _, d := range p.Differences() {
				got = append(got, fmt.Sprintf("%s | %s | %d | %s", d.Kind, d.Of()+d.What, d.Delta, d.Note))
			}
			got = append(got, p.NotSaved())
			if !slices.Equal(got, test.want) {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
			}
			checkPlan(t, p)
		})
	}
}

// keep stores a choice by hand and, if imported, that the repo is since today.
func keep(path string, pin flow.Pin, imported bool) func(r *flow.Review) {
	return func(r *flow.Review) {
		i := slices.IndexFunc(r.Repos, func(r flow.Repo) bool { return r.Path == path })
		r.Pins = map[int64]flow.Pin{r.Repos[i].ID: pin}
		if imported {
			r.Repos[i].ImportedAt = flow.MomentOf(today)
		}
	}
}

// What was saved is said in numbers, by what became of the repos.
func TestWhatWasSavedIsSaid(t *testing.T) {
	toggle := func(p *flow.Plan, paths ...string) {
		for _, path := range paths {
			p.Toggle(at(p, path))
		}
	}
	for _, test := range []struct {
		stored func(r *flow.Review)
		does   func(p *flow.Plan)
		want   string
	}{
		{nil, func(p *flow.Plan) {}, "Saved."},
		{nil, func(p *flow.Plan) { toggle(p, "acme/platform/api") }, "Saved: 1 repo is paused."},
		{nil, func(p *flow.Plan) { toggle(p, "acme/platform/api", "acme/platform/playground") }, "Saved: 2 repos are paused."},
		{nil, func(p *flow.Plan) { toggle(p, "acme/platform/api", "acme/sandbox/demo") }, "Saved: 1 repo will import, 1 is paused."},
		{keep("acme/sandbox/demo", flow.PinIn, false), func(p *flow.Plan) { toggle(p, "acme/sandbox/demo") }, "Saved: 1 repo stays out."},
	} {
		r := sandbox(t)
		if test.stored != nil {
			test.stored(r)
		}
		p := saved(r)
		test.does(p)
		if got := p.Stored(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// What is done by hand is summed up where it is much, so that the list can be read:
// what covers a group as one row, what is scattered by its groups.
func TestManyByHandAreSummedUp(t *testing.T) {
	gs := groups("acme", "acme/docs", "acme/web", "beta", "beta/few")
	var paths []string
	for n := range 120 {
		paths = append(paths, fmt.Sprintf("acme/web/site-%03d", n), fmt.Sprintf("lone-%03d", n))
	}
	for n := range 5 {
		paths = append(paths, fmt.Sprintf("acme/docs/book-%d", n))
	}
	p := saved(flow.NewReview(flow.Integration{}, flow.Settings{}, gs, repos(gs, append(paths, "acme/api", "beta/tool", "beta/few/a", "beta/few/b")...)))
	var lone []int
	for i, to := p.Ungrouped(); i < to; i++ {
		lone = append(lone, i)
	}
	p.PutAll(append(lone, at(p, "beta/tool")), true)
	p.PutGroup(0, true)
	p.PutGroup(slices.IndexFunc(gs, func(g flow.Group) bool { return g.Path == "beta/few" }), true)
	p.SetPin(at(p, "acme/web/site-002"), flow.PinOut)
	var got []string
	for _, d := range p.Differences() {
		got = append(got, fmt.Sprintf("%s|%s|%+d|%s", d.Kind, d.Of()+d.What, d.Delta, d.Note))
	}
	want := []string{
		"by hand|all of acme/docs|+5|will import",
		"by hand|119 of acme/web|+119|will import",
		"by hand|acme/web/site-002|+0|will stay out",
		"by hand|acme/api|+1|will import",
		"by hand|beta/few/a|+1|will import",
		"by hand|beta/few/b|+1|will import",
		"by hand|beta/tool|+1|will import",
		"by hand|120 repos of no group|+120|will import",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
