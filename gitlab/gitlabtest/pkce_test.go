package gitlabtest

import (
	"strings"
	"testing"
)

func TestPKCEIsWhatEachReleaseMakesOfIt(t *testing.T) {
	const ok = ""
	for _, test := range []struct {
		version string
		status  int // of a refusal
		// challenge and verifier sent: right, wrong, none; and a verifier alone
		right, wrong, none, alone string
	}{
		{"9.0.0", 401, ok, ok, ok, ok},
		{"12.0.0-ee", 401, ok, ok, ok, ok},
		{"12.7.0-ee", 401, ok, ok, ok, ok},
		{"12.8.0-ee", 401, "invalid_request", "invalid_request", ok, "invalid_request"},
		{"12.9.0-ee", 401, "invalid_request", "invalid_request", ok, "invalid_request"},
		{"13.3.0-ee", 401, "invalid_request", "invalid_request", ok, "invalid_request"},
		{"13.4.0-ee", 400, "invalid_grant", "invalid_grant", ok, "invalid_grant"},
		{"13.5.0-ee", 400, "invalid_grant", "invalid_grant", ok, "invalid_grant"},
		{"13.8.0-ee", 400, ok, "invalid_grant", "invalid_request", "invalid_grant"},
		{"14.9.0-ee", 400, ok, "invalid_grant", "invalid_request", "invalid_grant"},
		{"15.11.0", 400, ok, "invalid_grant", "invalid_request", "invalid_grant"},
		{"16.11.0-ee", 400, ok, "invalid_grant", "invalid_request", "invalid_grant"},
		{"17.5.2-ee", 400, ok, "invalid_grant", "invalid_request", "invalid_grant"},
		{"18.9.0-ee", 400, ok, "invalid_grant", "invalid_request", "invalid_grant"},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := demo(t, test.version)
			for _, attempt := range []struct {
				name, challenge, verifier, want string
			}{
				{"the right verifier", s256, verifier, test.right},
				{"a wrong verifier", s256, verifier + "x", test.wrong},
				{"no verifier", s256, "", test.none},
				{"a verifier without a challenge", "", verifier, test.alone},
			} {
				code := s.code(t, "code_challenge", attempt.challenge, "code_challenge_method", "S256")
				r := s.exchange(t, code, "code_verifier", attempt.verifier)
				if attempt.want == ok && r.status != 200 {
					t.Errorf("%s: status %d: %s", attempt.name, r.status, r.body)
				}
				if attempt.want == ok {
					continue
				}
				r.refused(t, test.status, attempt.want)
				// What is refused does not use the code up.
				again := ""
				if attempt.challenge != "" && s.release.since(13, 8) {
					again = verifier
				}
				if r := s.exchange(t, code, "code_verifier", again); r.status != 200 {
					t.Errorf("%s, then as it should be: status %d: %s", attempt.name, r.status, r.body)
				}
			}
		})
	}
}

func TestChallengesHaveAMethod(t *testing.T) {
	for _, test := range []struct {
		version, method, verifier string
		want                      string // on the page; empty is a code
	}{
		{"17.5.2-ee", "S256", verifier, ""},
		{"17.5.2-ee", "plain", s256, ""},
		{"17.5.2-ee", "", "", "The code challenge method must be plain or S256."},
		{"17.5.2-ee", "S512", "", "The code challenge method must be plain or S256."},
		{"13.7.0-ee", "S512", "", ""},
	} {
		s := demo(t, test.version)
		landing := s.browse(t, DemoUser, s.authorizeURL("code_challenge", s256, "code_challenge_method", test.method), true)
		if test.want != "" {
			if !strings.Contains(landing.Page, test.want) || landing.query(t).Has("code") {
				t.Errorf("%s, method %q: landed at %s: %s", test.version, test.method, landing.URL, landing.Page)
			}
			continue
		}
		if r := s.exchange(t, landing.query(t).Get("code"), "code_verifier", test.verifier); r.status != 200 {
			t.Errorf("%s, method %q: status %d: %s", test.version, test.method, r.status, r.body)
		}
	}
}
