package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

func (c *credentials) view(width, _ int) screen {
	s := screen{body: newBody(), keys: c.keys()}
	s.message = c.message()
	label := labelWidth
	if width < narrow {
		label--
	}
	b := &s.body
	c.viewMethod(b, label)
	b.blank()
	c.viewBase(b, label, width)
	b.blank()
	c.viewPage(b, label, width)
	b.blank()
	c.viewToken(b, label, width)
	b.blank()
	c.viewKept(b, label, width)
	return s
}

func (c *credentials) message() string {
	switch {
	case c.said != "":
		return "  " + c.said
	case c.going:
		return "  Looking for GitLab first..."
	case c.w.Demo != nil && c.token.value() == "" && c.w.draft.Address == c.w.Demo.Address:
		return "  Demo: the token is " + c.w.Demo.Token
	}
	return ""
}

func (c *credentials) keys() []key.Binding {
	tab := keys.next
	switch c.at {
	case stopMethod:
		return []key.Binding{shown(keys.left, "left/right", "choose"), tab, keys.back, keys.help}
	case stopBase:
		return []key.Binding{tab, does(keys.enter, "next field"), does(keys.clear, "clear"), keys.back}
	case stopPlain:
		return []key.Binding{does(keys.space, "accept or not"), tab, keys.back, keys.help}
	case stopLink:
		act := "copy the address"
		if c.w.OpenURL != nil {
			act = "open in a browser"
		}
		return []key.Binding{tab, does(keys.enter, act), keys.back, keys.help}
	case stopShow:
		return []key.Binding{does(keys.space, "show or hide"), does(keys.enter, "test the connection"), keys.back, keys.help}
	}
	show := "show token"
	if c.token.showing {
		show = "hide token"
	}
	return []key.Binding{tab, does(keys.enter, "test the connection"), does(keys.reveal, show), keys.back}
}

func (c *credentials) viewMethod(b *body, label int) {
	st := c.w.styles
	if c.at == stopMethod {
		b.focus(2 + label + len("( ) OAuth   "))
	}
	b.add(st.mark(c.at == stopMethod) + st.label("Sign in with", label, c.at == stopMethod) + "( ) OAuth   (x) Access token")
}

func (c *credentials) viewBase(b *body, label, width int) {
	st, indent := c.w.styles, strings.Repeat(" ", 2+label)
	provider, _ := flow.ProviderByID(c.w.draft.Provider)
	if provider.BaseURL != "" {
		b.add("  " + st.label("Base URL", label, false) + provider.BaseURL)
	} else {
		c.row(b, &c.base, c.at == stopBase, "Base URL", label, width-1)
	}
	room := width - 1 - len(indent)
	switch {
	case c.baseBad != nil:
		for _, row := range faultRows(c.baseBad, room) {
			b.add(indent + st.red.Render(row))
		}
		if c.baseBad.Says != "" {
			b.detail(indent + cut("GitLab says: "+c.baseBad.Says, room))
		}
	case c.finding.running():
		b.add(indent + "Looking for GitLab...")
	case c.w.draft.Server.BaseURL.IsZero():
		b.prose(width, len(indent), 0, "What you type in a browser; a port or path belongs to it.")
	case c.cut:
		b.prose(width, len(indent), 0, "Kept as "+c.w.draft.Address+"; the rest is not part of the address.")
	default:
		b.add(indent + cut(c.answers(width), room))
	}
	if c.w.draft.PlainHTTP {
		b.add(indent + st.yellow.Render(cut("Over http: others on the way can read the token.", room)))
	}
	if c.asksPlain() {
		box := "[ ] "
		if c.w.draft.PlainHTTP {
			box = "[x] "
		}
		if c.at == stopPlain {
			b.focus(len(indent))
		}
		b.add(st.mark(c.at == stopPlain) + strings.Repeat(" ", label) + box + "use http for this GitLab")
	}
}

