package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
)

// findBound is how long looking for a GitLab may take, over all candidates.
const findBound = 45 * time.Second

// takeAddress takes the base URL as it stands in its field and reports whether
// it is another one, for which no secret was given yet.
func (c *credentials) takeAddress() bool {
	typed := strings.TrimSpace(c.base.value())
	if typed == c.w.draft.Address {
		return false
	}
	c.w.draft.SetAddress(typed)
	c.w.takeNetwork()
	c.net.set(c.w.draft.Network)
	c.clearSecrets()
	c.fillIn()
	return true
}

func (c *credentials) asksPlain() bool {
	return c.net.n.PlainHTTP || c.bad[stopBase] != nil && c.bad[stopBase].Cause == flow.PlainAddress
}

// find looks for the GitLab at the address that was typed.
func (c *credentials) find() tea.Cmd {
	c.bad[stopBase], c.cut = nil, false
	address, network := c.w.draft.Address, c.w.draft.Network
	gitlab := c.w.GitLab
	return c.finding.start(c.w.env, findBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		server, err := gitlab.Find(ctx, address, network)
		return foundServer{server, err}
	})
}

type foundServer struct {
	server flow.Server
	err    error
}

// leaveBase takes the address when the focus leaves its field, and looks there
// if it can be one.
func (c *credentials) leaveBase() tea.Cmd {
	known := c.finding.running() || c.bad[stopBase] == nil && !c.w.draft.Server.BaseURL.IsZero()
	if !c.takeAddress() && known {
		return nil
	}
	if err := c.w.draft.CheckAddress(); err != nil {
		c.finding.stop()
		c.bad[stopBase] = flow.FaultOf(err)
		return nil
	}
	return c.find()
}

// found takes what was found at the address. The focus moves only if the user
// waits for it: somebody may be about to paste a secret, and it must not land in
// a field that shows it.
func (c *credentials) found(f foundServer) (move, tea.Cmd) {
	if f.err != nil {
		c.notFound(flow.FaultOf(f.err))
		return move{}, nil
	}
	if c.net.fault != nil && slices.Contains(flow.NeedCA, c.net.fault.Cause) && c.net.n.Authorities != "" {
		c.said = "The certificate is trusted for this GitLab only."
	}
	c.net.fault = nil
	c.cut = pathTyped(c.w.draft.Address) != strings.Trim(f.server.BaseURL.Path(), "/")
	was := c.w.draft.Server.BaseURL
	c.w.draft.SetServer(f.server)
	if !was.IsZero() && was.Origin() != f.server.BaseURL.Origin() {
		c.clearSecrets()
	}
	if c.at != stopBase {
		c.base.setValue(c.w.draft.Address)
	}
	switch {
	case c.going:
		return c.goOn()
	case c.waits:
		c.waits = false
		c.to(c.missing())
	}
	return move{}, nil
}

// notFound says why no GitLab was found, and asks for what may cure that.
func (c *credentials) notFound(f *flow.Fault) {
	c.bad[stopBase], c.net.fault = f, nil
	if len(cures[f.Cause]) > 0 {
		c.net.fault = f
	}
	if c.going || c.waits {
		s, ok := c.net.cure()
		on, isOn := c.onNet()
		switch {
		case isOn && c.net.mayCure(on): // it is being mended
		case ok:
			c.to(stopNet + stop(s))
		case c.asksPlain():
			c.to(stopPlain)
		default:
			c.to(stopBase)
		}
	}
	c.going, c.waits = false, false
}

// pathTyped is what stands behind the host in an address as it was typed.
func pathTyped(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	_, path, _ := strings.Cut(address, "/")
	return strings.Trim(path, "/")
}
