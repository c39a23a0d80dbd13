package gitlabtest

import "net/http"

// SetTokensDisabled is the administrator's switch that has GitLab refuse all
// personal access tokens and those of projects and groups, as if it did not
// know them (Enterprise Edition, 17.3). Tokens of applications go on working.
func (s *Server) SetTokensDisabled(on bool) { s.tokensDisabled.Store(on) }

func (s *Server) refusesTokens() bool {
	return s.tokensDisabled.Load() && s.release.enterprise && s.release.since(17, 3)
}

// stateSince is the release from which the API refuses accounts in this state.
// Blocked accounts it has always refused; an older release lets the others in.
func (u UserState) stateSince() since {
	switch u {
	case TermsNotAccepted:
		return since{10, 8}
	case Deactivated:
		return since{12, 4}
	case PendingApproval:
		return since{13, 5}
	case Unconfirmed:
		return since{14, 0}
	case PasswordExpired:
		return since{14, 3} // 14.1 to 14.2 let it pass (CVE-2021-39872)
	}
	return since{}
}

// refusal is GitLab's sentence for an account that may not use the API.
// (lib/gitlab/auth/user_access_denied_reason.rb since 10.8; 10.2 to 10.7 have
// one sentence for all.)
func (s *Server) refusal(u *User) string {
	first := u.State.stateSince()
	switch {
	case u.State == Active || !s.release.since(first.major, first.minor):
		return ""
	case !s.release.since(10, 8):
		return "User is blocked"
	case u.State == PendingApproval && s.release.since(14, 0):
		return "Your account is pending approval from your administrator and hence blocked."
	case u.State == TermsNotAccepted && s.release.since(14, 0):
		return mustAcceptTerms(u) + "To accept these terms, please access GitLab from a web browser at " + s.external + "."
	case u.State == TermsNotAccepted:
		return mustAcceptTerms(u) + "Please access GitLab from a web browser to accept these terms."
	case u.State == Deactivated:
		return "Your account has been deactivated by your administrator. " +
			"Please log back in from a web browser to reactivate your account at " + s.external
	case u.State == PasswordExpired:
		return "Your password expired. Please access GitLab from a web browser to update your password."
	case u.State == Unconfirmed:
		return "Your primary email address is not confirmed. " +
			"Please check your inbox for the confirmation instructions. " +
			"In case the link is expired, you can request a new confirmation email at " +
			s.external + "/users/confirmation/new"
	}
	return "Your account has been blocked."
}

func mustAcceptTerms(u *User) string {
	return "You (@" + u.Username + ") must accept the Terms of Service in order to perform this action. "
}

// forbiddenBecause has two spaces in front of the dash before 13.0, where a
// space joins two parts of which one brings its own.
func (r release) forbiddenBecause(reason string) answer {
	dash := " - "
	if !r.since(13, 0) {
		dash = "  - "
	}
	return message(http.StatusForbidden, "403 Forbidden"+dash+reason)
}
