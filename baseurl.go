package flow

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A BaseURL is where a GitLab lives: scheme, host, port and sub-path, without
// user, query, fragment or trailing slash. Two base URLs are the same place if
// they are equal by ==. The zero value is no address.
type BaseURL struct {
	scheme string // http or https
	host   string // lower case, with the port unless it is the scheme's own
	path   string // "" or "/git"
}

// ParseBaseURL reads one address exactly, as it is stored. For what people
// paste, see [Candidates].
func ParseBaseURL(text string) (BaseURL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !hasHost(u) {
		return BaseURL{}, notAnAddress(text, "it is not an http or https address")
	}
	return newBaseURL(u.Scheme, u.Host, u.EscapedPath()), nil
}

func newBaseURL(scheme, host, subpath string) BaseURL {
	host = strings.TrimSuffix(oneHost(host), map[string]string{"http": ":80", "https": ":443"}[scheme])
	if subpath = path.Clean("/" + subpath); subpath == "/" {
		subpath = ""
	}
	return BaseURL{scheme, host, subpath}
}

// oneHost writes a host and port in the one way of several that URLs allow: in
// lower case, the port without zeros before it, and no colon without a port.
func oneHost(host string) string {
	name, port, err := net.SplitHostPort(strings.ToLower(host))
	if err != nil {
		return strings.ToLower(host) // there is no port
	}
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if port = strings.TrimLeft(port, "0"); port == "" {
		return name
	}
	return name + ":" + port
}

func (b BaseURL) String() string {
	if b.IsZero() {
		return ""
	}
	return b.scheme + "://" + b.host + b.path
}

// IsZero reports whether there is no address.
func (b BaseURL) IsZero() bool { return b.host == "" }

// Host is the host with its port, if it has one of its own.
func (b BaseURL) Host() string { return b.host }

// Hostname is the host without its port.
func (b BaseURL) Hostname() string { return (&url.URL{Host: b.host}).Hostname() }

// Port is the port that is spoken to, also where the address leaves it out.
func (b BaseURL) Port() string {
	if port := (&url.URL{Host: b.host}).Port(); port != "" {
		return port
	}
	if b.scheme == "http" {
		return "80"
	}
	return "443"
}

// Path is the sub-path, "" or such as "/git".
func (b BaseURL) Path() string { return b.path }

// Origin is the address without its sub-path: what credentials are bound to.
func (b BaseURL) Origin() string { return b.scheme + "://" + b.host }

// At returns the address of a page below the base URL; p starts with a slash.
func (b BaseURL) At(p string) string { return b.String() + p }

// IsLoopback reports whether the address never leaves this machine.
func (b BaseURL) IsLoopback() bool {
	name := b.Hostname()
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// IsPlain reports whether what is sent there can be read on the way: http to
// anything but a loopback address.
func (b BaseURL) IsPlain() bool { return b.scheme == "http" && !b.IsLoopback() }

func (b BaseURL) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

func (b *BaseURL) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*b = BaseURL{}
		return nil
	}
	parsed, err := ParseBaseURL(string(text))
	if err != nil {
		return err
	}
	*b = parsed
	return nil
}

// maxCandidates bounds how many places an address is looked for at.
const maxCandidates = 6

// Candidates returns the places that an address may mean, the likeliest first:
// people paste the API's address, a link to a group, project or page, a name
// without a scheme. The first that answers as a GitLab is the right one.
func Candidates(typed string) ([]BaseURL, error) {
	text := strings.TrimFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"'<>`, r) })
	if text == "" {
		return nil, &Fault{Cause: NoAddress}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !showable(r) }) {
		return nil, notAnAddress(text, "it holds a control character")
	}
	if strings.ContainsFunc(text, unicode.IsSpace) {
		return nil, notAnAddress(text, "it holds a space")
	}
	scheme, rest, given := strings.Cut(text, "://")
	if !given {
		scheme, rest = "https", text
	}
	if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		return nil, notAnAddress(text, fmt.Sprintf("%s: is not http or https", CleanLine(scheme, 20)))
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || !hasHost(u) {
		return nil, notAnAddress(text, "its host can't be read")
	}
	if u.User != nil {
		return nil, notAnAddress(text, "a user name or password stands before it")
	}
	found := placesOf(scheme, u)
	if !given && found[0].IsLoopback() {
		found = append(found, placesOf("http", u)...)
	}
	return found, nil
}

// placesOf lists the places of one URL: its own path unless that is a page of
// GitLab, then the root, then every part of the path from the left, since a
// relative URL root is rarely more than one part.
func placesOf(scheme string, u *url.URL) []BaseURL {
	whole, isPage := cutPage(path.Clean("/" + u.EscapedPath()))
	var places []BaseURL
	add := func(p string) {
		if len(places) == maxCandidates {
			return
		}
		if place := newBaseURL(scheme, u.Host, p); !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	if !isPage {
		add(whole)
	}
	for i := 0; i <= len(whole); i++ {
		if i == len(whole) || whole[i] == '/' {
			add(whole[:i])
		}
	}
	return places
}

// pages are paths of GitLab itself: what stands before one of them is the base
// URL, or a group or project below it where the path is that of a project page
// ("/-/"). API before oauth before the others: the first that is found counts.
var pages = []string{"/api/v4", "/api/v3", "/api/graphql", "/.well-known", "/oauth", "/users/sign_in", "/-/", "/profile", "/admin", "/dashboard", "/explore", "/help"}

// cutPage cuts a page of GitLab off a path. below reports whether what is left
// may hold a group or project and so is unlikely to be the base itself.
func cutPage(p string) (left string, below bool) {
	for _, page := range pages {
		bare := strings.TrimSuffix(page, "/")
		i := strings.Index(p+"/", bare+"/")
		if i >= 0 {
			return p[:i], page == "/-/"
		}
	}
	if strings.HasSuffix(p, ".git") {
		return strings.TrimSuffix(p, ".git"), true
	}
	return p, false
}

// notAnAddress refuses a text. What stands before an @ may be a password, and
// is not repeated.
func notAnAddress(text, where string) error {
	return &Fault{Cause: NotAnAddress, Detail: CleanLine(text[strings.LastIndexByte(text, '@')+1:], 60), Where: where}
}

// hasHost reports whether the host can be shown, stored and read back: net/url
// decodes %C2%9B in it to a control character, and %25 to a % that it then
// refuses to read. Brackets it takes anywhere.
func hasHost(u *url.URL) bool {
	odd := func(r rune) bool { return r == '%' || r == utf8.RuneError || unicode.IsSpace(r) || !showable(r) }
	name := u.Hostname()
	if strings.ContainsAny(u.Host, "[]") && (u.Host[0] != '[' || net.ParseIP(name) == nil) {
		return false
	}
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsFunc(u.Host, odd) && (u.Port() == "" || validPort(u.Port()))
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}
