package gitlabtest

import "net/http"

// serveRevocation ends a row by its access or its refresh token (RFC 7009).
// What is unknown or dead already gets the same 200.
func serveRevocation(v *visit) answer {
	client := v.client()
	if client == nil {
		return revocationRefused()
	}
	row := v.company.oauth.byEither(v.request.Form.Get("token"))
	if row != nil && row.Application != client.UID {
		return revocationRefused()
	}
	// Before Doorkeeper 5.8.1 nothing happens to a row whose access token has run
	// out, and its refresh token lives on (doorkeeper issue 1671).
	isOver := row != nil && row.expired(v.now())
	if row != nil && (!isOver || v.release.since(17, 7)) {
		row.Revoked = true
	}
	return jsonAnswer(http.StatusOK, []byte("{}"))
}

func revocationRefused() answer {
	return oauthAnswer(http.StatusForbidden, func(e *entity) {
		e.text("error", "unauthorized_client")
		e.text("error_description", oauthSentence("unauthorized_client"))
	})
}
