package gitlabtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// row makes a company with one public group of n projects.
func row(t testing.TB, n int) *Company {
	t.Helper()
	c := NewCompany()
	group := must(c.AddGroup(Group{Path: "acme", Name: "Acme", Visibility: Public}))
	for i := range n {
		must(c.AddProject(Project{Group: group, Path: fmt.Sprintf("p%05d", i), Name: fmt.Sprint(i), Visibility: Public}))
	}
	return c
}

func TestOffsetPagesTellWhereTheyAre(t *testing.T) {
	s := play(t, row(t, 45), Options{})
	for _, test := range []struct {
		name, query                                   string
		rows                                          int
		page, perPage, next, prev, total, pages, rels string
	}{
		{"default", "", 20, "1", "20", "2", "", "45", "3", "next first last"},
		{"middle", "page=2", 20, "2", "20", "3", "1", "45", "3", "prev next first last"},
		{"last", "page=3", 5, "3", "20", "", "2", "45", "3", "prev first last"},
		{"beyond the end", "page=9", 0, "9", "20", "", "", "45", "3", "first last"},
		{"page 0 is page 1", "page=0", 20, "1", "20", "2", "", "45", "3", "next first last"},
		{"per_page is capped", "per_page=1000", 45, "1", "100", "", "", "45", "1", "first last"},
		{"nothing found still is one page", "search=nothing", 0, "1", "20", "", "", "0", "1", "first last"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := s.get(t, "", "/api/v4/projects?"+test.query)
			if got := len(r.list(t)); got != test.rows {
				t.Errorf("%d rows, want %d", got, test.rows)
			}
			for header, want := range map[string]string{"X-Page": test.page, "X-Per-Page": test.perPage,
				"X-Next-Page": test.next, "X-Prev-Page": test.prev, "X-Total": test.total, "X-Total-Pages": test.pages} {
				if got, sent := r.header.Get(header), r.header.Values(header); got != want || len(sent) != 1 {
					t.Errorf("%s: %q, want %q", header, sent, want)
				}
			}
			var rels []string
			for link := range strings.SplitSeq(r.header.Get("Link"), ", ") {
				_, rel, _ := strings.Cut(link, `rel="`)
				rels = append(rels, strings.TrimSuffix(rel, `"`))
			}
			if got := strings.Join(rels, " "); got != test.rels {
				t.Errorf("links %q, want %q", got, test.rels)
			}
		})
	}
}

func TestTotalsVanishAbove10000Rows(t *testing.T) {
	c := row(t, 10_000)
	s := play(t, c, Options{})
	if r := s.get(t, "", "/api/v4/projects"); r.header.Get("X-Total") != "10000" || !strings.Contains(r.header.Get("Link"), `rel="last"`) {
		t.Errorf("10,000 rows: X-Total %q, Link %q", r.header.Get("X-Total"), r.header.Get("Link"))
	}
	group, _ := c.Group("acme")
	must(c.AddProject(Project{Group: group.ID, Path: "one-more", Name: "One more", Visibility: Public}))
	r := s.get(t, "", "/api/v4/projects?page=100&per_page=100")
	for _, header := range []string{"X-Total", "X-Total-Pages"} {
		if _, sent := r.header[header]; sent {
			t.Errorf("10,001 rows: %s is sent", header)
		}
	}
	if strings.Contains(r.header.Get("Link"), `rel="last"`) || r.header.Get("X-Next-Page") != "101" {
		t.Errorf("10,001 rows: Link %q, next %q", r.header.Get("Link"), r.header.Get("X-Next-Page"))
	}
}

func TestOffsetPagesEndAt50000(t *testing.T) {
	c := row(t, 3)
	me := must(c.AddUser(User{Username: "me"}))
	must(c.AddToken(Token{Value: "t", User: me, Scopes: []string{"api"}}))
	for _, test := range []struct {
		version, path      string
		anonymous, members int // the status
	}{
		{"17.5.2-ee", "projects?page=500&per_page=100", 200, 200},
		{"17.5.2-ee", "projects?page=501&per_page=100", 405, 405},
		{"17.5.2-ee", "projects?page=2501", 405, 405},
		{"17.5.2-ee", "groups/acme/projects?page=501&per_page=100", 200, 200},
		{"12.10.0-ee", "projects?page=501&per_page=100", 200, 200},
		{"13.0.0-ee", "projects?page=501&per_page=100", 405, 405},
		{"18.8.0-ee", "projects?page=501&per_page=100", 405, 405},
		{"18.9.0-ee", "projects?page=501&per_page=100", 405, 200},
		{"19.0.0-ee", "projects?page=501&per_page=100", 405, 405},
		{"17.5.2-ee", "groups?page=501&per_page=100", 405, 200},
		{"14.6.0-ee", "groups?page=501&per_page=100", 405, 200},
		{"14.5.0-ee", "groups?page=501&per_page=100", 200, 200},
	} {
		t.Run(test.version+" "+test.path, func(t *testing.T) {
			s := play(t, c, Options{Version: test.version})
			for token, want := range map[string]int{"": test.anonymous, "t": test.members} {
				if r := s.get(t, token, "/api/v4/"+test.path); r.status != want {
					t.Errorf("token %q: status %d, want %d: %s", token, r.status, want, r.body)
				}
			}
		})
	}
}

