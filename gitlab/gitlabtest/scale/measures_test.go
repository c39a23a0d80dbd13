package scale

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
)

// TestWorldIsAsDescribed: what the figures of a measurement are quoted with.
func TestWorldIsAsDescribed(t *testing.T) {
	const n = 100_000
	w := newWorld(n, 0)
	below, personal, own := 0, 0, 0
	roles := map[gitlabtest.Role]int{}
	for i, known := range w.kinds {
		k := w.known[known]
		if k.trait == strange {
			continue
		}
		own++
		roles[k.role()]++
		if home := w.homes[i]; home < 0 {
			personal++
		} else if g := w.groups[home]; g.path == "acme" || strings.HasPrefix(g.path, "acme/") {
			below++
		}
		if i > 0 && w.ids[i] <= w.ids[i-1] {
			t.Fatalf("id %d comes after id %d", w.ids[i], w.ids[i-1])
		}
	}
	if last := w.ids[len(w.ids)-1]; own != n || last != 432_819 || len(w.groups) != n/20 {
		t.Errorf("%d projects up to id %d in %d groups, want %d, 432,819 and %d", own, last, len(w.groups), n, n/20)
	}
	for what, share := range map[string][2]float64{
		"below acme":     {float64(below), 55.454},
		"personal":       {float64(personal), 5},
		"as Guest":       {float64(roles[gitlabtest.Guest]), 8},
		"as Reporter":    {float64(roles[gitlabtest.Reporter]), 14},
		"as Developer":   {float64(roles[gitlabtest.Developer]), 45},
		"as Maintainer":  {float64(roles[gitlabtest.Maintainer]), 33},
		"in the densest": {float64(sixteenth(w, 0)) / 1.02, 100.0 * 1.75 / 16},
	} {
		if has := share[0] * 100 / n; math.Abs(has-share[1]) > 1 {
			t.Errorf("%.1f %% are %s, want %.1f", has, what, share[1])
		}
	}
}

// sixteenth counts the projects in one of the equal ranges of ids.
func sixteenth(w *world, n int) (count int) {
	width := int(w.ids[len(w.ids)-1])/16 + 1
	for _, id := range w.ids {
		if int(id)/width == n {
			count++
		}
	}
	return count
}

func TestEntitiesAreOfFullSize(t *testing.T) {
	s := start(t, Options{Projects: 20_000})
	for _, test := range []struct {
		query               string
		least, most         int // bytes a project
		leastKeys, moreThan int
	}{
		{"membership=true", 4_800, 5_400, 105, 90},
		{"membership=true&simple=true", 1_000, 1_250, 18, 15},
	} {
		_, body := ask(t, s.URL(), "projects?per_page=100&pagination=keyset&order_by=id&sort=asc&"+test.query)
		var rows []map[string]json.RawMessage
		if err := json.Unmarshal(body, &rows); err != nil || len(rows) != 100 {
			t.Fatalf("%d rows: %v", len(rows), err)
		}
		keys := 0
		for _, row := range rows {
			keys += len(row)
			if len(row) <= test.moreThan {
				t.Errorf("%s: a row has %d keys", test.query, len(row))
			}
		}
		if size := len(body) / 100; size < test.least || size > test.most || keys/100 < test.leastKeys {
			t.Errorf("%s: %d bytes and %d keys a project, want %d to %d and %d or more", test.query, size, keys/100, test.least, test.most, test.leastKeys)
		}
	}
}

func TestWhatIsNotPlayedIsRefused(t *testing.T) {
	s := start(t, Options{Projects: 100})
	for _, path := range []string{"projects?owned=true", "projects?order_by=name", "groups?owned=true", "groups/1003"} {
		if r, _ := ask(t, s.URL(), path); r.StatusCode != http.StatusNotImplemented {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	request, err := http.NewRequest(http.MethodGet, s.URL()+"/api/v4/projects", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("PRIVATE-TOKEN", "glpat-somebody-else")
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusUnauthorized {
		t.Errorf("somebody else's token: %s", r.Status)
	}
}
