package gitlabtest

import (
	"slices"
	"testing"
	"time"
)

func TestWhatIsToBeDeletedSaysSo(t *testing.T) {
	c := newSmall(t)
	if err := c.SetGroupRole(c.acme, c.eve, Maintainer); err != nil {
		t.Fatal(err)
	}
	deep := must(c.AddGroup(Group{Parent: c.libs, Path: "deep", Name: "Deep"}))
	below := must(c.AddProject(Project{Group: deep, Path: "below", Name: "Below"}))
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	if err := c.MarkProjectForDeletion(c.api, day); err != nil {
		t.Fatal(err)
	}
	if err := c.MarkGroupForDeletion(c.libs, day.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]any{"18.9.0": "2026-12-01", "17.11.0-ee": "2026-12-01", "17.11.0": nil} {
		s := play(t, c.Company, Options{Version: version})
		if got := s.get(t, "t", "/api/v4/projects/1").object(t)["marked_for_deletion_on"]; got != want {
			t.Errorf("%s: marked_for_deletion_on is %v, want %v", version, got, want)
		}
	}
	s := play(t, c.Company, Options{Version: "18.9.0"})
	if got := s.get(t, "t", "/api/v4/groups/acme%2Fplatform%2Flibs").object(t)["marked_for_deletion_on"]; got != "2026-12-02" {
		t.Errorf("the group: %v", got)
	}
	for query, want := range map[string][]int{
		"":                                   {c.api, c.lib, c.own, below},
		"&active=true":                       {c.own}, // the others lie in a group that is to be deleted, or below one
		"&active=false":                      {c.api, c.lib, below},
		"&marked_for_deletion_on=2026-12-01": {c.api},
	} {
		if got := ids(s.get(t, "t", "/api/v4/projects?order_by=id&sort=asc"+query).list(t)); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	if got := paths(s.get(t, "t", "/api/v4/groups?active=false").list(t)); !slices.Equal(got, []string{"acme/platform/libs/deep", "acme/platform/libs"}) {
		t.Errorf("groups that are not active: %v", got)
	}
	if err := c.MarkProjectForDeletion(c.api, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := s.get(t, "t", "/api/v4/projects/1").object(t)["marked_for_deletion_on"]; got != nil {
		t.Errorf("restored: %v", got)
	}
	if c.MarkProjectForDeletion(999, day) == nil || c.MarkGroupForDeletion(999, day) == nil {
		t.Error("what does not exist is marked")
	}
}
