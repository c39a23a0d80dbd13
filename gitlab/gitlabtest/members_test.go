package gitlabtest

import (
	"fmt"
	"testing"
)

// A member of a group above is none of this one, as far as this address goes.
func TestGroupMembersAreDirectOnes(t *testing.T) {
	c := newSmall(t)
	if err := c.SetGroupRole(c.platform, c.eve, Developer); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"9.0.0", "11.5.4-ee", "18.9.0"} {
		s := play(t, c.Company, Options{Version: version})
		for _, test := range []struct {
			group, user, status int
		}{
			{c.platform, c.eve, 200},
			{c.libs, c.eve, 404},   // inherited
			{c.other, c.eve, 404},  // hidden
			{c.platform, 999, 404}, // nobody
		} {
			r := s.get(t, "t", fmt.Sprintf("/api/v4/groups/%d/members/%d", test.group, test.user))
			if r.status != test.status {
				t.Errorf("%s: user %d in group %d: status %d, want %d", version, test.user, test.group, r.status, test.status)
			}
			if r.status == 200 && fmt.Sprint(r.object(t)["access_level"]) != "30" {
				t.Errorf("%s: %v", version, r.object(t))
			}
		}
	}
}
