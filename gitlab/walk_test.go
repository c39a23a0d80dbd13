package gitlab_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

func TestAWalkPassesTenThousand(t *testing.T) {
	s := start(t, gitlabtest.Sized(10_400, today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	seen := map[int64]int{}
	err := c.Discover(context.Background(), connect(t, s.URL()), nil, func(p flow.Page) error {
		for _, r := range p.Repos {
			seen[r.ID]++
		}
		return nil
	})
	if err != nil || len(seen) != 10_400 {
		t.Fatalf("%d repos, error %v", len(seen), err)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("repo %d came %d times", id, n)
		}
	}
	report, err := c.Test(context.Background(), connect(t, s.URL()), nil)
	if got := report.Check(flow.CheckFound).Text; err != nil || !report.AtLeast || !strings.HasSuffix(got, ", over 10,000 repos") {
		t.Errorf("found %q, error %v", got, err)
	}
}

func TestAPartialWalkIsAFailedWalk(t *testing.T) {
	for name, fault := range map[string]gitlabtest.Fault{
		"projects are cut off":     {Path: "/api/v4/projects", Kind: gitlabtest.Drop, Match: full},
		"groups fail":              {Path: "/api/v4/groups", Status: 500},
		"half a page":              {Path: "/api/v4/projects", Kind: gitlabtest.Truncate, Match: full},
		"the walk by role fails":   {Path: "/api/v4/projects", Status: 403, Match: byRole},
		"no list at all":           {Path: "/api/v4/projects", Status: 200, Body: "null", Match: full},
		"an object, not a list":    {Path: "/api/v4/projects", Status: 200, Body: "{}", Match: full},
		"an HTML page, not a list": {Path: "/api/v4/projects", Status: 200, Body: "<html><title>Sign in</title>", Match: full},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, gitlabtest.Sized(600, today), gitlabtest.Options{})
			fault.After = 1
			if fault.Path == "/api/v4/groups" {
				fault.After = 0
			}
			s.Fail(fault)
			c, _ := newClient(t, gitlab.Options{})
			if repos, err := discover(c, connect(t, s.URL())); err == nil {
				t.Errorf("no error after %d of 600 repos", repos)
			} else if flow.FaultOf(err).Cause == flow.Unknown {
				t.Errorf("no fault: %v", err)
			}
		})
	}
}

func full(r *http.Request) bool   { return r.URL.Query().Get("simple") == "" }
func byRole(r *http.Request) bool { return !full(r) }

// lists plays a GitLab whose lists are made by hand.
func lists(t *testing.T, version string, projects, groups func(*http.Request) string) string {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v4/version":
			fmt.Fprintf(w, `{"version":%q}`, version)
		case "/api/v4/projects":
			if refusal := nonsense(r); refusal != "" {
				w.WriteHeader(http.StatusBadRequest)
				w.Write([]byte(refusal))
				return
			}
			if r.URL.Query().Get("sort") == "desc" {
				// The highest ID is not told, so that one page follows another.
				w.Write([]byte("[]"))
				return
			}
			w.Write([]byte(projects(r)))
		case "/api/v4/user":
			w.Write([]byte(`{"id":7,"username":"flow-bot"}`))
		case "/api/v4/groups":
			w.Write([]byte(groups(r)))
		default:
			http.NotFound(w, r)
		}
	}).URL
}

func none(*http.Request) string { return "[]" }

// nonsense is GitLab's answer to parameters that it knows, with values that
// can't be; "" where they can.
func nonsense(r *http.Request) string {
	switch q := r.URL.Query(); {
	case q.Get("membership") == "perhaps":
		return `{"error":"membership is invalid"}`
	case q.Get("min_access_level") == "1":
		return `{"error":"min_access_level does not have a valid value"}`
	}
	return ""
}

// project is a project as far as Flow needs it.
func project(id int) string {
	return fmt.Sprintf(`{"id":%d,"name":"p","path_with_namespace":"g/p%d","namespace":{"id":3,"kind":"group","full_path":"g"}}`, id, id)
}

func group(id int) string { return fmt.Sprintf(`{"id":%d,"name":"g","full_path":"g%d"}`, id, id) }

// hundred is a full page of projects.
func hundred(first int) string {
	var rows []string
	for id := range 100 {
		rows = append(rows, project(first+id))
	}
	return list(rows...)
}

func list(rows ...string) string { return "[" + strings.Join(rows, ",") + "]" }

