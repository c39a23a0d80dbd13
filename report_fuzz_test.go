package flow_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"flow"
)

// What is sent to somebody else is plain text and holds no secret of the
// connection, wherever a server or a name repeats one.
func FuzzReportText(f *testing.F) {
	for _, seed := range [][3]string{
		{"glpat-0123456789", "hunter22", "no %s here"}, {"glpat-0123456789", "correct horse battery staple", "a sentence that is long enough to be broken into rows where %s stands"},
		{"a\nb\tc d", "two  words", "%s"}, {"-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----", "x y z", "it shows %s %s"}, {"p\xe4ss", "%2F%2f", "%s%%2F"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, token, password, says string) {
		c := flow.Connection{Token: flow.NewSecret(token), Network: flow.Network{ProxyPassword: flow.NewSecret(password)}}
		said := flow.CleanLine(c.Redact(strings.ReplaceAll(says, "%s", token)), 200)
		own := strings.ReplaceAll(strings.ReplaceAll(says, "%s", c.Network.ProxyPassword.Reveal()), "%S", c.Token.Reveal())
		r := flow.Report{Account: "@flow-bot", Version: "17.5.2", Lacks: []string{own}, Checks: []flow.Check{
			{Name: flow.CheckTLS, Status: flow.OK, Text: said}, {Name: flow.CheckAccount, Status: flow.Warning, Text: own, Hint: own, Says: own, Link: "https://h/" + own},
			{Name: flow.CheckGitLab, Status: flow.Failed, Certificates: []flow.Certificate{{Subject: own, Issuer: own + own, Names: []string{own, "a.example.com"}}}},
		}}
		text := r.Text(c)
		if !utf8.ValidString(said + own) {
			return // what stands in a report is cleaned
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) && !strings.ContainsRune(own, r) }) {
			t.Fatalf("it holds a control character: %q", text)
		}
		for _, secret := range []flow.Secret{c.Network.ProxyPassword, c.Token} {
			told := folded(secret.Reveal())
			if len(told) < 8 || strings.Contains(told, "*") || strings.Contains(folded(emptyReport), told) {
				continue // too much like other words
			}
			if strings.Contains(own, secret.Reveal()) && !strings.Contains(folded(strings.ReplaceAll(own, secret.Reveal(), "\x00")), told) && strings.Contains(folded(text), told) {
				t.Fatalf("%q is in\n%s", secret.Reveal(), text)
			}
		}
	})
}

var emptyReport = flow.Report{Account: "@flow-bot", Version: "17.5.2", Checks: []flow.Check{
	{Name: flow.CheckTLS, Status: flow.OK}, {Name: flow.CheckAccount, Status: flow.Warning, Says: "x"},
}}.Text(flow.Connection{})

func folded(text string) string { return strings.Join(strings.Fields(text), " ") }
