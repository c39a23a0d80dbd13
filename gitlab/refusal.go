package gitlab

import (
	"net/http"
	"strings"

	"flow"
)

// refusal turns an answer that is not the one asked for into a fault. what
// names what was asked for: commits of acme/api.
func (c *Client) refusal(a answer, r *request, what string) *flow.Fault {
	if f := r.front(a); f != nil {
		return f
	}
	w := wordsOf(a)
	f := &flow.Fault{Host: r.base.Host(), Says: w.line(a.status, r)}
	switch {
	case a.status == http.StatusUnauthorized:
		unauthorized(f, w)
	case a.status == http.StatusForbidden:
		forbidden(f, w, what)
	case a.status == http.StatusNotFound:
		f.Cause, f.Detail = flow.NotFound, what
	case a.status == http.StatusTooManyRequests:
		now := c.options.Now()
		f.Cause, f.When = flow.RateLimit, roundUp(now.Add(min(a.askedToWait(now), longestHold)))
	case a.status == http.StatusServiceUnavailable && inMaintenance(f.Says):
		f.Cause = flow.Maintenance
		if r.verb() != http.MethodGet {
			f.Detail = readingOnly
		}
	case a.status >= http.StatusInternalServerError:
		f.Cause, f.Detail = flow.ServerFault, times(a.tries)
	case a.status < http.StatusMultipleChoices:
		f.Cause, f.Detail, f.Says = flow.BadAnswer, a.look(), ""
	case isHTML(a):
		f.Cause, f.Detail = flow.BadAnswer, what+" as "+a.look()
	default:
		f.Cause, f.Detail = flow.BadAnswer, what
	}
	return f
}

const readingOnly = "allows reading only"

// inMaintenance knows Maintenance Mode and the page that administrators put up
// during an update.
func inMaintenance(says string) bool {
	says = strings.ToLower(says)
	return strings.Contains(says, "maintenance") || strings.Contains(says, "deploy in progress")
}

// times says how often a request was sent; "" for once.
func times(n int) string {
	names := []string{"twice", "three times", "four times", "five times", "six times"}
	if n < 2 {
		return ""
	}
	return names[min(n-2, len(names)-1)]
}

// unauthorized tells tokens that are over from those GitLab never knew. For
// personal access tokens it says so since 10.2.
func unauthorized(f *flow.Fault, w words) {
	switch description := strings.ToLower(w.description); {
	case !w.isJSON:
		// The sign-in of something before GitLab: the token is not what is wrong.
		f.Cause = flow.FrontAuth
	case w.code == "invalid_token" && strings.Contains(description, "expired"):
		f.Cause = flow.TokenExpired
	case w.code == "invalid_token" && strings.Contains(description, "revoked"):
		f.Cause = flow.TokenRevoked
	case w.code == "invalid_token" && strings.Contains(description, "impersonation"):
		f.Cause, f.Detail = flow.Forbidden, "impersonation tokens"
	case w.code == "dpop_error":
		f.Cause = flow.DPoPWanted
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

// shut are the reasons for which GitLab lets an account in nowhere, found by its
// words (Gitlab::Auth::UserAccessDeniedReason), and until when.
var shut = []struct{ words, until string }{
	{"pending approval", "an administrator approves it"}, // "and hence blocked", it goes on
	{"deactivated", "it signs in with a browser once more"},
	{"terms of service", "it accepts the terms in a browser"},
	{"password expired", "its password is changed"},
	{"not confirmed", "its mail address is confirmed"},
}

func forbidden(f *flow.Fault, w words, what string) {
	message := strings.ToLower(w.message)
	switch {
	case w.code == "insufficient_granular_scope":
		f.Cause, f.Detail = flow.Granular, what
		return
	case strings.HasPrefix(w.code, "insufficient_"):
		f.Cause, f.Detail, f.Where = flow.ScopeMissing, string(flow.ScopeAPI), "not enough for "+what
		return
	case !w.isJSON:
		// GitLab's API refuses in JSON.
		f.Cause = flow.Firewall
		return
	case strings.Contains(message, "read-only instance"):
		f.Cause, f.Detail = flow.Forbidden, "writing: it is a copy for reading only"
		return
	}
	for _, s := range shut {
		if strings.Contains(message, s.words) {
			f.Cause, f.Detail = flow.ShutOut, s.until
			return
		}
	}
	if strings.Contains(message, "has been blocked") || strings.Contains(message, "is blocked") {
		f.Cause, f.Detail = flow.Blocked, "The account"
		return
	}
	f.Cause, f.Detail = flow.Forbidden, what
}
