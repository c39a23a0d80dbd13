package gitlabtest

import (
	"net/http"
	"slices"
	"strings"
)

const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"

// serveToken is the token endpoint. The grants for passwords and for clients
// alone exist in GitLab, but are not played.
func serveToken(v *visit) answer {
	switch v.request.Form.Get("grant_type") {
	case "":
		return v.release.missing("grant_type")
	case "authorization_code":
		return v.exchangeCode()
	case "refresh_token":
		return v.refreshToken()
	case deviceGrantType:
		if v.release.since(17, 2) {
			return v.pollDevice()
		}
	}
	return v.release.oauthError("unsupported_grant_type")
}

// exchangeCode checks in Doorkeeper's order. Only what passes all of it uses
// the code up.
func (v *visit) exchangeCode() answer {
	form := v.request.Form
	if form.Get("code") == "" {
		return v.release.missing("code")
	}
	agreed := v.company.oauth.codes[form.Get("code")]
	verifier := form.Get("code_verifier")
	if name := v.release.rejectsVerifier(); name != "" && agreed != nil && verifier != "" {
		return v.release.oauthError(name)
	}
	if !v.release.since(12, 8) {
		verifier = "" // unknown to that Doorkeeper
	}
	switch {
	case agreed != nil && agreed.challenge.value != "" && verifier == "":
		return v.release.missing("code_verifier")
	case form.Get("redirect_uri") == "":
		return v.release.missing("redirect_uri")
	}
	client := v.client()
	if client == nil {
		return v.release.oauthError("invalid_client")
	}
	if agreed == nil || agreed.application != client.UID || agreed.used || v.now().After(agreed.expires) ||
		agreed.redirect != form.Get("redirect_uri") || !agreed.challenge.meets(verifier) {
		return v.release.oauthError("invalid_grant")
	}
	agreed.used = true
	return v.tokenAnswer(v.issue(client, agreed.user, agreed.scopes))
}

// issue makes a token, or finds the one that the release shares.
func (v *visit) issue(client *Application, user int, scopes []string) *oauthToken {
	o, now := &v.company.oauth, v.now()
	if v.release.reusesTokens() {
		if row := o.live(client.UID, user, scopes, now); row != nil {
			return row
		}
	}
	return o.issue(client.UID, user, scopes, now, v.release.tokenLife(client))
}

// refreshToken gives a new pair for an old one, which is dead from then on: the
// table has no column previous_refresh_token, so Doorkeeper revokes the old row
// at once and not when the new one is first used. That the company is locked
// stands for Doorkeeper's lock on the row: of several clients one wins.
func (v *visit) refreshToken() answer {
	form := v.request.Form
	if form.Get("refresh_token") == "" {
		return v.release.missing("refresh_token")
	}
	old := v.company.oauth.refresh[form.Get("refresh_token")]
	if old == nil || old.Revoked {
		return v.release.oauthError("invalid_grant")
	}
	client := v.client()
	if _, _, sent := clientCredentials(v.request); sent && client == nil {
		return v.release.oauthError("invalid_client")
	}
	if client == nil || client.UID != old.Application {
		return v.release.oauthError("invalid_grant")
	}
	scopes := old.Scopes
	if asked := scopeList(form.Get("scope")); len(asked) > 0 {
		for _, scope := range asked {
			if !slices.Contains(old.Scopes, scope) {
				return v.release.oauthError("invalid_scope")
			}
		}
		scopes = asked
	}
	old.Revoked = true
	return v.tokenAnswer(v.company.oauth.issue(client.UID, old.User, scopes, v.now(), v.release.tokenLife(client)))
}

// tokenAnswer leaves expires_in out where there is no end. Doorkeeper 5, which
// came with 12.8, writes Bearer with a capital.
func (v *visit) tokenAnswer(row *oauthToken) answer {
	kind := "bearer"
	if v.release.since(12, 8) {
		kind = "Bearer"
	}
	return oauthAnswer(http.StatusOK, func(e *entity) {
		e.text("access_token", row.access)
		e.text("token_type", kind)
		if seconds, ends := row.left(v.now()); ends {
			e.number("expires_in", seconds)
		}
		e.text("refresh_token", row.refresh)
		e.text("scope", strings.Join(row.Scopes, " "))
		e.number("created_at", int(row.CreatedAt.Unix()))
	})
}
