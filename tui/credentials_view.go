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
	if width < narrow && !c.showsWay() {
		label--
	}
	b := &s.body
	c.viewMethod(b, label)
	b.blank()
	c.viewBase(b, label, width)
	c.viewNetwork(b, label, width)
	b.blank()
	if c.w.draft.Method == flow.OAuth {
		c.viewApplication(b, label, width)
		b.blank()
		c.viewClient(b, label, width)
	} else {
		c.viewPage(b, label, width)
		b.blank()
		c.viewToken(b, label, width)
	}
	b.blank()
	c.viewKept(b, label, width)
	return s
}

func (c *credentials) message() string {
	demo, d := c.w.Demo, &c.w.draft
	switch {
	case c.said != "":
		return "  " + c.said
	case c.going:
		return "  Looking for GitLab first..."
	case c.net.fault != nil && c.at >= stopLink:
		if s, ok := c.net.cure(); ok {
			return "  shift+tab goes up to what may help: " + netLabels[s] + "."
		}
	case demo == nil || d.Address != demo.Address:
	case d.Method == flow.AccessToken && c.token.value() == "":
		return "  Demo: the token is " + demo.Token
	case d.Method == flow.OAuth && c.client.value() == demo.ClientID:
		return "  Demo: Flow is registered there; its values are filled in."
	}
	return ""
}

func (c *credentials) keys() []key.Binding {
	tab, goOn, what := keys.next, "test the connection", "token"
	if c.w.draft.Method == flow.OAuth {
		goOn, what = "connect", "secret"
	}
	switch c.at {
	case stopMethod:
		return []key.Binding{shown(keys.left, "left/right", "choose"), tab, keys.back, keys.help}
	case stopBase, stopClient:
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
		return []key.Binding{does(keys.space, "show or hide"), does(keys.enter, goOn), keys.back, keys.help}
	}
	if s, ok := c.onNet(); ok {
		return c.net.keys(s, c.onwardFrom(s))
	}
	show := "show " + what
	if c.hidden().showing {
		show = "hide " + what
	}
	return []key.Binding{tab, does(keys.enter, goOn), does(keys.reveal, show), keys.back}
}

func (c *credentials) viewMethod(b *body, label int) {
	st, row, x := c.w.styles, "(x) OAuth   ( ) Access token", 0
	if c.w.draft.Method == flow.AccessToken {
		row, x = "( ) OAuth   (x) Access token", len("( ) OAuth   ")
	}
	if c.at == stopMethod {
		b.focus(2 + label + x)
	}
	b.add(st.mark(c.at == stopMethod) + st.label("Sign in with", label, c.at == stopMethod) + row)
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
	case c.bad[stopBase] != nil:
		margin := len(indent)
		if c.showsWay() && width < roomy {
			margin = 4 // as the fields below have it, which need the rows
		}
		c.viewFault(b, stopBase, margin, width)
	case c.finding.running():
		b.add(indent + "Looking for GitLab...")
	case c.w.draft.Server.BaseURL.IsZero():
		b.prose(width, len(indent), 0, "What you type in a browser; a port or path belongs to it.")
	case c.cut:
		b.prose(width, len(indent), 0, "Kept as "+c.w.draft.Address+"; the rest is not part of the address.")
	default:
		b.add(indent + cut(c.answers(width), room))
	}
	if c.w.draft.Server.Upgraded && c.bad[stopBase] == nil {
		b.add(indent + cut("http leads to https there; Flow uses that.", room))
	}
	b.add(prefixed(indent, accepted(st, c.w.draft.Server.BaseURL, c.net.n, room))...)
	if c.asksPlain() {
		box := "[ ] "
		if c.net.n.PlainHTTP {
			box = "[x] "
		}
		if c.at == stopPlain {
			b.focus(len(indent))
		}
		b.add(st.mark(c.at == stopPlain) + strings.Repeat(" ", label) + box + usePlain)
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

// viewFault says what is wrong with a field, if anything is.
func (c *credentials) viewFault(b *body, at stop, margin, width int) {
	f := c.bad[at]
	if f == nil {
		return
	}
	indent, room := strings.Repeat(" ", margin), width-1-margin
	rows := faultRows(f, room)
	for i := range rows {
		rows[i] = indent + c.w.styles.red.Render(rows[i])
	}
	if _, wrong := c.net.wrong(); wrong && at == stopBase {
		b.together(dropDetail, rows...) // what is wrong below comes first
		return
	}
	b.add(rows...)
	if f.Says != "" {
		b.detail(indent + cut(f.Quote(), room))
	}
}

// viewSecret draws a secret's field with the number of its characters.
func (c *credentials) viewSecret(b *body, at stop, name string, label, width int) {
	f, note := c.hidden(), ""
	if n := flow.NewSecret(f.value()).Len(); n > 0 {
		note = flow.Plural(n, "character")
	}
	right := width - 1
	if width >= narrow {
		right -= 2
	}
	c.row(b, f, c.at == at, name, label, right-len(note)-2)
	last := &b.lines[len(b.lines)-1]
	last.text = pad(last.text, right-len(note)) + note
}

// box is the one that shows a secret.
func (c *credentials) box() string {
	if c.hidden().showing {
		return "[x] show it"
	}
	return "[ ] show it"
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
