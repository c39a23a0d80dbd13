package flow_test

import (
	"testing"

	"flow"
)

func TestRoles(t *testing.T) {
	tests := []struct {
		role           flow.Role
		name           string
		imports, hooks bool
	}{
		{0, "None", false, false},
		{5, "Minimal", false, false},
		{10, "Guest", false, false},
		{15, "Planner", false, false},
		{19, "Role 19", false, false}, // a level that GitLab may add
		{20, "Reporter", true, false},
		{25, "Role 25", true, false},
		{30, "Developer", true, false},
		{40, "Maintainer", true, true},
		{45, "Role 45", true, true},
		{50, "Owner", true, true},
		{60, "Admin", true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.role
			if r.String() != test.name || r.CanImport() != test.imports || r.CanHook() != test.hooks {
				t.Errorf("%d is %s, CanImport %v, CanHook %v", int(r), r, r.CanImport(), r.CanHook())
			}
		})
	}
}

func TestScopesIncludeOthers(t *testing.T) {
	tests := []struct {
		name string
		have flow.Scopes
		want string // those of api, read_api, read_user and read_repository that are missing
	}{
		{"api is all that Flow needs", flow.Scopes{"api"}, ""},
		{"read_api reads users, but no repositories and nothing that api does", flow.Scopes{"read_api"}, "api, read_repository"},
		{"read_user is no more than itself", flow.Scopes{"read_user"}, "api, read_api, read_repository"},
		{"read_repository is no more than itself", flow.Scopes{"read_repository"}, "api, read_api, read_user"},
		{"two that don't include the third", flow.Scopes{"read_user", "read_repository"}, "api, read_api"},
		{"all that are documented", flow.WantedScopes, ""},
		{"another one helps nothing", flow.Scopes{"sudo"}, "api, read_api, read_user, read_repository"},
		{"none", nil, "api, read_api, read_user, read_repository"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			missing := test.have.Missing(flow.ScopeAPI, flow.ScopeReadAPI, flow.ScopeReadUser, flow.ScopeReadRepository)
			if missing.String() != test.want {
				t.Errorf("%s misses %q, want %q", test.have, missing, test.want)
			}
			for _, s := range missing {
				if test.have.Allow(s) {
					t.Errorf("%s is missing and allowed", s)
				}
			}
		})
	}
	if !(flow.Scopes{"api"}).Allow("write_repository") || (flow.Scopes{"read_api"}).Allow("write_repository") {
		t.Error("api writes to repositories, read_api does not")
	}
	if got := flow.WantedScopes.String(); got != "api, read_user, read_repository" {
		t.Errorf("the scopes that Flow documents are %s", got)
	}
}
