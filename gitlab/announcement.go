package gitlab

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"flow"
)

const wellKnown = "/.well-known/openid-configuration"

// An announcement is what a GitLab tells anybody about itself: its OpenID
// configuration, there since exactly 9.0.
type announcement struct {
	Issuer     string   `json:"issuer"` // external_url with its path
	Scopes     []string `json:"scopes_supported"`
	Challenges []string `json:"code_challenge_methods_supported"`
	Grants     []string `json:"grant_types_supported"`
}

// announcementOf reads an announcement. Other programs (Gitea, Keycloak) have
// one at the same place; the scopes api and read_user are GitLab's.
func announcementOf(a answer) (announcement, bool) {
	var said announcement
	if a.status != http.StatusOK || json.Unmarshal(a.body, &said) != nil {
		return announcement{}, false
	}
	ours := said.Issuer != "" && slices.Contains(said.Scopes, "api") && slices.Contains(said.Scopes, "read_user")
	return said, ours
}

// wanted are the scopes to sign in with: GitLab refuses a sign-in that asks for
// one that it does not know, as read_repository before 10.7. An announcement that
// is hidden rules none out.
func (said announcement) wanted() flow.Scopes {
	if len(said.Scopes) == 0 {
		return slices.Clone(flow.WantedScopes)
	}
	return slices.DeleteFunc(slices.Clone(flow.WantedScopes), func(s flow.Scope) bool {
		return !slices.Contains(said.Scopes, string(s))
	})
}

// otherName is what the GitLab calls itself where that is not the address it is
// spoken to at; "" if it is.
func (said announcement) otherName(base flow.BaseURL) string {
	name, err := flow.ParseBaseURL(said.Issuer)
	if err != nil || name == base {
		return ""
	}
	return flow.CleanLine(name.String(), 200)
}

// announced asks for the announcement anonymously. A proxy may hide it, so one
// that is missing means nothing.
func (s *session) announced(ctx context.Context) (announcement, span) {
	a, err := s.client.do(ctx, &request{site: s.site, path: wellKnown})
	if err != nil {
		return announcement{}, span{}
	}
	said, ours := announcementOf(a)
	if !ours || !sameOrigin(s.base, a.at) {
		return announcement{}, span{}
	}
	return said, said.span()
}

// baseOf is the base URL at which the page at a path was answered.
func baseOf(at *url.URL, page string) (flow.BaseURL, bool) {
	whole := at.Scheme + "://" + at.Host + at.EscapedPath()
	root, below := strings.CutSuffix(whole, page)
	if !below {
		return flow.BaseURL{}, false
	}
	base, err := flow.ParseBaseURL(root)
	// The path may be one that the server has chosen, in a redirect.
	return base, err == nil && len(base.Path()) <= maxSubPath
}

const maxSubPath = 200 // characters