func TestAWalkEndsWhateverTheServerDoes(t *testing.T) {
	after := func(r *http.Request) string { return r.URL.Query().Get("id_after") }
	page := func(r *http.Request) string { return r.URL.Query().Get("page") }
	for _, test := range []struct {
		name             string
		version          string
		projects, groups func(*http.Request) string
		repos            int // -1: it must fail
	}{
		{"id_after is ignored", "17.5.2", func(*http.Request) string { return list(project(1), project(2)) }, none, -1},
		{"ids below id_after", "17.5.2", func(r *http.Request) string {
			return map[string]string{"0": list(project(5), project(6)), "6": list(project(4), project(7))}[after(r)]
		}, none, -1},
		{"ids that go down", "17.5.2", func(r *http.Request) string { return list(project(9), project(8)) }, none, -1},
		{"a negative id", "17.5.2", func(*http.Request) string { return list(project(-1)) }, none, -1},
		{"no id", "17.5.2", func(*http.Request) string { return `[{"name":"p"}]` }, none, -1},
		{"an id that is no number", "17.5.2", func(*http.Request) string { return `[{"id":"7"}]` }, none, -1},
		{"a project without a path", "17.5.2", func(*http.Request) string { return `[{"id":1,"namespace":{"id":3}}]` }, none, -1},
		{"the same project twice in a page", "17.5.2", func(r *http.Request) string {
			return map[string]string{"0": list(project(1), project(1), project(2)), "2": "[]"}[after(r)]
		}, none, 2},
		{"a short page in the middle", "17.5.2", func(r *http.Request) string {
			return map[string]string{"0": list(project(1)), "1": list(project(2)), "2": "[]"}[after(r)]
		}, none, 2},
		{"pages that repeat for ever", "12.9.0", func(*http.Request) string { return list(project(1), project(2)) }, none, -1},
		{"the same project on two pages", "12.9.0", func(r *http.Request) string {
			return map[string]string{"1": list(project(1), project(2)), "2": list(project(2), project(3)), "3": "[]"}[page(r)]
		}, none, 3},
		{"a page number that is ignored", "9.0.0", func(*http.Request) string { return list(project(1)) }, none, -1},
		{"a negative id on a page", "9.0.0", func(*http.Request) string { return list(project(-1)) }, none, -1},
		{"null for a page", "9.0.0", func(*http.Request) string { return "null" }, none, -1},
		{"pages that never join", "12.9.0", func(r *http.Request) string {
			if page(r) == "1" {
				return hundred(1)
			}
			return list(project(5000))
		}, none, -1},
		{"full pages that bring nothing new", "12.9.0", func(r *http.Request) string {
			var rows []json.RawMessage
			if err := json.Unmarshal([]byte(hundred(1)), &rows); err != nil {
				return err.Error()
			}
			size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
			page, _ := json.Marshal(rows[:size])
			return string(page)
		}, none, -1},
		{"null for groups by name", "9.0.0", none, func(*http.Request) string { return "null" }, -1},
		{"a negative id among groups by name", "9.0.0", none, func(*http.Request) string { return list(group(1), group(-4)) }, -1},
		{"groups that repeat for ever", "17.5.2", none, func(*http.Request) string { return list(group(1)) }, -1},
		{"a group of negative id", "17.5.2", none, func(*http.Request) string { return list(group(-4)) }, -1},
		{"a group without a path", "17.5.2", none, func(*http.Request) string { return `[{"id":4}]` }, -1},
		{"nothing at all", "17.5.2", none, none, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, _ := newClient(t, gitlab.Options{})
			repos, err := discover(c, connect(t, lists(t, test.version, test.projects, test.groups)))
			switch {
			case test.repos < 0 && !flow.CausedBy(err, flow.BadAnswer):
				t.Errorf("%d repos, error %v; want a bad answer", repos, err)
			case test.repos >= 0 && (err != nil || repos != test.repos):
				t.Errorf("%d repos, want %d; error %v", repos, test.repos, err)
			}
		})
	}
}

// What a link names is never asked: only the rows that came say what is next.
func TestLinksAreNotFollowed(t *testing.T) {
	s := start(t, gitlabtest.Sized(300, today), gitlabtest.Options{ExternalURL: "http://10.255.255.1:9/internal"})
	c, _ := newClient(t, gitlab.Options{})
	if repos, err := discover(c, connect(t, s.URL())); err != nil || repos != 300 {
		t.Errorf("%d repos, error %v", repos, err)
	}
}

func TestAWalkEndsAtOnceWhenCancelled(t *testing.T) {
	s := start(t, gitlabtest.Sized(2_000, today), gitlabtest.Options{})
	s.Fail(gitlabtest.Fault{Path: "/api/v4/projects", After: 8, Kind: gitlabtest.Hang})
	c, _ := newClient(t, gitlab.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	err := c.Discover(ctx, connect(t, s.URL()), nil, func(p flow.Page) error { cancel(); return nil })
	if err != context.Canceled {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestAnErrorOfTheReceiverEndsTheWalk(t *testing.T) {
	s := start(t, gitlabtest.Sized(2_000, today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	full := errors.New("the disk is full")
	err := c.Discover(context.Background(), connect(t, s.URL()), nil, func(flow.Page) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
}

func TestPagesComeOneAtATime(t *testing.T) {
	s := start(t, gitlabtest.Sized(2_000, today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	var busy sync.Mutex
	err := c.Discover(context.Background(), connect(t, s.URL()), nil, func(flow.Page) error {
		if !busy.TryLock() {
			t.Error("two pages at a time")
			return nil
		}
		defer busy.Unlock()
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
