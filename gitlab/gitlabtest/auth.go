package gitlabtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// credential is what a request carries to say who it is.
type credential struct {
	header string // "PRIVATE-TOKEN", "Authorization" or "" for none
	value  string
}

// presented reads the credential as GitLab does: PRIVATE-TOKEN wins where both
// headers are sent.
func presented(r *http.Request) credential {
	if value := r.Header.Get("PRIVATE-TOKEN"); value != "" {
		return credential{"PRIVATE-TOKEN", value}
	}
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && value != "" {
		return credential{"Authorization", strings.TrimSpace(value)}
	}
	return credential{}
}

// signIn finds the token and its user and refuses what GitLab refuses, in its
// order: unknown, expired, revoked, the state of the account, the scopes. No
// credential at all is an anonymous call.
func (s *Server) signIn(k *call) (answer, bool) {
	k.credential = presented(k.request)
	if k.credential.value == "" {
		return answer{}, true
	}
	k.token, k.oauthToken = s.tokenOf(k.credential)
	user, expired, revoked := 0, false, false
	switch {
	case k.token != nil:
		user, k.scopes, expired, revoked = k.token.User, k.token.Scopes, k.token.expired(s.now()), k.token.Revoked
	case k.oauthToken != nil:
		t := k.oauthToken
		user, k.scopes, expired, revoked = t.User, t.Scopes, t.expired(s.now()), t.Revoked
	}
	if user == 0 || k.token != nil && (expired || revoked || !k.sufficient()) {
		if s.release.silentAboutTokens() {
			return k.staysAnonymous()
		}
	}
	switch {
	case user == 0:
		return unauthorized(), false
	case expired:
		return tokenProblem(http.StatusUnauthorized, "invalid_token",
			"Token is expired. You can either do re-authorization or token refresh.", nil), false
	case revoked:
		return tokenProblem(http.StatusUnauthorized, "invalid_token",
			"Token was revoked. You have to re-authorize from the user.", nil), false
	}
	k.user = s.company.users[user]
	if reason := s.refusal(k.user); reason != "" {
		if s.release.silentAboutTokens() {
			return k.staysAnonymous()
		}
		return s.release.forbiddenBecause(reason), false
	}
	if !k.sufficient() {
		return tokenProblem(http.StatusForbidden, "insufficient_scope",
			"The request requires higher privileges than provided by the access token.", k.acceptedScopes()), false
	}
	k.user = s.withAdminMode(k)
	return answer{}, true
}

// silentAboutTokens: up to 10.1, a personal token that is unknown, expired,
// revoked or too narrow is as good as none, and so is one of a blocked account.
// What is open to everybody answers as to everybody; the rest answers a plain
// 401. (lib/api/helpers.rb and api_guard.rb of these releases; only tokens of
// applications were told why.)
func (r release) silentAboutTokens() bool { return !r.since(10, 2) }

func (k *call) staysAnonymous() (answer, bool) {
	k.token, k.oauthToken, k.scopes, k.user = nil, nil, nil, nil
	return answer{}, true
}

// withAdminMode is the account as the API takes it: with Admin Mode, which it
// knows since 15.9, an administrator is one only by a token with the scope.
func (s *Server) withAdminMode(k *call) *User {
	if !k.user.Admin || !s.options.AdminMode || !s.release.since(15, 9) || slices.Contains(k.scopes, "admin_mode") {
		return k.user
	}
	ordinary := *k.user
	ordinary.Admin = false
	return &ordinary
}

// tokenOf: a token of an application comes as Bearer and in no other way. A
// personal one comes as PRIVATE-TOKEN, and since 12.2 as Bearer as well.
func (s *Server) tokenOf(c credential) (*Token, *oauthToken) {
	if c.header == "PRIVATE-TOKEN" {
		return s.personal(c.value), nil
	}
	if row := s.company.oauth.access[c.value]; row != nil || !s.release.since(12, 2) {
		return nil, row
	}
	return s.personal(c.value), nil
}

// personal finds a personal token, or one of a project or group, which GitLab
// keeps in the same table.
func (s *Server) personal(value string) *Token {
	t := s.company.tokens[value]
	if t == nil || s.refusesTokens() {
		return nil
	}
	if first := s.company.users[t.User].of.since(); !s.release.since(first.major, first.minor) {
		return nil
	}
	return t
}

// expired: GitLab refuses a token from the beginning (UTC) of its day of expiry.
func (t *Token) expired(now time.Time) bool {
	return !t.ExpiresOn.IsZero() && !now.UTC().Before(t.ExpiresOn.UTC().Truncate(24*time.Hour))
}

// acceptedScopes is what a route registers, in GitLab's order: the endpoint's
// own scopes, then those of the whole API. GitLab names all of them in an
// insufficient_scope error, also those that hold for GET only.
func (k *call) acceptedScopes() []string {
	scopes := slices.Clone(k.route.scopes)
	if k.route.readUserSince != (since{}) && k.release.since(k.route.readUserSince.major, k.route.readUserSince.minor) {
		scopes = append(scopes, "read_user")
	}
	scopes = append(scopes, "api")
	if k.release.since(12, 10) {
		scopes = append(scopes, "read_api")
	}
	return scopes
}

// sufficient compares the token's scopes with the route's. Everything but api
// opens GET and HEAD only.
func (k *call) sufficient() bool {
	if k.route.anyScope {
		return true
	}
	accepted := k.acceptedScopes()
	reading := k.request.Method == http.MethodGet || k.request.Method == http.MethodHead
	return slices.ContainsFunc(k.scopes, func(scope string) bool {
		return scope == "api" || reading && slices.Contains(accepted, scope)
	})
}
