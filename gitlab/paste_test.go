package gitlab_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"flow"
	"flow/gitlab/gitlabtest"
)

// What people copy from a browser, and what terminals and mail programs make of
// it.
func TestPastesThatSignIn(t *testing.T) {
	wrapped := func(text, by string) string {
		var b strings.Builder
		for len(text) > 40 {
			b.WriteString(text[:40] + by)
			text = text[40:]
		}
		return b.String() + text
	}
	query := func(address string) string { _, q, _ := strings.Cut(address, "?"); return q }
	code := func(address string) string {
		u, _ := url.Parse(address)
		return u.Query().Get("code")
	}
	for _, test := range []struct {
		name, version string
		paste         func(address string) string
	}{
		{"the address", "9.0.13", func(a string) string { return a }},
		{"with a line end", "17.5.2-ee", func(a string) string { return "  " + a + "\r\n" }},
		{"in quotes", "17.5.2-ee", func(a string) string { return `"` + a + `",` }},
		{"in angle brackets", "17.5.2-ee", func(a string) string { return "<" + a + ">" }},
		{"with words before it", "17.5.2-ee", func(a string) string { return "This site can't be reached " + a }},
		{"wrapped", "17.5.2-ee", func(a string) string { return wrapped(a, "\n") }},
		{"wrapped with a margin", "17.5.2-ee", func(a string) string { return wrapped(a, " \r\n    ") }},
		{"out of HTML", "17.5.2-ee", func(a string) string { return strings.ReplaceAll(a, "&", "&amp;") }},
		{"with the marks of a paste", "17.5.2-ee", func(a string) string { return "\x1b[200~" + a + "\x1b[201~" }},
		{"the query", "13.12.0", query},
		{"the query with its mark", "13.12.0", func(a string) string { return "?" + query(a) }},
		{"the path", "13.12.0", func(a string) string { return "/callback?" + query(a) }},
		{"the code alone", "16.11.0", code},
		{"cut in the state", "16.11.0", func(a string) string { return a[:len(a)-7] }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t, gitlabtest.Options{Version: test.version, Path: "/git"})
			address := s.answer(s.attempt.Doors().Address)
			if err := s.attempt.Paste(test.paste(address)); err != nil {
				t.Fatal(err)
			}
			s.signedIn()
		})
	}
}

// A wrong paste is told, and the attempt lives on.
func TestPastesThatDoNot(t *testing.T) {
	for _, version := range []string{"13.12.0", "17.5.2-ee"} {
		t.Run(version, func(t *testing.T) {
			s := open(t, gitlabtest.Options{Version: version, Path: "/git"})
			d := s.attempt.Doors()
			address := s.answer(d.Address)
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			code, state := u.Query().Get("code"), u.Query().Get("state")
			base := s.asked.Server.BaseURL
			tests := []struct {
				name, paste string
				want        flow.Cause
			}{
				{"nothing", " \n", flow.CutPaste},
				{"a word", "approved", flow.CutPaste},
				{"the long address", d.Address, flow.OwnAddress},
				{"the long address, wrapped", d.Address[:80] + "\n" + d.Address[80:], flow.OwnAddress},
				{"the short address", d.Local.Address, flow.OwnAddress},
				{"the sign-in page", base.At("/users/sign_in"), flow.OwnAddress},
				{"an answer to another attempt", strings.Replace(address, state, "A8fArOOV2AGC2weuLDDwNA", 1), flow.OtherAttempt},
				{"a denial of another attempt", "http://127.0.0.1:7171/callback?error=access_denied&state=x", flow.OtherAttempt},
				{"a denial", "http://127.0.0.1:7171/callback?error=access_denied&state=" + state, flow.Denied},
				{"no query", "http://127.0.0.1:7171/callback", flow.CutPaste},
				{"cut before the code", "http://127.0.0.1:7171/callback?co", flow.CutPaste},
				{"a state only", "http://127.0.0.1:7171/callback?state=" + state, flow.CutPaste},
				{"an address of somebody else", "https://example.com/page", flow.CutPaste},
			}
			if version == "13.12.0" {
				// It may be older than 13.8, and then nothing binds a code to us.
				tests = append(tests, []struct {
					name, paste string
					want        flow.Cause
				}{{"a code alone", code, flow.BareCode}, {"cut in the state", address[:len(address)-7], flow.CutPaste}}...)
			}
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					if err := s.attempt.Paste(test.paste); !flow.CausedBy(err, test.want) {
						t.Errorf("%v, want %s", err, test.want)
					}
				})
			}
			if n := s.requests("/oauth/token"); n != 0 {
				t.Errorf("GitLab was asked for tokens %d times", n)
			}
			if err := s.attempt.Paste(address); err != nil {
				t.Fatal(err)
			}
			s.signedIn()
		})
	}
}

// Through a forward from another port the browser ends on that one.
func TestAPasteKeepsThePortItCameFrom(t *testing.T) {
	s := open(t, gitlabtest.Options{})
	status, header, _ := s.get(http.MethodGet, pathOf(t, s.attempt.Doors().Local.Address), "127.0.0.1:9999")
	if status != http.StatusFound {
		t.Fatal(status)
	}
	address := s.answer(header.Get("Location"))
	if !strings.HasPrefix(address, "http://127.0.0.1:9999/callback?") {
		t.Fatal(address)
	}
	if err := s.attempt.Paste(address); err != nil {
		t.Fatal(err)
	}
	s.signedIn()
}

// Somebody who pastes what the browser has brought already is not told that it
// is wrong: it counts once.
func TestAPasteOfWhatCameAlreadyCountsOnce(t *testing.T) {
	s := open(t, gitlabtest.Options{})
	landing := s.approve(s.attempt.Doors().Local.Address)
	_ = s.attempt.Paste(landing.URL)
	s.signedIn()
	if n := s.requests("/oauth/token"); n != 1 {
		t.Errorf("GitLab was asked for tokens %d times", n)
	}
}
