package tui

import (
	tea "charm.land/bubbletea/v2"

	"flow"
)

// keepAnswers takes what stands in the fields into the draft.
func (c *credentials) keepAnswers() {
	c.takeAddress()
	c.keepNetwork()
	c.keepSecrets()
}

func (c *credentials) keepSecrets() {
	d := &c.w.draft
	d.SetToken(flow.NewSecret(c.token.value()))
	app := flow.Application{ClientID: c.client.value(), Secret: flow.NewSecret(c.secret.value()), Redirect: d.App.Redirect}
	if again := c.w.again; again != nil && app.Secret.IsZero() && app.ClientID == d.App.ClientID && d.App.Secret == again.reused {
		app.Secret = again.reused
	}
	d.SetApplication(app)
}

// clearSecrets empties the fields that were filled for another GitLab.
func (c *credentials) clearSecrets() {
	for _, f := range []*field{&c.token, &c.client, &c.secret} {
		f.setValue("")
	}
	c.bad[stopToken], c.bad[stopClient], c.bad[stopSecret] = nil, nil, nil
}

func (c *credentials) enterOn(cmd tea.Cmd) (move, tea.Cmd) {
	switch c.at {
	case stopToken, stopSecret, stopShow:
		m, goOn := c.goOn()
		return m, tea.Batch(cmd, goOn)
	case stopLink:
		return move{}, c.openLink()
	case stopPlain:
		return move{}, c.toggle()
	case stopBase:
		if c.bad[stopBase] != nil && !c.asksPlain() && !c.showsWay() {
			return move{}, cmd // there is something to mend here first
		}
		if c.net.fault == nil && !c.asksPlain() {
			c.to(stopLink) // nothing is asked of the network
			return move{}, cmd
		}
	}
	if s, ok := c.onNet(); ok {
		return move{}, tea.Batch(cmd, c.enterOnNetwork(s))
	}
	c.stepBy(1)
	return move{}, cmd
}

func (c *credentials) openLink() tea.Cmd {
	page := c.link()
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

// goOn leads to the next step if all answers are there; else it says what is
// missing.
func (c *credentials) goOn() (move, tea.Cmd) {
	c.going, c.waits = false, false
	c.keepSecrets()
	err := c.w.draft.Check(flow.StepCredentials, nil)
	wrong, isWrong := c.net.wrong()
	switch {
	case isWrong:
		c.to(stopNet + stop(wrong))
	case flow.CausedBy(err, flow.NoToken):
		c.mend(stopToken, err)
	case flow.CausedBy(err, flow.NoClientID, flow.BadClientID, flow.SecretAsID):
		c.mend(stopClient, err)
	case flow.CausedBy(err, flow.BadRedirect):
		f := flow.FaultOf(err) // the command line gave it
		c.said = f.Sentence() + " " + f.Next()
	case err != nil:
		c.mend(stopBase, err)
		if c.asksPlain() {
			c.to(stopPlain)
		}
	case !c.w.draft.Server.BaseURL.IsZero() && !c.finding.running():
		return move{kind: next}, nil
	case c.finding.running(), c.net.reading():
		c.going = true
	default:
		c.going = true
		return move{}, c.find()
	}
	return move{}, nil
}

// mend puts the focus on a field and says what is wrong with it.
func (c *credentials) mend(s stop, err error) {
	c.bad[s] = flow.FaultOf(err)
	c.to(s)
}
