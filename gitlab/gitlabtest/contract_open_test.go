package gitlabtest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
// permits keys that a schema does not list. The schemas of 9.0.0 don't let a
// milestone or an assignee be null, as GitLab does.
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
		for _, name := range []string{"milestone", "assignee"} {
			properties, _ := node["properties"].(map[string]any)
			if person, ok := properties[name].(map[string]any); ok && person["type"] == "object" {
				person["type"] = []any{"object", "null"}
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
