package flow_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"flow"
)

// The words of the screens, with the facts that they were sketched with.
func TestFaultsSayWhatTheScreensSay(t *testing.T) {
	const host = "gitlab.example.com"
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 19, hour, minute, 0, 0, time.Local) }
	tests := []struct {
		fault flow.Fault
		want  string
	}{
		{flow.Fault{Cause: flow.NoAddress}, "Base URL is empty. Type what you type in a browser, such as gitlab.example.com."},
		{flow.Fault{Cause: flow.NotAnAddress, Detail: "gitlab example", Where: "it holds a space"}, `"gitlab example" is not an address: it holds a space. Type it as in a browser.`},
		{flow.Fault{Cause: flow.DNS, Host: host}, "Can't find gitlab.example.com: this machine knows no such host. Check the spelling, or connect the VPN."},
		{flow.Fault{Cause: flow.Refused, Host: host, Detail: "443"}, "Can't reach gitlab.example.com, port 443: the connection is refused. Check the port, or ask if GitLab is up."},
		{flow.Fault{Cause: flow.Timeout, Host: host, Detail: "10 s"}, "No answer from gitlab.example.com for 10 s. Ask if a firewall stands between this machine and GitLab."},
		{flow.Fault{Cause: flow.CertExpired, Host: host, When: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)}, "Can't trust gitlab.example.com: its certificate expired on 3 Nov 2026. Ask its administrator to renew it."},
		{flow.Fault{Cause: flow.CertEarly, Host: host, When: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)}, "Can't trust gitlab.example.com: its certificate is not valid before 30 Nov 2026. Check this machine's clock; if that is right, ask for another certificate."},
		{flow.Fault{Cause: flow.WrongName, Host: host, Detail: "git.internal"}, "Can't trust gitlab.example.com: its certificate is for git.internal. Type the name that it has."},
		{flow.Fault{Cause: flow.NotGitLab, Host: host, Detail: "nginx welcome page"}, "gitlab.example.com answers, but is not a GitLab (nginx welcome page). Add the path it lives under, such as /git."},
		{flow.Fault{Cause: flow.TooOld, Detail: "8.17"}, "This GitLab is 8.17; Flow needs 9.0 or newer. Ask its administrator for an update."},
		{flow.Fault{Cause: flow.TokenUnknown}, "This token is unknown to GitLab. Paste it again; its end may be missing."},
		{flow.Fault{Cause: flow.ScopeMissing, Detail: "api", Where: "read_user, read_repository"}, "api is missing; the token has read_user, read_repository. Make a token with api, read_user and read_repository."},
		{flow.Fault{Cause: flow.Blocked, Detail: "@flow-bot"}, "@flow-bot is blocked in GitLab. Ask an administrator to unblock it."},
		{flow.Fault{Cause: flow.NameTaken, Detail: "acme-gitlab"}, `"acme-gitlab" is taken. Choose another name.`},
		{flow.Fault{Cause: flow.NoRuleKind, Detail: "legacy-*", Where: "name:legacy-*"}, `"legacy-*" has no kind. Start with one, such as name:legacy-*.`},
		{flow.Fault{Cause: flow.BrokenOff, Detail: "340 repos", Where: " The list of 2 h ago is kept."}, "GitLab stopped answering at 340 repos. The list of 2 h ago is kept. Press r to try again."},
		{flow.Fault{Cause: flow.StoreFull, Detail: "~/.local/share/flow/flow.db"}, "Nothing was saved: no space left for ~/.local/share/flow/flow.db. Free some space, then press s again."},
		{flow.Fault{Cause: flow.ChangedMeanwhile, Detail: "ana@build-02", Where: "acme-gitlab 2 minutes ago"}, "Nothing was saved: ana@build-02 changed acme-gitlab 2 minutes ago. Press e to see both and choose."},
		{flow.Fault{Cause: flow.KeyTooOpen, Detail: "~/.local/state/flow/identity"}, "Others can read ~/.local/state/flow/identity. Run chmod 600 on it, then start Flow again."},
		{flow.Fault{Cause: flow.NoService}, "At least one service stays on. Switch on Repo, PR or Ticket."},
	}
	for _, test := range tests {
		t.Run(string(test.fault.Cause), func(t *testing.T) {
			if got := said(&test.fault); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
	// Of these the first sentence is that of the screens; what to do is not, yet.
	for want, f := range map[string]flow.Fault{
		`Can't trust gitlab.example.com: its certificate is from "Acme Root CA 2", unknown here.`: {Cause: flow.UnknownCA, Host: host, Detail: "Acme Root CA 2"},
		"gitlab.example.com asks Flow to wait until 14:32.":                                       {Cause: flow.RateLimit, Host: host, When: at(14, 32)},
		"gitlab.example.com asks Flow to wait.":                                                   {Cause: flow.RateLimit, Host: host},
		"The token expired on 19 Nov 2026.":                                                       {Cause: flow.TokenExpired, When: at(0, 0)},
		"The token expired.":                                                                      {Cause: flow.TokenExpired},
		"The proxy proxy.example.com:3128 wants a user name and password.":                        {Cause: flow.ProxyAuth, Detail: "proxy.example.com:3128"},
		"flow needs a terminal.":                                                                  {Cause: flow.NoTerminal},
	} {
		if got := f.Sentence(); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestWhatMayBeMissingLeavesNoHole(t *testing.T) {
	for want, f := range map[string]flow.Fault{
		"GitLab answers with a fault of its own.":             {Cause: flow.ServerFault},
		"GitLab answers with a fault of its own, four times.": {Cause: flow.ServerFault, Detail: "four times"},
		"GitLab answers with a fault of its own, {host}.":     {Cause: flow.ServerFault, Detail: "{host}", Host: "HOST"},
		"GitLab is in maintenance.":                           {Cause: flow.Maintenance},
		"GitLab is in maintenance and allows reading only.":   {Cause: flow.Maintenance, Detail: "allows reading only"},
	} {
		if got := f.Sentence(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestEveryCauseHasItsWords(t *testing.T) {
	causes := causesInSource(t)
	if len(causes) < 40 {
		t.Fatalf("found %d causes only", len(causes))
	}
	for _, cause := range causes {
		full := flow.Fault{Cause: cause, Host: "HOST", Detail: "DETAIL", Where: "WHERE", When: today}
		bare := flow.Fault{Cause: cause}
		for _, f := range []flow.Fault{full, bare} {
			for _, text := range []string{f.Sentence(), f.Next()} {
				switch {
				case text == "":
					t.Errorf("%s: nothing is said", cause)
				case strings.ContainsAny(text, "{}"):
					t.Errorf("%s: a brace is left: %s", cause, text)
				case strings.ContainsAny(text, "!…"):
					t.Errorf("%s: %s", cause, text)
				}
			}
		}
		// Where of a walk that is broken off is a sentence of its own.
		if cause == flow.BrokenOff {
			full.Where = " WHERE."
		}
		for _, text := range []string{full.Sentence(), full.Next()} {
			if !strings.HasSuffix(text, ".") || strings.HasSuffix(text, "..") {
				t.Errorf("%s: no full stop at the end, or two: %s", cause, text)
			}
			if strings.Contains(text, "  ") || text != strings.TrimSpace(text) {
				t.Errorf("%s: white space: %q", cause, text)
			}
		}
	}
}

// causesInSource reads the causes from the source, so that none can be added
// without its words.
func causesInSource(t *testing.T) []flow.Cause {
	file, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var causes []flow.Cause
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Cause" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		causes = append(causes, flow.Cause(text))
		return true
	})
	return causes
}

func TestWhatAFaultIsAboutIsNotReadAsAPlaceholder(t *testing.T) {
	f := flow.Fault{Cause: flow.BadRule, Detail: "re:{host}{2}", Where: "{detail}", Host: "HOST"}
	if got, want := f.Sentence(), `"re:{host}{2}" can't be read as a rule: {detail}.`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFaultsAreFoundInAChain(t *testing.T) {
	dns := &flow.Fault{Cause: flow.DNS, Host: "gitlab.example.com", Err: io.ErrUnexpectedEOF}
	chains := map[string]error{
		"itself":        dns,
		"wrapped":       fmt.Errorf("refresh: %w", dns),
		"joined":        errors.Join(errors.New("first"), dns),
		"wrapped twice": fmt.Errorf("a: %w", fmt.Errorf("b: %w", dns)),
	}
	for name, err := range chains {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(err, &flow.Fault{Cause: flow.DNS}) || errors.Is(err, &flow.Fault{Cause: flow.Refused}) {
				t.Error("it is not compared by its cause")
			}
			if errors.Is(err, &flow.Fault{Cause: flow.DNS, Host: "other.example.com"}) || errors.Is(err, &flow.Fault{Cause: flow.DNS, Detail: "x"}) {
				t.Error("it equals a fault of another host")
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				t.Error("what led to it is not found")
			}
			if !flow.CausedBy(err, flow.Refused, flow.DNS) || flow.CausedBy(err, flow.Refused) || flow.CausedBy(err) {
				t.Error("CausedBy is wrong")
			}
			var f *flow.Fault
			if !errors.As(err, &f) || f != dns || flow.FaultOf(err) != dns {
				t.Error("it is not found")
			}
		})
	}
	if flow.CausedBy(nil, flow.DNS) || flow.CausedBy(io.EOF, flow.Unknown) {
		t.Error("what is no fault has a cause")
	}
}

func TestAnErrorWithoutAFaultIsSaidAllTheSame(t *testing.T) {
	for text, want := range map[string]string{
		"disk on fire":              "disk on fire. Try again.",
		"disk on fire.":             "disk on fire. Try again.",
		"disk\n\x1b[2Jon fire":      "disk [2Jon fire. Try again.",
		strings.Repeat("fire ", 99): strings.Repeat("fire ", 39) + "fi. Try again.",
	} {
		err := errors.New(text)
		if got := said(err); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		if f := flow.FaultOf(err); f.Cause != flow.Unknown || !errors.Is(f, err) {
			t.Errorf("the error itself is lost: %v", f)
		}
	}
}

func TestAFaultsTextKeepsTheChainForLogs(t *testing.T) {
	tests := []struct {
		fault flow.Fault
		want  string
	}{
		{flow.Fault{Cause: flow.NoAddress}, "no address"},
		{flow.Fault{Cause: flow.DNS, Host: "gitlab.example.com", Err: io.EOF}, "dns: gitlab.example.com: EOF"},
		{flow.Fault{Cause: flow.ScopeMissing, Detail: "api", Where: "read_user", Says: "403 insufficient_scope", Err: fmt.Errorf("read groups: %w", io.EOF)},
			"scope missing: api: read_user: 403 insufficient_scope: read groups: EOF"},
	}
	for _, test := range tests {
		if got := test.fault.Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// The words that stand below a fault are not always GitLab's.
func TestQuoteNamesWhoSpeaks(t *testing.T) {
	for cause, want := range map[flow.Cause]string{
		flow.TokenUnknown: "GitLab says: 401 Unauthorized", flow.ProxyAuth: "The proxy says: 401 Unauthorized",
		flow.Captive: "It says: 401 Unauthorized", flow.FrontAuth: "It says: 401 Unauthorized", "": "GitLab says: 401 Unauthorized",
	} {
		if got := (&flow.Fault{Cause: cause, Says: "401 Unauthorized"}).Quote(); got != want {
			t.Errorf("%s: %q, want %q", cause, got, want)
		}
	}
	if got := (flow.Check{Cause: flow.Captive}).Quote(); got != "" {
		t.Errorf("who says nothing is quoted: %q", got)
	}
}
