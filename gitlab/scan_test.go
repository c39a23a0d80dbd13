package gitlab

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
)

// answerOf is a page of projects or groups as a GitLab sends it.
func answerOf(tb testing.TB, version, path string) []byte {
	tb.Helper()
	s, err := gitlabtest.Start(gitlabtest.Sized(300, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)), gitlabtest.Options{Version: version})
	if err != nil {
		tb.Fatal(err)
	}
	defer s.Close()
	req, err := http.NewRequest(http.MethodGet, s.URL()+"/api/v4/"+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("PRIVATE-TOKEN", gitlabtest.DemoToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		tb.Fatal(res.Status, err)
	}
	return text
}

// What is scanned of a page is what encoding/json reads of it.
func TestAScannedPageIsTheSame(t *testing.T) {
	for _, version := range gitlabtest.Profiles {
		for page := 1; page <= 3; page++ {
			text := answerOf(t, version, fmt.Sprintf("projects?membership=true&per_page=100&page=%d", page))
			same(t, version+": project", text, scanProject)
			same(t, version+": id", text, scanID)
		}
		same(t, version+": group", answerOf(t, version, "groups?per_page=100"), scanGroup)
	}
}

func same[Row any](t *testing.T, what string, text []byte, scan func(*scanner, *Row)) {
	t.Helper()
	var want []Row
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	got, err := rowsIn(text, scan)
	if err != nil || len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%s: %d rows, want %d: %v", what, len(got), len(want), err)
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("%s:\n got %+v\nwant %+v", what, got[i], want[i])
		}
	}
}

// Whatever text comes is read as encoding/json reads it, or refused as it does.
// Names are compared without regard to case there; here they are not.
func FuzzScan(f *testing.F) {
	for _, text := range []string{
		`[{"id":1,"name":"a\u00e9\n","path_with_namespace":"g\/p","namespace":{"id":2,"parent_id":null,"kind":"group","name":"g"}}]`,
		`[{"topics":["b","A","b",""],"tag_list":null,"shared_with_groups":[{"group_id":1,"group_access_level":30},null]}]`,
		`[{"permissions":{"project_access":null,"group_access":{"access_level":50,"notification_level":3}},"default_branch":null}]`,
		`[{"created_at":"2024-02-30T00:00:00Z"}]`, `[{"last_activity_at":"2024-02-03T04:05:06.789+02:00","archived":true,"empty_repo":false,"mirror":null}]`,
		`[{"x":[1,-0,0.5e-7,{"y":"\ud83d\ude00"},[[]],{}],"id":7}]`, `[{"id":01}]`, `[{"id":1,}]`, `[{"id":-}]`, `[{"a":"` + "\x01" + `"}]`, `[{"a":"\x"}]`, `[{"a":tru}]`,
		`[{"forked_from_project":{"id":1},"repository_object_format":"sha256","visibility":"public"}]`, `[{"forked_from_project":7}]`, `[{"id":1e2}]`, "[{}] ", "[{}]]", "", "[", `[{"a" :1 , "b": 2}]`, `[null]`, `[{"name":"` + "\xff" + `"}]`,
		`[{"id":1,"id":2,"issues_enabled":true,"merge_requests_enabled":false,"issues_access_level":"disabled"}]`, "[" + strings.Repeat("[", 10_001),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ToLower(text) != text || strings.ContainsAny(text, "ſK") || strings.Contains(text, `\u`) && strings.Count(text, `"`) > 400 {
			return // names that encoding/json may take for others
		}
		var want []projectRow
		refused := json.Unmarshal([]byte(text), &want)
		got, err := rowsIn([]byte(text), scanProject)
		switch {
		case refused == nil && want != nil && len(want) <= pageSize:
			if err != nil {
				t.Fatalf("%q is refused: %v", text, err)
			}
			if strings.Count(text, "shared_with_groups") > 1 {
				return // encoding/json mixes lists that come twice
			}
			if !slices.EqualFunc(got, want, sameProject) {
				t.Fatalf("%q:\n got %+v\nwant %+v", text, got, want)
			}
		case err == nil:
			t.Fatalf("%q is read as %+v, though %v", text, got, refused)
		}
	})
}

func sameProject(a, b projectRow) bool {
	if !a.CreatedAt.Equal(b.CreatedAt) || !a.ActiveAt.Equal(b.ActiveAt) {
		return false
	}
	a.CreatedAt, a.ActiveAt, b.CreatedAt, b.ActiveAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return reflect.DeepEqual(a, b)
}

// BenchmarkPage is what a full page of 100 projects, about half a megabyte, takes
// to become repos.
func BenchmarkPage(b *testing.B) {
	text := answerOf(b, "17.5.2", "projects?membership=true&per_page=100")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		rows, err := rowsIn(text, scanProject)
		if err != nil || len(rows) != pageSize {
			b.Fatal(len(rows), err)
		}
		for i := range rows {
			if repo := rows[i].repo(); repo.ID == 0 {
				b.Fatal(repo)
			}
		}
	}
}
