package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// credentials is step 3, for an access token: which GitLab, make the token
// there, bring it here.
type credentials struct {
	w       *wizard
	at      stop
	base    field
	token   field
	finding task
	going   bool        // test the connection once the GitLab is found
	cut     bool        // more was typed than the base URL
	baseBad *flow.Fault // under Base URL
	badTok  *flow.Fault // under Access token
	said    string      // message row
}

// A stop is what tab goes to on the page, in its order.
type stop int

const (
	stopMethod stop = iota
	stopBase
	stopPlain // accept http; only where it is asked
	stopLink
	stopToken
	stopShow
	stops
)

func newCredentials(w *wizard) step {
	if w.Demo != nil && w.draft.Address == "" {
		w.draft.SetAddress(w.Demo.Address)
	}
	c := &credentials{w: w, base: newField(w.draft.Address, 2000), token: newSecretField(4000)}
	c.token.setValue(w.draft.Token.Reveal())
	c.to(stopBase)
	if w.draft.Address != "" {
		c.to(stopToken)
	}
	return c
}

func (c *credentials) enter() tea.Cmd {
	if c.w.draft.Address != "" && c.w.draft.Server.BaseURL.IsZero() {
		return c.find()
	}
	return nil
}

func (c *credentials) typing() bool { return c.at == stopBase || c.at == stopToken }
func (c *credentials) leave()       { c.finding.stop() }

func (c *credentials) back() bool {
	c.keepAnswers()
	return true
}

// keepAnswers takes what stands in the fields into the draft.
func (c *credentials) keepAnswers() {
	c.takeAddress()
	c.w.draft.SetToken(flow.NewSecret(c.token.value()))
}

func (c *credentials) open(s stop) bool {
	provider, _ := flow.ProviderByID(c.w.draft.Provider)
	switch s {
	case stopBase:
		return provider.BaseURL == ""
	case stopPlain:
		return c.asksPlain()
	case stopLink:
		return c.w.draft.Server.TokenPage != ""
	}
	return true
}

func (c *credentials) to(s stop) {
	c.base.blur()
	c.token.blur()
	for !c.open(s) {
		s++
	}
	switch c.at = s; s {
	case stopBase:
		c.base.focus()
	case stopToken:
		c.token.focus()
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
	switch c.at {
	case stopBase:
		if c.base.update(msg) {
			c.baseBad, c.cut, c.going = nil, false, false
		}
	case stopToken:
		if c.token.update(msg) {
			c.badTok, c.going = nil, false
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
		c.token.showing = !c.token.showing
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
	case c.at == stopMethod && key.Matches(k, keys.left, keys.right):
		c.said = oauthFollows
	default:
		c.edit(k)
	}
	return move{}, cmd
}

// toggle switches the box that has the focus.
func (c *credentials) toggle() tea.Cmd {
	switch c.at {
	case stopMethod:
		c.said = oauthFollows
	case stopShow:
		c.token.showing = !c.token.showing
	case stopPlain:
		c.w.draft.PlainHTTP = !c.w.draft.PlainHTTP
		return c.find()
	}
	return nil
}

func (c *credentials) enterOn(cmd tea.Cmd) (move, tea.Cmd) {
	switch c.at {
	case stopToken, stopShow:
		m, test := c.test()
		return m, tea.Batch(cmd, test)
	case stopLink:
		return move{}, c.openLink()
	case stopPlain:
		return move{}, c.toggle()
	case stopBase:
		if c.baseBad != nil && !c.asksPlain() {
			return move{}, cmd // there is something to mend here first
		}
	}
	c.stepBy(1)
	return move{}, cmd
}

func (c *credentials) openLink() tea.Cmd {
	page := c.w.draft.Server.TokenPage
	if open := c.w.OpenURL; open != nil {
		c.said = "The page opens in your browser."
		return func() tea.Msg {
			if open(page) != nil {
				return linkFailed(page)
			}
			return nil
		}
	}
	c.said = "Sent to your terminal's clipboard. Open it on any machine."
	return tea.SetClipboard(page)
}

// linkFailed holds an address that no browser opened for.
type linkFailed string

// test goes on if both answers are there; else it says what is missing.
func (c *credentials) test() (move, tea.Cmd) {
	c.going = false
	c.w.draft.SetToken(flow.NewSecret(c.token.value()))
	err := c.w.draft.Check(flow.StepCredentials, nil)
	switch {
	case flow.CausedBy(err, flow.NoToken):
		c.badTok = flow.FaultOf(err)
		c.to(stopToken)
	case err != nil:
		c.baseBad = flow.FaultOf(err)
		c.to(stopBase)
		if c.asksPlain() {
			c.to(stopPlain)
		}
	case !c.w.draft.Server.BaseURL.IsZero() && !c.finding.running():
		return move{kind: next}, nil
	case c.finding.running():
		c.going = true
	default:
		c.going = true
		return move{}, c.find()
	}
	return move{}, nil
}

func (c *credentials) help() helpPage {
	return helpPage{name: "Credentials",
		left: []helpGroup{
			{"Fields", [][2]string{{"tab", "next field, box, link"}, {"shift+tab", "previous one"}, {"enter", "what the last row says"}, {"ctrl+r", "show, hide the token"}, {"ctrl+u", "clear the field"}}},
			{"Boxes, links", [][2]string{{"space", "on or off"}, {"enter", "open or copy the link"}}}},
		right: []helpGroup{always}}
}
