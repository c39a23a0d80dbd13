package tui

import "flow"

// A stop is what tab goes to on the page, in its order.
type stop int

const (
	stopMethod stop = iota
	stopBase
	stopPlain      // accept http; only where it is asked
	stopNet        // the first of the network's, as networkFields has them
	stopLink  stop = iota - 1 + stop(netStops)
	stopToken
	stopClient
	stopSecret
	stopShow
	stops
)

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
	if s, ok := c.onNet(); ok {
		return c.net.at(s)
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
	case stopMethod:
		return true
	}
	return s == c.at || c.net.open(netStop(s-stopNet))
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
