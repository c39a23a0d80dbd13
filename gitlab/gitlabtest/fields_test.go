package gitlabtest

import (
	"strings"
	"testing"
)

// TestFieldsComeWithReleases: the last release without a key and the first that
// has it, or, the other way round, the last that has it and the first without.
func TestFieldsComeWithReleases(t *testing.T) {
	const (
		user     = "user"
		group    = "groups/acme%2Fplatform"
		simple   = "projects?simple=true&search=gateway&order_by=path&per_page=1"
		project  = "projects/acme%2Fplatform%2Fapi"
		fork     = "projects/acme%2Fsandbox%2Fhackdays%2Fthreat-models-diagrams"
		noCode   = "projects/acme%2Finfra%2Fcost-reports"
		issues   = project + "/issues"
		merges   = project + "/merge_requests"
		commits  = project + "/repository/commits"
		hooks    = project + "/hooks"
		versions = "version"
	)
	for _, test := range []struct{ path, key, last, first string }{
		{user, "is_admin-", "9.1.0", "9.2.0"},
		{user, "last_activity_on", "9.0.0", "9.1.0"},
		{user, "theme_id", "9.5.0", "10.0.0"},
		{user, "private_profile", "11.1.0", "11.2.0"},
		{user, "bot", "12.10.0", "13.0.0"},
		{user, "commit_email", "13.8.0", "13.9.0"},
		{user, "skype-", "17.11.0", "18.0.0"},
		{group, "share_with_group_lock", "12.4.0", "12.5.0"},
		{group, "created_at", "12.7.0", "12.8.0"},
		{group, "shared_with_groups", "12.6.0", "12.7.0"},
		{group, "default_branch", "16.10.0", "16.11.0"},
		{group, "marked_for_deletion_on", "17.11.0", "18.0.0"},
		{group, "marked_for_deletion_on", "12.10.0-ee", "13.0.0-ee"},
		{simple, "description", "10.0.0", "10.1.0"},
		{simple, "namespace", "10.8.0", "11.0.0"},
		{simple, "readme_url", "10.8.0", "11.0.0"},
		{simple, "visibility", "17.11.0", "18.0.0"},
		{project, "namespace.parent_id", "9.1.0", "9.2.0"},
		{project, "namespace.web_url", "12.2.0", "12.3.0"},
		{project, "_links", "9.4.0", "9.5.0"},
		{project, "ci_config_path", "9.3.0", "9.4.0"},
		{project, "readme_url", "10.8.0", "11.0.0"},
		{project, "empty_repo", "11.11.0", "12.0.0"},
		{project, "issues_access_level", "12.0.0", "12.1.0"},
		{project, "container_expiration_policy", "12.5.0", "12.6.0"},
		{project, "marked_for_deletion_on", "12.10.0-ee", "13.0.0-ee"},
		{project, "marked_for_deletion_on", "17.11.0", "18.0.0"},
		{project, "topics", "13.12.0", "14.0.0"},
		{project, "repository_object_format", "16.8.0", "16.9.0"},
		{project, "approvals_before_merge", "17.5.2", "17.5.2-ee"},
		{fork, "forked_from_project-", "12.0.0", "12.1.0"}, // of a project that one may not see
		{noCode, "default_branch-", "11.7.0", "11.8.0"},
		{issues, "assignees", "9.1.0", "9.2.0"},
		{issues, "closed_by", "10.6.0", "10.7.0"},
		{issues, "references", "12.6.0", "12.7.0"},
		{merges, "squash", "10.8.0", "11.0.0"},
		{merges, "squash", "9.0.0", "9.0.0-ee"},
		{merges, "merged_by", "11.1.0", "11.2.0"},
		{merges, "assignees", "11.10.0", "11.11.0"},
		{merges, "reviewers", "13.4.0", "13.5.0"},
		{merges, "detailed_merge_status", "15.5.0", "15.6.0"},
		{commits, "web_url", "12.8.0", "12.9.0"},
		{hooks, "repository_update_events", "9.1.0", "9.2.0"},
		{hooks, "confidential_issues_events", "10.2.0", "10.3.0"},
		{hooks, "push_events_branch_filter", "11.2.0", "11.3.0"},
		{hooks, "alert_status", "15.0.0", "15.1.0"},
		{hooks, "name", "17.0.0", "17.1.0"},
		{hooks, "signing_token_present", "18.9.0", "19.0.0"},
		{versions, "kas", "15.4.0", "15.5.0"},
		{versions, "enterprise", "15.5.0", "15.6.0"},
		{versions, "kas.externalK8sProxyUrl", "17.5.0", "17.6.0"},
	} {
		key, goes := strings.CutSuffix(test.key, "-")
		for version, want := range map[string]bool{test.last: goes, test.first: !goes} {
			c := Demo(today)
			api, _ := c.Project("acme/platform/api")
			must(c.AddHook(api.ID, Hook{URL: "https://flow.example.com"}))
			entity := first(t, play(t, c, Options{Version: version}).get(t, DemoToken, "/api/v4/"+test.path).decode(t))
			if got := has(entity, key); got != want {
				t.Errorf("%s: %s has %s: %v, want %v", version, test.path, key, got, want)
			}
		}
	}
}

// has follows a key with dots into objects.
func has(entity map[string]any, key string) bool {
	outer, inner, deeper := strings.Cut(key, ".")
	value, there := entity[outer]
	if !deeper {
		return there
	}
	object, ok := value.(map[string]any)
	return ok && has(object, inner)
}

func TestSharesNameTheGroupsPathSince117(t *testing.T) {
	for version, want := range map[string]string{
		"9.0.0":  "group_access_level group_id group_name",
		"11.3.0": "expires_at group_access_level group_id group_name",
		"11.7.0": "expires_at group_access_level group_full_path group_id group_name",
	} {
		p := demo(t, version).get(t, DemoToken, "/api/v4/projects/oss%2Fhandbook").object(t)
		shares, _ := p["shared_with_groups"].([]any)
		if len(shares) != 1 || keys(shares[0].(map[string]any)) != want {
			t.Errorf("%s: %v, want the keys %s", version, shares, want)
		}
	}
}

// TestGroupsShowAllTheirProjectsBefore124 looks into one group with more than a
// hundred.
func TestGroupsShowAllTheirProjectsBefore124(t *testing.T) {
	c := row(t, 101)
	for version, want := range map[string]int{"12.3.0": 101, "12.4.0": 100} {
		r := play(t, c, Options{Version: version}).get(t, "", "/api/v4/groups/acme")
		if inside, _ := r.object(t)["projects"].([]any); len(inside) != want {
			t.Errorf("%s: %d projects, want %d", version, len(inside), want)
		}
	}
}
