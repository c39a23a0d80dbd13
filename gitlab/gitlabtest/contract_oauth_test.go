package gitlabtest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestOAuthAnswersHaveTheKeysOfGitLabsExamples: the documentation leaves out
// the scope of a token, and the refresh token of a device.
func TestOAuthAnswersHaveTheKeysOfGitLabsExamples(t *testing.T) {
	c := openContract(t)
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{Version: contractRelease}))
	token := s.granted(t)
	asked := s.ask(t)
	pending, tooFast := s.poll(t, asked), s.poll(t, asked)
	late, denied := s.ask(t), s.ask(t)
	for code, approve := range map[string]bool{text(t, asked, "user_code"): true, text(t, denied, "user_code"): false} {
		if err := s.browser(t, "ana").EnterCode(t.Context(), code, approve); err != nil {
			t.Fatal(err)
		}
	}
	clock.pass(5 * time.Second)
	got := map[string]map[string]any{
		"oauth_token_code":           token,
		"oauth_token_info":           s.bearer(t, text(t, token, "access_token"), "/oauth/token/info").object(t),
		"oauth_token_refresh":        s.refresh(t, text(t, token, "refresh_token")).object(t),
		"oauth_device_authorization": asked,
		"oauth_device_pending":       pending.object(t),
		"oauth_device_slow_down":     tooFast.object(t),
		"oauth_device_token":         s.poll(t, asked).object(t),
		"oauth_device_denied":        s.poll(t, denied).object(t),
	}
	clock.pass(301 * time.Second)
	got["oauth_device_expired"] = s.poll(t, late).object(t)
	for name, answer := range got {
		body, err := os.ReadFile(filepath.Join(c.folder, "examples/18.9-pre", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var example map[string]any
		if err := json.Unmarshal(body, &example); err != nil {
			t.Fatal(err)
		}
		added := []string{"scope", "refresh_token", "scopes", "expires_in_seconds"}
		if name == "oauth_device_authorization" {
			added = nil
		}
		for key := range maps.Keys(answer) {
			if _, known := example[key]; !known && !slices.Contains(added, key) {
				t.Errorf("%s: %s is in no example", name, key)
			}
		}
		for key, value := range example {
			if _, there := answer[key]; !there {
				t.Errorf("%s: no %s", name, key)
			}
			if key == "error" && answer[key] != value {
				t.Errorf("%s: error %v, want %v", name, answer[key], value)
			}
		}
	}
}

func TestOAuthErrorsHaveTheShapesOfGitLab(t *testing.T) {
	shapes := openContract(t).errorShapes(t)
	clock := newHand()
	s := play(t, Demo(today), clock.options(Options{Version: contractRelease}))
	old := s.granted(t)
	s.refresh(t, text(t, old, "refresh_token"))
	ending := text(t, s.granted(t), "access_token")
	self := s.bearer(t, ending, "/api/v4/personal_access_tokens/self")
	narrow := text(t, s.exchange(t, s.code(t, "scope", "read_user")).object(t), "access_token")
	scope := s.bearer(t, narrow, "/api/v4/projects")
	clock.pass(3 * time.Hour)
	compareError(t, s.bearer(t, text(t, old, "access_token"), "/api/v4/user"), shapes["token_expired"])
	compareError(t, s.bearer(t, ending, "/api/v4/user"), shapes["token_expired"])
	compareError(t, self, shapes["pat_self_with_oauth_token"])
	compareError(t, scope, shapes["insufficient_scope"])
	compareError(t, s.refresh(t, text(t, old, "refresh_token")), shapes["oauth_invalid_grant"])
	compareError(t, s.exchange(t, "made-up", "client_secret", "wrong"), shapes["oauth_invalid_client"])
	live := s.granted(t)
	s.refresh(t, text(t, live, "refresh_token"))
	compareError(t, s.bearer(t, text(t, live, "access_token"), "/api/v4/user"), shapes["token_revoked"])

	// Where a sentence is "...", only the error counts.
	pkce := play(t, Demo(today), Options{Version: "13.4.0-ee"})
	r := pkce.exchange(t, pkce.code(t), "code_verifier", verifier)
	if name := r.object(t)["error"]; r.status != shapes["oauth_pkce_unsupported"].Status || !strings.HasPrefix(name.(string), "invalid_") {
		t.Errorf("a verifier in 13.4: %d %v", r.status, name)
	}
	r = s.poll(t, s.ask(t))
	if want := shapes["device_pending"]; r.status != want.Status || r.object(t)["error"] != want.Body.(map[string]any)["error"] {
		t.Errorf("device pending: %d %s", r.status, r.body)
	}
}
