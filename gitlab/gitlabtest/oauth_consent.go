package gitlabtest

import (
	"net/http"
	"strings"
)

// consentPage has one form to agree and one to refuse. Both carry the whole
// request along. The button names the application since about 17.0.
func (v *visit) consentPage(asked *authorizationRequest) answer {
	name := htmlText(asked.application.Name)
	authorize := "Authorize"
	if v.release.since(17, 0) {
		authorize = "Authorize " + name
	}
	warning := ""
	if v.user.Admin {
		warning = `<p class="problem">You are an administrator, which means authorizing access to <strong>` + name +
			`</strong> will allow it to interact with GitLab as an administrator as well.</p>`
	}
	carried := hidden("client_id", asked.application.UID) + hidden("redirect_uri", asked.redirect) + hidden("state", asked.state) +
		hidden("response_type", "code") + hidden("scope", strings.Join(asked.scopes, " ")) +
		hidden("code_challenge", asked.challenge.value) + hidden("code_challenge_method", asked.challenge.method)
	return document(http.StatusOK, "Authorize "+asked.application.Name, `<h1><strong>`+name+`</strong> is requesting access to your account on GitLab.</h1>
<p>`+htmlText(v.user.Name)+` · @`+htmlText(v.user.Username)+`</p>`+warning+scopeNotes(asked.scopes)+
		`<p>Make sure you trust <strong>`+name+`</strong> before authorizing.</p>`+
		v.form("post", "/oauth/authorize", carried+`<button class="confirm" id="authorize" type="submit">`+authorize+`</button>`)+
		v.form("delete", "/oauth/authorize", carried+`<button id="deny" type="submit">Deny</button>`))
}

// carryOn goes to the application without asking. In 13.0 GitLab redirects, in
// 16.0 a page with status 200 leads on by a script. That this came with 13.8 is
// an inference: 13.7.2 and 13.7.4 closed CVE-2021-22171 in the same place.
func (v *visit) carryOn(address string) answer {
	if !v.release.since(13, 8) {
		return redirectTo(address)
	}
	return document(http.StatusOK, "Redirecting", `<h1>Redirecting</h1>
<p><a id="redirect" href="`+htmlText(address)+`">Click here to redirect to `+htmlText(address)+`</a></p>
<script>window.location = document.getElementById("redirect").href;</script>`)
}

// scopeNotes are GitLab's explanations; a scope without one shows its name.
func scopeNotes(scopes []string) string {
	var list strings.Builder
	for _, scope := range scopes {
		note := scopeTexts[scope]
		if note[0] == "" {
			note[0] = scope
		}
		list.WriteString(`<div class="scope"><strong>` + htmlText(note[0]) + `</strong><small>` + htmlText(note[1]) + "</small></div>\n")
	}
	return list.String()
}

var scopeTexts = map[string][2]string{
	"api":              {"Access the authenticated user's API", "Grants complete read/write access to the API, including all groups and projects."},
	"read_api":         {"Read Api", "Grants read access to the API, including all groups and projects."},
	"read_user":        {"Read the authenticated user's personal information", "Grants read-only access to the authenticated user's profile through the /user API endpoint."},
	"read_repository":  {"Allows read-only access to the repository", "Grants read-only access to repositories on private projects using Git-over-HTTP or the Repository Files API."},
	"write_repository": {"Allows read-write access to the repository", "Grants read-write access to repositories on private projects using Git-over-HTTP (not using the API)."},
	"openid":           {"Authenticate using OpenID Connect", "Grants permission to authenticate with GitLab using OpenID Connect."},
	"profile":          {"Allows read-only access to the user's personal information using OpenID Connect", ""},
	"email":            {"Allows read-only access to the user's primary email address using OpenID Connect", ""},
	"sudo":             {"Perform API actions as any user in the system", ""},
}
