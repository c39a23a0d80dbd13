package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// credentials is step 3: which GitLab, what is to be made there, and what comes
// of it: a token, or the ID and secret of an application. Each method keeps its
// own entries.
type credentials struct {
	w       *wizard
	at      stop
	base    field
	token   field
	client  field
	secret  field
	net     *networkFields // the wizard's
	finding task
	opener  task               // reads the stored secrets of the network
	going   bool               // go on once the GitLab is found
	waits   bool               // the user waits for it, to give the rest then
	cut     bool               // more was typed than the base URL
	bad     [stops]*flow.Fault // what is wrong with a field, under it
	said    string             // message row
}

func newCredentials(w *wizard) step {
	if w.Demo != nil && w.draft.Address == "" {
		w.draft.SetAddress(w.Demo.Address)
	}
	app := w.draft.App
	c := &credentials{w: w, base: newField(w.draft.Address, 2000), token: newSecretField(4000),
		client: newField(app.ClientID, 500), secret: newSecretField(4000)}
	c.token.setValue(w.draft.Token.Reveal())
	if w.again == nil || app.Secret != w.again.reused {
		c.secret.setValue(app.Secret.Reveal())
	}
	c.takeNetworkFields()
	c.fillIn()
	c.start()
	return c
}

// fillIn fills in what the demo's GitLab knows of Flow.
func (c *credentials) fillIn() {
	demo, d := c.w.Demo, &c.w.draft
	if demo != nil && d.Method == flow.OAuth && d.Address == demo.Address && c.client.value() == "" {
		c.client.setValue(demo.ClientID)
		c.secret.setValue(demo.ClientSecret)
	}
}

// start puts the focus on what is to be mended, else on the first answer that is
// missing.
func (c *credentials) start() {
	mend, wrong := c.w.mend, c.w.wrong
	c.w.mend, c.w.wrong = "", nil
	to := stopToken
	switch {
	case mend == flow.FieldNetwork:
		to, c.waits = stopBase, true // what is asked for is known when GitLab was looked for
	case mend == flow.FieldBaseURL, c.w.draft.Address == "":
		to = stopBase
	case c.w.draft.Method == flow.AccessToken:
	case c.client.value() == "", wrong != nil && wrong.Cause != flow.SecretWrong:
		to = stopClient
	default:
		to = stopSecret
	}
	c.to(to)
	if wrong != nil {
		c.bad[c.at] = wrong
	}
}

func (c *credentials) enter() tea.Cmd {
	if c.opensNetwork() {
		return c.openNetwork()
	}
	return c.look()
}

// look looks for the GitLab where it is not known yet.
func (c *credentials) look() tea.Cmd {
	if c.w.draft.Address != "" && (c.w.draft.Server.BaseURL.IsZero() || c.waits) {
		return c.find()
	}
	return nil
}

func (c *credentials) typing() bool { return c.focused() != nil }

func (c *credentials) leave() {
	c.finding.stop()
	c.opener.stop()
	c.net.stop()
}

func (c *credentials) back() bool {
	c.keepAnswers()
	return true
}

func (c *credentials) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case linkFailed:
		c.said = "No browser opened; the address went to your terminal's clipboard."
		return move{}, tea.SetClipboard(string(msg))
	case taskMsg:
		return c.take(msg)
	case tea.PasteMsg:
		c.edit(msg)
		return move{}, nil
	case tea.KeyPressMsg:
		return c.press(msg)
	}
	return move{}, nil
}

// take takes what one of the page's tasks has found.
func (c *credentials) take(m taskMsg) (move, tea.Cmd) {
	got, _ := c.finding.take(m)
	if found, ok := got.(foundServer); ok {
		c.finding.stop()
		return c.found(found)
	}
	got, _ = c.opener.take(m)
	if o, ok := got.(opened); ok {
		c.opener.stop()
		return move{}, c.openedNetwork(o)
	}
	if c.net.take(m) {
		return move{}, c.readNetwork()
	}
	return move{}, nil
}

// edit gives a key or a paste to the field that has the focus.
func (c *credentials) edit(msg tea.Msg) {
	if s, ok := c.onNet(); ok {
		if c.net.at(s) != nil && c.net.edit(s, msg) {
			c.going, c.waits = false, false
		}
		return
	}
	if f := c.focused(); f != nil && f.update(msg) {
		c.bad[c.at], c.going, c.waits = nil, false, false
		if c.at == stopBase {
			c.cut = false
		}
	}
}

func (c *credentials) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	c.said, c.waits = "", false
	var cmd tea.Cmd
	leaving := key.Matches(k, keys.next, keys.previous, keys.enter) || !c.typing() && key.Matches(k, keys.up, keys.down) ||
		k.Code == tea.KeyUp || k.Code == tea.KeyDown
	onNet, isNet := c.onNet()
	switch {
	case c.at == stopBase && leaving:
		cmd = c.leaveBase()
	case isNet && leaving:
		cmd = c.leaveNetwork(onNet)
	}
	switch {
	case key.Matches(k, keys.reveal):
		shows := c.hidden()
		if onNet == netPassword && isNet {
			shows = c.focused()
		}
		shows.showing = !shows.showing
	case key.Matches(k, keys.previous):
		if !c.stepBy(-1) {
			c.keepAnswers()
			return move{kind: back}, cmd
		}
	case k.Code == tea.KeyUp:
		c.stepBy(-1)
	case key.Matches(k, keys.next), k.Code == tea.KeyDown:
		c.stepBy(1)
	case key.Matches(k, keys.enter):
		return c.enterOn(cmd)
	case key.Matches(k, keys.space) && !c.typing():
		return move{}, c.toggle()
	case c.at == stopMethod && key.Matches(k, keys.left):
		c.choose(flow.OAuth)
	case c.at == stopMethod && key.Matches(k, keys.right):
		c.choose(flow.AccessToken)
	default:
		c.edit(k)
	}
	return move{}, cmd
}

// toggle switches the box that has the focus.
func (c *credentials) toggle() tea.Cmd {
	switch c.at {
	case stopMethod:
		other := flow.OAuth
		if c.w.draft.Method == flow.OAuth {
			other = flow.AccessToken
		}
		c.choose(other)
	case stopShow:
		c.hidden().showing = !c.hidden().showing
	case stopPlain:
		c.net.n.PlainHTTP = !c.net.n.PlainHTTP
		return c.takeNetwork()
	case stopNet + stop(netUnverified):
		c.net.toggle(netUnverified)
		return c.takeNetwork()
	}
	return nil
}

// choose changes the answer of the step before.
func (c *credentials) choose(m flow.Method) {
	c.w.draft.SetMethod(m)
	c.going = false
	c.fillIn()
}

func (c *credentials) help() helpPage {
	return helpPage{name: "Credentials",
		left: []helpGroup{
			{"Fields", [][2]string{{"tab", "next field, box, link"}, {"shift+tab", "previous one"}, {"enter", "what the last row says"}, {"ctrl+r", "show, hide the secret"}, {"ctrl+u", "clear the field"}}},
			{"Boxes, links", [][2]string{{"space", "on or off"}, {"left, right", "sign in with"}, {"enter", "open or copy the link"}}}},
		right: []helpGroup{always}}
}
