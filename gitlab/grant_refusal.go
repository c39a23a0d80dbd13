package gitlab

import (
	"errors"
	"net/http"

	"flow"
)

// refusal is why the token page did not do what it was asked for, by the codes of
// RFC 6749 (5.2). Of what GitLab said only the code and its description are kept.
func (t *tokenRequest) refusal() *flow.Fault {
	a, r := t.answer, t.request
	w := wordsOf(a)
	if a.status == http.StatusTooManyRequests || a.status >= 500 || !w.isJSON || w.code == "" {
		return t.otherRefusal(w)
	}
	f := &flow.Fault{Host: r.base.Host(), Says: w.line(a.status, r), Err: errors.New(flow.CleanLine(r.redact(w.code), 40))}
	switch {
	case w.code == "invalid_grant":
		f.Cause = flow.AnswerRefused
	case w.code == "invalid_request" && !t.renewal:
		// So Doorkeeper 5.0 and 5.1 refuse a verifier that they have stored no
		// challenge for (GitLab 12.8 to 13.7; later ones say invalid_grant).
		f.Cause = flow.AnswerRefused
	// Doorkeeper has one sentence for everything that can be wrong with a client.
	// Where there is a code to exchange it knows the application.
	case w.code == "invalid_client" && t.renewal:
		f.Cause = flow.ClientRefused
	case w.code == "invalid_client" && t.app.Secret.IsZero():
		f.Cause = flow.SecretMissing
	case w.code == "invalid_client":
		f.Cause = flow.SecretWrong
	case w.code == "invalid_scope":
		f.Cause, f.Detail = flow.ScopeRefused, flow.WantedScopes.String()
	default:
		f.Cause, f.Detail = flow.Forbidden, t.what
	}
	return f
}

// otherRefusal is that of something in front of the token page, or of a GitLab
// that does not get as far.
func (t *tokenRequest) otherRefusal(w words) *flow.Fault {
	a := t.answer
	f := t.client.refusal(a, t.request, t.what)
	switch {
	case a.status < http.StatusMultipleChoices:
		f.Says = "" // half an answer may hold new tokens
	case a.status == http.StatusUnauthorized && w.isJSON:
		f.Cause, f.Detail = flow.BadAnswer, "a sign-in that is not GitLab's"
	case f.Cause == flow.NotFound:
		f.Cause, f.Detail = flow.BadAnswer, t.what+" as "+a.look()
	}
	return f
}
