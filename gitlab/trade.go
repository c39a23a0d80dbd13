package gitlab

import (
	"context"
	"time"

	"flow"
)

// claim reserves a code for the caller, who has to take it. A code that was
// claimed before, or comes after the end, is of no use.
func (a *attempt) claim(code string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || a.tried[code] {
		return false
	}
	a.tried[code] = true
	a.work.Add(1) // before the attempt is over, so that Close waits for it
	return true
}

// take takes a claimed code to GitLab and ends the attempt if that gives tokens
// for it. Otherwise it says why not, and the doors stay open unless nothing but
// other entries could help.
func (a *attempt) take(code, redirect string) error {
	defer a.work.Done()
	a.change(func(d *flow.Doors) { d.Stage, d.Said = flow.BrowserBack, nil })
	grant, err := a.trade(code, redirect)
	switch {
	case err == nil:
		if !a.end(grant, nil) {
			return errUsed
		}
	case endsAttempt(err):
		a.end(flow.Grant{}, err)
	default:
		a.refuse(err)
	}
	return err
}

// endsAttempt reports whether no answer can bring anything with these entries.
func endsAttempt(err error) bool {
	return flow.CausedBy(err, flow.SecretWrong, flow.SecretMissing, flow.ClientRefused)
}

// refuse says why an answer did not do.
func (a *attempt) refuse(err error) {
	a.change(func(d *flow.Doors) { d.Stage, d.Said = min(d.Stage, flow.BrowserReached), flow.FaultOf(err) })
}

// tradeBound bounds the exchange of a code, which must not end with the attempt:
// GitLab may have made the tokens already.
const tradeBound = time.Minute

// trade exchanges a code for tokens.
func (a *attempt) trade(code, redirect string) (flow.Grant, error) {
	ctx, cancel := context.WithTimeout(a.whole, tradeBound)
	defer cancel()
	at, app := a.site(), a.signIn.App
	grant, err := a.client.exchange(ctx, at, app, code, redirect, a.verifier)
	if !flow.CausedBy(err, flow.AnswerRefused) || app.Secret.IsZero() {
		return grant, err
	}
	// From 12.8 to 13.7 GitLab refuses any verifier, before it looks at the code,
	// since it has stored no challenge. There the secret alone has to do. Where a
	// challenge was stored this second try is refused as well.
	if a.span.possibly(verifierKnown) && !a.span.certainly(pkceStored) {
		return a.client.exchange(ctx, at, app, code, redirect, "")
	}
	return flow.Grant{}, err
}

// giveBack revokes a grant that nobody uses. From 11.1 to 15.1 GitLab gives the
// same tokens again: there it would end the sign-in that is used.
func (a *attempt) giveBack(g, won flow.Grant) {
	if g.Access == won.Access {
		return
	}
	if won.IsZero() && a.span.possibly(reusedTokens) && !a.span.certainly(ownTokens) {
		return
	}
	// Best effort: nobody is left to be told.
	_ = a.client.Revoke(a.whole, flow.Connection{
		BaseURL: a.signIn.Server.BaseURL, Network: a.signIn.Network, App: a.signIn.App, Grant: g,
	})
}
