package gitlabtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// contract is GitLab's own material: JSON schemas, an OpenAPI file, examples.
// It is not part of the project; FLOW_GITLAB_CONTRACT names its folder.
type contract struct{ folder string }

const contractRelease = "18.9.0-ee"

func openContract(t *testing.T) contract {
	t.Helper()
	folder := os.Getenv("FLOW_GITLAB_CONTRACT")
	if folder == "" {
		t.Skip("set FLOW_GITLAB_CONTRACT to the folder of GitLab's schemas to check the answers against them")
	}
	return contract{folder}
}

// openAPI is GitLab's own description of its API. It is no valid OpenAPI, so
// it is read as plain YAML.
func (c contract) openAPI(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.folder, "gitlab-18.9-pre/doc/api/openapi/openapi_v3.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var api map[string]any
	if err := yaml.Unmarshal(text, &api); err != nil {
		t.Fatal(err)
	}
	return api
}

// schemaLoader repairs what GitLab writes loosely, and, where open is set,
// permits keys that a schema does not list.
type schemaLoader struct{ open bool }

var looseType = regexp.MustCompile(`^\[?(date|uri)|^string $`)

func (l schemaLoader) Load(url string) (any, error) {
	document, err := jsonschema.FileLoader{}.Load(url)
	if err == nil {
		l.repair(document)
	}
	return document, err
}

func (l schemaLoader) repair(node any) {
	switch node := node.(type) {
	case []any:
		for _, part := range node {
			l.repair(part)
		}
	case map[string]any:
		if looseType.MatchString(fmt.Sprint(node["type"])) {
			node["type"] = []any{"string", "null"}
		}
		if properties, ok := node["properties"].(map[string]any); ok {
			if _, isText := properties["$ref"].(string); isText {
				delete(properties, "$ref")
			}
		}
		if l.open && node["additionalProperties"] == false {
			delete(node, "additionalProperties")
		}
		for _, part := range node {
			l.repair(part)
		}
	}
}

// schema compiles one of GitLab's response schemas, such as "user/public", of
// the release in the folder's name.
func (c contract) schema(t *testing.T, release, name string, open bool) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	compiler.UseLoader(schemaLoader{open})
	folder := filepath.Join(c.folder, "gitlab-"+release, "spec/fixtures/api/schemas/public_api/v4")
	schema, err := compiler.Compile(filepath.Join(folder, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// entities compiles the OpenAPI's entities into something that judges names
// and types. They say nothing of what is required.
func (c contract) entities(t *testing.T) func(name string) *jsonschema.Schema {
	t.Helper()
	schemas := c.openAPI(t)["components"].(map[string]any)["schemas"].(map[string]any)
	for _, entity := range schemas {
		strict(entity)
	}
	text, err := json.Marshal(map[string]any{"components": map[string]any{"schemas": schemas}})
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	if err := compiler.AddResource("gitlab.json", document); err != nil {
		t.Fatal(err)
	}
	return func(name string) *jsonschema.Schema {
		schema, err := compiler.Compile("gitlab.json#/components/schemas/APIEntities" + name)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
}

var openAPITypes = map[string]string{"Boolean": "boolean", "boolean": "boolean", "Array": "array", "array": "array",
	"object": "object", "integer": "integer", "number": "number", "DateTime": "string", "Symbol": "string"}

// strict makes a JSON schema of an OpenAPI entity: everything may be null, a
// string without an example may be anything, a reference may be a list, and no
// key may be there that is not listed.
func strict(node any) {
	entity, ok := node.(map[string]any)
	if !ok {
		return
	}
	name, _ := entity["type"].(string)
	_, example := entity["example"].(string)
	delete(entity, "type")
	delete(entity, "format")
	kind := openAPITypes[name]
	if name == "string" && example {
		kind = "string"
	}
	if kind != "" {
		entity["type"] = []any{kind, "null"}
	}
	properties, _ := entity["properties"].(map[string]any)
	for key, property := range properties {
		if ref := property.(map[string]any)["$ref"]; ref != nil {
			one := map[string]any{"$ref": ref}
			none := map[string]any{"type": "null"}
			properties[key] = map[string]any{"anyOf": []any{one, none, map[string]any{"type": "array", "items": one}}}
			continue
		}
		strict(property)
	}
	if properties != nil {
		entity["additionalProperties"] = false
	}
	strict(entity["items"])
}

func TestAnswersMatchGitLabsSchemas(t *testing.T) {
	c := openContract(t)
	s := demo(t, contractRelease)
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

// TestOldAnswersMatchOldSchemas plays 12.10, the oldest release that must be
// right, against the schemas of 11.5: what they demand was still there.
func TestOldAnswersMatchOldSchemas(t *testing.T) {
	c := openContract(t)
	s := demo(t, "12.10.14-ee")
	for _, test := range []struct{ path, token, schema string }{
		{"/api/v4/user", DemoToken, "user/public"},
		{"/api/v4/user", DemoTokenAdmin, "user/admin"},
		{"/api/v4/projects?membership=true&min_access_level=20&per_page=100", DemoToken, "projects"},
		{"/api/v4/projects?simple=true&membership=true&min_access_level=20&per_page=100", DemoToken, "projects"},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/repository/commits", DemoToken, "commits"},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/merge_requests", DemoToken, "merge_requests"},
		{"/api/v4/projects/acme%2Fplatform%2Fapi/issues", DemoToken, "issues"},
	} {
		t.Run(test.schema+" "+test.path, func(t *testing.T) {
			if err := c.schema(t, "11.5.4", test.schema, true).Validate(s.get(t, test.token, test.path).decode(t)); err != nil {
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
	s := demo(t, contractRelease)
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
	s := demo(t, contractRelease)
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

func first(t *testing.T, value any) map[string]any {
	t.Helper()
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0]
	}
	object, ok := value.(map[string]any)
	if !ok {
		t.Fatalf("want an object or a list of objects, got %T", value)
	}
	return object
}
