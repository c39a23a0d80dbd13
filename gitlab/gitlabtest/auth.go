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
// order: unknown, expired, revoked, then the state of the account. Scopes come
// after that. No credential at all is an anonymous call.
func (s *Server) signIn(k *call) (answer, bool) {
	k.credential = presented(k.request)
	if k.credential.value == "" {
		return answer{}, true
	}
	var user int
	var expired, revoked bool
	k.token, k.oauthToken = s.tokenOf(k.credential)
	switch {
	case k.token != nil:
		user, k.scopes, expired, revoked = k.token.User, k.token.Scopes, k.token.expired(s.now()), k.token.Revoked
	case k.oauthToken != nil:
		t := k.oauthToken
		user, k.scopes, expired, revoked = t.User, t.Scopes, t.expired(s.now()), t.Revoked
	default:
		return unauthorized(), false
	}
	if expired {
		return tokenProblem(http.StatusUnauthorized, "invalid_token",
			"Token is expired. You can either do re-authorization or token refresh.", nil), false
	}
	if revoked {
		return tokenProblem(http.StatusUnauthorized, "invalid_token",
			"Token was revoked. You have to re-authorize from the user.", nil), false
	}
	k.user = s.company.users[user]
	if reason := s.refusal(k.user); reason != "" {
		return forbidden(reason), false
	}
	return answer{}, true
}

// tokenOf: a token of an application comes as Bearer and in no other way. A
// personal one comes as PRIVATE-TOKEN, and since 12.2 as Bearer as well.
func (s *Server) tokenOf(c credential) (*Token, *oauthToken) {
	if c.header == "PRIVATE-TOKEN" {
		return s.company.tokens[c.value], nil
	}
	if row := s.company.oauth.access[c.value]; row != nil || !s.release.since(12, 2) {
		return nil, row
	}
	return s.company.tokens[c.value], nil
}

// expired: GitLab refuses a token from the beginning (UTC) of its day of expiry.
func (t *Token) expired(now time.Time) bool {
	return !t.ExpiresOn.IsZero() && !now.UTC().Before(t.ExpiresOn.UTC().Truncate(24*time.Hour))
}

// refusal is GitLab's sentence for an account that may not use the API.
func (s *Server) refusal(u *User) string {
	switch u.State {
	case Blocked:
		return "Your account has been blocked."
	case Deactivated:
		return "Your account has been deactivated by your administrator. " +
			"Please log back in from a web browser to reactivate your account at " + s.external
	case TermsNotAccepted:
		return "You (@" + u.Username + ") must accept the Terms of Service in order to perform this action. " +
			"To accept these terms, please access GitLab from a web browser at " + s.external + "."
	case PasswordExpired:
		return "Your password expired. Please access GitLab from a web browser to update your password."
	case Unconfirmed:
		return "Your primary email address is not confirmed. " +
			"Please check your inbox for the confirmation instructions. " +
			"In case the link is expired, you can request a new confirmation email at " +
			s.external + "/users/confirmation/new"
	}
	return ""
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

// allowed compares the token's scopes with the route's. Everything but api
// opens GET and HEAD only.
func (k *call) allowed() (answer, bool) {
	if k.user == nil || k.route.anyScope {
		return answer{}, true
	}
	accepted := k.acceptedScopes()
	reading := k.request.Method == http.MethodGet || k.request.Method == http.MethodHead
	for _, scope := range k.scopes {
		if scope == "api" || reading && slices.Contains(accepted, scope) {
			return answer{}, true
		}
	}
	return tokenProblem(http.StatusForbidden, "insufficient_scope",
		"The request requires higher privileges than provided by the access token.", accepted), false
}
