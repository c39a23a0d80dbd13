package gitlabtest

import (
	"net/http"
	"slices"
	"strings"
)

// showApplications is where a user registers programs. GitLab has had it at
// oauth/applications always, and at changing places in the user's settings.
func showApplications(v *visit) answer {
	return v.applicationsPage(Application{}, nil)
}

// registerApplication shows the secret of the new application, once. GitLab
// keeps only a hash of it since 15.9; before it could be seen again.
func registerApplication(v *visit) answer {
	form := v.request.PostForm
	a := Application{
		Name:      strings.TrimSpace(form.Get("doorkeeper_application[name]")),
		Redirects: strings.Fields(form.Get("doorkeeper_application[redirect_uri]")),
		Scopes:    form["doorkeeper_application[scopes][]"],
		Owner:     v.user.ID,
	}
	confidential := form["doorkeeper_application[confidential]"]
	a.Public = v.release.since(12, 8) && !slices.Contains(confidential, "1")
	if problems := v.problemsOf(&a); len(problems) > 0 {
		return v.applicationsPage(a, problems)
	}
	a, err := v.company.addApplication(a)
	if err != nil {
		return v.applicationsPage(a, []string{err.Error()})
	}
	return v.newApplicationPage(a)
}

// problemsOf says what GitLab says to a person who filled in the form.
func (v *visit) problemsOf(a *Application) []string {
	var problems []string
	if a.Name == "" {
		problems = append(problems, "Name can't be blank")
	}
	if len(a.Redirects) == 0 {
		problems = append(problems, "Redirect URI can't be blank")
	}
	for _, address := range a.Redirects {
		scheme, rest, absolute := strings.Cut(address, ":")
		switch _, ok := redirectURI(address); {
		case slices.Contains([]string{"javascript", "data", "vbscript"}, strings.ToLower(scheme)):
			problems = append(problems, "Redirect URI is forbidden by the server.")
		case strings.Contains(rest, "#"):
			problems = append(problems, "Redirect URI cannot contain a fragment.")
		case !absolute || !ok:
			problems = append(problems, "Redirect URI must be an absolute URI.")
		}
	}
	if len(a.Scopes) == 0 {
		problems = append(problems, "Scopes can't be blank")
	} else if known := v.release.knownScopes(); slices.ContainsFunc(a.Scopes, func(s string) bool { return !slices.Contains(known, s) }) {
		problems = append(problems, "Scopes doesn't match configured on the server.")
	}
	return problems
}

func (v *visit) newApplicationPage(a Application) answer {
	return document(http.StatusOK, a.Name, note("The application was created successfully.")+`<h1>Application: `+htmlText(a.Name)+`</h1>
<table>
<tr><th>Application ID</th><td><code id="application-id">`+htmlText(a.UID)+`</code></td></tr>
<tr><th>Secret</th><td><code id="secret">`+htmlText(a.Secret)+`</code><br>This is the only time the secret is accessible. Copy the secret and store it securely.</td></tr>
<tr><th>Callback URL</th><td>`+lines(a.Redirects)+`</td></tr>
<tr><th>Confidential</th><td>`+yes(!a.Public)+`</td></tr>
<tr><th>Scopes</th><td>`+lines(a.Scopes)+`</td></tr>
</table>
<p><a href="`+htmlText(v.root)+`/oauth/applications">Continue</a></p>`)
}

// applicationsPage lists what the user has registered and has the form, filled
// in with what was refused.
func (v *visit) applicationsPage(filled Application, problems []string) answer {
	return document(http.StatusOK, "Applications", `<h1>Applications</h1>
<p>Manage applications that can use GitLab as an OAuth provider.</p>
`+problemNote(strings.Join(problems, ". "))+v.form("post", "/oauth/applications", v.applicationFields(filled))+`
<h1>Your applications</h1>
`+v.ownApplications())
}

func (v *visit) applicationFields(filled Application) string {
	var fields strings.Builder
	fields.WriteString(`
<label for="name">Name</label>
<input id="name" name="doorkeeper_application[name]" type="text" value="` + htmlText(filled.Name) + `">
<label for="redirect_uri">Redirect URI</label>
<textarea id="redirect_uri" name="doorkeeper_application[redirect_uri]" rows="3">` + htmlText(strings.Join(filled.Redirects, "\n")) + `</textarea>
<div>Use one line per URI</div>
`)
	if v.release.since(12, 8) {
		fields.WriteString(hidden("doorkeeper_application[confidential]", "0") +
			`<label class="check"><input id="confidential" name="doorkeeper_application[confidential]" type="checkbox" value="1"` +
			checked(!filled.Public) + `> Confidential: the application will be used where the client secret can be kept confidential. ` +
			`Native mobile apps and Single Page Apps are considered non-confidential.</label>
`)
	}
	fields.WriteString("<fieldset><legend>Scopes</legend>\n")
	for _, scope := range v.release.knownScopes() {
		fields.WriteString(`<label><input id="scope-` + scope + `" name="doorkeeper_application[scopes][]" type="checkbox" value="` + scope + `"` +
			checked(slices.Contains(filled.Scopes, scope)) + `> <code>` + scope + "</code></label>\n")
	}
	fields.WriteString(`</fieldset>
<button class="confirm" id="save" type="submit">Save application</button>
`)
	return fields.String()
}

func (v *visit) ownApplications() string {
	var own []*Application
	for _, a := range v.company.oauth.applications {
		if a.Owner == v.user.ID {
			own = append(own, a)
		}
	}
	if len(own) == 0 {
		return "<p>You don't have any applications.</p>"
	}
	slices.SortFunc(own, func(a, b *Application) int { return a.ID - b.ID })
	rows := "<table>\n<tr><th>Name</th><th>Application ID</th><th>Callback URL</th></tr>\n"
	for _, a := range own {
		rows += `<tr><td>` + htmlText(a.Name) + `</td><td><code>` + htmlText(a.UID) + `</code></td><td>` + lines(a.Redirects) + "</td></tr>\n"
	}
	return rows + "</table>"
}

func lines(texts []string) string {
	escaped := make([]string, len(texts))
	for i, text := range texts {
		escaped[i] = "<code>" + htmlText(text) + "</code>"
	}
	return strings.Join(escaped, "<br>")
}

func checked(on bool) string {
	if on {
		return " checked"
	}
	return ""
}

func yes(on bool) string {
	if on {
		return "Yes"
	}
	return "No"
}
