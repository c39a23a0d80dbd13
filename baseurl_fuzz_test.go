package flow_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"flow"
)

// What is stored as an address is read back as the same place, and there is one
// way to write each.
func FuzzParseBaseURL(f *testing.F) {
	for _, text := range []string{
		"https://gitlab.example.com", "HTTP://GitLab.Example.COM:80/git/", "https://h:0443", "https://[::1]:443/a/../b", "https://[fe80::1%25eth0]",
		"http://h//a//b/.", "https://h/%2e%2e/%2F", "https://h/ü/%C3%BC", "https://gitlab%C2%9B.example.com", "https://ana:hunter2@h", "https://h?a#b", "//h/git",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := flow.ParseBaseURL(text)
		if err != nil {
			fault := flow.FaultOf(err)
			if fault.Cause != flow.NotAnAddress || !b.IsZero() || fault.Sentence() != flow.Clean(fault.Sentence()) {
				t.Fatalf("%q is refused as %q, %v", text, fault.Sentence(), err)
			}
			return
		}
		stored := b.String()
		if again, err := flow.ParseBaseURL(stored); err != nil || again != b {
			t.Fatalf("%q is stored as %q, which reads as %q, %v", text, stored, again, err)
		}
		if written, err := json.Marshal(b); err != nil || json.Unmarshal(written, &b) != nil || b.String() != stored {
			t.Fatalf("%q as JSON is %s and comes back as %q, %v", stored, written, b, err)
		}
		if strings.HasSuffix(stored, "/") || strings.ContainsAny(stored, "?# ") || strings.Contains(b.Host(), "@") || strings.ContainsFunc(stored, unicode.IsControl) || stored != flow.Clean(stored) {
			t.Fatalf("%q is stored as %q", text, stored)
		}
		if b.Host() != strings.ToLower(b.Host()) || b.Hostname() == "" || b.Origin()+b.Path() != stored || b.At("/x") != stored+"/x" {
			t.Fatalf("%q is %q at %q with the path %q", stored, b.Host(), b.Origin(), b.Path())
		}
		if n, err := strconv.ParseUint(b.Port(), 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != b.Port() {
			t.Fatalf("%q has the port %q", stored, b.Port())
		}
		own := map[bool]string{true: "80", false: "443"}[strings.HasPrefix(stored, "http:")]
		if strings.HasSuffix(b.Host(), ":"+own) && b.Port() == own {
			t.Fatalf("%q names the port that its scheme has anyway", stored)
		}
	})
}

// The name that is made of an address is one that may be given.
func FuzzSuggestName(f *testing.F) {
	for _, host := range []string{"gitlab.acme.com", "gitlab.acme.co.uk", "acme", "-x.com", "[::1]:3000", "a..b", "ä.öü", strings.Repeat("x", 70) + ".com", "gitlab.com.", "\u00a0a.b"} {
		f.Add(host, "")
		f.Add(host, "gitlab\nacme-gitlab")
	}
	f.Fuzz(func(t *testing.T, host, taken string) {
		b, err := flow.ParseBaseURL("https://" + host)
		if err != nil {
			return
		}
		names := strings.Split(taken, "\n")
		d := flow.NewDraft()
		d.SetServer(flow.Server{BaseURL: b})
		d.SuggestName(names)
		if err := flow.CheckName(d.Name, names); err != nil {
			t.Fatalf("%q beside %q makes %q: %v", host, names, d.Name, err)
		}
	})
}

// An address that is taken for a page of the company's own can be opened, shown
// and registered as it stands.
func FuzzCheckRedirect(f *testing.F) {
	for _, address := range []string{"https://flow.example.com/callback", "http://127.0.0.1:7171/callback?a=b", "https://h/#x", "https://h/#", "https://ana@h/", "https://h/\u202e", "https:/h", "https://:80/", "mailto:a@b", "https://h:99999/", "https://[::1"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		err := flow.CheckRedirect(address)
		if err != nil {
			if fault := flow.FaultOf(err); fault.Cause != flow.BadRedirect || fault.Sentence() != flow.Clean(fault.Sentence()) {
				t.Fatalf("%q is refused as %q", address, fault.Sentence())
			}
			return
		}
		if address != flow.Clean(address) || strings.ContainsFunc(address, unicode.IsSpace) || strings.Contains(address, "#") {
			t.Fatalf("%q is taken", address)
		}
		if b, err := flow.ParseBaseURL(address); err != nil || b.Hostname() == "" {
			t.Fatalf("%q is taken, but its host can't be read: %v", address, err)
		}
	})
}
