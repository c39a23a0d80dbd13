package store

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
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
			if err != nil || c.Token.Reveal() != want || c.Method() != flow.AccessToken || c.BaseURL != in.BaseURL || c.Network != in.Network || in.Network != (flow.Network{PlainHTTP: in.Name == "labs"}) {
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

func TestADatabaseFromBeforeNetworks(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	k := newIdentity(t)
	if err := os.WriteFile(home+"/key", []byte(k.keys[0].String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home, "flow.db")
	db := migrateTo(t, path, "00001_first.sql", "00002_sign_in.sql")
	const grant = `"grant":{"client_secret":"gloas-secret","access":"access-1","refresh":"refresh-1","at":1,"expires":2}`
	for i, row := range []struct {
		base, clientID string
		plainHTTP      bool
		renewal        flow.Renewal
		sealed         string
	}{
		{"https://gitlab.example.com/git", "app", false, flow.RenewalBegun, `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},` + grant + `}`},
		{"http://git.internal", "app", true, flow.RenewalDone, `{"origin":"http://git.internal","client_id":"app","tls":{"plain_http":true},` + grant + `}`},
		{"http://git.internal", "app", true, flow.RenewalDone, `{"origin":"http://git.internal","client_id":"app","tls":{"plain_http":false},` + grant + `}`}, // tampered with
	} {
		_, err := db.Exec(`INSERT INTO integrations
			(id, name, name_folded, provider, method, base_url, plain_http, services, report, status, status_reason, status_since, version, created_at, created_by, client_id)
			VALUES (?1, ?1, ?1, 'gitlab-self-hosted', 'oauth', ?2, ?3, 7, '{}', 'Healthy', '', 1, 3, 1, 'ana@build-07', ?4)`, i+1, row.base, row.plainHTTP, row.clientID)
		if err == nil {
			_, err = db.Exec(`INSERT INTO credentials (integration_id, sealed, renewal) VALUES (?, ?, ?)`, i+1, sealText(t, k, row.sealed), row.renewal)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for who, body := range map[string]string{"ana": `{"address":"http://git.internal","plain_http":true,"name":"labs"}`,
		"ben": `{"address":"gitlab.example.com","name":"acme"}`, "odd": `{"plain_http":true`} {
		if _, err := db.Exec(`INSERT INTO drafts (who, body) VALUES (?, ?)`, who, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	open := func(who string) *Store {
		s, err := Open(ctx, Options{Path: path, Who: who, Env: func(name string) string {
			return map[string]string{"HOME": home, "FLOW_IDENTITY_FILE": home + "/key"}[name]
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	s := open("ana")
	all, err := s.List(ctx)
	if err != nil || len(all) != 3 || !all[0].Network.IsZero() || all[1].Network != (flow.Network{PlainHTTP: true}) || all[0].Renewal != flow.RenewalBegun {
		t.Fatalf("got %+v, %v", all, err)
	}
	for _, in := range all[:2] {
		c, err := s.Connection(ctx, in.ID)
		if err != nil || c.Grant.Access.Reveal() != "access-1" || c.App.Secret.Reveal() != "gloas-secret" || c.Network != in.Network {
			t.Errorf("%s: got %+v, %v", in.Name, c, err)
		}
		n := flow.Network{PlainHTTP: in.Network.PlainHTTP, Proxy: flow.NoProxy}
		if got, err := s.SetNetwork(ctx, in.ID, 3, n, flow.Report{}); err != nil || got.Network != n || got.Renewal != in.Renewal {
			t.Errorf("%s: got %+v, %v", in.Name, got, err)
		}
	}
	if _, err := s.Connection(ctx, all[2].ID); !flow.CausedBy(err, flow.SealBroken) {
		t.Errorf("tampered with it gives %v", err)
	}
	for who, want := range map[string]flow.Draft{"ana": {Address: "http://git.internal", Network: flow.Network{PlainHTTP: true}, Name: "labs"}, "ben": {Address: "gitlab.example.com", Name: "acme"}} {
		if d, found, err := open(who).KeptDraft(ctx); !reflect.DeepEqual(d, want) || !found || err != nil {
			t.Errorf("the draft of %s is %+v, %v, %v", who, d, found, err)
		}
	}
}
