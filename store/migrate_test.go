package store

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"

	"flow"
)

// migrateTo makes a database as the Flow did whose last migration that was.
func migrateTo(t *testing.T, path string, files ...string) *sql.DB {
	t.Helper()
	known := fstest.MapFS{}
	for _, name := range files {
		text, err := fs.ReadFile(migrations, "migrations/"+name)
		if err != nil {
			t.Fatal(err)
		}
		known[name] = &fstest.MapFile{Data: text}
	}
	db, err := sql.Open("sqlite", dsn(path, "WAL", "FULL", "immediate"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, known, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestADatabaseFromBeforeOAuth(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	k := newIdentity(t)
	if err := os.WriteFile(home+"/key", []byte(k.keys[0].String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home, "flow.db")
	db := migrateTo(t, path, "00001_first.sql")
	for _, row := range []struct {
		name, method, base string
		plainHTTP          bool
		sealed             string
	}{
		{"acme", "token", "https://gitlab.example.com/git", false, `{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false},"token":"glpat-first"}`},
		{"labs", "oauth", "http://git.internal", true, `{"origin":"http://git.internal","client_id":"","tls":{"plain_http":true},"token":"glpat-second"}`},
	} {
		var id int64
		err := db.QueryRow(`INSERT INTO integrations
			(name, name_folded, provider, method, base_url, plain_http, services, report, status, status_reason, status_since, version, created_at, created_by)
			VALUES (?1, ?1, 'gitlab-self-hosted', ?2, ?3, ?4, 7, '{"account":"@flow-bot"}', 'Healthy', '', 1, 3, 1, 'ana@build-07') RETURNING id`,
			row.name, row.method, row.base, row.plainHTTP).Scan(&id)
		if err == nil {
			_, err = db.Exec(`INSERT INTO credentials (integration_id, sealed) VALUES (?, ?)`, id, sealText(t, k, row.sealed))
		}
		if err == nil {
			_, err = db.Exec(`INSERT INTO rules (integration_id, text) VALUES (?, 'is:fork')`, id)
		}
		if err == nil {
			_, err = db.Exec(`INSERT INTO events (integration_id, at, who, version, text) VALUES (?, 1, 'ana@build-07', 1, 'created the integration')`, id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	o := Options{Path: path, Env: func(name string) string {
		return map[string]string{"HOME": home, "FLOW_IDENTITY_FILE": home + "/key"}[name]
	}}
	for range 2 { // it is brought up to date once
		s, err := Open(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.List(ctx)
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		for i, want := range []string{"glpat-first", "glpat-second"} {
			in := all[i]
			if in.Method != flow.AccessToken || in.App != (flow.Application{}) || in.Renewal != flow.RenewalDone || in.Version != 3 || in.Report.Account != "@flow-bot" || in.Status.Data != flow.Healthy {
				t.Errorf("got %+v", in)
			}
			c, err := s.Connection(ctx, in.ID)
			if err != nil || c.Token.Reveal() != want || c.Method() != flow.AccessToken || c.BaseURL != in.BaseURL || c.PlainHTTP != in.PlainHTTP {
				t.Errorf("%s: got %+v, %v", in.Name, c, err)
			}
			r, err := s.Review(ctx, in.ID)
			if err != nil || len(r.Rules) != 1 {
				t.Errorf("%s: rules %v, %v", in.Name, r.Rules, err)
			}
			if events, err := s.Events(ctx, in.ID, 9); err != nil || len(events) != 1 {
				t.Errorf("%s: events %v, %v", in.Name, events, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
