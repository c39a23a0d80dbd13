package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// takeNetworkFields takes the entries that the wizard keeps, unless they were made
// for another network.
func (c *credentials) takeNetworkFields() {
	w := c.w
	if w.net == nil || w.net.n != w.draft.Network {
		fields := newNetworkFields(w.env, w.draft.Network)
		w.net = &fields
	}
	if c.net = w.net; !c.opensNetwork() {
		w.draft.SetNetwork(c.net.n) // without what can't be used
	}
}

// onNet is the answer of the network that has the focus; false: none has.
func (c *credentials) onNet() (netStop, bool) {
	s := netStop(c.at - stopNet)
	return s, s >= 0 && s < netStops
}

// showsWay reports whether the answers of the network are shown, and what is done
// in GitLab is not: where one is asked for, or has the focus.
func (c *credentials) showsWay() bool {
	_, on := c.onNet()
	_, wrong := c.net.wrong()
	return on || wrong || c.net.fault != nil || c.net.lost || c.net.reading()
}

// opensNetwork reports whether the secrets of a stored network have to be read
// before GitLab can be looked for.
func (c *credentials) opensNetwork() bool {
	a := c.w.again
	return a != nil && !a.opened && needsSecrets(a.d.in.Network)
}

func (c *credentials) openNetwork() tea.Cmd {
	store, id := c.w.Store, c.w.again.d.in.ID
	return c.opener.start(c.w.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		conn, err := store.Connection(ctx, id)
		return opened{conn, err}
	})
}

// openedNetwork takes the stored secrets; those that can't be read are given anew.
func (c *credentials) openedNetwork(o opened) tea.Cmd {
	a, d := c.w.again, &c.w.draft
	a.opened = true
	switch {
	case o.err != nil:
		c.said = "What is stored of it can't be opened: give password and key anew."
		d.SetNetwork(c.net.n)
	case d.Network == a.d.in.Network && o.conn.Network.WithoutSecrets() == d.Network:
		d.SetNetwork(o.conn.Network)
		c.net.join(d.Network)
	}
	return c.look()
}

// leaveNetwork takes an answer when the focus leaves it, and looks for GitLab by
// it.
func (c *credentials) leaveNetwork(s netStop) tea.Cmd {
	read := c.net.leave(s)
	return tea.Batch(read, c.takeNetwork())
}

// takeNetwork looks for GitLab where the network has changed.
func (c *credentials) takeNetwork() tea.Cmd {
	d := &c.w.draft
	if c.net.reading() || c.net.n == d.Network {
		return nil
	}
	d.SetNetwork(c.net.n)
	if d.CheckAddress() != nil {
		return nil // said when the focus left it
	}
	return c.find()
}

// keepNetwork takes what was given; files that are still being read are not.
func (c *credentials) keepNetwork() {
	if s, ok := c.onNet(); ok && (s == netProxy || s == netPassword) {
		c.net.leave(s)
	}
	if !c.net.reading() && !c.opener.running() {
		c.w.draft.SetNetwork(c.net.n)
	}
}

// readNetwork goes on when a file was read.
func (c *credentials) readNetwork() tea.Cmd {
	cmd := c.takeNetwork()
	if s, wrong := c.net.wrong(); wrong {
		if c.going || c.waits {
			c.to(stopNet + stop(s))
		}
		c.going, c.waits = false, false
		return cmd
	}
	if cmd == nil && (c.going || c.waits) && !c.net.reading() && !c.finding.running() {
		return c.find()
	}
	return cmd
}

// enterOnNetwork goes to what belongs to an answer, else looks for GitLab.
func (c *credentials) enterOnNetwork(s netStop) tea.Cmd {
	switch {
	case c.net.bad[s] != nil:
		return nil
	case !c.net.endsAt(s):
		c.stepBy(1)
		return nil
	}
	c.waits = true
	if c.net.reading() || c.finding.running() {
		return nil
	}
	return c.find()
}

// missing is the first answer that is not given yet.
func (c *credentials) missing() stop {
	switch {
	case c.w.draft.Method == flow.AccessToken:
		return stopToken
	case c.client.value() == "":
		return stopClient
	}
	return stopSecret
}

// onwardFrom is what enter does at an answer.
func (c *credentials) onwardFrom(s netStop) key.Binding {
	if c.net.endsAt(s) {
		return does(keys.enter, "look again")
	}
	return does(keys.enter, "next field")
}

// viewNetwork shows the answers of the network, or what they come to in a row.
func (c *credentials) viewNetwork(b *body, label, width int) {
	if c.showsWay() {
		s, on := c.onNet()
		if !on {
			s = -1
		}
		c.net.draw(b, s, width)
		return
	}
	said := strings.Join(withoutAccepted(c.net.n).Words(), ", ")
	switch {
	case said == "":
	case width < narrow:
		b.add("  " + pad(networkFact, label) + cut(said, width-3-label))
	default:
		for i, row := range wrap(said, width-3-label) {
			b.add("  " + pad([]string{networkFact, ""}[min(i, 1)], label) + row)
		}
	}
}
