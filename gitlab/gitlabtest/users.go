package gitlabtest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// serveUser shows the account of the token. is_admin appears for
// administrators only.
func serveUser(k *call) answer {
	u := k.user
	var e entity
	e.open('{')
	k.writeUserBasics(&e, u)
	e.time("created_at", u.CreatedAt)
	for _, key := range []string{"bio", "location", "skype", "linkedin", "twitter", "discord", "website_url", "github",
		"job_title", "pronouns", "organization"} {
		k.writeProfile(&e, key)
	}
	if k.release.since(13, 0) {
		e.flag("bot", u.Bot)
	}
	e.null("work_information")
	if k.release.since(13, 12) {
		e.number("followers", 0)
		e.number("following", 0)
	}
	if k.release.since(14, 0) {
		e.flag("is_followed", false)
		e.null("local_time")
	}
	k.writeSignIns(&e, u)
	if u.Admin {
		e.flag("is_admin", true)
		e.null("note")
		if k.release.since(14, 10) {
			e.number("namespace_id", u.NamespaceID)
			e.null("created_by")
		}
	}
	e.shut('}')
	return jsonAnswer(http.StatusOK, e.buf)
}

func (k *call) writeProfile(e *entity, key string) {
	switch key {
	case "skype":
		if k.release.since(18, 0) {
			return
		}
	case "discord":
		if !k.release.since(16, 0) {
			return
		}
	case "github":
		if !k.release.since(18, 0) {
			return
		}
	case "pronouns":
		if k.release.since(14, 0) {
			e.null(key)
		}
		return
	}
	e.text(key, "")
}

func (k *call) writeSignIns(e *entity, u *User) {
	seen := u.CreatedAt.AddDate(0, 0, 1)
	e.time("last_sign_in_at", seen)
	e.time("confirmed_at", u.CreatedAt)
	e.date("last_activity_on", k.now())
	e.text("email", u.Email)
	e.number("theme_id", 1)
	e.number("color_scheme_id", 1)
	e.number("projects_limit", 100000)
	e.time("current_sign_in_at", seen)
	e.raw("identities", "[]")
	e.flag("can_create_group", !u.External)
	e.flag("can_create_project", !u.External)
	e.flag("two_factor_enabled", false)
	e.flag("external", u.External)
	e.flag("private_profile", false)
	e.text("commit_email", u.Email)
	if k.release.since(16, 0) {
		e.text("preferred_language", "en")
	}
	if k.release.enterprise {
		e.null("shared_runners_minutes_limit")
		e.null("extra_shared_runners_minutes_limit")
		e.raw("scim_identities", "[]")
	}
}

// writeUser is the short form, as authors and owners have it.
func (k *call) writeUser(e *entity, u *User) {
	e.open('{')
	k.writeUserBasics(e, u)
	e.shut('}')
}

func (k *call) writeUserBasics(e *entity, u *User) {
	e.number("id", u.ID)
	e.text("username", u.Username)
	if k.release.since(16, 9) {
		e.null("public_email")
	}
	e.text("name", u.Name)
	e.text("state", u.State.String())
	if k.release.since(16, 9) {
		e.flag("locked", false)
	}
	e.text("avatar_url", k.avatar(u))
	e.text("web_url", k.external, "/", u.Username)
}

// avatar is the address that GitLab makes for accounts without a picture.
func (k *call) avatar(u *User) string {
	sum := sha256.Sum256([]byte(strings.ToLower(u.Email)))
	return "https://www.gravatar.com/avatar/" + hex.EncodeToString(sum[:]) + "?s=80&d=identicon"
}

func (s UserState) String() string {
	switch s {
	case Blocked:
		return "blocked"
	case Deactivated:
		return "deactivated"
	}
	return "active"
}

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
