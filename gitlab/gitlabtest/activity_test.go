package gitlabtest

import (
	"fmt"
	"testing"
)

// reads is a company with one project of every kind in a private and a public
// group, and one token a role.
func reads(t testing.TB) *Server {
	t.Helper()
	c := NewCompany()
	private := must(c.AddGroup(Group{Path: "private", Name: "Private"}))
	public := must(c.AddGroup(Group{Path: "public", Name: "Public", Visibility: Public}))
	for i, role := range []Role{Guest, Reporter, Maintainer} {
		user := must(c.AddUser(User{Username: fmt.Sprintf("user%d", i)}))
		must(c.AddToken(Token{Value: fmt.Sprint(int(role)), User: user, Scopes: []string{"api"}}))
		for _, group := range []int{private, public} {
			if err := c.SetGroupRole(group, user, role); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, kind := range []Project{
		{Path: "plain", ID: 19}, {Path: "sha256", SHA256: true}, {Path: "empty", Empty: true}, {Path: "no-issues", Issues: FeatureDisabled},
		{Path: "no-mrs", MergeRequests: FeatureDisabled}, {Path: "no-repo", Repository: FeatureDisabled},
		{Path: "members", Issues: FeatureMembers, MergeRequests: FeatureMembers, Repository: FeatureMembers},
	} {
		for group, visibility := range map[int]Visibility{private: Private, public: Public} {
			p := kind
			p.Group, p.Visibility, p.LastActivityAt = group, visibility, today
			p.ID = 0
			if visibility == Private && kind.ID != 0 {
				p.ID = 1000 + kind.ID
			}
			must(c.AddProject(p))
		}
	}
	return play(t, c, Options{})
}

func TestWhoMayReadWhat(t *testing.T) {
	s := reads(t)
	const commits, merges, issues = "repository/commits", "merge_requests", "issues"
	for _, test := range []struct {
		project, what                       string
		anonymous, guest, reporter, manager int
	}{
		{"private/plain", commits, 404, 403, 200, 200},
		{"private/plain", merges, 404, 403, 200, 200},
		{"private/plain", issues, 404, 200, 200, 200},
		{"public/plain", commits, 200, 200, 200, 200},
		{"public/plain", merges, 200, 200, 200, 200},
		{"public/plain", issues, 200, 200, 200, 200},
		{"private/no-repo", commits, 404, 404, 404, 404},
		{"private/no-repo", merges, 404, 403, 403, 403},
		{"private/no-mrs", merges, 404, 403, 403, 403},
		{"private/no-mrs", commits, 404, 403, 200, 200},
		{"private/no-issues", issues, 404, 200, 200, 200},
		{"public/members", commits, 404, 200, 200, 200},
		{"public/members", merges, 403, 403, 200, 200},
		{"public/members", issues, 200, 200, 200, 200},
		{"private/empty", commits, 404, 403, 200, 200},
	} {
		for token, want := range map[string]int{"": test.anonymous, "10": test.guest, "20": test.reporter, "40": test.manager} {
			id := s.Company().idOf(t, test.project)
			if r := s.get(t, token, fmt.Sprintf("/api/v4/projects/%d/%s", id, test.what)); r.status != want {
				t.Errorf("%s of %s for %q: status %d, want %d: %.100s", test.what, test.project, token, r.status, want, r.body)
			}
		}
	}
	for project, empty := range map[string]bool{"private/no-issues": true, "private/plain": false} {
		rows := s.get(t, "40", fmt.Sprintf("/api/v4/projects/%d/issues", s.Company().idOf(t, project))).list(t)
		if (len(rows) == 0) != empty {
			t.Errorf("%s has %d issues", project, len(rows))
		}
	}
}

func (c *Company) idOf(t testing.TB, path string) int {
	t.Helper()
	p, found := c.Project(path)
	if !found {
		t.Fatalf("no project %s", path)
	}
	return p.ID
}

func TestCommitsNeverTellTotals(t *testing.T) {
	s := reads(t)
	path := fmt.Sprintf("/api/v4/projects/%d/repository/commits", s.Company().idOf(t, "private/plain"))
	all := s.get(t, "20", path+"?per_page=100")
	count := len(all.list(t))
	for _, header := range []string{"X-Total", "X-Total-Pages"} {
		if _, sent := all.header[header]; sent {
			t.Errorf("%s is sent", header)
		}
	}
	if next := all.header.Get("X-Next-Page"); next != "" {
		t.Errorf("a page that is not full names the next one, %s", next)
	}
	full := s.get(t, "20", fmt.Sprintf("%s?per_page=%d", path, count))
	if next := full.header.Get("X-Next-Page"); next != "2" {
		t.Errorf("a full last page names %q, want 2: GitLab doesn't know better", next)
	}
	if rows := s.get(t, "20", fmt.Sprintf("%s?per_page=%d&page=2", path, count)).list(t); len(rows) != 0 {
		t.Errorf("the page after it has %d rows", len(rows))
	}
}

func TestCommitIDsFitTheObjectFormat(t *testing.T) {
	s := reads(t)
	for project, digits := range map[string]int{"private/plain": 40, "private/sha256": 64} {
		row := s.get(t, "20", fmt.Sprintf("/api/v4/projects/%d/repository/commits", s.Company().idOf(t, project))).list(t)[0]
		if got := len(row["id"].(string)); got != digits {
			t.Errorf("%s: %d digits, want %d", project, got, digits)
		}
	}
	if rows := s.get(t, "20", fmt.Sprintf("/api/v4/projects/%d/repository/commits", s.Company().idOf(t, "private/empty"))).list(t); len(rows) != 0 {
		t.Errorf("the empty one has %d commits", len(rows))
	}
}

func TestItemsCanBeFiltered(t *testing.T) {
	s := reads(t)
	path := fmt.Sprintf("/api/v4/projects/%d/merge_requests?", s.Company().idOf(t, "private/plain"))
	all := s.get(t, "20", path+"order_by=updated_at&sort=asc").list(t)
	if len(all) < 3 {
		t.Fatalf("%d merge requests: too few to tell", len(all))
	}
	mark := all[len(all)-2]["updated_at"].(string)
	if got := s.get(t, "20", path+"updated_after="+mark).list(t); len(got) != 2 {
		t.Errorf("updated_after takes the moment itself: %d rows, want 2", len(got))
	}
	states := 0
	for _, state := range []string{"opened", "merged", "closed"} {
		states += len(s.get(t, "20", path+"state="+state).list(t))
	}
	if states != len(all) {
		t.Errorf("the states have %d rows together, want %d", states, len(all))
	}
	if rows := s.get(t, "20", path+"view=simple").list(t); len(rows[0]) != 9 {
		t.Errorf("the simple view has %d keys, want 9", len(rows[0]))
	}
}