func TestKeysetPagesEndWithAnEmptyOne(t *testing.T) {
	s := play(t, row(t, 40), Options{})
	query := "pagination=keyset&order_by=id&sort=asc&per_page=20"
	for page, want := range []int{20, 20, 0} {
		r := s.get(t, "", "/api/v4/projects?"+query)
		if got := len(r.list(t)); got != want {
			t.Fatalf("page %d has %d rows, want %d", page+1, got, want)
		}
		for name := range r.header {
			if strings.HasPrefix(name, "X-Total") || strings.HasSuffix(name, "-Page") {
				t.Errorf("page %d has the header %s", page+1, name)
			}
		}
		next := nextLink.FindStringSubmatch(r.header.Get("Link"))
		if (next != nil) != (want > 0) || strings.Contains(r.header.Get("Link"), "first") {
			t.Fatalf("page %d has the links %q", page+1, r.header.Get("Link"))
		}
		if next != nil {
			query = next[1]
		}
	}
}

func TestIDRangesCombine(t *testing.T) {
	s := play(t, row(t, 30), Options{})
	for _, test := range []struct {
		query string
		want  []int
	}{
		{"order_by=id&sort=asc&id_after=26", []int{27, 28, 29, 30}},
		{"order_by=id&sort=asc&id_before=4", []int{1, 2, 3}},
		{"order_by=id&sort=asc&id_after=3&id_before=7", []int{4, 5, 6}},
		{"order_by=id&sort=desc&id_after=3&id_before=7", []int{6, 5, 4}},
		{"order_by=id&sort=desc&id_after=27", []int{30, 29, 28}},
		{"order_by=path&sort=asc&id_after=3&id_before=7", []int{4, 5, 6}},
		{"order_by=id&sort=desc&per_page=1", []int{30}},
		{"order_by=id&sort=asc&id_after=9&id_before=4", []int{}},
		{"pagination=keyset&order_by=id&sort=desc&id_before=3", []int{2, 1}},
	} {
		t.Run(test.query, func(t *testing.T) {
			if got := ids(s.get(t, "", "/api/v4/projects?"+test.query).list(t)); !slices.Equal(got, test.want) {
				t.Errorf("ids %v, want %v", got, test.want)
			}
		})
	}
}

func TestOldReleasesIgnoreWhatTheyDoNotKnow(t *testing.T) {
	for _, test := range []struct {
		name, version, query string
		rows                 int
	}{
		{"id_after is of 12.5", "12.4.0-ee", "order_by=id&sort=asc&id_after=28&per_page=100", 30},
		{"id_after is of 12.5", "12.5.0-ee", "order_by=id&sort=asc&id_after=28&per_page=100", 2},
		{"keyset is of 12.6", "12.5.0-ee", "order_by=id&pagination=keyset&per_page=100", 30},
		{"updated_after is of 15.11", "15.10.0-ee", "order_by=updated_at&updated_after=2100-01-01&per_page=100", 30},
		{"updated_after is of 15.11", "15.11.0-ee", "order_by=updated_at&updated_after=2100-01-01&per_page=100", 0},
		{"min_access_level is of 11.2", "11.1.0-ee", "min_access_level=7&per_page=100", 30},
		{"nonsense", "17.5.2-ee", "colour=blue&per_page=100", 30},
	} {
		t.Run(test.name+" "+test.version, func(t *testing.T) {
			s := play(t, row(t, 30), Options{Version: test.version})
			if got := len(s.get(t, "", "/api/v4/projects?"+test.query).list(t)); got != test.rows {
				t.Errorf("%d rows, want %d", got, test.rows)
			}
		})
	}
}

func TestLinksAreMadeOfTheExternalURL(t *testing.T) {
	for _, test := range []struct {
		name, external, path, proto, want string
	}{
		{"as it is", "", "", "", ""},
		{"another host", "http://gitlab.example.com", "", "", "http://gitlab.example.com/api/v4/projects?"},
		{"behind a proxy that says so", "https://gitlab.example.com", "", "https", "https://gitlab.example.com/api/v4/projects?"},
		{"behind one that does not", "https://gitlab.example.com", "", "", "http://gitlab.example.com:443/api/v4/projects?"},
		{"relative root", "http://gitlab.example.com:8080/git", "/git", "", "http://gitlab.example.com:8080/git/api/v4/projects?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := play(t, row(t, 30), Options{ExternalURL: test.external, Path: test.path})
			request := s.request(t, "GET", "", "/api/v4/projects")
			if test.proto != "" {
				request.Header.Set("X-Forwarded-Proto", test.proto)
			}
			want := test.want
			if want == "" {
				want = s.URL() + "/api/v4/projects?"
			}
			if link := roundTrip(t, request).header.Get("Link"); !strings.HasPrefix(link, "<"+want) {
				t.Errorf("Link %q, want it to start with %q", link, want)
			}
		})
	}
}
