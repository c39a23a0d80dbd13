package flow_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"flow"
)

var (
	sum   = strings.TrimSuffix(strings.Repeat("4f:19:", 16), ":")
	until = func(year int) time.Time { return time.Date(year, 11, 23, 12, 0, 0, 0, time.UTC) }

	ownShown  = flow.Certificate{Subject: "gitlab.acme.com", Issuer: "Acme Servers", Names: []string{"gitlab.acme.com", "10.0.0.7"}, From: until(2025), Until: until(2027), SHA256: sum}
	nextShown = flow.Certificate{Subject: "Acme Servers", Issuer: "Acme Root CA 2", From: until(2021), Until: until(2031), SHA256: sum}
	rootShown = flow.Certificate{Subject: "Acme Root CA 2", Issuer: "Acme Root CA 2", From: until(2016), Until: until(2036), SHA256: sum}
)

// What is told of a chain is what has to be compared or mended.
func TestOffered(t *testing.T) {
	chain := []flow.Certificate{ownShown, nextShown, rootShown}
	for _, test := range []struct {
		name  string
		fault flow.Fault
		want  []flow.Certificate
	}{
		{"an unknown authority that is shown", flow.Fault{Cause: flow.UnknownCA, Chain: chain}, []flow.Certificate{rootShown, ownShown}},
		{"one that is not", flow.Fault{Cause: flow.UnknownCA, Chain: chain[:2]}, []flow.Certificate{nextShown, ownShown}},
		{"signed by itself", flow.Fault{Cause: flow.SelfSigned, Chain: chain[2:]}, []flow.Certificate{rootShown}},
		{"its own is over", flow.Fault{Cause: flow.CertExpired, When: until(2027), Chain: chain}, []flow.Certificate{ownShown}},
		{"one in between is over", flow.Fault{Cause: flow.CertExpired, When: until(2031), Chain: chain}, []flow.Certificate{nextShown, ownShown}},
		{"one that is not shown is over", flow.Fault{Cause: flow.CertExpired, When: until(2020), Chain: chain}, []flow.Certificate{ownShown}},
		{"one in between is not valid yet", flow.Fault{Cause: flow.CertEarly, When: until(2021), Chain: chain}, []flow.Certificate{nextShown, ownShown}},
		{"another name", flow.Fault{Cause: flow.WrongName, Chain: chain}, []flow.Certificate{ownShown}},
		{"nothing was shown", flow.Fault{Cause: flow.OldTLS}, nil},
	} {
		if got := test.fault.Offered(); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v", test.name, got)
		}
	}
}

func TestOfferRows(t *testing.T) {
	many := ownShown
	many.Names, many.More = []string{"a.acme.com", "b.acme.com", "c.acme.com", "d.acme.com"}, 290
	for _, test := range []struct {
		name   string
		list   []flow.Certificate
		indent int
		want   string
	}{
		{"an authority", []flow.Certificate{rootShown, ownShown}, 0, `Offered: "Acme Root CA 2", until 23 Nov 2036, SHA-256
4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19
The server's own is for gitlab.acme.com, 10.0.0.7, from 23 Nov 2025 until 23
Nov 2027.`},
		{"below a check", []flow.Certificate{nextShown, many}, 21, `Offered: "Acme Servers" from "Acme Root CA 2", until 23
Nov 2031, SHA-256
4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19
The server's own is for a.acme.com, b.acme.com,
c.acme.com and 291 more, from 23 Nov 2025 until 23 Nov
2027.`},
		{"its own alone, for nothing", []flow.Certificate{rootShown}, 0, `Offered: "Acme Root CA 2", until 23 Nov 2036, SHA-256
4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19
It is for no name, from 23 Nov 2016 until 23 Nov 2036.`},
		{"nothing", nil, 0, ""},
	} {
		rows := flow.OfferOf(test.list).Rows(test.indent)
		if got := strings.Join(rows, "\n"); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
		if slices.ContainsFunc(rows, func(row string) bool { return utf8.RuneCountInString(row) > 78-test.indent }) {
			t.Errorf("%s: a row is too wide", test.name)
		}
	}
}

// The certificates of a failed check are in its report, without a secret that the
// server wrote into them.
func TestReportShowsCertificates(t *testing.T) {
	const token = "glpat-0123456789"
	repeats := ownShown
	repeats.Subject, repeats.Issuer, repeats.Names = "of "+token, token+" CA", []string{token + ".acme.com"}
	list := []flow.Certificate{repeats}
	r := flow.Report{Checks: []flow.Check{{Name: flow.CheckTLS, Status: flow.Failed, Text: "Can't trust it", Hint: "Type another name.", Certificates: list}}}
	text := r.Text(flow.Connection{Token: flow.NewSecret(token)})
	const want = `failed    TLS        Can't trust it
                     Type another name.
                     Offered: "of ****" from "**** CA", until 23 Nov 2027,
                     SHA-256
                     4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
                     4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19
                     It is for ****.acme.com, from 23 Nov 2025 until 23 Nov
                     2027.
`
	if !strings.Contains(text, want) {
		t.Errorf("the report is\n%s", text)
	}
	if list[0].Subject != repeats.Subject || list[0].Names[0] != token+".acme.com" {
		t.Error("the list itself was changed")
	}
}

// Whoever compares a fingerprint finds whole pairs in every row, and halves where
// there is room.
func TestSplitFingerprint(t *testing.T) {
	for width := 2; width < 100; width++ {
		rows := flow.SplitFingerprint(sum, width)
		if strings.Join(rows, "") != sum {
			t.Fatalf("at %d columns it reads %q", width, rows)
		}
		if width >= 48 && width < 95 && (len(rows) != 2 || len(rows[0]) != 48) {
			t.Errorf("at %d columns it is not halved: %q", width, rows)
		}
		for i, row := range rows {
			if last := i == len(rows)-1; len(row)%3 != map[bool]int{false: 0, true: 2}[last] || len(row) > max(width, 3) {
				t.Errorf("at %d columns a row is %q", width, row)
			}
		}
	}
	for _, text := range []string{"", "a sentence that is longer than its row", "https://gitlab.example.com/git"} {
		if got := flow.SplitFingerprint(text, 4); len(got) != 1 || got[0] != text {
			t.Errorf("%q is split: %q", text, got)
		}
	}
}
