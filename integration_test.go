package flow_test

import (
	"strings"
	"testing"

	"flow"
)

func TestCheckName(t *testing.T) {
	taken := []string{"acme-gitlab", "Labs"}
	tests := []struct{ name, given, want string }{
		{"a name", "acme", ""},
		{"one with spaces and other letters", "Büro Nord 2", ""},
		{"64 characters", strings.Repeat("ä", 64), ""},
		{"65 characters", strings.Repeat("ä", 65), `"` + strings.Repeat("ä", 37) + `..." can't be a name: it is longer than 64 characters. Choose a name of 1 to 64 characters.`},
		{"nothing", "", `"" can't be a name: it is empty. Choose a name of 1 to 64 characters.`},
		{"white space", "  ", `"" can't be a name: it is empty. Choose a name of 1 to 64 characters.`},
		{"a space before it", " acme", `"acme" can't be a name: a space stands before or after it. Choose a name of 1 to 64 characters.`},
		{"an escape sequence", "acme\x1b[2J", `"acme[2J" can't be a name: it holds a character that can't be seen. Choose a name of 1 to 64 characters.`},
		{"what looks like a flag", "--all", `"--all" can't be a name: it starts with a dash, as flags do. Choose a name of 1 to 64 characters.`},
		{"a name that is taken", "acme-gitlab", `"acme-gitlab" is taken. Choose another name.`},
		{"one that differs by case only", "LABS", `"Labs" is taken. Choose another name.`},
		{"one that is longer than a taken one", "acme-gitlab-2", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if err := flow.CheckName(test.given, taken); err != nil {
				got = said(err)
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestStatusOfAFault(t *testing.T) {
	tests := []struct {
		name  string
		fault flow.Fault
		want  flow.Status
	}{
		{"a token that ended", flow.Fault{Cause: flow.TokenExpired}, flow.Status{Data: flow.FailedIntegration, Cause: flow.TokenExpired, Reason: "The token expired. Make a new one in GitLab, then paste it here.", Since: today}},
		{"a host that can't be found", flow.Fault{Cause: flow.DNS, Host: "gitlab.example.com"}, flow.Status{Data: flow.FailedIntegration, Cause: flow.DNS, Reason: "Can't find gitlab.example.com: this machine knows no such host. Check the spelling, or connect the VPN.", Since: today}},
		{"a limit", flow.Fault{Cause: flow.RateLimit, Host: "gitlab.example.com"}, flow.Status{Data: flow.RateLimited, Cause: flow.RateLimit, Reason: "gitlab.example.com asks Flow to wait.", Since: today}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := flow.StatusOf(&test.fault, today); got != test.want {
				t.Errorf("\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestCountsAddUp(t *testing.T) {
	c := flow.Counts{flow.NotImported: 1, flow.Imported: 20, flow.Excluded: 300, flow.KeptOut: 4000, flow.Paused: 50_000, flow.NotSupported: 600_000}
	if c.All() != 654_321 || c.Out() != 54_001 {
		t.Errorf("all %d, out %d", c.All(), c.Out())
	}
}
