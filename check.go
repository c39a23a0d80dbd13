package flow

import (
	"fmt"
	"strings"
	"time"
)

// A CheckStatus says how far a check is, in the word that is shown.
type CheckStatus string

const (
	Waiting CheckStatus = "waiting"
	Running CheckStatus = "running"
	OK      CheckStatus = "ok"
	Warning CheckStatus = "warning"
	Failed  CheckStatus = "failed"
	Skipped CheckStatus = "skipped"
)

// Done reports whether the check has come to its end.
func (s CheckStatus) Done() bool { return s != Waiting && s != Running && s != "" }

// The checks of Test connection, by the names that are shown.
const (
	CheckServer  = "Server"
	CheckAccount = "Account"
	CheckScopes  = "Scopes"
	CheckExpiry  = "Expiry"
	CheckRepo    = "Repo"
	CheckPR      = "PR"
	CheckTicket  = "Ticket"
	CheckFound   = "Found"
	CheckRole    = "Role"
)

// CheckNames lists the checks in the order in which they are shown.
var CheckNames = []string{CheckServer, CheckAccount, CheckScopes, CheckExpiry, CheckRepo, CheckPR, CheckTicket, CheckFound, CheckRole}

// A Field is what a failed check sends the user back to.
type Field string

const (
	FieldBaseURL Field = "base-url"
	FieldToken   Field = "token"
	FieldSignIn  Field = "sign-in" // OAuth: somebody has to sign in anew
)

// A Check is one line of Test connection.
type Check struct {
	Name   string        `json:"name"`
	Status CheckStatus   `json:"status"`
	Text   string        `json:"text"`           // one line: what was found, or what it waits for
	Hint   string        `json:"hint,omitempty"` // what it means and what to do
	Link   string        `json:"link,omitempty"` // the page where that can be done
	Says   string        `json:"says,omitempty"` // the server's own words
	Field  Field         `json:"-"`              // the answer that is at fault
	Took   time.Duration `json:"took_ns,omitempty"`
}

// A Report is what Test connection found out. It holds no secret and is stored
// with the integration.
type Report struct {
	At       time.Time `json:"at"`
	Checks   []Check   `json:"checks"`
	Server   string    `json:"server"`  // GitLab 17.5.2 Enterprise
	Version  string    `json:"version"` // 17.5.2-ee
	Account  string    `json:"account"` // @flow-bot
	Scopes   Scopes    `json:"scopes"`
	Expires  time.Time `json:"expires,omitzero"` // zero: never, or not known
	Readable Services  `json:"readable"`         // services that can be read, or could not be tried
	Groups   int       `json:"groups"`
	Repos    int       `json:"repos"`

	// OneToken says that this GitLab gives every sign-in of one account with one
	// application the same token, as 11.1 to 15.1 do: what ends one ends all.
	OneToken bool `json:"one_token,omitempty"`

	AtLeast bool `json:"at_least,omitempty"` // Repos is a lower bound: GitLab gives no total above 10,000
}

// Count returns how many checks ended so.
func (r Report) Count(status CheckStatus) int {
	n := 0
	for _, c := range r.Checks {
		if c.Status == status {
			n++
		}
	}
	return n
}

// Check returns the check with that name.
func (r Report) Check(name string) Check {
	for _, c := range r.Checks {
		if c.Name == name {
			return c
		}
	}
	return Check{Name: name, Status: Waiting}
}

// Passed reports whether the test came to its end, nothing failed, and GitLab
// accepted the sign-in.
func (r Report) Passed() bool {
	account := r.Check(CheckAccount).Status
	return r.Count(Failed)+r.Count(Waiting)+r.Count(Running) == 0 && (account == OK || account == Warning)
}

// Summary is the last line of the test: Connected: 8 ok, 1 warning.
func (r Report) Summary() string {
	if !r.Passed() {
		parts := []string{Plural(r.Count(Failed), "check") + " failed"}
		if n := r.Count(Skipped); n > 0 {
			parts = append(parts, Number(n)+" skipped")
		}
		return "Not connected: " + strings.Join(parts, ", ") + "."
	}
	text := "Connected: " + r.Tally() + "."
	switch r.Count(Warning) {
	case 0:
	case 1:
		text += " A warning does not stop you."
	default:
		text += " Warnings do not stop you."
	}
	return text
}

// Tally counts what did not fail: 8 ok, 1 warning.
func (r Report) Tally() string {
	text := fmt.Sprintf("%d ok", r.Count(OK))
	if n := r.Count(Warning); n > 0 {
		text += ", " + Plural(n, "warning")
	}
	if n := r.Count(Skipped); n > 0 {
		text += fmt.Sprintf(", %d skipped", n)
	}
	return text
}

// Found says how many groups and repos there are.
func (r Report) Found() string {
	repos := Plural(r.Repos, "repo")
	if r.AtLeast {
		repos = "over " + Number(r.Repos) + " repos"
	}
	return Plural(r.Groups, "group") + ", " + repos
}
