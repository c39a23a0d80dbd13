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
	finding task
	going   bool               // go on once the GitLab is found
	cut     bool               // more was typed than the base URL
	bad     [stops]*flow.Fault // what is wrong with a field, under it
	said    string             // message row
}

// A stop is what tab goes to on the page, in its order.
type stop int

const (
	stopMethod stop = iota
	stopBase
	stopPlain // accept http; only where it is asked
	stopLink
	stopToken
	stopClient
	stopSecret
	stopShow
	stops
)

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
	if c.w.draft.Address != "" && c.w.draft.Server.BaseURL.IsZero() {
		return c.find()
	}
	return nil
}

func (c *credentials) typing() bool { return c.focused() != nil }
func (c *credentials) leave()       { c.finding.stop() }

func (c *credentials) back() bool {
	c.keepAnswers()
	return true
}

// focused is the field that has the focus, nil for none.
func (c *credentials) focused() *field {
	switch c.at {
	case stopBase:
		return &c.base
	case stopToken:
		return &c.token
	case stopClient:
		return &c.client
	case stopSecret:
		return &c.secret
	}
	return nil
}

// hidden is the field with the secret of the method.
func (c *credentials) hidden() *field {
	if c.w.draft.Method == flow.OAuth {
		return &c.secret
	}
	return &c.token
}

// link is the page in GitLab that the method begins with; "" until it is known.
func (c *credentials) link() string {
	if c.w.draft.Method == flow.OAuth {
		return c.w.draft.Server.AppPage
	}
	return c.w.draft.Server.TokenPage
}

func (c *credentials) open(s stop) bool {
	provider, _ := flow.ProviderByID(c.w.draft.Provider)
	oauth := c.w.draft.Method == flow.OAuth
	switch s {
	case stopBase:
		return provider.BaseURL == ""
	case stopPlain:
		return c.asksPlain()
	case stopLink:
		return c.link() != ""
	case stopToken:
		return !oauth
	case stopClient, stopSecret:
		return oauth
	case stopShow:
		return !oauth || c.secret.value() != "" // there it stands beside the hint
	}
	return true
}

func (c *credentials) to(s stop) {
	if f := c.focused(); f != nil {
		f.blur()
	}
	for !c.open(s) {
		s++
	}
	c.at = s
	if f := c.focused(); f != nil {
		f.focus()
	}
}

// stepBy moves the focus; false says that there is no stop in that direction.
func (c *credentials) stepBy(d stop) bool {
	s := c.at + d
	for s >= 0 && s < stops && !c.open(s) {
		s += d
	}
	if s < 0 || s >= stops {
		return false
	}
	c.to(s)
	return true
}

func (c *credentials) update(msg tea.Msg) (move, tea.Cmd) {
	switch msg := msg.(type) {
	case linkFailed:
		c.said = "No browser opened; the address went to your terminal's clipboard."
		return move{}, tea.SetClipboard(string(msg))
	case taskMsg:
		got, _ := c.finding.take(msg)
		if found, ok := got.(foundServer); ok {
			c.finding.stop()
			return c.found(found)
		}
		return move{}, nil
	case tea.PasteMsg:
		c.edit(msg)
		return move{}, nil
	case tea.KeyPressMsg:
		return c.press(msg)
	}
	return move{}, nil
}

// edit gives a key or a paste to the field that has the focus.
func (c *credentials) edit(msg tea.Msg) {
	if f := c.focused(); f != nil && f.update(msg) {
		c.bad[c.at], c.going = nil, false
		if c.at == stopBase {
			c.cut = false
		}
	}
}

func (c *credentials) press(k tea.KeyPressMsg) (move, tea.Cmd) {
	c.said = ""
	var cmd tea.Cmd
	leaving := key.Matches(k, keys.next, keys.previous, keys.enter) || !c.typing() && key.Matches(k, keys.up, keys.down) ||
		k.Code == tea.KeyUp || k.Code == tea.KeyDown
	if c.at == stopBase && leaving {
		cmd = c.leaveBase()
	}
	switch {
	case key.Matches(k, keys.reveal):
		c.hidden().showing = !c.hidden().showing
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
		c.w.draft.PlainHTTP = !c.w.draft.PlainHTTP
		return c.find()
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
