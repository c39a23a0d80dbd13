package gitlabtest

import (
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// mayRedirect compares a redirect URI with what was registered as Doorkeeper
// does (lib/doorkeeper/oauth/helpers/uri_checker.rb, 4.2 to 5.8).
func (a *Application) mayRedirect(r release, address string) bool {
	asked, ok := redirectURI(address)
	if !ok {
		return false
	}
	return slices.ContainsFunc(a.Redirects, func(line string) bool {
		registered, err := url.Parse(line)
		return err == nil && redirectMatches(r, asked, registered)
	})
}

// redirectURI reads an address that GitLab would send a browser to: it has a
// scheme, a host where the scheme needs one, and no fragment.
func redirectURI(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || u.Opaque != "" || strings.Contains(address, "#") {
		return nil, false
	}
	web := u.Scheme == "http" || u.Scheme == "https"
	return u, !web || u.Host != ""
}

// redirectMatches: scheme, host and path are the same; the query may be
// anything unless one was registered, and then it has the same parameters in
// any order. The port may differ, from 13.4 on (Doorkeeper 5.1, RFC 8252
// section 7.3), where both hosts are loopback addresses. The name localhost is
// not one.
func redirectMatches(r release, asked, registered *url.URL) bool {
	if asked.Scheme != registered.Scheme || asked.Path != registered.Path || asked.User.String() != registered.User.String() ||
		!strings.EqualFold(asked.Hostname(), registered.Hostname()) {
		return false
	}
	if registered.RawQuery != "" && !maps.EqualFunc(asked.Query(), registered.Query(), slices.Equal) {
		return false
	}
	anyPort := r.since(13, 4) && loopbackLiteral(registered) // and so is asked, which has the same host
	return anyPort || port(asked) == port(registered)
}

func loopbackLiteral(u *url.URL) bool {
	address, err := netip.ParseAddr(u.Hostname())
	return err == nil && address.IsLoopback()
}

// port knows that http and https have one each, as Ruby's URI does.
func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	case u.Scheme == "https":
		return "443"
	}
	return ""
}

// withQuery adds parameters to those that a redirect URI already has.
func withQuery(address string, parameters ...string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := u.Query()
	for i := 0; i+1 < len(parameters); i += 2 {
		if parameters[i+1] != "" {
			query.Set(parameters[i], parameters[i+1])
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}
