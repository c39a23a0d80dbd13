package flow

import (
	"fmt"
	"slices"
	"strings"
)

// A Role is an account's access level on a group or repo, by GitLab's numbers.
// GitLab adds levels between the known ones (Planner came with 17.7), so roles
// are compared, never matched.
type Role int

const (
	// RoleUnknown is the role in a repo that a running discovery has found, but
	// not yet rated. A complete discovery leaves none.
	RoleUnknown Role = -1

	NoRole     Role = 0
	Minimal    Role = 5
	Guest      Role = 10
	Planner    Role = 15
	Reporter   Role = 20
	Developer  Role = 30
	Maintainer Role = 40
	Owner      Role = 50
)

var roleNames = map[Role]string{
	RoleUnknown: "Not known",
	NoRole:      "None", Minimal: "Minimal", Guest: "Guest", Planner: "Planner", Reporter: "Reporter",
	Developer: "Developer", Maintainer: "Maintainer", Owner: "Owner", 60: "Admin",
}

func (r Role) String() string {
	if name, ok := roleNames[r]; ok {
		return name
	}
	return fmt.Sprintf("Role %d", int(r))
}

// CanImport reports whether the role is enough to read what Flow reads. A repo
// may be chosen before its role is known.
func (r Role) CanImport() bool { return r >= Reporter || r == RoleUnknown }

// CanHook reports whether the role is enough to install webhooks.
func (r Role) CanHook() bool { return r >= Maintainer }

// A Scope is what a token may be used for, in GitLab's words.
type Scope string

const (
	ScopeAPI            Scope = "api"
	ScopeReadAPI        Scope = "read_api"
	ScopeReadUser       Scope = "read_user"
	ScopeReadRepository Scope = "read_repository"
)

// WantedScopes are the scopes that Flow documents. api alone is enough.
var WantedScopes = Scopes{ScopeAPI, ScopeReadUser, ScopeReadRepository}

// implied says which scopes another one includes.
var implied = map[Scope][]Scope{
	ScopeAPI:     {ScopeReadAPI, ScopeReadUser, ScopeReadRepository, "write_repository"},
	ScopeReadAPI: {ScopeReadUser},
}

// Scopes are the scopes of one token, in the order in which GitLab tells them.
type Scopes []Scope

// Allow reports whether the token may do what needs the scope s: it has s, or
// one that includes it.
func (have Scopes) Allow(s Scope) bool {
	for _, h := range have {
		if h == s || slices.Contains(implied[h], s) {
			return true
		}
	}
	return false
}

// Missing returns those of want that the token may not do, in their order.
func (have Scopes) Missing(want ...Scope) Scopes {
	var missing Scopes
	for _, s := range want {
		if !have.Allow(s) {
			missing = append(missing, s)
		}
	}
	return missing
}

func (have Scopes) String() string {
	names := make([]string, len(have))
	for i, s := range have {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
