package gitlab

import (
	"strconv"
	"strings"

	"flow"
)

// A version is a release of GitLab. Its zero value is one that is not known,
// which is older than every capability.
type version struct{ major, minor int }

// parseVersion reads what GitLab tells: 10.0.7-ee, 18.9.0-pre.
func parseVersion(text string) (version, bool) {
	major, rest, ok := strings.Cut(text, ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	v := version{}
	var errMajor, errMinor error
	v.major, errMajor = strconv.Atoi(major)
	v.minor, errMinor = strconv.Atoi(minor)
	if !ok || errMajor != nil || errMinor != nil || v.major < 1 || v.minor < 0 {
		return version{}, false
	}
	return v, true
}

func (v version) String() string {
	if v == (version{}) {
		return ""
	}
	return strconv.Itoa(v.major) + "." + strconv.Itoa(v.minor)
}

func (v version) before(w version) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}

// A capability is something that not every GitLab has.
type capability int

const (
	supported         capability = iota // API v4, without which Flow can do nothing
	groupsByID                          // GET /groups order_by=id
	roleFilter                          // min_access_level on projects and groups
	archivedByDefault                   // /projects lists archived projects too
	keysetProjects                      // /projects pagination=keyset with id_after
	tokenSelf                           // GET /personal_access_tokens/self
	prefilledToken                      // the token page takes name and scopes from its address
	movedTokenPage                      // the token page below /-/profile
	newTokenPage                        // the token page below /-/user_settings
	reusedTokens                        // every sign-in of an account with an application gets the same token
	ownTokens                           // no longer
	publicApps                          // applications that are not confidential
	verifierKnown                       // the token page looks at code_verifier; before, it is ignored
	anyLoopbackPort                     // a redirect URI of a loopback IP may have any port
	pkceStored                          // challenges are kept; before, a verifier is rejected
	deviceGrant                         // device codes, in 17.2 behind a flag
)

// capabilities is the one place that says what is there since when. Every
// request that some GitLab does not know follows from it, and nothing else
// compares versions.
var capabilities = [...]version{
	supported:         {9, 0},
	groupsByID:        {11, 1},
	roleFilter:        {11, 2},
	archivedByDefault: {11, 2},  // before, archived=false was the default
	keysetProjects:    {12, 10}, // there since 12.6, mended in 12.9.4
	tokenSelf:         {15, 5},
	prefilledToken:    {14, 1},
	movedTokenPage:    {13, 5},
	newTokenPage:      {16, 7},
	reusedTokens:      {11, 1}, // Doorkeeper's reuse_access_token
	ownTokens:         {15, 2},
	publicApps:        {12, 8}, // Doorkeeper 5.0
	verifierKnown:     {12, 8},
	anyLoopbackPort:   {13, 4}, // Doorkeeper 5.1
	pkceStored:        {13, 8},
	deviceGrant:       {17, 2},
}

func (v version) has(c capability) bool { return !v.before(capabilities[c]) }

// A span is what is known of a version before anybody has signed in: at least
// lower, and below upper where that is known.
type span struct{ lower, upper version }

// markers are what an anonymous answer shows since when: the scopes that the
// OpenID configuration of a GitLab offers.
var markers = []struct {
	scope string
	since version
}{
	{"sudo", version{10, 2}},
	{"read_repository", version{10, 7}},
	{"profile", version{11, 8}},
	{"write_repository", version{11, 11}},
	{"read_api", version{12, 10}},
	{"admin_mode", version{15, 8}},
	{"create_runner", version{16, 2}},
	{"k8s_proxy", version{16, 4}},
	{"manage_runner", version{17, 1}},
	{"self_rotate", version{17, 9}},
}

// challengesTold is since when code_challenge_methods_supported is announced.
var challengesTold = version{16, 0}

// exactly is the span of a version that is known.
func exactly(v version) span { return span{v, version{v.major, v.minor + 1}} }

// spanOf reads back what [Client.Find] told of a server's version.
func spanOf(server flow.Server) span {
	lower, _ := parseVersion(server.AtLeast)
	upper, _ := parseVersion(server.Below)
	return span{lower, upper}
}

// certainly reports whether every version in the span has it, possibly whether
// one of them has.
func (s span) certainly(c capability) bool { return s.lower.has(c) }
func (s span) possibly(c capability) bool {
	return s.upper == (version{}) || capabilities[c].before(s.upper)
}

// tokenPage is where a personal access token is made. There is no redirect from
// one of the addresses to another.
func (s span) tokenPage(base flow.BaseURL) (page string, prefilled bool) {
	page = "/profile/personal_access_tokens"
	switch {
	case s.certainly(newTokenPage), s.possibly(newTokenPage) && s.lower.major >= 15:
		page = "/-/user_settings/personal_access_tokens"
	case s.possibly(movedTokenPage):
		page = "/-/profile/personal_access_tokens"
	}
	if s.possibly(prefilledToken) {
		page += "?name=Flow&scopes=" + strings.ReplaceAll(flow.WantedScopes.String(), ", ", ",")
	}
	return base.At(page), s.certainly(prefilledToken)
}

// ports is what a redirect URI on this machine has to have.
func (s span) ports() flow.PortRule {
	switch {
	case s.certainly(anyLoopbackPort):
		return flow.AnyPort
	case s.possibly(anyLoopbackPort):
		return flow.PortsUnknown
	}
	return flow.OnlyFixedPorts
}
