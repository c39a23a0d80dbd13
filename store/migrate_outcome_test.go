package store

import (
	"context"
	"path/filepath"
	"testing"

	"flow"
)

// What was known of a discovery before its outcome was told in full stays known.
func TestADatabaseFromBeforeOutcomes(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "flow.db")
	db := migrateTo(t, path, "00001_first.sql", "00002_sign_in.sql", "00003_network.sql", "00004_scale.sql")
	for _, statement := range []string{
		`INSERT INTO integrations (id, name, name_folded, provider, method, base_url, services, report, status, status_reason, status_since, discovery_id, version, created_at, created_by)
			VALUES (1, 'acme', 'ACME', 'gitlab-self-hosted', 'token', 'https://gitlab.example.com', 7, '{}', 'Healthy', '', 1, 1, 3, 1, 'ana@build-07')`,
		`INSERT INTO discoveries (id, integration_id, at, beat_at, complete, groups_found, repos_found, repos_new, repos_lost, repos_imported, changed) VALUES (1, 1, 1000, 61000, 1, 3, 20, 2, 1, 4, 9)`,
		`INSERT INTO discoveries (id, integration_id, at, beat_at, held, groups_found, repos_found, repos_known, repos_lost) VALUES (2, 1, 2000, 2000, 1, 3, 10, 30, 20)`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), Options{Path: path, Env: func(name string) string { return map[string]string{"HOME": home}[name] }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	in, err := s.Named(context.Background(), "acme")
	d := in.Discovery
	if want := (flow.Outcome{New: 2, Lost: 1, Taken: 4}); err != nil || d.Outcome != want || d.Changes != 3 || d.Groups != 3 || d.Repos != 20 {
		t.Errorf("got %+v, %v", d, err)
	}
	if held, found, err := s.Held(context.Background(), 1); err != nil || !found || held.Lost != 20 || held.Known != 30 {
		t.Errorf("got %+v, %v, %v", held, found, err)
	}
}
