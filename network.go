package flow

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// A Network is how one GitLab is reached, where the machine's own settings do not
// lead there. Two are the same choice if they are equal by ==. The zero value is
// the machine's way: https, the authorities that it trusts, and the proxy that
// its environment names.
//
// Files are kept by their content, so that an integration does not depend on
// where they were; see [ReadAuthorities] and [ReadClientCertificate].
type Network struct {
	PlainHTTP     bool   `json:"plain_http,omitempty"`  // http to another machine is accepted
	Authorities   string `json:"authorities,omitempty"` // trusted besides the machine's, PEM
	Unverified    bool   `json:"unverified,omitempty"`  // any certificate is accepted: others on the way can pose as GitLab
	Proxy         string `json:"proxy,omitempty"`       // http://ana@proxy.example.com:3128, or NoProxy; "": see HTTPS_PROXY
	ProxyPassword Secret `json:"-"`
	Certificate   string `json:"certificate,omitempty"` // shown to a server that asks for one, PEM
	Key           Secret `json:"-"`                     // to that certificate, PEM
}

// NoProxy in place of a proxy's address says that GitLab is reached without one,
// whatever the environment says.
const NoProxy = "direct"

// IsZero reports whether the machine's own settings do.
func (n Network) IsZero() bool { return n == Network{} }

// WithoutSecrets is what may be shown and stored in the open.
func (n Network) WithoutSecrets() Network {
	n.ProxyPassword, n.Key = Secret{}, Secret{}
	return n
}

// Kept is what of it is worth keeping without its secrets: not a certificate,
// which is of no use without its key, but the address of a proxy, whose password
// alone is asked for again.
func (n Network) Kept() Network {
	n = n.WithoutSecrets()
	n.Certificate = ""
	return n
}

// elsewhere is what of it still holds for another address: what was accepted for
// one GitLab is not for the next, but the proxy leads to all of them.
func (n Network) elsewhere() Network {
	return Network{Proxy: n.Proxy, ProxyPassword: n.ProxyPassword}
}

// AsSafe reports whether a secret that was given for the network n may be used
// over other: nothing else is accepted there of who may read it on the way.
func (n Network) AsSafe(other Network) bool {
	return n.PlainHTTP == other.PlainHTTP && n.Unverified == other.Unverified
}

// Words names what differs from the machine's own settings, each in a few words;
// none for the zero value.
func (n Network) Words() []string {
	var words []string
	if n.PlainHTTP {
		words = append(words, "http accepted")
	}
	if n.Unverified {
		words = append(words, "certificate not verified")
	}
	words = append(words, authorityWords(Certificates(n.Authorities))...)
	switch n.Proxy {
	case "":
	case NoProxy:
		words = append(words, "no proxy")
	default:
		words = append(words, "proxy "+ProxyHost(n.Proxy))
	}
	if own := Certificates(n.Certificate); len(own) > 0 {
		words = append(words, "shows its own certificate, until "+Date(own[0].Until))
	}
	return words
}

// authorityWords names a few authorities, or counts those of a whole bundle.
func authorityWords(list []Certificate) (words []string) {
	if len(list) > 3 {
		first := slices.MinFunc(list, func(a, b Certificate) int { return a.Until.Compare(b.Until) })
		return []string{Plural(len(list), "authority") + " trusted, the first until " + Date(first.Until)}
	}
	for _, c := range list {
		words = append(words, c.Name()+" trusted, until "+Date(c.Until))
	}
	return words
}

// ReadProxy reads a proxy's address as people type it; without a scheme it is an
// http proxy. User name and password may be percent-encoded, as they must be where
// they hold a slash, ? or #. The password is returned apart, since the address is
// shown. Fault BadProxy.
func ReadProxy(text string) (proxy string, password Secret, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", Secret{}, nil
	}
	if strings.EqualFold(text, NoProxy) || strings.EqualFold(text, "none") {
		return NoProxy, Secret{}, nil
	}
	bad := func(where string) (string, Secret, error) {
		return "", Secret{}, &Fault{Cause: BadProxy, Detail: CleanLine(withoutPassword(text), 60), Where: where}
	}
	if text != Clean(text) || strings.ContainsAny(text, " \t") {
		return bad("it holds a space or a character that can't be seen")
	}
	scheme, rest, given := strings.Cut(text, "://")
	if !given {
		scheme, rest = "http", text
	}
	at := strings.LastIndexByte(rest, '@')
	user, host := rest[:max(at, 0)], rest[at+1:]
	if strings.ContainsAny(user, "/?#") {
		return bad("write %2F, %3F and %23 for a slash, ? and # before the @")
	}
	u, problem := url.Parse(scheme + "://" + strings.TrimSuffix(host, ":"))
	switch {
	case problem != nil || !hasHost(u):
		return bad("its host can't be read")
	case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" && u.Scheme != "socks5h":
		return bad(CleanLine(u.Scheme, 20) + ": is no proxy that Flow knows")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return bad("more than a host and a port")
	}
	name, typed, _ := strings.Cut(user, ":")
	name, typed = decoded(name), decoded(typed)
	if password = NewSecret(typed); password.Reveal() != typed {
		return bad("white space stands before or after its password")
	}
	clean := url.URL{Scheme: u.Scheme, Host: oneHost(u.Host)}
	if name != "" {
		clean.User = url.User(name)
	}
	return clean.String(), password, nil
}

// decoded is a user name or password as the proxy wants it. What is not
// percent-encoded, such as 100%, is meant as it stands.
func decoded(part string) string {
	if text, err := url.PathUnescape(part); err == nil {
		return text
	}
	return part
}

// withoutPassword is what may be repeated of what was typed for an address: not
// what stands before an @, nor what a colon parts from a name and is no port.
// Somebody may have left out the host.
func withoutPassword(text string) string {
	text = text[strings.LastIndexByte(text, '@')+1:]
	scheme, rest, given := strings.Cut(text, "://")
	if given = given && !strings.Contains(scheme, ":"); !given {
		scheme, rest = "", text
	}
	name, after, found := strings.Cut(rest, ":")
	// Nothing but an address: dead:beef:cafe may be a name and its password.
	_, noIP := netip.ParseAddr(strings.Trim(rest, "[]"))
	if port, _, _ := strings.Cut(after, "/"); !found || noIP == nil || validPort(port) {
		return text
	}
	if given {
		scheme += "://"
	}
	return scheme + name + ":..."
}

// ProxyHost is the host and port of a proxy's address.
func ProxyHost(proxy string) string {
	u, err := url.Parse(proxy)
	if err != nil {
		return CleanLine(withoutPassword(proxy), 60)
	}
	return CleanLine(u.Host, 80)
}
