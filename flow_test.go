package flow_test

import (
	"slices"
	"strings"
	"testing"

	"flow"
)

func TestParseServices(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"one", "repo", "Repo"},
		{"all, in the order in which they are shown", "ticket,pr,repo", "Repo, PR, Ticket"},
		{"case and white space don't count", " PR , Repo", "Repo, PR"},
		{"twice is once", "pr,pr", "PR"},
		{"none is refused", "", `"" is not a service. Give repo, pr or ticket, with commas between them.`},
		{"an unknown one is refused", "repo,wiki", `"wiki" is not a service. Give repo, pr or ticket, with commas between them.`},
		{"a comma too many is refused", "repo,", `"" is not a service. Give repo, pr or ticket, with commas between them.`},
		{"an escape sequence is not repeated", "\x1b[2J", `"[2J" is not a service. Give repo, pr or ticket, with commas between them.`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set, err := flow.ParseServices(test.text)
			got := set.String()
			if err != nil {
				got = said(err)
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if again, err := flow.ParseServices(strings.Join(set.Names(), ",")); set != 0 && (again != set || err != nil) {
				t.Errorf("%q is read back as %s, %v", set.Names(), again, err)
			}
		})
	}
}

func TestServicesAreASet(t *testing.T) {
	var set flow.Services
	for i, s := range flow.AllServices {
		if set.Has(s) {
			t.Errorf("the set of the first %d holds %s", i, s)
		}
		if set = set.With(s).With(s); !set.Has(s) {
			t.Errorf("%s was added and is not in", s)
		}
	}
	if set != flow.EveryService {
		t.Errorf("all together are %s", set)
	}
	if set = set.Without(flow.PRService).Without(flow.PRService); set.String() != "Repo, Ticket" || !slices.Equal(set.Names(), []string{"repo", "ticket"}) {
		t.Errorf("without PR: %s, %q", set, set.Names())
	}
	if names := flow.Services(0).Names(); names == nil || len(names) != 0 {
		t.Errorf("the empty set is written as %#v, which JSON does not show as a list", names)
	}
}

func TestProviders(t *testing.T) {
	for _, want := range flow.Providers {
		if got, ok := flow.ProviderByID(want.ID); !ok || got != want {
			t.Errorf("%s: %v, %v", want.ID, got, ok)
		}
		if want.BaseURL != "" && base(t, want.BaseURL).String() != want.BaseURL {
			t.Errorf("%s has the base URL %s", want.ID, want.BaseURL)
		}
	}
	if got, ok := flow.ProviderByID(""); ok {
		t.Errorf("no provider is %v", got)
	}
	if flow.OAuth.String() != "OAuth" || flow.AccessToken.String() != "Access token" {
		t.Errorf("the methods are called %s and %s", flow.OAuth, flow.AccessToken)
	}
}
