package gitlabtest

import (
	"net/http"
	"time"
)

// accessGrant is what a user has agreed to, until its code is exchanged.
type accessGrant struct {
	application string
	user        int
	redirect    string
	scopes      []string
	challenge   challenge
	expires     time.Time
	used        bool
}

// codeLife is Doorkeeper's authorization_code_expires_in, which GitLab leaves
// as it is.
const codeLife = 10 * time.Minute

// authorizationRequest is what an application asks a user for, read and checked
// (lib/doorkeeper/oauth/pre_authorization.rb).
type authorizationRequest struct {
	application *Application
	redirect    string
	scopes      []string
	state       string
	challenge   challenge
	problem     string // the name of the error; empty where all is well
	sentence    string
}

// redirectable: an error is told to the application only where it is certain
// who that is (Doorkeeper's ErrorResponse#redirectable?).
func (asked *authorizationRequest) redirectable() bool {
	return asked.application != nil && asked.problem != "invalid_client" && asked.problem != "invalid_redirect_uri"
}

// authorizationRequest reads a request in the order in which Doorkeeper
// validates it since 5.2. Older ones look at response type and scopes before
// the redirect URI, which changes only the words on a page that shows one error
// at a time.
func (v *visit) authorizationRequest() *authorizationRequest {
	form := v.request.Form
	asked := &authorizationRequest{redirect: form.Get("redirect_uri"), state: form.Get("state"), scopes: scopeList(form.Get("scope"))}
	asked.challenge = v.release.challenge(form.Get("code_challenge"), form.Get("code_challenge_method"))
	fail := func(name string) *authorizationRequest {
		asked.problem, asked.sentence = name, oauthSentence(name)
		return asked
	}
	if form.Get("client_id") == "" {
		return fail("invalid_request")
	}
	if asked.application = v.company.oauth.applications[form.Get("client_id")]; asked.application == nil {
		return fail("invalid_client")
	}
	if len(asked.scopes) == 0 {
		asked.scopes = v.defaultScopes(asked.application)
	}
	switch {
	case !asked.application.mayRedirect(v.release, asked.redirect):
		return fail("invalid_redirect_uri")
	case form.Get("response_type") == "":
		return fail("invalid_request")
	case form.Get("response_type") != "code": // the implicit grant is not played
		return fail("unsupported_response_type")
	case !asked.application.grants(v.release, asked.scopes):
		return fail("invalid_scope")
	case !asked.challenge.valid():
		return fail("invalid_code_challenge_method")
	}
	return asked
}

// defaultScopes is what GitLab takes for granted, api, if the application has
// it at all.
func (v *visit) defaultScopes(a *Application) []string {
	if a.grants(v.release, []string{"api"}) {
		return []string{"api"}
	}
	return nil
}

// showConsent asks the user, unless the application is trusted or has a live
// token for the same. GitLab's own controller shows every error as a page with
// status 200 and redirects none of them, whatever Doorkeeper would do.
func showConsent(v *visit) answer {
	if a, forbidden := v.forbiddenToAdministrators(); forbidden {
		return a
	}
	asked := v.authorizationRequest()
	if asked.problem != "" {
		return document(http.StatusOK, "Error", `<h1>An error has occurred</h1>
<pre id="error">`+htmlText(asked.sentence)+`</pre>`)
	}
	if asked.application.Trusted || v.agreedBefore(asked) {
		return v.carryOn(v.grant(asked))
	}
	return v.consentPage(asked)
}

// agreedBefore is never true for a public application: anybody could pretend
// to be it.
func (v *visit) agreedBefore(asked *authorizationRequest) bool {
	return !asked.application.public(v.release) &&
		v.company.oauth.live(asked.application.UID, v.user.ID, asked.scopes, v.now()) != nil
}

// approve is the button "Authorize".
func approve(v *visit) answer {
	if a, forbidden := v.forbiddenToAdministrators(); forbidden {
		return a
	}
	asked := v.authorizationRequest()
	if asked.problem != "" {
		return v.refuse(asked)
	}
	return redirectTo(v.grant(asked))
}

// deny is the button "Deny".
func deny(v *visit) answer {
	asked := v.authorizationRequest()
	if asked.problem == "" {
		asked.problem, asked.sentence = "access_denied", oauthSentence("access_denied")
	}
	return v.refuse(asked)
}

// refuse tells the application, or, where it can't be trusted to be the right
// one, whoever posted the form.
func (v *visit) refuse(asked *authorizationRequest) answer {
	if !asked.redirectable() {
		return v.release.oauthErrorSaying(asked.problem, asked.sentence)
	}
	return redirectTo(withQuery(asked.redirect, "error", asked.problem, "error_description", asked.sentence, "state", asked.state))
}

// grant makes a code and returns the address that takes it to the application.
func (v *visit) grant(asked *authorizationRequest) string {
	code := randomHex()
	v.company.oauth.codes[code] = &accessGrant{
		application: asked.application.UID, user: v.user.ID, redirect: asked.redirect,
		scopes: asked.scopes, challenge: asked.challenge, expires: v.now().Add(codeLife),
	}
	return withQuery(asked.redirect, "code", code, "state", asked.state)
}

// forbiddenToAdministrators looks at every scope that the application may ask
// for, also at those that this request leaves out.
func (v *visit) forbiddenToAdministrators() (answer, bool) {
	a := v.company.oauth.applications[v.request.Form.Get("client_id")]
	if !v.options.DisableAdminOAuthScopes || !v.user.Admin || a == nil || a.Trusted {
		return answer{}, false
	}
	for _, scope := range a.scopes(v.release) {
		switch scope {
		case "api", "read_api", "read_repository", "write_repository", "read_registry", "write_registry", "sudo", "admin_mode":
			return document(http.StatusOK, "Forbidden", `<h1>Forbidden</h1>
<p class="problem">Administrators are not permitted to connect applications with these scopes: <code>api</code>, <code>read_api</code>,
<code>read_repository</code>, <code>write_repository</code>, <code>write_registry</code>, <code>read_registry</code>, and <code>sudo</code>.
To permit this, change the <code>disable_admin_oauth_scopes</code> setting using the API.</p>`), true
		}
	}
	return answer{}, false
}
