package gitlab_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// A GitLab that does not know the end of a range is walked all the same: what
// lies beyond shows that the range is over, and is left to whoever walks there.
func TestAWalkGoesOnWhereTheEndOfARangeIsIgnored(t *testing.T) {
	for _, projects := range []int{0, 1, 250, 3_000} {
		s := start(t, gitlabtest.Sized(projects, today), gitlabtest.Options{})
		s.Fail(gitlabtest.Fault{Path: "/api/v4/projects", Around: without("id_before")})
		c, _ := newClient(t, gitlab.Options{Concurrency: 16})
		counts := foundIn(t, c, connect(t, s.URL()))
		if len(counts) != projects {
			t.Errorf("%d of %d repos", len(counts), projects)
		}
	}
}

// foundIn is how often each repo comes in a discovery that has to succeed: once.
func foundIn(t *testing.T, c *gitlab.Client, conn flow.Connection) map[int64]int {
	t.Helper()
	counts := map[int64]int{}
	err := c.Discover(t.Context(), conn, nil, func(p flow.Page) error {
		for _, r := range p.Repos {
			counts[r.ID]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, n := range counts {
		if n != 1 {
			t.Errorf("repo %d comes %d times", id, n)
		}
	}
	return counts
}

// What several workers cost in requests: with few projects nothing, with many a
// page here and there to see where a range ends.
func TestWorkersAskForLittleMore(t *testing.T) {
	for _, test := range []struct{ projects, workers, most int }{
		{0, 16, 1}, // beside the one for the highest ID
		{80, 16, 2},
		{100, 16, 2},
		{10_000, 1, 101},
		{10_000, 8, 135},
		{10_000, 32, 200},
	} {
		s := start(t, gitlabtest.Sized(test.projects, today), gitlabtest.Options{})
		c, _ := newClient(t, gitlab.Options{Concurrency: test.workers})
		counts := foundIn(t, c, connect(t, s.URL()))
		asked := 0
		for _, r := range s.Requests() {
			if r.Path == "/api/v4/projects" && r.Query.Get("simple") == "" {
				asked++
			}
		}
		t.Logf("%d projects, %d workers: %d requests", test.projects, test.workers, asked)
		if len(counts) != test.projects || asked > test.most {
			t.Errorf("%d projects, %d workers: %d repos by %d requests, want at most %d", test.projects, test.workers, len(counts), asked, test.most)
		}
	}
}

// Where the walk began, the highest ID was lower.
func TestWhatAppearsDuringAWalkIsFound(t *testing.T) {
	m := newMoving(t, "17.5.2", 900)
	beyond := 0
	m.before(deepID(400), func() {
		group := m.addGroup("late", "Late")
		beyond = m.must(m.AddProject(gitlabtest.Project{ID: 1_000_000, Group: group, Owner: m.bot, Path: "late"}))
	})
	c, _ := newClient(t, gitlab.Options{})
	if counts := foundIn(t, c, connect(t, m.server.URL())); len(counts) != 901 || counts[int64(beyond)] != 1 {
		t.Errorf("%d repos, the late one %d times", len(counts), counts[int64(beyond)])
	}
}

// deepID fits a request for projects above an ID.
func deepID(id int) func(*http.Request) bool {
	return func(r *http.Request) bool {
		after, _ := strconv.Atoi(r.URL.Query().Get("id_after"))
		return strings.HasSuffix(r.URL.Path, "/projects") && after >= id
	}
}
