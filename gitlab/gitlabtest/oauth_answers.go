package gitlabtest

import (
	"net/http"
)

// oauthErrors are GitLab's sentences for Doorkeeper's errors
// (config/locales/doorkeeper.en.yml, and the gem's own where GitLab has none).
var oauthErrors = map[string]string{
	"access_denied":                 "The resource owner or authorization server denied the request.",
	"invalid_client":                "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
	"invalid_code_challenge_method": "The code challenge method must be plain or S256.",
	"invalid_grant":                 "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
	"invalid_redirect_uri":          "The redirect URI included is not valid.",
	"invalid_request":               "The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed.",
	"invalid_scope":                 "The requested scope is invalid, unknown, or malformed.",
	"invalid_token":                 "The access token is invalid",
	"unauthorized_client":           "You are not authorized to revoke this token",
	"unsupported_grant_type":        "The authorization grant type is not supported by the authorization server.",
	"unsupported_response_type":     "The authorization server does not support this response type.",
}

// oauthSentence: Doorkeeper falls back to the sentence of server_error for a
// name that has none, and neither GitLab nor the device grant's gem has any for
// authorization_pending, slow_down and expired_token.
func oauthSentence(name string) string {
	if sentence, found := oauthErrors[name]; found {
		return sentence
	}
	return "The authorization server encountered an unexpected condition which prevented it from fulfilling the request."
}

// oauthError is a refusal of the token endpoint. Up to 13.3, whose Doorkeeper
// is older than 5.1, all of them are a 401; then only a wrong client is.
// WWW-Authenticate comes with each, also with a 400.
func (r release) oauthError(name string) answer {
	return r.oauthErrorSaying(name, oauthSentence(name))
}

// missing names the parameter since Doorkeeper 5.4, which came with 13.9.
func (r release) missing(parameter string) answer {
	if r.since(13, 9) {
		return r.oauthErrorSaying("invalid_request", "Missing required parameter: "+parameter+".")
	}
	return r.oauthError("invalid_request")
}

func (r release) oauthErrorSaying(name, sentence string) answer {
	status := http.StatusBadRequest
	if name == "invalid_client" || name == "invalid_token" || !r.since(13, 4) {
		status = http.StatusUnauthorized
	}
	a := oauthAnswer(status, func(e *entity) {
		e.text("error", name)
		e.text("error_description", sentence)
	})
	a.header.Set("WWW-Authenticate", `Bearer realm="Doorkeeper", error="`+name+`", error_description="`+sentence+`"`)
	return a
}

// oauthAnswer is an object that nothing on the way may keep.
func oauthAnswer(status int, write func(*entity)) answer {
	var e entity
	e.open('{')
	write(&e)
	e.shut('}')
	return answer{status, http.Header{
		"Content-Type":  {"application/json; charset=utf-8"},
		"Cache-Control": {"no-store"},
		"Pragma":        {"no-cache"},
	}, e.buf}
}
