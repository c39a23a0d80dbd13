package gitlabtest

import "net/http"

// serveTokenSelf tells what the token is that asks. expires_at is a day. A
// token of an application is none that this could tell about.
func serveTokenSelf(k *call) answer {
	if k.token == nil {
		return message(http.StatusBadRequest, "400 Bad request - This endpoint requires token type to be a personal access token")
	}
	t := k.token
	var e entity
	e.open('{')
	e.number("id", t.ID)
	e.text("name", t.Name)
	e.flag("revoked", t.Revoked)
	e.time("created_at", t.CreatedAt)
	if k.release.since(17, 7) {
		e.textOrNull("description", t.Description)
	}
	e.texts("scopes", t.Scopes)
	e.number("user_id", t.User)
	e.time("last_used_at", k.now())
	e.flag("active", true)
	e.date("expires_at", t.ExpiresOn)
	if k.release.since(18, 9) {
		e.texts("last_used_ips", []string{"127.0.0.1"})
	}
	e.shut('}')
	return jsonAnswer(http.StatusOK, e.buf)
}
