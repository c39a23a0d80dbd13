package gitlabtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestQueriesAreThoseOfGitLab: a name that GitLab does not declare would be
// dropped there without a word, so it must be none that this server obeys.
func TestQueriesAreThoseOfGitLab(t *testing.T) {
	endpoints := openContract(t).openAPI(t)["paths"].(map[string]any)
	for _, test := range []struct {
		path     string
		declared []parameter
		unplayed string // declared by GitLab, of no effect here
	}{
		{"/api/v4/projects", projectListParameters, "custom_attributes"},
		{"/api/v4/groups", groupListParameters, "custom_attributes"},
		{"/api/v4/groups/{id}/subgroups", groupListParameters, "custom_attributes"},
		{"/api/v4/groups/{id}/descendant_groups", groupListParameters, "custom_attributes"},
		{"/api/v4/groups/{id}/projects", groupProjectParameters, "custom_attributes"},
		{"/api/v4/projects/{id}", projectParameters, "custom_attributes id"},
		{"/api/v4/groups/{id}", groupParameters, "custom_attributes id"},
	} {
		t.Run(test.path, func(t *testing.T) {
			theirs := query(endpoints[test.path])
			ours := map[string]parameter{}
			for _, p := range test.declared {
				ours[p.name] = p
				if theirs[p.name] == nil && p.name != "pagination" {
					t.Errorf("%s is not a parameter of GitLab", p.name)
				}
			}
			unplayed := append(strings.Fields(test.unplayed), "id")
			for name, schema := range theirs {
				p, declared := ours[name]
				if !declared {
					if !slices.Contains(unplayed, name) {
						t.Errorf("%s is not declared", name)
					}
					continue
				}
				compareParameter(t, p, schema)
			}
		})
	}
}

func query(endpoint any) map[string]map[string]any {
	get := endpoint.(map[string]any)["get"].(map[string]any)
	query := map[string]map[string]any{}
	for _, p := range get["parameters"].([]any) {
		p := p.(map[string]any)
		schema, _ := p["schema"].(map[string]any)
		if schema == nil {
			schema = map[string]any{}
		}
		query[p["name"].(string)] = schema
	}
	return query
}

func compareParameter(t *testing.T, p parameter, schema map[string]any) {
	t.Helper()
	var enum []string
	values, _ := schema["enum"].([]any)
	for _, value := range values {
		enum = append(enum, fmt.Sprint(value))
	}
	if !slices.Equal(enum, p.allowed) {
		t.Errorf("%s: GitLab takes %v, we take %v", p.name, enum, p.allowed)
	}
	switch schema["type"] {
	case "integer":
		if p.kind != integer {
			t.Errorf("%s is an integer", p.name)
		}
	case "boolean":
		if p.kind != boolean {
			t.Errorf("%s is a boolean", p.name)
		}
	}
}
