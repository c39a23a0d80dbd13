package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// networkFields are the answers to how a GitLab is reached, where this machine's
// own settings do not lead there. Credentials shows those that would cure what
// went wrong, the page Network all of them.
type networkFields struct {
	env   *env
	n     flow.Network // as given so far; files by their content
	texts [netStops]field
	taken [netStops]string // the texts that n was made of
	bad   [netStops]*flow.Fault
	fault *flow.Fault // what went wrong on the way; nil: nothing
	all   bool        // every field is shown
	plain bool        // http was accepted, which can be taken back; Credentials asks beside the address

	readers [netStops]task // of files, by netCA and netCertificate
	parted  bool           // a password was taken out of the address that is being typed
	lost    bool           // secrets that belong to n can't be opened: they are given anew
}

// A netStop is one of these answers, in the order in which tab comes by.
type netStop int

const (
	netPlain      netStop = iota // a box
	netCA                        // a file with authorities to trust
	netUnverified                // a box
	netProxy
	netPassword    // of the proxy
	netCertificate // Flow's own
	netKey         // to it
	netStops
)

// cures are the answers that may cure a fault of the way.
var cures = map[flow.Cause][]netStop{
	flow.UnknownCA:   {netCA, netUnverified},
	flow.SelfSigned:  {netCA, netUnverified},
	flow.CertExpired: {netUnverified},
	flow.WrongName:   {netUnverified},
	flow.CertWanted:  {netCertificate, netKey},
	flow.CertDenied:  {netCertificate, netKey},
	flow.DNS:         {netProxy},
	flow.Refused:     {netProxy},
	flow.Timeout:     {netProxy},
	flow.Unreachable: {netProxy},
	flow.BadProxy:    {netProxy},
	flow.ProxyAuth:   {netProxy, netPassword},
	flow.ProxyDenied: {netProxy, netPassword},
	flow.ProxyFailed: {netProxy},
}

func newNetworkFields(e *env, n flow.Network) networkFields {
	f := networkFields{env: e}
	for s := range f.texts {
		f.texts[s] = newField("", 4000)
	}
	f.texts[netPassword].secret = true
	f.set(n)
	return f
}

// set takes a network that was given elsewhere. Of a certificate without its key
// nothing can be made.
func (f *networkFields) set(n flow.Network) {
	f.stop()
	if f.lost = n.Certificate != "" && n.Key.IsZero(); f.lost {
		n.Certificate = ""
	}
	f.n, f.fault, f.bad, f.parted, f.plain = n, nil, [netStops]*flow.Fault{}, false, n.PlainHTTP
	for s := range f.texts {
		f.taken[s] = ""
		f.texts[s].setValue("")
	}
	f.taken[netProxy] = n.Proxy
	f.texts[netProxy].setValue(n.Proxy)
}

// join takes the secrets of the network that the fields were set from without
// them. What was given since then stays as it is.
func (f *networkFields) join(n flow.Network) {
	if f.n.Proxy == n.Proxy && f.n.ProxyPassword.IsZero() {
		f.n.ProxyPassword = n.ProxyPassword
	}
	if f.lost && !n.Key.IsZero() {
		f.n.Certificate, f.n.Key, f.lost = n.Certificate, n.Key, false
	}
}

func (f *networkFields) stop() {
	for s := range f.readers {
		f.readers[s].stop()
	}
}

// needsSecrets reports whether a network was stored together with secrets.
func needsSecrets(n flow.Network) bool { return n.Certificate != "" || proxyUser(n.Proxy) != "" }

// open reports whether an answer is asked for, or was given.
func (f *networkFields) open(s netStop) bool {
	asked := f.all || f.mayCure(s) || f.texts[s].value() != "" || f.bad[s] != nil
	switch s {
	case netPlain:
		return f.all && f.plain
	case netCA:
		return asked || f.n.Authorities != ""
	case netUnverified:
		return asked || f.n.Unverified
	case netPassword:
		return f.all || !f.n.ProxyPassword.IsZero() || f.texts[s].value() != "" || proxyUser(f.texts[netProxy].value()) != ""
	case netCertificate, netKey:
		return asked || f.lost || f.n.Certificate != "" || f.texts[netCertificate].value() != ""
	}
	return asked
}

