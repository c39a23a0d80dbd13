package tui

import (
	"strings"

	"flow"
)

// viewPage says where the token is made and what it needs.
func (c *credentials) viewPage(b *body, label, width int) {
	st, server := c.w.styles, c.w.draft.Server
	if c.showsWay() {
		b.detail("  " + pad("Make a token", label) + c.folded())
		return
	}
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
	for _, page := range server.OtherPages {
		b.add("  " + pad("", label) + "Or, if this GitLab has no such page:")
		b.addLines(st.address(page, width)...)
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
	c.viewSecret(b, stopToken, "Access token", label, width)
	c.viewFault(b, stopToken, 2+label, width)
	box := c.w.styles.mark(c.at == stopShow) + strings.Repeat(" ", label) + c.box()
	if c.at == stopShow {
		b.focus(2 + label)
	} else if c.showsWay() {
		b.detail(box)
		return
	}
	b.add(box)
}

// notYet stands in place of what hangs on the GitLab.
const notYet = "shown here once a GitLab has answered"

// folded stands in place of what is to be done in GitLab while the way there is
// on screen.
func (c *credentials) folded() string {
	if c.w.draft.Server.BaseURL.IsZero() {
		return notYet
	}
	return "tab goes there"
}
