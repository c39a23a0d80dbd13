package gitlabtest

import (
	"net/http"
	"regexp"
	"testing"
)

var nextLink = regexp.MustCompile(`<[^>]*\?([^>]*)>; rel="next"`)

// walk follows the next links from a first query to the end and returns all ids.
func walk(t testing.TB, s *Server, path, query string) (found []int, requests int) {
	t.Helper()
	for {
		r := s.get(t, DemoToken, path+"?"+query)
		requests++
		found = append(found, ids(r.list(t))...)
		next := nextLink.FindStringSubmatch(r.header.Get("Link"))
		if next == nil {
			return found, requests
		}
		query = next[1]
	}
}

func TestSizedIsAsLargeAsAsked(t *testing.T) {
	c := Sized(2_000, today)
	s := play(t, c, Options{})
	found, requests := walk(t, s, "/api/v4/projects", "membership=true&pagination=keyset&order_by=id&sort=asc&per_page=100")
	if len(found) != 2_000 || requests != 21 {
		t.Errorf("found %d projects in %d requests, want 2,000 in 21", len(found), requests)
	}
	seen := map[int]bool{}
	for _, id := range found {
		seen[id] = true
	}
	if len(seen) != 2_000 {
		t.Errorf("%d different ids, want 2,000", len(seen))
	}
	if largest := found[len(found)-1]; largest < 4_000 {
		t.Errorf("the largest id is %d: too few holes", largest)
	}
	if groups, _ := c.Counts(); groups != 100 {
		t.Errorf("%d groups, want 100", groups)
	}
}

// BenchmarkKeysetWalk is one walk over 100,000 projects, answers thrown away.
func BenchmarkKeysetWalk(b *testing.B) {
	s := play(b, Sized(100_000, today), Options{})
	for b.Loop() {
		query := "membership=true&pagination=keyset&order_by=id&sort=asc&per_page=100"
		for query != "" {
			request, err := http.NewRequest("GET", s.URL()+"/api/v4/projects?"+query, nil)
			if err != nil {
				b.Fatal(err)
			}
			request.Header.Set("PRIVATE-TOKEN", DemoToken)
			reply := roundTrip(b, request)
			next := nextLink.FindStringSubmatch(reply.header.Get("Link"))
			if query = ""; next != nil {
				query = next[1]
			}
		}
	}
}

func BenchmarkSized(b *testing.B) {
	for b.Loop() {
		Sized(100_000, today)
	}
}
