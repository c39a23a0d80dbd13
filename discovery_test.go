package flow_test

import (
	"reflect"
	"strings"
	"testing"

	"flow"
)

func TestOutcomeWords(t *testing.T) {
	for _, test := range []struct {
		of    flow.Outcome
		count int
		want  string
	}{
		{flow.Outcome{}, 0, ""},
		{flow.Outcome{New: 2, Renamed: 1, Moved: 3}, 6, "2 new repos, 1 renamed, 3 moved"},
		{flow.Outcome{Roles: 1}, 1, "1 repo with another role"},
		{flow.Outcome{Archived: 1_200, Unarchived: 1, Back: 2}, 1_203, "1,200 repos archived, 1 no longer archived, 2 found again"},
		{flow.Outcome{Lost: 2, NewGroups: 1}, 3, "2 repos no longer found, 1 new group"},
		{flow.Outcome{New: 1, Taken: 1, RenamedGroups: 2, LostGroups: 1}, 4, "1 new repo, 1 imported, 2 renamed groups, 1 lost group"},
		{flow.Outcome{Taken: 5}, 0, "5 repos imported"},
	} {
		if got := strings.Join(test.of.Words(), ", "); got != test.want || test.of.Count() != test.count {
			t.Errorf("%+v: %d, %q; want %d, %q", test.of, test.of.Count(), got, test.count, test.want)
		}
	}
}

func TestDiscoveryWords(t *testing.T) {
	d := flow.Discovery{Groups: 1, Repos: 1_200, Outcome: flow.Outcome{New: 1_200, NewGroups: 1}}
	if found, changes := d.Words(true); found != "1 group, 1,200 repos" || changes != nil {
		t.Errorf("the first: %q, %q", found, changes)
	}
	d.Outcome = flow.Outcome{New: 1_200, Taken: 40}
	if found, changes := d.Words(true); found != "1 group, 1,200 repos, 40 imported" || changes != nil {
		t.Errorf("the first that imports: %q, %q", found, changes)
	}
	if found, changes := d.Words(false); found != "1 group, 1,200 repos" || len(changes) != 2 {
		t.Errorf("a later one: %q, %q", found, changes)
	}
}

// Every number is told, and counted unless it is what Flow did itself.
func TestOutcomeLeavesNothingOut(t *testing.T) {
	for i := range reflect.TypeFor[flow.Outcome]().NumField() {
		var o flow.Outcome
		reflect.ValueOf(&o).Elem().Field(i).SetInt(1)
		name := reflect.TypeFor[flow.Outcome]().Field(i).Name
		if len(o.Words()) != 1 || o.Count() != 1 && name != "Taken" {
			t.Errorf("%s: %d, %q", name, o.Count(), o.Words())
		}
	}
}
