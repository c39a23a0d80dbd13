package gitlabtest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAnswersMatchGitLabsSchemas(t *testing.T) {
	c := openContract(t)
	s := demoWithHook(t, contractRelease)
	for _, test := range []struct {
		path, token, schema string
		open                bool
	}{
		{"/api/v4/metadata", DemoToken, "metadata", false},
		{"/api/v4/version", DemoToken, "metadata", false},
		{"/api/v4/user", DemoToken, "user/public", false},
		{"/api/v4/user", DemoTokenAdmin, "user/admin", false},
		{"/api/v4/projects?simple=true&membership=true&min_access_level=20&per_page=100", DemoToken, "projects", false},
		{"/api/v4/projects?per_page=100", "", "projects", false},
		{"/api/v4/projects?membership=true&min_access_level=20&per_page=100", DemoToken, "projects", true},
		{"/api/v4/projects/acme%2Fplatform%2Fapi", DemoToken, "project", true},
		{"/api/v4/projects/oss%2Fgateway", "", "project", false},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/repository/commits", DemoToken, "commits", false},
		{"/api/v4/projects/acme%2Fplatform%2Fvault-next/repository/commits", DemoToken, "commits", false},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/merge_requests", DemoToken, "merge_requests", false},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/issues", DemoToken, "issues", false},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/hooks", DemoToken, "project_hooks", false},
	} {
		t.Run(test.schema+" "+test.path, func(t *testing.T) {
			answer := s.get(t, test.token, test.path).decode(t)
			if list, ok := answer.([]any); ok && len(list) == 0 {
				t.Fatal("nothing to check: the list is empty")
			}
			if err := c.schema(t, "18.9-pre", test.schema, test.open).Validate(answer); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestContractChecksBite: a check that passes everything is worth nothing.
func TestContractChecksBite(t *testing.T) {
	c := openContract(t)
	s := demo(t, contractRelease)
	project := s.get(t, DemoToken, "/api/v4/projects/acme%2Fplatform%2Fapi?simple=true").object(t)
	simple := s.get(t, "", "/api/v4/projects/oss%2Fgateway").object(t)
	entity, schema := c.entities(t)("ProjectWithAccess"), c.schema(t, "18.9-pre", "project", false)
	if entity.Validate(any(project)) != nil || schema.Validate(any(simple)) != nil {
		t.Fatal("the untouched answers should pass")
	}
	project["archived"] = "no"
	if entity.Validate(any(project)) == nil {
		t.Error("a boolean that became text passes")
	}
	project["archived"], project["role"] = false, 40
	if entity.Validate(any(project)) == nil {
		t.Error("a key that GitLab does not have passes")
	}
	delete(simple, "readme_url")
	if schema.Validate(any(simple)) == nil {
		t.Error("a key that is missing passes")
	}
}

func TestAnswersMatchGitLabsEntities(t *testing.T) {
	c := openContract(t)
	entities := c.entities(t)
	s := demoWithHook(t, contractRelease)
	for _, test := range []struct{ path, token, entity string }{
		{"/api/v4/metadata", DemoToken, "Metadata"},
		{"/api/v4/version", DemoToken, "Metadata"},
		{"/api/v4/user", DemoToken, "UserPublic"},
		{"/api/v4/user", DemoTokenAdmin, "UserWithAdmin"},
		{"/api/v4/personal_access_tokens/self", DemoToken, "PersonalAccessTokenWithLastUsedIps"},
		{"/api/v4/groups?per_page=100", DemoToken, "Group"},
		{"/api/v4/groups?per_page=100", DemoTokenAdmin, "Group"},
		{"/api/v4/groups?per_page=100", "", "Group"},
		{"/api/v4/groups/acme%2Fplatform/subgroups", DemoToken, "Group"},
		{"/api/v4/groups/acme/descendant_groups?per_page=100", DemoToken, "Group"},
		{"/api/v4/groups/acme/projects?include_subgroups=true&per_page=100", DemoToken, "Project"},
		{"/api/v4/groups/acme/projects?include_subgroups=true&per_page=100&simple=true", DemoToken, "BasicProjectDetails"},
		{"/api/v4/projects?per_page=100&membership=true", DemoToken, "ProjectWithAccess"},
		{"/api/v4/projects?per_page=100&simple=true", DemoToken, "BasicProjectDetails"},
		{"/api/v4/projects?per_page=100", "", "BasicProjectDetails"},
		{"/api/v4/projects/acme%2Fplatform%2Fgateway", DemoToken, "ProjectWithAccess"},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/repository/commits", DemoToken, "Commit"},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/merge_requests", DemoToken, "MergeRequestBasic"},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/issues", DemoToken, "Issue"},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/hooks", DemoToken, "ProjectHook"},
	} {
		t.Run(test.entity+" "+test.path, func(t *testing.T) {
			answer := s.get(t, test.token, test.path).decode(t)
			rows, ok := answer.([]any)
			if !ok {
				rows = []any{answer}
			}
			if len(rows) == 0 {
				t.Fatal("nothing to check: the list is empty")
			}
			schema := entities(test.entity)
			for _, row := range rows {
				if err := schema.Validate(row); err != nil {
					t.Fatalf("%v", err)
				}
			}
		})
	}
}

// TestAnswersHaveTheKeysOfGitLabsExamples: the schemas demand few keys, the
// examples show nearly all. Left out are keys that depend on what this GitLab
// does not play, and those that the examples have from older releases.
func TestAnswersHaveTheKeysOfGitLabsExamples(t *testing.T) {
	c := openContract(t)
	s := demoWithHook(t, contractRelease)
	for _, test := range []struct{ example, token, path, except string }{
		{"metadata", DemoToken, "/api/v4/metadata", ""},
		{"user", DemoToken, "/api/v4/user", ""},
		{"user_admin", DemoTokenAdmin, "/api/v4/user", "current_sign_in_ip last_sign_in_ip"},
		{"pat_self", DemoToken, "/api/v4/personal_access_tokens/self", ""},
		{"groups", DemoTokenAdmin, "/api/v4/groups", "ip_restriction_ranges"},
		{"subgroups", DemoTokenAdmin, "/api/v4/groups/acme%2Fplatform/subgroups", ""},
		{"descendant_groups", DemoToken, "/api/v4/groups/acme%2Fplatform/descendant_groups", ""},
		{"group_projects", DemoToken, "/api/v4/groups/acme%2Fplatform/projects", ""},
		{"projects", DemoToken, "/api/v4/projects?min_access_level=40&order_by=id&sort=asc", ""},
		{"project", DemoToken, "/api/v4/projects/acme%2Fplatform%2Fapi",
			"license license_url owner statistics repository_storage printing_merge_requests_link_enabled " +
				"mirror_user_id mirror_trigger_builds only_mirror_protected_branches mirror_overwrites_diverged_branches"},
		{"commits", DemoToken, "/api/v4/projects/acme%2Fplatform%2Fapi/repository/commits", ""},
		{"merge_requests", DemoToken, "/api/v4/projects/acme%2Fplatform%2Fapi/merge_requests", ""},
		{"issues", DemoToken, "/api/v4/projects/acme%2Fplatform%2Fapi/issues", "task_status"},
		{"project_hook", DemoToken, "/api/v4/projects/acme%2Fplatform%2Fapi/hooks", ""},
	} {
		t.Run(test.example, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(c.folder, "examples/18.9-pre", test.example+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var example any
			if err := json.Unmarshal(text, &example); err != nil {
				t.Fatal(err)
			}
			want, got := first(t, example), first(t, s.get(t, test.token, test.path).decode(t))
			var missing []string
			for _, key := range slices.Sorted(maps.Keys(want)) {
				if _, there := got[key]; !there && !slices.Contains(strings.Fields(test.except), key) {
					missing = append(missing, key)
				}
			}
			if len(missing) > 0 {
				t.Errorf("missing: %s", strings.Join(missing, ", "))
			}
		})
	}
}
