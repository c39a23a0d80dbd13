package weather_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestLiesAboutPages(t *testing.T) {
	const path = "/api/v4/projects?per_page=2"
	for _, test := range []struct {
		name   string
		front  weather.Front
		header string
		want   string // in the header; "" is an empty one or none
	}{
		{"totals too small", weather.FalseTotals(3), "X-Total", "3"},
		{"pages too few", weather.FalseTotals(3), "X-Total-Pages", "2"},
		{"no next page", weather.FalseNextPage(""), "X-Next-Page", ""},
		{"no next page in Link", weather.FalseNextPage(""), "Link", ""},
		{"back to the start", weather.FalseNextPage("1"), "X-Next-Page", "1"},
		{"back to the start in Link", weather.FalseNextPage("1"), "Link", "page=1&per_page=2>"},
		{"no number", weather.FalseNextPage("soon"), "X-Next-Page", "soon"},
		{"elsewhere", weather.LinkElsewhere("https://elsewhere.example.com"), "Link", "<https://elsewhere.example.com/api/v4/projects?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := site(t, gitlabtest.Options{}, weather.Options{}, test.front)
			got := get(t, s.URL()+path)
			value := got.header.Get(test.header)
			if test.want == "" && value != "" || !strings.Contains(value, test.want) || len(got.rows(t)) != 2 {
				t.Errorf("%s: %q with %d rows", test.header, value, len(got.rows(t)))
			}
			if test.header == "Link" && strings.Contains(test.want, "elsewhere") && strings.Contains(value, "127.0.0.1") {
				t.Errorf("a Link still points here: %s", value)
			}
			// What is no list stays true.
			if got := get(t, s.URL()+"/api/v4/user"); got.header.Get("X-Total") != "" || got.header.Get("X-Next-Page") != "" {
				t.Errorf("a single object has pages: %v", got.header)
			}
		})
	}
}

func TestTheSamePageForever(t *testing.T) {
	s := site(t, gitlabtest.Options{}, weather.Options{}, weather.SamePageForever())
	first := get(t, s.URL()+"/api/v4/projects?per_page=2")
	for _, page := range []int{2, 40, 5000} {
		got := get(t, s.URL()+"/api/v4/projects?per_page=2&page="+strconv.Itoa(page))
		if got.status != 200 || got.body != first.body || got.header.Get("X-Page") != strconv.Itoa(page) || got.header.Get("X-Next-Page") != strconv.Itoa(page+1) {
			t.Errorf("page %d: status %d, page %s, next %s", page, got.status, got.header.Get("X-Page"), got.header.Get("X-Next-Page"))
		}
	}
	// By id, the same rows come again, and the Link leads on.
	at := s.URL() + "/api/v4/projects?pagination=keyset&order_by=id&per_page=2"
	one := get(t, at)
	for range 3 {
		link := one.header.Get("Link")
		target, err := url.Parse(strings.TrimPrefix(link[:strings.Index(link, ">")], "<"))
		if err != nil || !target.Query().Has("id_after") && !target.Query().Has("id_before") {
			t.Fatalf("Link %q", link)
		}
		two := get(t, s.URL()+target.RequestURI())
		if two.body != one.body || two.header.Get("Link") == "" {
			t.Fatalf("rows %.60s after %.60s, Link %q", two.body, one.body, two.header.Get("Link"))
		}
		one = two
	}
}

func TestLiesAboutRows(t *testing.T) {
	truth := site(t, gitlabtest.Options{}, weather.Options{})
	refusal := get(t, truth.URL()+"/api/v4/projects/0")
	rows := get(t, truth.URL()+"/api/v4/projects?per_page=3").rows(t)
	id := strconv.Itoa(int(rows[0]["id"].(float64)))
	for _, test := range []struct {
		name  string
		front weather.Front
		check func(t *testing.T, got reply)
	}{
		{"duplicate ids", weather.DuplicateIDs(), func(t *testing.T, got reply) {
			if r := got.rows(t); len(r) != 4 || r[3]["id"] != r[0]["id"] || r[1]["id"] == r[0]["id"] {
				t.Errorf("%d rows", len(r))
			}
		}},
		{"negative ids", weather.NegativeIDs(), func(t *testing.T, got reply) {
			if r := got.rows(t); r[0]["id"].(float64) != -rows[0]["id"].(float64) || r[0]["name"] != rows[0]["name"] {
				t.Errorf("id %v", r[0]["id"])
			}
		}},
		{"huge ids", weather.HugeIDs(), func(t *testing.T, got reply) { got.has(t, `"id":9000000000000000000`+id) }},
		{"wrong types", weather.WrongTypes(), func(t *testing.T, got reply) {
			r := got.rows(t)[0]
			_, isText := r["id"].(string)
			_, isNumber := r["name"].(float64)
			_, isList := r["namespace"].([]any)
			if !isText || !isNumber || !isList || r["archived"] != "yes" {
				t.Errorf("id %T, name %T, namespace %T, archived %v", r["id"], r["name"], r["namespace"], r["archived"])
			}
		}},
		{"null in fields", weather.NullFields(), func(t *testing.T, got reply) {
			if r := got.rows(t)[0]; r["id"] == nil || r["name"] != nil || len(r) < 10 {
				t.Errorf("%v", r)
			}
		}},
		{"null for a list", weather.NullLists(), func(t *testing.T, got reply) {
			if got.body != "null" {
				t.Errorf("%.50s", got.body)
			}
		}},
		{"null for rows", weather.NullRows(), func(t *testing.T, got reply) {
			if got.body != "[null,null,null]" {
				t.Errorf("%.50s", got.body)
			}
		}},
		{"empty lists", weather.EmptyLists(), func(t *testing.T, got reply) {
			if got.body != "[]" || got.header.Get("X-Next-Page") != "2" {
				t.Errorf("%.50s, next %q", got.body, got.header.Get("X-Next-Page"))
			}
		}},
		{"an object for a list", weather.ObjectsForLists(), func(t *testing.T, got reply) { got.has(t, `{"data":[{`) }},
		{"half of it", weather.HalfJSON(), func(t *testing.T, got reply) {
			if json.Valid([]byte(got.body)) || !strings.HasPrefix(got.body, `[{"`) || got.header.Get("Content-Length") != strconv.Itoa(len(got.body)) {
				t.Errorf("%d bytes, said are %s", len(got.body), got.header.Get("Content-Length"))
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := site(t, gitlabtest.Options{}, weather.Options{}, test.front)
			got := get(t, s.URL()+"/api/v4/projects?per_page=3")
			if got.status != 200 {
				t.Errorf("status %d", got.status)
			}
			test.check(t, got)
			if got := get(t, s.URL()+"/api/v4/projects/0"); got.status != 404 || got.body != refusal.body {
				t.Errorf("a refusal: %d %s", got.status, got.body)
			}
		})
	}
}

func TestAlterSeesTheWholeAnswer(t *testing.T) {
	s := site(t, gitlabtest.Options{}, weather.Options{}, weather.Alter(func(r *http.Request, reply *weather.Reply) {
		reply.Status, reply.Body = 418, append(reply.Body, []byte(r.URL.Path)...)
		reply.Header.Set("ETag", "old")
	}))
	got := get(t, s.URL()+"/api/v4/user")
	if got.status != 418 || !strings.HasSuffix(got.body, "}/api/v4/user") || got.header.Get("ETag") != "" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
