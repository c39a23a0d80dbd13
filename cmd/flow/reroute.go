package main

import (
	"context"
	"strings"

	"flow"
)

// keepsCredential reports whether nothing but another way to GitLab is asked for.
func (r *reconnecting) keepsCredential() bool {
	for _, name := range append([]string{"oauth", "token-file", "base-url"}, oauthFlags...) {
		if r.flags.set.Changed(name) {
			return false
		}
	}
	return len(r.flags.network.given()) > 0
}

// reroute stores another way once the stored credential has passed its test over
// it.
func (r *reconnecting) reroute(ctx context.Context) error {
	if err := r.readProxyPassword(ctx); err != nil {
		return err
	}
	setup := r.setup(r.gitlab, r.store)
	own := commands{reconnect: commandsFor(r.in).reconnect}
	conn, err := setup.ConnectBy(ctx, r.in, r.draft.Network)
	if err != nil {
		return &hinted{err: err, commands: own}
	}
	report, err := r.try(ctx, conn, own)
	if err == nil && !report.Passed() {
		err = notConnected(report, r.in.Name+" stays as it was.")
	}
	if err != nil {
		return err
	}
	fresh, err := setup.Reroute(ctx, r.in, r.draft.Network, report)
	if err != nil {
		return err
	}
	return r.finish(ctx, fresh, nil)
}

// storedNetwork is the way that is stored, with its secrets. Where these can't be
// opened nobody vouches for what stands beside them in the open either: whoever
// could write that could lead a new token elsewhere. It has to be given again.
func (r *reconnecting) storedNetwork(ctx context.Context) (flow.Network, error) {
	stored, err := r.store.Connection(ctx, r.in.ID)
	if err == nil {
		return stored.Network, nil
	}
	if !flow.CausedBy(err, flow.KeyMissing, flow.KeyWrong, flow.KeyTooOpen, flow.SealBroken) {
		return flow.Network{}, err
	}
	if again := r.flags.network.missing(r.in.Network); len(again) > 0 && !r.keepsCredential() {
		return flow.Network{}, &hinted{err: err, next: "Without it the stored way to GitLab can't be trusted. Give " + strings.Join(again, ", ") + " again, with an empty value to do without."}
	}
	return flow.Network{}, nil
}

// missing names the flags of what n has and they do not speak of.
func (f *networkFlags) missing(n flow.Network) []string {
	var names []string
	for _, part := range []struct {
		flag string
		has  bool
	}{
		{"ca-file", n.Authorities != ""}, {"proxy", n.Proxy != ""}, {"client-cert", n.Certificate != ""},
		{"unverified", n.Unverified}, {"plain-http", n.PlainHTTP},
	} {
		if part.has && !f.set.Changed(part.flag) {
			names = append(names, "--"+part.flag)
		}
	}
	return names
}
