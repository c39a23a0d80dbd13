package gitlabtest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// userSettings are the keys of an account that nobody here has filled in.
var userSettings = []setting{
	{key: "bio", value: `""`},
	{key: "location", value: `""`},
	{key: "public_email", value: "null", since: since{11, 3}, until: since{16, 9}}, // from 16.9 on it is among the basics
	{key: "skype", value: `""`, until: since{18, 0}},
	{key: "linkedin", value: `""`},
	{key: "twitter", value: `""`},
	{key: "discord", value: `""`, since: since{16, 0}},
	{key: "website_url", value: `""`},
	{key: "github", value: `""`, since: since{18, 0}},
	{key: "job_title", value: `""`, since: since{13, 0}},
	{key: "pronouns", value: "null", since: since{14, 0}},
	{key: "organization", value: `""`},
	{key: "work_information", value: "null", since: since{13, 0}},
	{key: "followers", value: "0", since: since{13, 12}},
	{key: "following", value: "0", since: since{13, 12}},
	{key: "is_followed", value: "false", since: since{14, 0}},
	{key: "local_time", value: "null", since: since{14, 0}},
	{key: "theme_id", value: "1", since: since{10, 0}},
	{key: "color_scheme_id", value: "1"},
	{key: "projects_limit", value: "100000"},
	{key: "identities", value: "[]"},
	{key: "two_factor_enabled", value: "false"},
	{key: "private_profile", value: "false", since: since{11, 2}},
	{key: "preferred_language", value: `"en"`, since: since{16, 0}},
	{key: "shared_runners_minutes_limit", value: "null", enterprise: true},
	{key: "extra_shared_runners_minutes_limit", value: "null", since: since{12, 0}, enterprise: true},
	{key: "scim_identities", value: "[]", since: since{14, 9}, enterprise: true},
}

// serveUser shows the account of the token. Up to 9.1 everybody reads there
// whether they are an administrator, later administrators only.
func serveUser(k *call) answer {
	u := k.user
	var e entity
	e.open('{')
	k.writeUserBasics(&e, u)
	e.time("created_at", u.CreatedAt)
	e.rest(k.constants.user)
	if k.release.since(13, 0) {
		e.flag("bot", u.Bot)
	}
	k.writeSignIns(&e, u)
	if u.Admin || !k.release.since(9, 2) {
		e.flag("is_admin", u.Admin)
	}
	if u.Admin && k.release.since(13, 0) {
		e.null("note")
	}
	if u.Admin && k.release.since(14, 10) {
		e.number("namespace_id", u.NamespaceID)
		e.null("created_by")
	}
	e.shut('}')
	return jsonAnswer(http.StatusOK, e.buf)
}

func (k *call) writeSignIns(e *entity, u *User) {
	seen := u.CreatedAt.AddDate(0, 0, 1)
	e.time("last_sign_in_at", seen)
	e.time("confirmed_at", u.CreatedAt)
	if k.release.since(9, 1) {
		e.date("last_activity_on", k.now())
	}
	email := k.emailOf(u)
	e.text("email", email)
	if k.release.since(13, 9) {
		e.text("commit_email", email)
	}
	e.time("current_sign_in_at", seen)
	e.flag("can_create_group", !u.External && !u.Bot)
	e.flag("can_create_project", !u.External && !u.Bot)
	e.flag("external", u.External)
}

// writeUser is the short form, as authors and owners have it.
func (k *call) writeUser(e *entity, u *User) {
	e.open('{')
	k.writeUserBasics(e, u)
	e.shut('}')
}

func (k *call) writeUserBasics(e *entity, u *User) {
	username := k.release.username(u)
	e.number("id", u.ID)
	e.text("username", username)
	if k.release.since(16, 9) {
		e.null("public_email")
	}
	e.text("name", u.Name)
	e.text("state", u.State.String())
	if k.release.since(16, 9) {
		e.flag("locked", false)
	}
	e.text("avatar_url", k.avatar(u))
	e.text("web_url", k.external, "/", username)
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
	case PendingApproval:
		return "blocked_pending_approval"
	}
	return "active"
}
