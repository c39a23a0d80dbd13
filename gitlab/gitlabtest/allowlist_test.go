package gitlabtest

import (
	"errors"
	"testing"
)

func TestOtherAddressesFindNothing(t *testing.T) {
	const elsewhere = "192.0.2.0/24"
	statuses := func(s *Server, token, address string) [4]int {
		var got [4]int
		for i, path := range []string{"projects/acme%2Fplatform%2Fapi", "groups/acme", "groups/acme%2Fplatform/projects", "groups/acme/subgroups"} {
			request := s.request(t, "GET", token, "/api/v4/"+path)
			if address != "" {
				request.Header.Set("X-Forwarded-For", address)
			}
			got[i] = roundTrip(t, request).status
		}
		return got
	}
	all, none, groups := [4]int{200, 200, 200, 200}, [4]int{404, 404, 404, 404}, [4]int{404, 200, 200, 200}
	for _, test := range []struct {
		name, version string
		allowed       []string
		role          Role
		token         string
		address       string // in X-Forwarded-For
		want          [4]int
	}{
		{"no restriction", "18.9.0-ee", nil, Maintainer, "t", "", all},
		{"from elsewhere", "18.9.0-ee", []string{elsewhere}, Maintainer, "t", "", none},
		{"loopback is allowed", "18.9.0-ee", []string{elsewhere, "127.0.0.0/8", "::1"}, Maintainer, "t", "", all},
		{"one address", "18.9.0-ee", []string{"192.0.2.7"}, Maintainer, "t", "192.0.2.7", all},
		{"the last proxy counts", "18.9.0-ee", []string{"192.0.2.7"}, Maintainer, "t", "192.0.2.7, 198.51.100.1", none},
		{"an owner reaches groups, but no projects", "18.9.0-ee", []string{elsewhere}, Owner, "t", "", groups},
		{"an administrator reaches all", "18.9.0-ee", []string{elsewhere}, NoAccess, "admin", "", all},
		{"since 12.3", "12.3.0-ee", []string{elsewhere}, Maintainer, "t", "", none},
		{"not before", "12.2.0-ee", []string{elsewhere}, Maintainer, "t", "", all},
		{"not in the other edition", "18.9.0", []string{elsewhere}, Maintainer, "t", "", all},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newSmall(t)
			must(c.AddUser(User{ID: 51, Username: "root", Name: "Root", Admin: true}))
			must(c.AddToken(Token{Value: "admin", User: 51, Scopes: []string{"api"}}))
			if err := errors.Join(c.SetGroupRole(c.acme, c.eve, test.role), c.RestrictGroup(c.acme, test.allowed...)); err != nil {
				t.Fatal(err)
			}
			s := play(t, c.Company, Options{Version: test.version})
			if got := statuses(s, test.token, test.address); got != test.want {
				t.Errorf("project, group, its projects, its subgroups: %v, want %v", got, test.want)
			}
			if rows := s.get(t, test.token, "/api/v4/projects").list(t); len(rows) < 3 {
				t.Errorf("the list names %v", paths(rows))
			}
		})
	}
}

func TestRestrictionsEnd(t *testing.T) {
	c := newSmall(t)
	if err := errors.Join(c.SetGroupRole(c.acme, c.eve, Reporter), c.RestrictGroup(c.acme, "192.0.2.7")); err != nil {
		t.Fatal(err)
	}
	s := play(t, c.Company, Options{})
	listed := s.get(t, "t", "/api/v4/projects?search=api").list(t)[0]
	if _, told := listed["default_branch"]; told {
		t.Error("the list tells about the code of a restricted project")
	}
	if err := c.RestrictGroup(c.acme); err != nil {
		t.Fatal(err)
	}
	if r := s.get(t, "t", "/api/v4/projects/1"); r.status != 200 {
		t.Errorf("without a restriction: %d", r.status)
	}
	for name, err := range map[string]error{
		"no address":     c.RestrictGroup(c.acme, "the office"),
		"a subgroup":     c.RestrictGroup(c.platform, "192.0.2.7"),
		"an unknown one": c.RestrictGroup(999, "192.0.2.7"),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
