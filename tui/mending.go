package tui

import (
	"slices"
	"strings"

	"flow"
)

// A mending is the row of the Overview that mends what a data status tells of.
type mending struct {
	causes []flow.Cause
	fact   string
	where  string // said in the list of integrations
	short  string // said in one row of the details
}

var mendings = []mending{
	{[]flow.Cause{flow.SignInOver, flow.SignInLost, flow.SealBroken}, signInFact,
		"Open it, then Sign-in, to sign in again.", "Flow is not signed in. 3, then enter, signs in again."},
	{[]flow.Cause{flow.SignInNotKept}, signInFact,
		"Mend that; then open it, then Sign-in, to sign in again.", "The sign-in is not stored. 3 says why; enter signs in again."},
	{[]flow.Cause{flow.TokenExpired, flow.TokenRevoked, flow.TokenUnknown}, "Expiry",
		"Open it, then Expiry, to make a new one.", "The token no longer works. 3, then enter, makes a new one."},
}

// mendedBy returns what mends a status, nil if nothing on the Overview does.
func mendedBy(s flow.Status) *mending {
	for i, m := range mendings {
		if slices.Contains(m.causes, s.Cause) {
			return &mendings[i]
		}
	}
	return nil
}

// reason is why an integration fails, and where that is mended: at its end stands
// what somebody without this screen is to do.
func reason(s flow.Status) string {
	m := mendedBy(s)
	if m == nil {
		return s.Reason
	}
	if said, ok := strings.CutSuffix(s.Reason, (&flow.Fault{Cause: s.Cause}).Next()); ok {
		return said + m.where
	}
	return s.Reason
}
