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

func (o *overview) typing() bool { return false }
func (o *overview) back() bool   { return true }
func (o *overview) replaced()    {}

// enter puts the focus on what mends a failed integration.
func (o *overview) enter() tea.Cmd {
	mend, facts := mendedBy(o.d.in.Status), o.facts()
	for i, stop := range o.stops(facts) {
		if mend != nil && facts[stop].label == mend.fact {
			o.at = i
		}
	}
	return nil
}

// A fact is one row; act is nil where nothing can be changed.
type fact struct {
	label, value string
	does         string
	act          func() (move, tea.Cmd)
	warns        bool   // what was accepted makes it less safe
	more         string // what there is to know besides, in rows of its own
}

func (o *overview) facts() []fact {
	d, in := o.d, o.d.in
	now, r := d.Now(), in.Report
	over := func(open func() page) func() (move, tea.Cmd) {
		return func() (move, tea.Cmd) { return move{kind: over, page: open()}, nil }
	}
	again := func(first flow.Step, mend flow.Field) func() (move, tea.Cmd) {
		return over(func() page { return newReconnection(d, first, mend) })
	}
	expiry := fact{label: "Expiry", value: renews(r)}
	if mend := mendedBy(in.Status); mend != nil && mend.fact == signInFact {
		expiry.value = "no longer renews itself"
	}
	if in.Method == flow.AccessToken {
		expiry = fact{label: "Expiry", value: flow.Expiry(now, r.Expires), does: "make a new token", act: again(flow.StepCredentials, flow.FieldToken)}
		if r.Expires.IsZero() {
			expiry.value = "no date known"
		}
	}
	refresh := "none yet"
	if at := in.Discovery.At; !at.IsZero() {
		refresh = fmt.Sprintf("complete %s: %s, %s", flow.Ago(now, at), flow.Plural(in.Discovery.Groups, "group"), flow.Plural(in.Discovery.Repos, "repo"))
	}
	kept := d.Database + ", the " + credential(in.Method) + " sealed"
	if d.Demo != nil {
		kept = "for this demo only"
	}
	address := fact{label: "Base URL", value: in.BaseURL.String(), does: "change the address", act: again(flow.StepCredentials, flow.FieldBaseURL)}
	if hasFixedAddress(in) {
		address.does, address.act = "", nil
	}
	if r.OwnURL != "" {
		address.more = "calls itself " + r.OwnURL
	}
	server := fact{label: "Server", value: r.Server}
	if len(r.Lacks) > 0 {
		server.more = "can't tell " + strings.Join(r.Lacks, "; ")
	}
	return []fact{
		{label: "Name", value: in.Name, does: "rename", act: over(func() page { return newRename(d) })},
		{label: "Services", value: in.Services.String(), does: "turn services on or off", act: over(func() page { return newServicesPage(d) })},
		address,
		networkOf(in, over(func() page { return newNetworkPage(d) })),
		server,
		{label: signInFact, value: signInOf(in), does: "sign in again", act: again(flow.StepMethod, "")},
		expiry,
		{label: "Role", value: r.Check(flow.CheckRole).Text},
		{label: "Connection", value: fmt.Sprintf("tested %s: %s", flow.Ago(now, r.At), r.Tally()), does: "test again", act: over(func() page { return newRetest(d) })},
		{label: "Discovery", value: refresh, does: "refresh", act: func() (move, tea.Cmd) { return move{}, d.refresh() }},
		{label: "Kept in", value: kept},
		{label: "Delete", value: "this integration and all that Flow read through it", does: "delete", act: over(func() page { return newRemoval(d) })},
	}
}

// networkOf says how the GitLab is reached; what was accepted stands first.
func networkOf(in flow.Integration, change func() (move, tea.Cmd)) fact {
	f := fact{label: networkFact, value: "this machine's certificates and proxy", does: "change the network", act: change}
	if words := in.Network.Words(); len(words) > 0 {
		f.value, f.more = words[0], strings.Join(words[1:], ", ")
	}
	f.warns = acceptedShort(in) != ""
	return f
}

const signInFact = "Sign-in"

// signInOf says as whom, how and with which scopes: @flow-bot, OAuth: api.
func signInOf(in flow.Integration) string {
	method := "OAuth"
	if in.Method == flow.AccessToken {
		method = "access token"
	}
	text := in.Report.Account + ", " + method
	if len(in.Report.Scopes) > 0 {
		text += ": " + in.Report.Scopes.String()
	}
	return text
}

// hasFixedAddress reports whether there is nothing to be changed about where the
// GitLab is.
func hasFixedAddress(in flow.Integration) bool {
	provider, _ := flow.ProviderByID(in.Provider)
	return provider.BaseURL != ""
}

// renews says how long a sign-in does, in the words of its test.
func renews(r flow.Report) string {
	if c := r.Check(flow.CheckExpiry); c.Status == flow.OK || c.Status == flow.Warning {
		return strings.TrimPrefix(c.Text, "the sign-in ")
	}
	return "renews itself"
}

// credential is what a method leaves with Flow, in one word.
func credential(m flow.Method) string {
	if m == flow.OAuth {
		return "sign-in"
	}
	return "token"
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
	const label = factLabel
	status := d.in.Status
	word := st.status(status.Data, string(status.Data))
	b.add("  " + pad("Data status", label) + word + " since " + flow.Date(status.Since))
	if status.Reason != "" {
		b.add(prefixed(strings.Repeat(" ", 2+label), wrap(underNetwork(status.Reason), width-3-label))...)
	}
	if finding := d.finding(width - 3); finding != "" && mendedBy(status) == nil {
		b.add("  " + cut(finding, width-3))
	}
	b.blank()
	facts := o.facts()
	stops := o.stops(facts)
	focused := stops[o.at]
	for i, f := range facts {
		o.drawFact(b, f, i == focused, width)
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
	if width < narrow {
		s.keys[0], s.keys[1] = s.keys[1], s.keys[0] // what enter does goes last
	}
}

const factLabel = 14

func (o *overview) drawFact(b *body, f fact, focused bool, width int) {
	st, room := o.d.styles, width-3-factLabel
	if focused {
		b.focus(2)
	}
	value, more := f.value, f.more
	if more != "" && len(value)+2+len(more) <= room {
		value, more = value+", "+more, ""
	}
	if value = cut(value, room); f.warns {
		value = st.yellow.Render(value)
	}
	text := st.mark(focused) + st.label(f.label, factLabel, focused) + value
	if f.act == nil {
		b.detail(text)
	} else {
		b.add(text)
	}
	if more != "" {
		b.prose(width, 2+factLabel, dropDetail, more)
	}
}

func (o *overview) help() helpPage {
	return helpPage{name: "Overview",
		left: []helpGroup{
			{"Change", [][2]string{{"up, down", "one row that can be changed"}, {"enter", "what the last row says"}, {"r", "refresh from GitLab"}}},
			{"Look", [][2]string{{"f", "why is a group or repo missing?"}, {"1 2 3", "Repos, Exclusions, ..."}}}},
		right: []helpGroup{{"Keep", [][2]string{{"e", "what has changed"}, {"s", "save"}}}, always}}
}
