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

// answered is one kind of answer, and where GitLab's material for 9.0.0, 11.5.4
// and 18.9 describes it.
type answered struct {
	path     string
	schema90 string
	example  string // of 9.0.0
	schema   string // of 11.5.4
	entity   string // of 18.9, in the OpenAPI file

	// Keys that the code of a release has, but not its schema or example; and
	// those that came after 11.5.4 and went before 18.9.
	also90, also115, passing string
	// unseen are keys of the example of 9.0.0 that not every answer has.
	unseen string
}

var answersOfAllReleases = []answered{
	{path: "version", example: "version", entity: "Metadata"},
	{path: "user", schema90: "user/public", example: "user", schema: "user/public", entity: "UserPublic",
		also90:  "shared_runners_minutes_limit",
		also115: "last_activity_on theme_id public_email private_profile", passing: "skype"},
	{path: "groups?per_page=100", example: "groups", entity: "Group", also90: "ldap_cn ldap_access", also115: "file_template_project_id"},
	{path: "projects?per_page=100&simple=true", schema: "projects", entity: "BasicProjectDetails",
		also90: "id http_url_to_repo web_url name name_with_namespace path path_with_namespace"},
	{path: "projects?per_page=100&membership=true", example: "projects", schema: "projects", entity: "ProjectWithAccess",
		also90: "lfs_enabled forked_from_project approvals_before_merge",
		also115: "import_status import_error ci_config_path _links resolve_outdated_diff_discussions merge_method mirror mirror_user_id " +
			"mirror_trigger_builds only_mirror_protected_branches mirror_overwrites_diverged_branches " +
			"printing_merge_request_link_enabled external_authorization_classification_label",
		passing: "operations_access_level restrict_user_defined_variables", unseen: "owner runners_token"},
	{path: "projects/acme%2Fplatform%2Fapi", example: "project", schema: "projects", entity: "ProjectWithAccess",
		also90: "lfs_enabled approvals_before_merge",
		also115: "import_status import_error ci_config_path _links resolve_outdated_diff_discussions merge_method mirror " +
			"printing_merge_request_link_enabled external_authorization_classification_label",
		passing: "operations_access_level", unseen: "owner"},
	{path: "projects/acme%2Fplatform%2Fapi/hooks", example: "project_hook", entity: "ProjectHook",
		also115: "repository_update_events confidential_issues_events confidential_note_events push_events_branch_filter",
		passing: "token_present signing_token_present"}, // these two came in 19.0
	{path: "projects/acme%2Fplatform%2Fapi/repository/commits", example: "commits", schema: "commit/basic", entity: "Commit"},
	{path: "projects/acme%2Fplatform%2Fapi/merge_requests", schema90: "merge_requests", example: "merge_requests",
		schema: "merge_requests", entity: "MergeRequestBasic", also90: "approvals_before_merge squash"},
	{path: "projects/acme%2Fplatform%2Fapi/issues", schema90: "issues", example: "issues", schema: "issue", entity: "Issue",
		also115: "closed_by"},
}

// demoWithHook is the demo with a hook where the account may see it.
func demoWithHook(t testing.TB, version string) *Server {
	t.Helper()
	c := Demo(today)
	api, _ := c.Project("acme/platform/api")
	must(c.AddHook(api.ID, Hook{URL: "https://flow.example.com/hook", Events: []string{"push"}}))
	return play(t, c, Options{Version: version})
}

func (r reply) rows(t testing.TB) []map[string]any {
	t.Helper()
	if strings.HasPrefix(r.body, "[") {
		return r.list(t)
	}
	return []map[string]any{r.object(t)}
}

