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

const networkFact = "Network"

var mendings = []mending{
	{[]flow.Cause{flow.SignInOver, flow.SignInLost, flow.SealBroken}, signInFact,
		"Open it, then Sign-in, to sign in again.", "Flow is not signed in. 3, then enter, signs in again."},
	{[]flow.Cause{flow.SignInNotKept}, signInFact,
		"Mend that; then open it, then Sign-in, to sign in again.", "The sign-in is not stored. 3 says why; enter signs in again."},
	{[]flow.Cause{flow.TokenExpired, flow.TokenRevoked, flow.TokenUnknown}, "Expiry",
		"Open it, then Expiry, to make a new one.", "The token no longer works. 3, then enter, makes a new one."},
	{flow.NeedCA, networkFact,
		"Open it, then Network, to give its file.", "GitLab's certificate is not trusted. 3, then enter, mends it."},
	{[]flow.Cause{flow.CertExpired}, networkFact,
		"Ask its administrator to renew it. Or open it, then Network.", "GitLab's certificate expired. 3 says what to do."},
	{[]flow.Cause{flow.WrongName}, "Base URL",
		"Open it, then Base URL, to type the name that it has.", "GitLab's certificate is for another name. 3, then enter, mends it."},
	{[]flow.Cause{flow.CertWanted, flow.CertDenied}, networkFact,
		"Open it, then Network, to give one.", "GitLab wants a client certificate. 3, then enter, gives one."},
	{[]flow.Cause{flow.BadCertificate}, networkFact,
		"Open it, then Network, to give it anew.", "A certificate can't be used. 3, then enter, mends it."},
	{[]flow.Cause{flow.ProxyAuth, flow.ProxyDenied, flow.ProxyFailed, flow.BadProxy}, networkFact,
		"Open it, then Network, to change the proxy.", "The proxy lets nothing through. 3, then enter, changes it."},
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

// underNetwork says where the fields are that a fault speaks of, on a page that
// does not have them.
func underNetwork(text string) string {
	return strings.Replace(text, " below, as ", " under Network, as ", 1)
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
