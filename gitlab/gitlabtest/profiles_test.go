package gitlabtest

import "testing"

func TestProfilesAreInOrderAndInBothEditions(t *testing.T) {
	editions := map[bool]int{}
	before := release{}
	for _, version := range Profiles {
		r, err := parseRelease(version)
		if err != nil {
			t.Fatal(err)
		}
		if !r.since(before.major, before.minor) || r.text == before.text {
			t.Errorf("%s comes after %s", version, before.text)
		}
		editions[r.enterprise]++
		before = r
	}
	if editions[true] < 5 || editions[false] < 5 {
		t.Errorf("%d of the Enterprise Edition, %d of the other", editions[true], editions[false])
	}
}

// TestEveryProfileIsPlayed calls what all releases have, as a signed-in account
// and, at the end, signs in with OAuth.
func TestEveryProfileIsPlayed(t *testing.T) {
	for _, version := range Profiles {
		t.Run(version, func(t *testing.T) {
			s := demo(t, version)
			for _, path := range []string{"version", "user", "groups", "groups/acme%2Fplatform", "groups/acme%2Fplatform/projects",
				"projects", "projects?membership=true&simple=true&search=api", "projects/acme%2Fplatform%2Fapi",
				"projects/acme%2Fplatform%2Fapi/repository/commits", "projects/acme%2Fplatform%2Fapi/merge_requests",
				"projects/acme%2Fplatform%2Fapi/issues", "projects/acme%2Fplatform%2Fapi/hooks"} {
				if r := s.get(t, DemoToken, "/api/v4/"+path); r.status != 200 {
					t.Errorf("%s: %d %.200s", path, r.status, r.body)
				}
			}
			if got := s.get(t, DemoToken, "/api/v4/version").object(t)["version"]; got != version {
				t.Errorf("it says it is %v", got)
			}
			if r := s.exchange(t, s.code(t, "scope", "api read_user")); r.status != 200 {
				t.Errorf("signing in: %d %s", r.status, r.body)
			}
		})
	}
}
