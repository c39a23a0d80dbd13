package flow_test

import (
	"fmt"
	"testing"
	"time"

	"flow"
)

// A circumstance is everything that a decision follows from.
type circumstance struct {
	repo  flow.Repo
	pin   flow.Pin
	auto  flow.AutoImport
	rules []flow.Rule
}

func (c circumstance) String() string {
	return fmt.Sprintf("SHA-256 %v, role %s, pin %d, imported %v, auto-import %+v, rules %v", c.repo.SHA256, c.repo.Role, c.pin, !c.repo.ImportedAt.IsZero(), c.auto, c.rules)
}

func (c circumstance) decide() flow.Decision {
	return flow.Decide(&c.repo, c.pin, c.auto, c.rules, today)
}

var pins = []flow.Pin{flow.NoPin, flow.PinIn, flow.PinOut}

// circumstances are all that can be told apart.
func circumstances(t testing.TB) []circumstance {
	match, match2, other := rule(t, "name:legacy-*"), rule(t, "is:archived"), rule(t, "name:x")
	var all []circumstance
	for _, sha256 := range []bool{false, true} {
		for _, role := range []flow.Role{0, 5, 10, 15, 19, 20, 25, 30, 40, 50, 60} {
			for _, pin := range pins {
				for _, imported := range []time.Time{{}, today.AddDate(0, -1, 0)} {
					for _, auto := range []flow.AutoImport{{}, {Group: "acme"}, {On: true, Group: "acme"}} {
						for _, rules := range [][]flow.Rule{nil, {other}, {match}, {other, match}, {match, match2}, {match2, other, match}} {
							repo := flow.Repo{ID: 1, Path: "acme/legacy-api", Archived: true, SHA256: sha256, Role: role, ImportedAt: flow.MomentOf(imported)}
							all = append(all, circumstance{repo, pin, auto, rules})
						}
					}
				}
			}
		}
	}
	return all
}

// byTheBook decides as the design says, in its words: the first that applies.
func byTheBook(c circumstance) flow.Decision {
	imported := !c.repo.ImportedAt.IsZero()
	var matching []string
	for _, r := range c.rules {
		if r.Matches(&c.repo, today) {
			matching = append(matching, r.String())
		}
	}
	type row struct {
		applies bool
		then    flow.Decision
	}
	table := []row{
		{c.repo.SHA256, flow.Decision{State: flow.NotSupported, By: flow.BySHA256}},
		{c.repo.Role < flow.Reporter, flow.Decision{State: flow.NotSupported, By: flow.ByRole}},
		{c.pin == flow.PinIn, flow.Decision{State: flow.Imported, By: flow.ByHand}},
		{c.pin == flow.PinOut && imported, flow.Decision{State: flow.Paused, By: flow.ByHand}},
		{c.pin == flow.PinOut && !imported, flow.Decision{State: flow.KeptOut, By: flow.ByHand}},
		{imported, flow.Decision{State: flow.Imported, By: flow.ByHistory, Since: c.repo.ImportedAt.Time(), Group: c.auto.Group}},
		{!c.auto.On, flow.Decision{State: flow.NotImported, By: flow.ByNobody}},
		{len(matching) > 0, flow.Decision{State: flow.Excluded, By: flow.ByRule, Group: c.auto.Group}},
		{true, flow.Decision{State: flow.Imported, By: flow.ByAutoImport, Group: c.auto.Group}},
	}
	for _, row := range table {
		if row.applies {
			if row.then.By == flow.ByRule {
				row.then.Rule = matching[0]
			}
			return row.then
		}
	}
	panic("unreachable: the last row always applies")
}

func TestDecideFollowsTheDesign(t *testing.T) {
	all := circumstances(t)
	seen := map[flow.Decider]int{}
	for _, c := range all {
		want, got := byTheBook(c), c.decide()
		if got != want {
			t.Errorf("%s\n got %+v\nwant %+v", c, got, want)
		}
		if got.In() != (got.State == flow.Imported) {
			t.Errorf("%s: in is %v", c, got.In())
		}
		seen[got.By]++
	}
	if len(all) != 2*11*3*2*3*6 || len(seen) != 7 {
		t.Errorf("%d circumstances, decided by %v", len(all), seen)
	}
}

