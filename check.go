package flow

import (
	"fmt"
	"slices"
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
	CheckAddress = "Address"
	CheckProxy   = "Proxy"
	CheckDNS     = "DNS"
	CheckTCP     = "TCP"
	CheckTLS     = "TLS"
	CheckGitLab  = "GitLab"
	CheckOwnURL  = "Own URL" // what the GitLab calls itself
	CheckVersion = "Version"
	CheckClock   = "Clock"
	CheckLimits  = "Limits" // on how often it may be asked

	CheckAccount  = "Account"
	CheckScopes   = "Scopes"
	CheckExpiry   = "Expiry"
	CheckRepo     = "Repo"
	CheckPR       = "PR"
	CheckTicket   = "Ticket"
	CheckFound    = "Found"
	CheckRole     = "Role"
	CheckWebhooks = "Webhooks"
)

// ServerChecks are the checks of the server and the way to it. A screen shows
// those that are ok as one row, named [ServerRow].
var ServerChecks = []string{CheckAddress, CheckProxy, CheckDNS, CheckTCP, CheckTLS, CheckGitLab, CheckOwnURL, CheckVersion, CheckClock, CheckLimits}

// ServerRow is the name of that row.
const ServerRow = "Server"

// CheckNames lists the checks in the order in which they are shown.
var CheckNames = slices.Concat(ServerChecks, []string{CheckAccount, CheckScopes, CheckExpiry, CheckRepo, CheckPR, CheckTicket, CheckFound, CheckRole, CheckWebhooks})

// A Field is what a failed check sends the user back to.
type Field string

const (
	FieldBaseURL Field = "base-url"
	FieldToken   Field = "token"
	FieldSignIn  Field = "sign-in" // OAuth: somebody has to sign in anew
	FieldNetwork Field = "network" // CA file, proxy, own certificate
	FieldAccount Field = "account" // the credential is right, but another account's would do
)

// A Check is one line of Test connection.
type Check struct {
	Name   string        `json:"name"`
	Status CheckStatus   `json:"status"`
	Text   string        `json:"text"`            // one line: what was found, or what it waits for
	Hint   string        `json:"hint,omitempty"`  // what it means and what to do
	Link   string        `json:"link,omitempty"`  // the page where that can be done
	Says   string        `json:"says,omitempty"`  // the server's own words
	Cause  Cause         `json:"cause,omitempty"` // of the fault that it failed by
	Field  Field         `json:"-"`               // the answer that is at fault; "": none is
	Took   time.Duration `json:"took_ns,omitempty"`

	Certificates []Certificate `json:"certificates,omitempty"` // as [Fault.Offered] has them
}

// Quote is the server's own words, led by who says them.
func (c Check) Quote() string { return Quote(c.Cause, c.Says) }

// A Report is what Test connection found out. It holds no secret and is stored
// with the integration.
type Report struct {
	At       time.Time `json:"at"`
	Checks   []Check   `json:"checks"`
	Server   string    `json:"server"`  // GitLab 17.5.2 Enterprise
	Version  string    `json:"version"` // 17.5.2-ee
	Account  string    `json:"account"` // @flow-bot
	Scopes   Scopes    `json:"scopes"`
	Expires  time.Time `json:"expires,omitzero"`  // zero: never, or not known
	Readable Services  `json:"readable"`          // services that can be read, or could not be tried
	OwnURL   string    `json:"own_url,omitempty"` // what the GitLab calls itself, where that differs from the base URL
	Lacks    []string  `json:"lacks,omitempty"`   // what a GitLab of this version can't tell, in words
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

// Reached reports whether a test without a token came to its end, and a GitLab
// answers there.
func (r Report) Reached() bool {
	open := r.Count(Failed) + r.Count(Waiting) + r.Count(Running)
	return open == 0 && r.Check(CheckAccount).Status == Skipped && r.Check(CheckGitLab).Status == OK
}

// Summary is the last line of the test: Connected: 8 ok, 1 warning.
func (r Report) Summary() string {
	if r.Reached() {
		return "Reached: " + r.Tally() + ". Nobody has signed in."
	}
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

// Rows are the checks as a screen shows them: those of the server and the way to
// it that are well, or that nobody has come to, are one row, which says most of
// what they say. Whatever went wrong there has a row of its own.
func Rows(checks []Check) []Check {
	var server, own, rest []Check
	for _, c := range checks {
		switch {
		case !slices.Contains(ServerChecks, c.Name):
			rest = append(rest, c)
		case c.Status == Failed || c.Status == Warning:
			own = append(own, c)
		default:
			server = append(server, c)
		}
	}
	if len(server) > 0 {
		own = append([]Check{serverRow(server)}, own...)
	}
	return append(own, rest...)
}

// serverRow makes one check of several. It is as far as the one that is least.
func serverRow(parts []Check) Check {
	row := Check{Name: ServerRow, Status: OK}
	text := map[string]string{}
	waiting, ended, last := 0, 0, ""
	for _, c := range parts {
		row.Took += c.Took
		switch {
		case c.Status.Done():
			ended++
		case c.Status == Waiting:
			waiting++
		}
		if c.Name == CheckLimits && c.Status == Waiting {
			ended++ // it comes after all other checks, and nothing waits for it
		}
		if c.Status == OK {
			text[c.Name], last = c.Text, c.Name
		}
	}
	for _, c := range parts {
		if c.Status == Running {
			row.Status, row.Text = Running, c.Name+": "+c.Text
			return row
		}
	}
	var said []string
	version, _, _ := strings.Cut(text[CheckTLS], ",")
	for _, part := range []string{text[CheckVersion], version, text[CheckGitLab]} {
		if part != "" {
			said = append(said, part)
		}
	}
	switch {
	case waiting == len(parts):
		row.Status = Waiting
		return row
	case ended < len(parts):
		row.Status, row.Text = Running, strings.Join(said, ", ")
		return row
	case len(said) == 0:
		row.Status, row.Text = parts[len(parts)-1].Status, parts[len(parts)-1].Text
		if last != "" {
			row.Text = "ok up to " + last + ", then skipped"
		}
		return row
	}
	row.Text = strings.Join(said, ", ")
	return row
}
