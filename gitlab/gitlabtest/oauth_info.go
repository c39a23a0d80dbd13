package gitlabtest

import "net/http"

// serveTokenInfo tells an application about its own token. Doorkeeper 4 calls
// the two fields scopes and expires_in_seconds; from 12.8 on, with Doorkeeper 5,
// they are scope and expires_in, and GitLab adds the old names.
func serveTokenInfo(v *visit) answer {
	value := presented(v.request).value
	if sent := v.request.Form.Get("access_token"); sent != "" {
		value = sent
	}
	row := v.company.oauth.access[value]
	if row == nil || row.Revoked || row.expired(v.now()) {
		// Doorkeeper before 5.1 knows no error of its own for this.
		if !v.release.since(13, 4) {
			return v.release.oauthError("invalid_request")
		}
		return v.release.oauthError("invalid_token")
	}
	return oauthAnswer(http.StatusOK, func(e *entity) {
		e.number("resource_owner_id", row.User)
		if v.release.since(12, 8) {
			e.texts("scope", row.Scopes)
			v.writeLeft(e, "expires_in", row)
		}
		e.key("application")
		e.open('{')
		e.text("uid", row.Application)
		e.shut('}')
		e.number("created_at", int(row.CreatedAt.Unix()))
		e.texts("scopes", row.Scopes)
		v.writeLeft(e, "expires_in_seconds", row)
	})
}

func (v *visit) writeLeft(e *entity, key string, row *oauthToken) {
	if seconds, ends := row.left(v.now()); ends {
		e.number(key, seconds)
		return
	}
	e.null(key)
}
