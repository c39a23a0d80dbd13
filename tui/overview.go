package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// overview is the third tab: how the integration is doing, and what can be
// changed about it.
type overview struct {
	d  *details
	at int // among the rows that can be changed
}

func newOverview(d *details) *overview { return &overview{d: d} }

func (o *overview) enter() tea.Cmd { return nil }
func (o *overview) typing() bool   { return false }
func (o *overview) back() bool     { return true }
func (o *overview) replaced()      {}

// A fact is one row; act is nil where nothing can be changed.
type fact struct {
	label, value string
	does         string
	act          func() (move, tea.Cmd)
}

func (o *overview) facts() []fact {
	d, in := o.d, o.d.in
	now, r := d.Now(), in.Report
	open := func(p page) func() (move, tea.Cmd) {
		return func() (move, tea.Cmd) { return move{kind: over, page: p}, nil }
	}
	signIn := r.Account + ", " + strings.ToLower(in.Method.String())
	if len(r.Scopes) > 0 {
		signIn += ": " + r.Scopes.String()
	}
	expiry := flow.Expiry(now, r.Expires)
	if r.Expires.IsZero() {
		expiry = "no date known"
	}
	base := in.BaseURL.String()
	if in.BaseURL.IsPlain() {
		base += "   http: others on the way can read the token"
	}
	refresh := "none yet"
	if at := in.Discovery.At; !at.IsZero() {
		refresh = fmt.Sprintf("complete %s: %s, %s", flow.Ago(now, at), flow.Plural(in.Discovery.Groups, "group"), flow.Plural(in.Discovery.Repos, "repo"))
	}
	kept := d.Database + ", the token sealed"
	if d.Demo != nil {
		kept = "for this demo only"
	}
	return []fact{
		{"Name", in.Name, "rename", open(newRename(d))},
		{"Services", in.Services.String(), "turn services on or off", open(newServicesPage(d))},
		{"Base URL", base, "", nil},
		{"Server", r.Server, "", nil},
		{"Sign-in", signIn, "", nil},
		{"Expiry", expiry, "give a new token", open(newRenewal(d))},
		{"Role", r.Check(flow.CheckRole).Text, "", nil},
		{"Connection", fmt.Sprintf("tested %s: %s", flow.Ago(now, r.At), r.Tally()), "test again", open(newRetest(d))},
		{"Discovery", refresh, "refresh", func() (move, tea.Cmd) { return move{}, d.refresh() }},
		{"Kept in", kept, "", nil},
		{"Delete", "this integration and all that Flow read through it", "delete", open(newRemoval(d))},
	}
}

// stops are the facts that can be changed.
func (o *overview) stops(facts []fact) []int {
	var stops []int
	for i, f := range facts {
		if f.act != nil {
			stops = append(stops, i)
		}
	}
	return stops
}

func (o *overview) update(msg tea.Msg) (move, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return move{}, nil
	}
	facts := o.facts()
	stops := o.stops(facts)
	switch {
	case key.Matches(k, keys.up):
		o.at = max(o.at-1, 0)
	case key.Matches(k, keys.down):
		o.at = min(o.at+1, len(stops)-1)
	case key.Matches(k, keys.enter):
		return facts[stops[o.at]].act()
	}
	return move{}, nil
}

const maxEvents = 5

func (o *overview) draw(s *screen, width, _ int) {
	d, st, b := o.d, o.d.styles, &s.body
	const label = 14
	status := d.in.Status
	word := st.status(status.Data, string(status.Data))
	b.add("  " + pad("Data status", label) + word + " since " + flow.Date(status.Since))
	if status.Reason != "" {
		b.add(prefixed(strings.Repeat(" ", 2+label), wrap(status.Reason, width-3-label))...)
	}
	if finding := d.finding(); finding != "" {
		b.add("  " + cut(finding, width-3))
	}
	b.blank()
	facts := o.facts()
	stops := o.stops(facts)
	focused := stops[o.at]
	for i, f := range facts {
		if i == focused {
			b.focus(2)
		}
		text := st.mark(i == focused) + st.label(f.label, label, i == focused) + cut(f.value, width-3-label)
		if f.act == nil {
			b.detail(text)
		} else {
			b.add(text)
		}
	}
	b.blank()
	if len(d.events) > 0 {
		latest := []string{"  Latest"}
		for _, e := range d.events[:min(len(d.events), maxEvents)] {
			latest = append(latest, "    "+pad(flow.Ago(d.Now(), e.At), label)+cut(strings.TrimSpace(e.By+" "+e.Text), width-5-label))
		}
		b.together(dropDetail, latest...)
	}
	s.keys = []key.Binding{keys.up, does(keys.enter, facts[focused].does), does(keys.again, "refresh"), does(keys.back, "integrations"), keys.help}
}

func (o *overview) help() helpPage {
	return helpPage{name: "Overview",
		left: []helpGroup{
			{"Change", [][2]string{{"up, down", "one row that can be changed"}, {"enter", "what the last row says"}, {"r", "refresh from GitLab"}}},
			{"Look", [][2]string{{"1 2 3", "Repos, Exclusions, ..."}}}},
		right: []helpGroup{{"Keep", [][2]string{{"e", "what has changed"}, {"s", "save"}}}, always}}
}