func (c *credentials) answers(width int) string {
	switch bound := c.w.draft.Server.AtLeast; {
	case bound == "":
		return "A GitLab answers here."
	case width < narrow:
		return fmt.Sprintf("A GitLab answers here, %s or newer.", bound)
	default:
		return fmt.Sprintf("A GitLab answers here, version %s or newer.", bound)
	}
}

// viewPage says where the token is made and what it needs.
func (c *credentials) viewPage(b *body, label, width int) {
	st, server := c.w.styles, c.w.draft.Server
	wide := width >= roomy
	lead := "Name and scopes are filled in at this address:"
	switch {
	case server.TokenPage == "":
		lead = "In your settings in GitLab, with these:"
	case !server.Prefilled:
		lead = "At this address, with these values:"
	case !wide:
		lead = "Name and scopes are filled in here:"
	}
	if c.at == stopLink {
		b.focus(2)
	}
	b.add(st.mark(c.at == stopLink) + st.label("Make a token", label, c.at == stopLink) + lead)
	if server.TokenPage != "" {
		b.addLines(st.address(server.TokenPage, width)...)
	}
	row := func(name, long, short string) {
		text := long
		if !wide {
			text = short
		}
		b.detail("    " + pad(name, label-2) + text)
	}
	if !server.Prefilled {
		row("Name", "Flow", "Flow")
	}
	if wide || !server.Prefilled {
		row("Scopes", flow.WantedScopes.String(), flow.WantedScopes.String())
	}
	row("Account", "best one made for Flow (a service account), not your own", "best one made for Flow, not your own")
	row("Role", "Reporter or more; Maintainer or Owner for webhooks", "Reporter; for webhooks Maintainer, Owner")
	row("Expiry", "note the date; Flow reads it too and warns 30 days ahead", "note the date; Flow warns 30 days ahead")
}

func (c *credentials) viewToken(b *body, label, width int) {
	st, indent := c.w.styles, strings.Repeat(" ", 2+label)
	note := ""
	if n := flow.NewSecret(c.token.value()).Len(); n > 0 {
		note = flow.Plural(n, "character")
	}
	right := width - 1
	if width >= narrow {
		right -= 2
	}
	room := right - len(note) - 2
	c.row(b, &c.token, c.at == stopToken, "Access token", label, room)
	last := &b.lines[len(b.lines)-1]
	last.text = pad(last.text, right-len(note)) + note
	if c.badTok != nil {
		for _, row := range faultRows(c.badTok, width-1-len(indent)) {
			b.add(indent + st.red.Render(row))
		}
	}
	box := "[ ] show it"
	if c.token.showing {
		box = "[x] show it"
	}
	if c.at == stopShow {
		b.focus(len(indent))
	}
	b.add(st.mark(c.at == stopShow) + strings.Repeat(" ", label) + box)
}

// row draws a label and a field; right is the column that it ends before.
func (c *credentials) row(b *body, f *field, focused bool, name string, label, right int) {
	st := c.w.styles
	text, cursor := f.draw(right - 2 - label)
	if focused {
		b.focus(2 + label + cursor)
	}
	b.add(st.mark(focused) + st.label(name, label, focused) + text)
}

// viewKept says where the secret will live, before it is given. It is dropped at
// no size.
func (c *credentials) viewKept(b *body, label, width int) {
	text := fmt.Sprintf("in %s, sealed. The key to it is in %s. Only you can read these files.", c.w.Database, c.w.Key)
	if c.w.Demo != nil {
		text = "for this demo only, in a folder that is removed when you leave."
	} else if width < roomy {
		text = "sealed, in " + c.w.Database
	}
	rows := wrap(text, width-1-2-label)
	for i, row := range rows {
		name := ""
		if i == 0 {
			name = "Will be kept"
		}
		b.add("  " + pad(name, label) + ansi.Truncate(row, width-3-label, "..."))
	}
}
