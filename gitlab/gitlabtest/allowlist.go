package gitlabtest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// RestrictGroup lets only these addresses and networks, such as
// "192.0.2.0/24", reach a top-level group and everything below it; none lifts
// the restriction. It is a feature of the Enterprise Edition that holds for
// the API since 12.3.
//
// To others its projects are not found, nor is the group itself, except to its
// owners; lists go on naming both, as GitLab's documentation admits. Who calls
// is told by X-Forwarded-For, or by the address of the connection, which in
// tests is the loopback's.
func (c *Company) RestrictGroup(id int, allowed ...string) error {
	for _, text := range allowed {
		if _, err := network(text); err != nil {
			return fmt.Errorf("restrict group %d: %w", id, err)
		}
	}
	c.mu.RLock()
	g := c.groups[id]
	c.mu.RUnlock()
	if g != nil && g.Parent != 0 {
		return fmt.Errorf("restrict group %d: only a top-level group can be", id)
	}
	return c.ChangeGroup(id, func(g *Group) { g.AllowedIPs = slices.Clone(allowed) })
}

// shutOut reports whether the caller's address keeps a project of this group,
// or the group itself, out of reach. Administrators reach both from anywhere.
func (k *call) shutOut(group int) bool {
	if len(k.company.restricted) == 0 || group == 0 || k.isAdmin() || !k.release.enterprise || !k.release.since(12, 3) {
		return false
	}
	root := k.company.groups[group]
	for root != nil && root.Parent != 0 {
		root = k.company.groups[root.Parent]
	}
	return root != nil && len(root.AllowedIPs) > 0 && !admitted(root.AllowedIPs, k.remoteAddress())
}

func admitted(allowed []string, address netip.Addr) bool {
	return slices.ContainsFunc(allowed, func(text string) bool {
		prefix, err := network(text)
		return err == nil && prefix.Contains(address)
	})
}

// remoteAddress is who calls: the last one that a proxy names, or whoever is at
// the other end of the connection.
func (k *call) remoteAddress() netip.Addr {
	if named := k.request.Header.Values("X-Forwarded-For"); len(named) > 0 {
		list := strings.Split(named[len(named)-1], ",")
		if address, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			return address.Unmap()
		}
	}
	end, _ := netip.ParseAddrPort(k.request.RemoteAddr) // the zero address is in no network
	return end.Addr().Unmap()
}

// noteRestriction keeps at hand whether any group is restricted at all.
func (c *Company) noteRestriction(g *Group) {
	if delete(c.restricted, g.ID); len(g.AllowedIPs) > 0 {
		c.restricted[g.ID] = true
	}
}

// network reads an address or a network.
func network(text string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix, nil
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network", text)
	}
	return netip.PrefixFrom(address, address.BitLen()), nil
}