// at is the field of an answer, nil for a box.
func (f *networkFields) at(s netStop) *field {
	if isBox(s) {
		return nil
	}
	return &f.texts[s]
}

func isBox(s netStop) bool { return s == netPlain || s == netUnverified }

// toggle switches the box of an answer.
func (f *networkFields) toggle(s netStop) {
	switch s {
	case netPlain:
		f.n.PlainHTTP = !f.n.PlainHTTP
	case netUnverified:
		f.n.Unverified = !f.n.Unverified
	}
}

// edit gives a key or a paste to a field. Clearing one that is empty takes away
// what was given through it before.
func (f *networkFields) edit(s netStop, msg tea.Msg) (changed bool) {
	text := f.at(s)
	if k, ok := msg.(tea.KeyPressMsg); ok && key.Matches(k, keys.clear) && text.value() == "" {
		return f.remove(s)
	}
	if !text.update(msg) {
		return false
	}
	f.bad[s] = nil
	if s == netProxy {
		f.partPassword()
		f.forgetParted()
	}
	return true
}

func (f *networkFields) remove(s netStop) (changed bool) {
	was := f.n
	switch s {
	case netCA:
		f.n.Authorities = ""
	case netPassword:
		f.n.ProxyPassword = flow.Secret{}
	case netCertificate, netKey:
		f.n.Certificate, f.n.Key, f.lost = "", flow.Secret{}, false
	}
	return f.n != was
}

// holds reports whether clearing the empty field of an answer takes something away.
func (f *networkFields) holds(s netStop) bool {
	after := *f
	return f.at(s) != nil && f.at(s).value() == "" && after.remove(s)
}

// leave takes an answer when the focus leaves it, if it has changed. What stands
// in files is read by the command; take has it then.
func (f *networkFields) leave(s netStop) tea.Cmd {
	if isBox(s) {
		return nil
	}
	text := strings.TrimSpace(f.texts[s].value())
	if text == f.taken[s] && f.bad[s] == nil && s != netKey {
		return nil
	}
	f.bad[s] = nil
	switch s {
	case netCA:
		return f.takeAuthorities(text)
	case netProxy:
		f.takeProxy(text)
	case netPassword:
		f.takePassword(text)
	default:
		return f.takeCertificate(s)
	}
	return nil
}

// takePassword takes the proxy's password as it stands in its field. A field that
// was empty all the time is not taken: what was given before stays.
func (f *networkFields) takePassword(text string) {
	f.taken[netPassword] = text
	f.n.ProxyPassword = flow.NewSecret(text)
	f.checkPassword()
}

// checkPassword refuses a password that would be sent to nobody.
func (f *networkFields) checkPassword() {
	f.bad[netPassword] = nil
	if !f.n.ProxyPassword.IsZero() && proxyUser(f.n.Proxy) == "" {
		f.bad[netPassword] = &flow.Fault{Cause: flow.NoProxyUser}
	}
}

// wrong is the first answer that can't be used; false: none.
func (f *networkFields) wrong() (netStop, bool) {
	for s := range netStops {
		if f.bad[s] != nil {
			return s, true
		}
	}
	return 0, false
}

// cure is the first answer that may cure what went wrong; false: none does. Going
// without a proof is offered, but nobody is led there.
func (f *networkFields) cure() (netStop, bool) {
	if f.fault == nil {
		return 0, false
	}
	list := cures[f.fault.Cause]
	if len(list) == 0 || list[0] == netUnverified {
		return 0, false
	}
	if list[0] == netProxy && f.open(netPassword) && f.n.ProxyPassword.IsZero() {
		return netPassword, true // the address is there
	}
	return list[0], true
}

// mayCure reports whether an answer may cure what went wrong.
func (f *networkFields) mayCure(s netStop) bool {
	return f.fault != nil && slices.Contains(cures[f.fault.Cause], s)
}

// endsAt reports whether nothing that belongs to an answer comes behind it.
func (f *networkFields) endsAt(s netStop) bool {
	switch s {
	case netPlain, netUnverified:
		return false
	case netProxy:
		return proxyUser(f.texts[s].value()) == "" || !f.n.ProxyPassword.IsZero() || f.texts[netPassword].value() != ""
	case netCertificate:
		return f.texts[s].value() == "" || f.n.Certificate != ""
	}
	return true
}