func TestNothingUnimports(t *testing.T) {
	more := rule(t, "path:**")
	for _, c := range circumstances(t) {
		if c.repo.ImportedAt.IsZero() {
			continue
		}
		before := c.decide()
		for name, change := range map[string]func(c *circumstance){
			"a new rule":              func(c *circumstance) { c.rules = append([]flow.Rule{more}, c.rules...) },
			"auto-import off":         func(c *circumstance) { c.auto = flow.AutoImport{Group: "acme"} },
			"auto-import taken away":  func(c *circumstance) { c.auto = flow.AutoImport{} },
			"all of it, and archived": func(c *circumstance) { c.rules, c.auto, c.repo.Archived = []flow.Rule{more}, flow.AutoImport{}, true },
			"it is no longer found":   func(c *circumstance) { c.repo.LostAt = flow.MomentOf(today) },
		} {
			after := c
			change(&after)
			if got := after.decide(); got.State != before.State || got.By != before.By {
				t.Errorf("%s: %s makes %s by %d of %s by %d", c, name, got.State, got.By, before.State, before.By)
			}
		}

		lost := c
		lost.repo.Role = flow.Guest
		if got := lost.decide(); got.State != flow.NotSupported {
			t.Errorf("%s: without the role it is %s", c, got.State)
		}
		lost.repo.Role = flow.Reporter
		back, supported := lost.decide(), c
		supported.repo.Role = flow.Reporter
		if want := supported.decide(); back != want {
			t.Errorf("%s: with the role back it is %+v, want %+v", c, back, want)
		}
		if c.pin == flow.NoPin && !c.repo.SHA256 && back.State != flow.Imported {
			t.Errorf("%s: with the role back it is %s", c, back.State)
		}
	}
}

func TestDecideTouchesNothing(t *testing.T) {
	for _, c := range circumstances(t) {
		repo, rules := c.repo, fmt.Sprint(c.rules)
		first := flow.Decide(&repo, c.pin, c.auto, c.rules, today)
		if repo != c.repo || fmt.Sprint(c.rules) != rules {
			t.Fatalf("%s: it became %+v, %v", c, repo, c.rules)
		}
		if again := flow.Decide(&repo, c.pin, c.auto, c.rules, today); again != first {
			t.Fatalf("%s: asked twice it says %+v and %+v", c, first, again)
		}
	}
}

func TestAPinBeatsAllButNotSupported(t *testing.T) {
	for _, c := range circumstances(t) {
		free := c
		free.pin = flow.NoPin
		without := free.decide()
		got := c.decide()
		switch {
		case without.State == flow.NotSupported:
			if got != without {
				t.Errorf("%s: %+v, want that it is not supported", c, got)
			}
		case c.pin == flow.NoPin:
			// What group and rules give.
			if got.By == flow.ByHand {
				t.Errorf("%s: without a pin it is %s by hand", c, got.State)
			}
		default:
			if got.By != flow.ByHand || got.In() != (c.pin == flow.PinIn) || got.Rule != "" || got.Group != "" {
				t.Errorf("%s: the pin does not decide: %+v", c, got)
			}
		}
	}
}

func TestTheOrderOfRulesChangesNoState(t *testing.T) {
	for _, c := range circumstances(t) {
		turned := c
		turned.rules = nil
		for _, r := range c.rules {
			turned.rules = append([]flow.Rule{r}, turned.rules...)
		}
		a, b := c.decide(), turned.decide()
		if a.State != b.State || a.By != b.By {
			t.Errorf("%s: %s; with the rules turned round %s", c, a.State, b.State)
		}
	}
}

func TestDecisionsGiveTheirReason(t *testing.T) {
	since := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for want, d := range map[string]flow.Decision{
		"SHA-256":                      {State: flow.NotSupported, By: flow.BySHA256},
		"role below Reporter":          {State: flow.NotSupported, By: flow.ByRole},
		"by hand":                      {State: flow.Paused, By: flow.ByHand},
		"imported since 3 Nov 2026":    {State: flow.Imported, By: flow.ByHistory, Since: since},
		"auto-import of acme":          {State: flow.Imported, By: flow.ByAutoImport, Group: "acme"},
		"name:legacy-*":                {State: flow.Excluded, By: flow.ByRule, Rule: "name:legacy-*", Group: "acme"},
		"no auto-import here or above": {State: flow.NotImported},
	} {
		if got := d.Reason(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for state, want := range []string{"not imported", "imported", "excluded", "kept out", "paused", "not supported"} {
		if text, err := flow.State(state).MarshalText(); string(text) != want || err != nil {
			t.Errorf("state %d is %q, want %q", state, text, want)
		}
	}
}