// TestProfilesShowNothingBeforeItsTime: a release has no key that neither its
// own material nor that of an older or the next newer release knows.
func TestProfilesShowNothingBeforeItsTime(t *testing.T) {
	c := openContract(t)
	entities := c.openAPI(t)["components"].(map[string]any)["schemas"].(map[string]any)
	for _, version := range Profiles {
		s := demoWithHook(t, version)
		for _, a := range answersOfAllReleases {
			known := append(strings.Fields(a.also90), c.exampleKeys(t, "9.0.0", a.example)...)
			known = append(known, c.schemaKeys(t, "9.0.0", a.schema90)...)
			if s.release.since(9, 1) {
				known = append(known, strings.Fields(a.also115)...)
				known = append(known, c.schemaKeys(t, "11.5.4", a.schema)...)
			}
			if s.release.since(11, 6) {
				known = append(known, strings.Fields(a.passing)...)
				known = slices.AppendSeq(known, maps.Keys(entities["APIEntities"+a.entity].(map[string]any)["properties"].(map[string]any)))
			}
			found := map[string]bool{}
			for _, row := range s.get(t, DemoToken, "/api/v4/"+a.path).rows(t) {
				for key := range row {
					found[key] = found[key] || !slices.Contains(known, key)
				}
			}
			maps.DeleteFunc(found, func(_ string, unknown bool) bool { return !unknown })
			if len(found) > 0 {
				t.Errorf("%s: %s has %s", version, a.path, strings.Join(slices.Sorted(maps.Keys(found)), ", "))
			}
		}
	}
}

