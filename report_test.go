package flow

import (
	"strings"
	"testing"
	"time"
)

// What is sent to somebody else says all that the test found out, and nothing
// that was secret.
func TestReportText(t *testing.T) {
	base, err := ParseBaseURL("https://gitlab.example.com/git")
	if err != nil {
		t.Fatal(err)
	}
	conn := Connection{
		BaseURL: base, Token: NewSecret("glpat-0123456789"),
		Network: Network{Proxy: "http://ana@proxy.example.com:3128", ProxyPassword: NewSecret("hunter22")},
	}
	r := Report{
		At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Version: "12.9.4-ee", OwnURL: "https://git.internal",
		Lacks: []string{"until when a token is valid", "which repos are empty"}, Account: "@flow-bot", Groups: 38, Repos: 1204,
		Checks: []Check{
			{Name: CheckTLS, Status: OK, Text: "TLS 1.3", Took: 12 * time.Millisecond},
			{Name: CheckAccount, Status: Warning, Text: "signed in", Link: "https://gitlab.example.com/git/-/profile",
				Hint: "A hint that is long enough to need a second row of the text, since it goes on and on.",
				Says: "no glpat-0123456789 here, nor hunter22"},
			{Name: CheckFound, Status: OK, Text: "38 groups, 1,204 repos"},
			{Name: CheckRole, Status: OK, Text: "Reporter or more in 1,204 repos; Maintainer or more in 7", Took: 9 * time.Millisecond},
		},
	}
	want := `Test connection   https://gitlab.example.com/git

  Tested        Sun, 22 Nov 2026 12:00:00 UTC, by the clock of Flow's machine
  Network       proxy proxy.example.com:3128
  Version       12.9.4-ee
  Calls itself  https://git.internal
  Can't tell    until when a token is valid; which repos are empty
  Account       @flow-bot
  Found         38 groups, 1,204 repos

ok        TLS        TLS 1.3 (12 ms)
warning   Account    signed in
                     A hint that is long enough to need a second row of the
                     text, since it goes on and on.
                     https://gitlab.example.com/git/-/profile
                     GitLab says: no **** here, nor ****
ok        Found      38 groups, 1,204 repos
ok        Role       Reporter or more in 1,204 repos; Maintainer or more in 7
                     (9 ms)

Connected: 3 ok, 1 warning. A warning does not stop you.
`
	if got := r.Text(conn); got != want {
		t.Errorf("the text is\n%s\nwant\n%s", got, want)
	}
	r = Report{Checks: []Check{{Name: CheckFound, Status: Skipped, Text: "needs the server"}}}
	if got := r.Text(Connection{}); strings.Contains(got, "groups") || !strings.Contains(got, "this machine's certificates and proxy") {
		t.Errorf("of a test that found nothing it is\n%s", got)
	}
}
