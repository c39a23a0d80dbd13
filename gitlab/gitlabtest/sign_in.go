package gitlabtest

import (
	"net/http"
	"strings"
)

func showSignIn(v *visit) answer {
	if v.user != nil {
		return v.goOn()
	}
	return v.signInPage("")
}

// signInWithPassword takes the account's own name or its e-mail address. It is
// GitLab that speaks: one sentence for everything that is wrong with name and
// password, and another for an account that may not come in.
func signInWithPassword(v *visit) answer {
	form := v.request.PostForm
	u := v.company.userCalled(form.Get("user[login]"))
	if u == nil || u.Bot || u.Password == "" || form.Get("user[password]") != u.Password {
		return v.signInPage("Invalid login or password.")
	}
	switch u.State {
	case Blocked:
		return v.signInPage("Your account has been blocked. Please contact your GitLab administrator if you think this is an error.")
	case PendingApproval:
		return v.signInPage("Your account is pending approval from your GitLab administrator and hence blocked. " +
			"Please contact your GitLab administrator if you think this is an error.")
	case Unconfirmed:
		return v.signInPage("You have to confirm your email address before continuing.")
	case Deactivated:
		u.State = Active // signing in is how people reactivate their accounts
	}
	v.sessions.end(v.session.id) // a session from before may be known to others
	v.session = session{id: randomHex(), csrf: randomHex(), user: u.ID, returnTo: v.session.returnTo}
	return v.goOn()
}

// goOn continues where signing in was asked for.
func (v *visit) goOn() answer {
	to := v.session.returnTo
	v.session.returnTo = ""
	if to == "" {
		to = v.root + "/"
	}
	return redirectTo(strings.TrimSuffix(v.requestBase(v.request), v.root) + to)
}

// showStart is where people come who sign in without having wanted a page.
func showStart(v *visit) answer {
	return document(http.StatusOK, "Your work", `<h1>Welcome, `+htmlText(v.user.Name)+`</h1>
<p>You are signed in as @`+htmlText(v.user.Username)+`.</p>
<p><a href="`+htmlText(v.root)+`/oauth/applications">Applications</a></p>
`+v.form("post", "/users/sign_out", `<button id="sign-out" type="submit">Sign out</button>`))
}

func signOut(v *visit) answer {
	v.sessions.end(v.session.id)
	v.session = session{id: randomHex(), csrf: randomHex()}
	return redirectTo(v.requestBase(v.request) + "/users/sign_in")
}

func (v *visit) signInPage(problem string) answer {
	edition := "GitLab Community Edition"
	if v.release.enterprise {
		edition = "GitLab Enterprise Edition"
	}
	return document(http.StatusOK, "Sign in", `<h1>`+edition+`</h1>
`+problemNote(problem)+v.form("post", "/users/sign_in", `
<label for="user_login">Username or primary email</label>
<input id="user_login" name="user[login]" type="text" autocomplete="username" autofocus>
<label for="user_password">Password</label>
<input id="user_password" name="user[password]" type="password" autocomplete="current-password">
<button class="confirm" id="sign-in" type="submit">Sign in</button>
`))
}

// form is an HTML form with the token that GitLab checks. The method may be
// one that browsers don't know.
func (v *visit) form(method, path, inside string) string {
	override := ""
	if method != "post" {
		override = hidden("_method", method)
	}
	return `<form class="inline" action="` + htmlText(v.root+path) + `" method="post" accept-charset="UTF-8">` +
		override + hidden("authenticity_token", v.session.csrf) + inside + `</form>`
}

func hidden(name, value string) string {
	return `<input type="hidden" name="` + htmlText(name) + `" value="` + htmlText(value) + `">`
}

func note(text string) string {
	if text == "" {
		return ""
	}
	return `<p class="note" role="status">` + htmlText(text) + "</p>\n"
}

func problemNote(text string) string {
	if text == "" {
		return ""
	}
	return `<p class="problem" role="alert">` + htmlText(text) + "</p>\n"
}

// userCalled finds an account by username or e-mail address.
func (c *Company) userCalled(login string) *User {
	login = strings.TrimSpace(login)
	if login == "" {
		return nil
	}
	if u := c.namespaceAt(login).user; u != nil {
		return u
	}
	for _, u := range c.users {
		if strings.EqualFold(u.Email, login) {
			return u
		}
	}
	return nil
}