// TestProfilesShowWhatTheyMust: what the schema of a release demands, newer ones
// still have, up to where it went.
func TestProfilesShowWhatTheyMust(t *testing.T) {
	c := openContract(t)
	for _, test := range []struct {
		release, schema string
		from, until     since
		path            string
	}{
		{"9.0.0", "user/public", since{9, 0}, since{9, 2}, "user"}, // is_admin went
		{"9.0.0", "issues", since{9, 0}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/issues"},
		{"9.0.0", "merge_requests", since{9, 0}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/merge_requests"},
		{"11.5.4", "user/public", since{9, 2}, since{18, 0}, "user"}, // skype went
		{"11.5.4", "projects", since{10, 1}, since{20, 0}, "projects?per_page=100&membership=true&min_access_level=20"},
		{"11.5.4", "projects", since{11, 0}, since{20, 0}, "projects?per_page=100&membership=true&min_access_level=20&simple=true"},
		{"11.5.4", "commits", since{9, 0}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/repository/commits"},
		{"11.5.4", "issues", since{9, 2}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/issues"},
		{"11.5.4", "merge_requests", since{11, 0}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/merge_requests"},
		{"18.9-pre", "metadata", since{15, 6}, since{20, 0}, "version"},
		{"18.9-pre", "user/public", since{18, 9}, since{20, 0}, "user"},
		{"18.9-pre", "projects", since{18, 9}, since{20, 0}, "projects?per_page=100&membership=true&min_access_level=20"},
		{"18.9-pre", "project_hooks", since{18, 9}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/hooks"},
		{"18.9-pre", "issues", since{18, 9}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/issues"},
		{"18.9-pre", "merge_requests", since{18, 9}, since{20, 0}, "projects/acme%2Fplatform%2Fapi/merge_requests"},
	} {
		schema := c.schema(t, test.release, test.schema, true)
		for _, version := range Profiles {
			s := demoWithHook(t, version)
			if !s.release.since(test.from.major, test.from.minor) || s.release.since(test.until.major, test.until.minor) {
				continue
			}
			answer := s.get(t, DemoToken, "/api/v4/"+test.path)
			if answer.body == "[]" {
				t.Errorf("%s: %s: nothing to check", version, test.path)
			}
			if err := schema.Validate(answer.decode(t)); err != nil {
				t.Errorf("%s: %s against %s: %v", version, test.path, test.release, err)
			}
		}
	}
}

// TestTheFirstReleaseHasWhatItsExamplesShow, as far as not every answer has it.
func TestTheFirstReleaseHasWhatItsExamplesShow(t *testing.T) {
	c := openContract(t)
	s := demoWithHook(t, "9.0.0")
	for _, a := range answersOfAllReleases {
		row := s.get(t, DemoToken, "/api/v4/"+a.path).rows(t)[0]
		for _, key := range c.exampleKeys(t, "9.0.0", a.example) {
			if _, there := row[key]; !there && !slices.Contains(strings.Fields(a.unseen), key) {
				t.Errorf("%s lacks %s", a.path, key)
			}
		}
	}
}

// TestOldListsAreExactlyAsTheirSchemas: these two close their objects.
func TestOldListsAreExactlyAsTheirSchemas(t *testing.T) {
	c := openContract(t)
	for _, test := range []struct{ version, release, schema string }{
		{"9.0.0", "9.0.0", "issues"}, {"9.0.0", "9.0.0", "merge_requests"}, {"11.5.4", "11.5.4", "merge_requests"},
	} {
		answer := demo(t, test.version).get(t, DemoToken, "/api/v4/projects/acme%2Fplatform%2Fapi/"+test.schema)
		if len(answer.list(t)) == 0 {
			t.Fatal("nothing to check: the list is empty")
		}
		if err := c.schema(t, test.release, test.schema, false).Validate(answer.decode(t)); err != nil {
			t.Errorf("%s: %s: %v", test.version, test.schema, err)
		}
	}
}

// TestErrorsHaveTheShapesOfTheirRelease takes from GitLab's list what every
// profile answers alike.
func TestErrorsHaveTheShapesOfTheirRelease(t *testing.T) {
	shapes := openContract(t).errorShapes(t)
	for _, version := range Profiles {
		s := demo(t, version)
		for _, test := range []struct {
			name, token, method, path string
			since                     since
		}{
			{"no_or_unknown_token", "", "GET", "user", since{}},
			{"no_or_unknown_token", "glpat-of-nobody", "GET", "user", since{}},
			{"token_expired", DemoTokenExpired, "GET", "user", since{10, 2}},
			{"token_revoked", DemoTokenRevoked, "GET", "user", since{10, 2}},
			{"forbidden_reason", DemoTokenBlocked, "GET", "user", since{13, 0}}, // before, with one space more
			{"forbidden", DemoToken, "GET", "projects/acme%2Finfra%2Fcost-reports/merge_requests", since{}},
			{"not_found", DemoToken, "GET", "projects/0", since{}},
			{"route_not_found", DemoToken, "GET", "nothing", since{}},
			{"param_invalid", DemoToken, "GET", "projects?min_access_level=7", since{11, 2}},
			{"hook_url_invalid_or_blocked", DemoToken, "POST", "projects/acme%2Fplatform%2Fapi/hooks?url=http://127.0.0.1/", since{}},
			{"keyset_not_available", DemoToken, "GET", "projects?pagination=keyset", since{12, 6}},
			{"offset_too_deep", "", "GET", "projects?per_page=100&page=501", since{13, 0}},
		} {
			if s.release.since(test.since.major, test.since.minor) {
				t.Run(version+" "+test.name, func(t *testing.T) {
					compareError(t, s.send(t, test.method, test.token, "/api/v4/"+test.path, ""), shapes[test.name])
				})
			}
		}
	}
}

// exampleKeys are those of an example, or of all in a list of examples.
func (c contract) exampleKeys(t *testing.T, release, name string) []string {
	t.Helper()
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(c.folder, "examples", release, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var one map[string]any
	var list []map[string]any
	if json.Unmarshal(text, &one) == nil {
		list = append(list, one)
	} else if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, example := range list {
		found = slices.AppendSeq(found, maps.Keys(example))
	}
	return found
}

// schemaKeys are those that a schema names for one row.
func (c contract) schemaKeys(t *testing.T, release, name string) []string {
	t.Helper()
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(c.folder, "gitlab-"+release, "spec/fixtures/api/schemas/public_api/v4", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]any
		Items      struct{ Properties map[string]any }
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	return slices.AppendSeq(slices.Collect(maps.Keys(schema.Properties)), maps.Keys(schema.Items.Properties))
}
