package tui

import (
	"net/url"
	"strings"

	"flow"
)

// partPassword takes a password that was typed or pasted inside the proxy's
// address out of it, as soon as the @ behind it tells that it is one.
func (f *networkFields) partPassword() {
	text := f.texts[netProxy].value()
	scheme, rest, given := strings.Cut(text, "://")
	if !given {
		scheme, rest = "", text
	}
	at := strings.LastIndexByte(rest, '@')
	if at < 0 {
		return
	}
	user, host := rest[:at], rest[at+1:]
	i := strings.IndexAny(user, ":@")
	if i < 0 {
		return
	}
	password := user[i+1:]
	if decoded, err := url.PathUnescape(password); err == nil {
		password = decoded
	}
	if user[i] == '@' && f.parted {
		// The one before was not its end: it stood inside the password.
		password = f.texts[netPassword].value() + "@" + password
	} else if user[i] == '@' {
		return // a user name may hold one
	}
	if given {
		scheme += "://"
	}
	behind := len([]rune(text)) - f.texts[netProxy].input.Position()
	text = scheme + user[:i] + "@" + host
	f.texts[netProxy].setValue(text)
	f.texts[netProxy].input.SetCursor(len([]rune(text)) - behind)
	f.texts[netPassword].setValue(password)
	f.parted = true
}

// forgetParted drops a password that was taken out of an address of which nothing
// is left.
func (f *networkFields) forgetParted() {
	if f.parted && !strings.Contains(f.texts[netProxy].value(), "@") {
		f.parted = false
		f.texts[netPassword].setValue("")
	}
}

// takeProxy takes the proxy's address. A password is not taken along to another
// one.
func (f *networkFields) takeProxy(text string) {
	f.taken[netProxy] = text
	proxy, password, err := flow.ReadProxy(text)
	if err != nil {
		f.bad[netProxy], f.n.Proxy = flow.FaultOf(err), ""
		f.dropPassword()
		return
	}
	moved := proxy != f.n.Proxy
	f.n.Proxy = proxy
	switch {
	case f.parted:
		f.takePassword(f.texts[netPassword].value())
	case !password.IsZero():
		f.n.ProxyPassword = password
	case moved, proxyUser(proxy) == "":
		f.dropPassword()
	}
	f.parted = false
	f.checkPassword()
}

func (f *networkFields) dropPassword() {
	f.texts[netPassword].setValue("")
	f.takePassword("")
}

// proxyUser is the user name in a proxy's address; "" for none, or where it is
// none.
func proxyUser(text string) string {
	proxy, _, err := flow.ReadProxy(text)
	if err != nil {
		return ""
	}
	u, err := url.Parse(proxy)
	if err != nil {
		return ""
	}
	return u.User.Username()
}
