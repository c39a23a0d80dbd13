package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest/weather"
)

// fingerprintOf is that of a certificate as its administrator reads it out.
func fingerprintOf(t *testing.T, text []byte) string {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("no certificate: %s", text)
	}
	return strings.ReplaceAll(fmt.Sprintf("% x", sha256.Sum256(block.Bytes)), " ", ":")
}

// prints runs one command and returns what it prints.
func (f *trial) prints(want int, args ...string) (stdout, stderr string) {
	f.t.Helper()
	var out, err bytes.Buffer
	p := f.program
	p.stdout, p.stderr = &out, &err
	if code := p.run(f.t.Context(), args); code != want {
		f.t.Fatalf("%v: exit code %d, want %d:\n%s%s", args, code, want, err.String(), out.String())
	}
	return out.String(), err.String()
}

// What a server shows that is not trusted can be compared wherever a command
// tells of it, by people and by programs. A server writes into it what it likes.
func TestCommandsShowCertificates(t *testing.T) {
	t.Parallel()
	f := newTrial(t)
	authority, err := weather.NewAuthority("Acme\x1b[2J Root\u202e")
	if err != nil {
		t.Fatal(err)
	}
	s := secured(f, weather.TLS{})
	f.connected(s.URL(), "--ca-file", f.file("ca.pem", s.CA()))
	s.Front.Close()
	f.serve(weather.To(s.Server.URL()), weather.Options{Addr: s.Front.Addr(), TLS: &weather.TLS{Authority: authority, Hosts: []string{"127.0.0.1", "gitlab.acme.example"}}})
	other, err := weather.NewAuthority("Other Root CA")
	if err != nil {
		t.Fatal(err)
	}
	ca, sum := f.file("other.pem", other.PEM()), fingerprintOf(t, authority.PEM())

	for _, command := range [][]string{
		{"connect", "--name", "again", "--base-url", s.URL(), "--token-file", f.dir + "/token"},
		{"check", "--base-url", s.URL()},
		{"reconnect", "acme", "--ca-file", ca},
		{"check", "acme"},
	} {
		name, code := strings.Join(command[:2], " "), exitFailed
		if command[0] == "check" {
			code = exitNotConnected
		}
		out, told := f.prints(code, command...)
		joined := strings.Join(strings.Fields(out+told), " ")
		halves := strings.ReplaceAll(joined, ": ", ":")
		for _, part := range []string{`Offered: "Acme[2J Root", until `, `The server's own is for gitlab.acme.example, 127.0.0.1, from `} {
			if !strings.Contains(joined, part) {
				t.Errorf("%s does not say %q:\n%s%s", name, part, told, out)
			}
		}
		if !strings.Contains(halves, sum) || strings.ContainsAny(out+told, "\x1b\u202e") {
			t.Errorf("%s, of %s:\n%q", name, sum, told+out)
		}
		for row := range strings.Lines(told + out) {
			if strings.Contains(row, "Offered") || strings.Contains(row, ":"+sum[len(sum)-20:]) || strings.Contains(row, "own is for") {
				if len(row) > 79 {
					t.Errorf("%s: a row of %d columns: %q", name, len(row)-1, row)
				}
			}
		}

		out, _ = f.prints(code, append(command, "--json")...)
		list := certificatesIn(t, out)
		if len(list) != 2 {
			t.Errorf("%s --json has %v:\n%s", name, list, out)
			continue
		}
		for field, want := range map[string]string{"subject": "Acme[2J Root", "issuer": "Acme[2J Root", "sha256": sum} {
			if list[0][field] != want {
				t.Errorf("%s --json: %s is %q", name, field, list[0][field])
			}
		}
		names, _ := list[1]["names"].([]any)
		from, _ := list[1]["not_before"].(string)
		until, _ := list[1]["not_after"].(string)
		if len(names) != 2 || names[0] != "gitlab.acme.example" || from == "" || until <= from || list[1]["issuer"] != "Acme[2J Root" {
			t.Errorf("%s --json: the server's own is %v", name, list[1])
		}
	}
}

// certificatesIn finds the one list of certificates in what --json prints: in a
// line of events, or in a check of a report.
func certificatesIn(t *testing.T, text string) (found []map[string]any) {
	t.Helper()
	type holder struct {
		Certificates []map[string]any `json:"certificates"`
		Checks       []struct {
			Certificates []map[string]any `json:"certificates"`
		} `json:"checks"`
	}
	d := json.NewDecoder(strings.NewReader(text))
	for d.More() {
		var h holder
		if err := d.Decode(&h); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		found = append(found, h.Certificates...)
		for _, check := range h.Checks {
			if check.Certificates == nil {
				t.Errorf("a check without the list, which may be empty: %s", text)
			}
			found = append(found, check.Certificates...)
		}
	}
	return found
}
