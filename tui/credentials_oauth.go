package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"flow"
)

// viewApplication says how Flow is registered in GitLab. What hangs on the
// release is left out until a GitLab has answered.
func (c *credentials) viewApplication(b *body, label, width int) {
	st, d := c.w.styles, &c.w.draft
	if c.showsWay() {
		b.detail("  " + pad("Register Flow", label) + c.folded())
		return
	}
	redirects, known := d.SignIn().Redirects(), !d.Server.BaseURL.IsZero()
	if c.at == stopLink {
		b.focus(2)
	}
	b.add(st.mark(c.at == stopLink) + st.label("Register Flow", label, c.at == stopLink) + c.registerLead(len(redirects), width))
	if page := d.Server.AppPage; page != "" {
		b.addLines(st.address(page, width)...)
	}
	column := max(label-2, len("Redirect URI  "))
	row := func(name, value string) string { return "    " + pad(name, column) + value }
	b.detail(row("Name", "Flow"))
	switch {
	case !known && d.App.Redirect == "":
		b.add(row("Redirect URI", notYet))
	case ansi.StringWidth(redirects[0]) > width-5-column:
		b.add(row("Redirect URI", "this address:")) // of a company's own
		b.addLines(st.address(redirects[0], width)...)
	default:
		name := "Redirect URI"
		for i, redirect := range redirects {
			text := row(name, redirect)
			if i == 0 && len(redirects) > 1 && width >= narrow {
				text = pad(text, 2+label+len(redirects[len(redirects)-1])+3) + "one per line, all of them"
			}
			b.add(text)
			name = ""
		}
	}
	if d.Server.Public {
		b.detail(row("Confidential", "on"))
	}
	scopes := d.Server.Scopes
	if len(scopes) == 0 {
		scopes = flow.WantedScopes
	}
	b.detail(row("Scopes", scopes.String()))
}

func (c *credentials) registerLead(redirects, width int) string {
	wide := width >= roomy
	switch {
	case c.link() == "" && wide:
		return "In GitLab, under Applications in your settings, with these:"
	case c.link() == "":
		return "In GitLab, under Applications, with these:"
	case wide:
		return "In GitLab, add an application with exactly these values:"
	case redirects > 1:
		return "In GitLab, exactly so, one URI per line:"
	}
	return "In GitLab, with exactly these values:"
}

// viewClient takes what GitLab shows of the application, in its own words.
func (c *credentials) viewClient(b *body, label, width int) {
	indent, wide := strings.Repeat(" ", 2+label), width >= roomy
	c.row(b, &c.client, c.at == stopClient, "Client ID", label, width-1)
	hint := "GitLab shows it as Application ID."
	if !wide {
		hint = "In GitLab: Application ID."
	}
	c.viewHint(b, stopClient, indent+hint, width)

	c.viewSecret(b, stopSecret, "Client secret", label, width)
	hint = c.secretHint(wide)
	if c.at == stopShow {
		b.focus(len(indent) + len(hint) - len(c.box()))
		b.add(c.w.styles.mark(true) + indent[2:] + hint)
		return
	}
	c.viewHint(b, stopSecret, indent+hint, width)
}

// secretHint says what GitLab calls the secret, and that there may be none.
func (c *credentials) secretHint(wide bool) string {
	hint := "GitLab shows it once, as Secret."
	if !wide {
		hint = "GitLab: Secret."
	}
	switch {
	case c.secret.value() != "":
		return hint + " " + c.box()
	case c.w.again != nil && c.mayReuse():
		return "Empty: the stored one is used."
	case c.w.again != nil:
		return hint + " Lost? Renew it there."
	case c.w.draft.Server.Public:
		return hint + " Empty if not Confidential."
	}
	return hint
}

// mayReuse reports whether the stored client secret was given for these answers.
func (c *credentials) mayReuse() bool {
	in, d := c.w.again.d.in, &c.w.draft
	return in.Method == flow.OAuth && d.Server.BaseURL == in.BaseURL && in.Network.AsSafe(d.Network) && c.client.value() == in.App.ClientID
}

// viewHint says what a field is for, or what is wrong with it. Where there is no
// room the hint of a field that has no focus goes.
func (c *credentials) viewHint(b *body, at stop, hint string, width int) {
	switch {
	case c.bad[at] != nil:
		c.viewFault(b, at, len(hint)-len(strings.TrimLeft(hint, " ")), width)
	case c.at == at:
		b.add(hint)
	default:
		b.detail(hint)
	}
}
