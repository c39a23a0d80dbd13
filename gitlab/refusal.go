package gitlab

import (
	"net/http"
	"strings"
	"time"

	"flow"
)

// refusal turns an answer that is not the one asked for into a fault. what
// names what was asked for: commits of acme/api.
func (c *Client) refusal(a answer, r *request, what string) *flow.Fault {
	w := wordsOf(a)
	f := &flow.Fault{Host: r.base.Host(), Says: w.line(a.status, r)}
	switch {
	case a.status == http.StatusUnauthorized:
		unauthorized(f, w)
	case a.status == http.StatusForbidden:
		forbidden(f, w, what)
	case a.status == http.StatusNotFound:
		f.Cause, f.Detail = flow.NotFound, what
	case a.status == http.StatusProxyAuthRequired:
		f.Cause = flow.ProxyAuth
	case a.status == http.StatusTooManyRequests:
		f.Cause, f.When = flow.RateLimit, c.options.Now().Add(c.askedToWait(a)).Truncate(time.Second)
	case a.status == http.StatusServiceUnavailable && strings.Contains(strings.ToLower(f.Says), "maintenance"):
		f.Cause = flow.Maintenance
	case a.status >= 500:
		f.Cause = flow.ServerFault
	case a.status == http.StatusOK && isHTML(a):
		f.Cause, f.Detail, f.Says = flow.BadAnswer, a.look(), ""
	default:
		f.Cause, f.Detail = flow.BadAnswer, what+" as "+a.look()
	}
	return f
}

// unauthorized tells tokens that are over from those GitLab never knew. For
// personal access tokens it says so since 10.2.
func unauthorized(f *flow.Fault, w words) {
	switch description := strings.ToLower(w.description); {
	case !w.isJSON:
		// A proxy's own sign-in: the token is not what is wrong.
		f.Cause, f.Detail = flow.BadAnswer, "a sign-in that is not GitLab's"
	case w.code == "invalid_token" && strings.Contains(description, "expired"):
		f.Cause = flow.TokenExpired
	case w.code == "invalid_token" && strings.Contains(description, "revoked"):
		f.Cause = flow.TokenRevoked
	case w.code == "invalid_token" && strings.Contains(description, "impersonation"):
		f.Cause, f.Detail = flow.Forbidden, "impersonation tokens"
	case w.code == "dpop_error":
		f.Cause, f.Detail = flow.Forbidden, "tokens without DPoP"
	default:
		f.Cause = flow.TokenUnknown
	}
}

// refusesToken reports whether GitLab, and no proxy, refuses a token that another
// one may take the place of.
func refusesToken(a answer) bool {
	if a.status != http.StatusUnauthorized {
		return false
	}
	var f flow.Fault
	w := wordsOf(a)
	unauthorized(&f, w)
	switch f.Cause {
	case flow.TokenExpired, flow.TokenRevoked:
		return true
	case flow.TokenUnknown:
		// On the page that tells about a sign-in Doorkeeper says invalid_request
		// before 5.1 (GitLab 13.4).
		return w.code == "invalid_token" || w.code == "invalid_request" || w.message == unsigned
	}
	return false
}

// unsigned is what GitLab's API says to whom it does not know.
const unsigned = "401 Unauthorized"

// shut are the reasons for which GitLab lets an account in nowhere, found by
// its words (Gitlab::Auth::UserAccessDeniedReason).
var shut = []struct {
	word   string
	cause  flow.Cause
	detail string
}{
	{"has been blocked", flow.Blocked, "The account"},
	{"is blocked", flow.Blocked, "The account"},
	{"deactivated", flow.Forbidden, "the account everything until it signs in with a browser once more"},
	{"terms of service", flow.Forbidden, "the account everything until it accepts the terms in a browser"},
	{"password expired", flow.Forbidden, "the account everything until its password is changed"},
	{"not confirmed", flow.Forbidden, "the account everything until its mail address is confirmed"},
	{"pending approval", flow.Forbidden, "the account everything until an administrator approves it"},
}

func forbidden(f *flow.Fault, w words, what string) {
	if strings.HasPrefix(w.code, "insufficient_") {
		f.Cause, f.Detail, f.Where = flow.ScopeMissing, string(flow.ScopeAPI), "not enough for "+what
		return
	}
	if reason := shutBy(w.message); reason >= 0 {
		f.Cause, f.Detail = shut[reason].cause, shut[reason].detail
		return
	}
	f.Cause, f.Detail = flow.Forbidden, what
}

func shutBy(message string) int {
	message = strings.ToLower(message)
	for i, s := range shut {
		if strings.Contains(message, s.word) {
			return i
		}
	}
	return -1
}
