package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	_ "modernc.org/sqlite"

	"flow"
	"flow/store"
)

// fuzzedStore is a real one, and a way to put into it what Flow never wrote.
func fuzzedStore(f *testing.F) (*store.Store, *sql.DB) {
	f.Helper()
	home := f.TempDir()
	path := filepath.Join(home, "flow.db")
	s, err := store.Open(context.Background(), store.Options{
		Path: path, Who: "ana@build-07", Now: func() time.Time { return time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC) },
		Env: func(name string) string { return map[string]string{"HOME": home}[name] },
	})
	if err != nil {
		f.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=10000&_pragma=synchronous(OFF)")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close(); s.Close() })
	return s, db
}

func put(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

// Whatever stands where a draft should: it is one that the wizard can show and go
// on with, or a fault.
func FuzzKeptDraft(f *testing.F) {
	whole, err := json.Marshal(flow.NewDraft())
	if err != nil {
		f.Fatal(err)
	}
	for _, body := range []string{
		string(whole), "", "{}", "null", `{"step":7}`, `{"step":-1}`, `{"step":9223372036854775807}`, `{"step":"1"}`, `{"services":255}`, `{"services":256}`, `{"method":"x","provider":"y"}`, `{"stopped_at":"x"}`, `{"stopped_at":"9999-12-31T23:59:59Z"}`,
		`{"network":{"proxy":"http://ana:hunter2@h","certificate":"x","Key":"k"},"app":{"client_id":"\u001b[2J","redirect_uri":"x"},"callback_port":-1}`, `{"name":"\ud800","address":"\u0000"}`, `{"Token":"glpat-1","Grant":{"Access":"x"}}`,
	} {
		f.Add(body)
	}
	s, db := fuzzedStore(f)
	f.Fuzz(func(t *testing.T, body string) {
		if strings.ContainsRune(body, 0) {
			return // SQLite ends a text there
		}
		put(t, db, `INSERT OR REPLACE INTO drafts (who, body) VALUES ('ana@build-07', ?)`, body)
		d, found, err := s.KeptDraft(context.Background())
		if err != nil {
			if fault := flow.FaultOf(err); found || fault.Cause != flow.StoreUnreadable || fault.Sentence() != flow.Clean(fault.Sentence()) {
				t.Fatalf("%q: %v, says %q", body, err, fault.Sentence())
			}
			return
		}
		if !found || !d.Token.IsZero() || !d.Grant.IsZero() || !d.App.Secret.IsZero() || !d.Network.Key.IsZero() || !d.Network.ProxyPassword.IsZero() {
			t.Fatalf("%q brings a secret: %+v", body, d)
		}
		if d.Step < flow.StepProvider || d.Step > flow.StepCreate || d.Step.String() == "" {
			t.Fatalf("%q was left at step %d", body, int(d.Step))
		}
		_, _ = d.CheckAll(nil)
		d.SuggestName(nil)
		_ = d.Connection()
		if err := s.KeepDraft(context.Background(), d); err != nil && d.StoppedAt.Year() < 10000 {
			t.Fatalf("%q can't be kept again: %v", body, err)
		}
	})
}

// Of an address as it was typed nothing is kept that stands where passwords do.
func FuzzKeptAddress(f *testing.F) {
	for _, seed := range [][2]string{{"https://ana:", "@gitlab.example.com/git"}, {"ana:", "@h"}, {"https://h/?token=", ""}, {"h#", "x"}, {"ftp://a@b:", "@c?d"}, {"https://ana:", "@h/?mail=a@b"}} {
		f.Add(seed[0], seed[1])
	}
	const piece = "Zq7-hunter2"
	s, _ := fuzzedStore(f)
	f.Fuzz(func(t *testing.T, before, after string) {
		if !utf8.ValidString(before+after) || strings.Contains(after, "@") && strings.ContainsAny(before, "?#") || !strings.HasPrefix(after, "@") && !strings.ContainsAny(before, "?#") {
			return // nothing says that it is a password
		}
		if strings.ContainsAny(before, "?#") && strings.Contains(before, "@") {
			return
		}
		d := flow.NewDraft()
		d.Provider, d.Address = "gitlab-self-hosted", before+piece+after
		if err := s.KeepDraft(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		kept, _, err := s.KeptDraft(context.Background())
		if err != nil || strings.Contains(kept.Address, piece) {
			t.Fatalf("%q is kept as %q, %v", d.Address, kept.Address, err)
		}
	})
}

// Whatever stands where a report, a network or counts should: the list can be
// shown, or says that it can't be read.
func FuzzStoredIntegration(f *testing.F) {
	for _, seed := range [][4]string{
		{"{}", "{}", "[]", "https://gitlab.example.com"}, {`{"checks":[{"name":"TLS","status":"ok"},{"name":"x","status":"\u001b","took_ns":-1}],"readable":255,"groups":-1}`, `{"proxy":"direct"}`, "[1,2,3,4,5,6,7]", "https://h/git"},
		{"null", "null", "null", "x"}, {`{"at":"x"}`, "{", "[-1]", ""}, {`{"checks":null,"expires":"0001-01-01T00:00:00Z","at_least":true}`, `{"authorities":"x","certificate":"-----BEGIN CERTIFICATE-----","proxy":"http://ana:hunter2@\u001b"}`, "[1.5]", "http://h:0080/"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	s, db := fuzzedStore(f)
	base, err := flow.ParseBaseURL("https://gitlab.example.com")
	if err != nil {
		f.Fatal(err)
	}
	in, err := s.Create(context.Background(), flow.Integration{Name: "acme", Provider: "gitlab-self-hosted"}, flow.Connection{BaseURL: base, Token: flow.NewSecret("glpat-0123456789")})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, report, network, counts, address string) {
		if strings.ContainsRune(report+network+counts+address, 0) {
			return
		}
		put(t, db, `UPDATE integrations SET report = ?, network = ?, counts = ?, base_url = ? WHERE id = ?`, report, network, counts, address, in.ID)
		list, err := s.List(context.Background())
		if err != nil {
			if fault := flow.FaultOf(err); len(list) > 0 || fault.Sentence() != flow.Clean(fault.Sentence()) {
				t.Fatalf("%q, %q: %v, says %q", report, network, err, fault.Sentence())
			}
			return
		}
		got := list[0]
		_ = got.Report.Summary() + got.Report.Found() + got.Report.Text(flow.Connection{BaseURL: got.BaseURL, Network: got.Network})
		_ = flow.Rows(got.Report.Checks)
		for _, word := range got.Network.Words() {
			if strings.Contains(word, "hunter2") {
				t.Fatalf("%q: it says %q", network, word)
			}
		}
		if c, err := s.Connection(context.Background(), in.ID); err == nil && (c.BaseURL.Origin() != base.Origin() || c.Network.Unverified || c.Network.PlainHTTP || c.Network.Proxy != "" || c.Network.Authorities != "") {
			t.Fatalf("the token opens for %s by way of %+v", c.BaseURL, c.Network)
		}
	})
}
