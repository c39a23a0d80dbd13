package gitlabtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

type errorShape struct {
	Name    string
	Status  int
	Type    string `json:"content_type"`
	Headers map[string]string
	Body    any
	Text    string `json:"body_text"`
}

func (c contract) errorShapes(t *testing.T) map[string]errorShape {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.folder, "derived/error_shapes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []errorShape }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	shapes := map[string]errorShape{}
	for _, shape := range file.Cases {
		shapes[shape.Name] = shape
	}
	return shapes
}

func TestErrorsHaveTheShapesOfGitLab(t *testing.T) {
	shapes := openContract(t).errorShapes(t)
	s := demo(t, contractRelease)
	busy := play(t, Demo(today), Options{Version: contractRelease, RateLimit: -1, EndpointLimit: 1})
	limited := play(t, Demo(today), Options{Version: contractRelease, RateLimit: 1})
	busy.get(t, DemoToken, "/api/v4/user")
	limited.get(t, DemoToken, "/api/v4/user")
	old := "/api/v3/projects"
	for _, test := range []struct {
		name, token, method, path string
		server                    *Server
	}{
		{"no_or_unknown_token", "", "GET", "/api/v4/user", s},
		{"no_or_unknown_token", "glpat-of-nobody", "GET", "/api/v4/user", s},
		{"no_or_unknown_token", "glpat-of-nobody", "GET", "/api/v4/projects", s},
		{"token_expired", DemoTokenExpired, "GET", "/api/v4/user", s},
		{"token_revoked", DemoTokenRevoked, "GET", "/api/v4/user", s},
		{"insufficient_scope", DemoTokenReadOnly, "GET", "/api/v4/projects", s},
		{"insufficient_scope", DemoTokenReadOnly, "GET", "/api/v4/groups", s},
		{"insufficient_scope", DemoTokenReadAPI, "POST", "/api/v4/projects/0/hooks", s},
		{"forbidden_reason", DemoTokenBlocked, "GET", "/api/v4/user", s},
		{"forbidden", DemoToken, "GET", "/api/v4/projects/acme%2Finfra%2Fcost-reports/merge_requests", s},
		{"not_found", DemoToken, "GET", "/api/v4/projects/0", s},
		{"not_found", DemoToken, "POST", "/api/v4/projects/0/hooks", s},
		{"route_not_found", DemoToken, "GET", "/api/v4/nothing", s},
		{"param_invalid", DemoToken, "GET", "/api/v4/projects?min_access_level=7", s},
		{"hook_url_invalid_or_blocked", DemoToken, "POST", "/api/v4/projects/acme%2Fplatform%2Fapi/hooks?url=http://127.0.0.1/", s},
		{"api_v3_gone", DemoToken, "GET", old, s},
		{"rack_attack_429", DemoToken, "GET", "/api/v4/user", limited},
		{"application_rate_limit_429", DemoToken, "GET", "/api/v4/user", busy},
		{"offset_too_deep", "", "GET", "/api/v4/projects?per_page=100&page=501", s},
		{"keyset_not_available", DemoToken, "GET", "/api/v4/projects?pagination=keyset", s},
	} {
		t.Run(test.name+" "+test.method+" "+test.path, func(t *testing.T) {
			shape, known := shapes[test.name]
			if !known {
				t.Fatal("the contract has no such case")
			}
			compareError(t, test.server.send(t, test.method, test.token, test.path, ""), shape)
		})
	}
}

func compareError(t *testing.T, got reply, want errorShape) {
	t.Helper()
	if got.status != want.Status {
		t.Errorf("status %d, want %d", got.status, want.Status)
	}
	if want.Type != "" && got.header.Get("Content-Type") != want.Type {
		t.Errorf("Content-Type %q, want %q", got.header.Get("Content-Type"), want.Type)
	}
	timed := []string{"Retry-After", "RateLimit-Limit", "RateLimit-Observed", "RateLimit-Reset", "RateLimit-ResetTime"}
	for name, value := range want.Headers {
		switch have := got.header.Get(name); {
		case have == "":
			t.Errorf("no header %s", name)
		case have != value && !slices.Contains(timed, name):
			t.Errorf("%s: %q, want %q", name, have, value)
		}
	}
	if want.Body == nil {
		if got.body != want.Text {
			t.Errorf("body %q, want %q", got.body, want.Text)
		}
	} else if body := got.decode(t); !reflect.DeepEqual(body, want.Body) {
		t.Errorf("body %v, want %v", body, want.Body)
	}
}

func TestDiscoveryHasTheKeysOfGitLab(t *testing.T) {
	c := openContract(t)
	text, err := os.ReadFile(filepath.Join(c.folder, "derived/openid_configuration_keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]json.RawMessage
	var first, added map[string]any
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(file["gitlab_9.0"], &first) != nil || json.Unmarshal(file["gitlab_18.9_extra_keys"], &added) != nil {
		t.Fatal("the contract has changed its form")
	}
	address := "https://gitlab.example.com"
	oldest := play(t, NewCompany(), Options{Version: "9.0.0", ExternalURL: address})
	if got := oldest.get(t, "", "/.well-known/openid-configuration").object(t); !reflect.DeepEqual(got, first) {
		t.Errorf("9.0: %v\nwant %v", got, first)
	}
	for key, value := range added {
		first[key] = value
	}
	delete(first, "scopes_supported")
	newest := play(t, NewCompany(), Options{Version: contractRelease, ExternalURL: address})
	got := newest.get(t, "", "/.well-known/openid-configuration").object(t)
	delete(got, "scopes_supported")
	if !reflect.DeepEqual(got, first) {
		t.Errorf("18.9: %v\nwant %v", got, first)
	}
}
