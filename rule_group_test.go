package flow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"flow"
)

// excludedIn lists the repos that rules keep out of auto-import, which is on
// everywhere.
func excludedIn(p *flow.Plan) string {
	var paths []string
	for i := range p.Repos {
		if p.Will(i).State == flow.Excluded {
			paths = append(paths, p.Repos[i].Path)
		}
	}
	slices.Sort(paths)
	return strings.Join(paths, " ")
}

func TestARuleOnAGroupStaysWithTheGroup(t *testing.T) {
	const on = true
	gs := groups("acme", "acme/pay", "acme/pay/core", "acme/web")
	rs := repos(gs, "acme/api", "acme/pay/api", "acme/pay/core/db", "acme/web/site", "acme/payments")
	settings := flow.Settings{Auto: map[int64]bool{1: on, 20: on}}
	with := func(rules ...flow.Rule) flow.Settings {
		s := settings
		s.Rules = rules
		return s
	}
	stored := rule(t, "group:acme/pay").OfGroup(2)
	renamed := func(from, to string) ([]flow.Group, []flow.Repo) {
		gs, rs := slices.Clone(gs), slices.Clone(rs)
		for i := range gs {
			if gs[i].Path == from || strings.HasPrefix(gs[i].Path, from+"/") {
				gs[i].Path = to + strings.TrimPrefix(gs[i].Path, from)
			}
		}
		for i := range rs {
			if strings.HasPrefix(rs[i].Path, from+"/") {
				rs[i].Path = to + strings.TrimPrefix(rs[i].Path, from)
			}
		}
		return gs, rs
	}
	without := func(id int64) []flow.Group {
		return slices.DeleteFunc(slices.Clone(gs), func(g flow.Group) bool { return g.ID == id })
	}
	movedGroups, movedRepos := renamed("acme/pay", "acme/money")
	retiredGroups, retiredRepos := renamed("acme/pay", "acme/old")
	retiredGroups = append(retiredGroups, flow.Group{ID: 20, Path: "acme/pay"})
	retiredRepos = append(retiredRepos, flow.Repo{ID: 200, GroupID: 20, Path: "acme/pay/new", Role: flow.Developer})

	for _, test := range []struct {
		name   string
		rule   flow.Rule
		groups []flow.Group
		repos  []flow.Repo
		text   string
		out    string
	}{
		{"by its path, before its ID is known", rule(t, "group:acme/pay"), gs, rs, "group:acme/pay", "acme/pay/api acme/pay/core/db"},
		{"by its path in other letters", rule(t, "group:/ACME/Pay/"), gs, rs, "group:acme/pay", "acme/pay/api acme/pay/core/db"},
		{"by its ID", stored, gs, rs, "group:acme/pay", "acme/pay/api acme/pay/core/db"},
		{"after a rename", stored, movedGroups, movedRepos, "group:acme/money", "acme/money/api acme/money/core/db"},
		{"after a rename, when another group has its path", stored, retiredGroups, retiredRepos, "group:acme/old", "acme/old/api acme/old/core/db"},
		{"after its repos were renamed and it was not yet", stored, gs, movedRepos, "group:acme/pay", "acme/money/api acme/money/core/db"},
		{"when the group is no longer seen, what is in it is", stored, without(2), rs, "group:acme/pay", "acme/pay/api acme/pay/core/db"},
		{"when nothing has that path", rule(t, "group:beta"), gs, rs, "group:beta", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := saved(flow.NewReview(flow.Integration{}, with(test.rule), slices.Clone(test.groups), slices.Clone(test.repos)))
			if text := p.Rules()[0].String(); text != test.text {
				t.Errorf("it is called %s, want %s", text, test.text)
			}
			if out := excludedIn(p); out != test.out {
				t.Errorf("it keeps out %q, want %q", out, test.out)
			}
		})
	}

	t.Run("a removal that is not saved follows a rename", func(t *testing.T) {
		p := saved(flow.NewReview(flow.Integration{}, with(stored), slices.Clone(gs), slices.Clone(rs)))
		p.RemoveRule("group:acme/pay")
		p = p.Over(flow.NewReview(flow.Integration{}, with(stored), slices.Clone(movedGroups), slices.Clone(movedRepos)), today)
		if out := excludedIn(p); out != "" || len(p.Rules()) != 0 {
			t.Errorf("%v keep out %q", p.Rules(), out)
		}
		if what, _ := p.Undo(); excludedIn(p) != "acme/money/api acme/money/core/db" || p.IsChanged() {
			t.Errorf("undone, %s: %v keep out %q", what, p.Rules(), excludedIn(p))
		}
	})
	t.Run("a new one that is not saved does, too", func(t *testing.T) {
		p := saved(flow.NewReview(flow.Integration{}, settings, slices.Clone(gs), slices.Clone(rs)))
		if err := p.AddRule(rule(t, "group:ACME/PAY")); err != nil {
			t.Fatal(err)
		}
		p = p.Over(flow.NewReview(flow.Integration{}, settings, slices.Clone(movedGroups), slices.Clone(movedRepos)), today)
		if added := p.Changes().Add; len(added) != 1 || added[0].String() != "group:acme/money" || added[0].GroupID() != 2 {
			t.Errorf("it is %v now", added)
		}
		p.Undo()
		if p.IsChanged() {
			t.Errorf("undone, %+v is left", p.Changes())
		}
	})
}

func TestAGroupThatIsNotThereIsSaid(t *testing.T) {
	p := saved(flow.NewReview(flow.Integration{}, flow.Settings{}, groups("acme", "acme/payments", "beta/Sandbox"), nil))
	for _, test := range []struct{ text, want string }{
		{"group:gamma", "no group here has this path"},
		{"group:acme/pay", "no such group; acme/payments is one"},
		{"group:payments", "no such group; acme/payments is one"},
		{"group:sand", "no such group; beta/Sandbox is one"},
	} {
		for _, err := range []error{p.AddRule(rule(t, test.text)), tried(p, test.text)} {
			var mistake *flow.RuleError
			if !flow.CausedBy(err, flow.BadRule) || !errors.As(err, &mistake) || mistake.Reason != test.want || mistake.At != len("group:") {
				t.Errorf("%s: %v", test.text, err)
			}
		}
	}
	if p.IsChanged() {
		t.Errorf("%+v is planned", p.Changes())
	}
}

func tried(p *flow.Plan, text string) error {
	_, err := p.Try(text)
	return err
}
