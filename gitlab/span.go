package gitlab

import (
	"slices"
	"strings"

	"flow"
)

// A span is what is known of a version before anybody has signed in: at least
// lower, and below upper where that is known.
type span struct{ lower, upper version }

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
	return s.upper == (version{}) || capabilities[c].since.before(s.upper)
}

// raise notes that the version is at least v.
func (s *span) raise(v version) {
	if s.lower.before(v) {
		s.lower = v
	}
}

// markers are what anybody can see since when: the scopes that the OpenID
// configuration of a GitLab offers.
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

// span is what the announcement says about the version: every marker that is
// there raises the lower bound, the first that is missing above it is the upper.
func (said announcement) span() span {
	s := span{lower: capabilities[supported].since}
	for _, m := range markers {
		if slices.Contains(said.Scopes, m.scope) {
			s.raise(m.since)
		}
	}
	if len(said.Challenges) > 0 {
		s.raise(challengesTold)
	}
	if slices.ContainsFunc(said.Grants, func(g string) bool { return strings.HasSuffix(g, "device_code") }) {
		s.raise(capabilities[deviceGrant].since)
	}
	for _, m := range markers {
		if s.lower.before(m.since) {
			s.upper = m.since
			break
		}
	}
	return s
}

// tokenPages are where a personal access token may be made, the newest first: as
// long as the version is not known there may be several, and GitLab leads from
// none of them to another.
func (s span) tokenPages(base flow.BaseURL) (pages []string, prefilled bool) {
	fill := ""
	if s.possibly(prefilledToken) {
		fill = "?name=Flow&scopes=" + strings.ReplaceAll(flow.WantedScopes.String(), ", ", ",")
	}
	for _, page := range []struct {
		path     string
		possible bool
	}{
		{"/-/user_settings/personal_access_tokens", s.possibly(newTokenPage)},
		{"/-/profile/personal_access_tokens", s.possibly(movedTokenPage) && !s.certainly(newTokenPage)},
		{"/profile/personal_access_tokens", !s.certainly(movedTokenPage)},
	} {
		if page.possible {
			pages = append(pages, base.At(page.path+fill))
		}
	}
	return pages, s.certainly(prefilledToken)
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
