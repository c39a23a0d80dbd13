package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"flow"
)

func TestADatabaseFromBeforeScale(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	path := filepath.Join(home, "flow.db")
	db := migrateTo(t, path, "00001_first.sql", "00002_sign_in.sql", "00003_network.sql")
	for _, statement := range []string{
		`INSERT INTO integrations (id, name, name_folded, provider, method, base_url, services, report, status, status_reason, status_since, discovery_id, version, created_at, created_by)
			VALUES (1, 'acme', 'acme', 'gitlab-self-hosted', 'token', 'https://gitlab.example.com', 7, '{}', 'Healthy', '', 1, 1, 3, 1, 'ana@build-07')`,
		`INSERT INTO discoveries (id, integration_id, at, beat_at, complete, repos_found) VALUES (1, 1, 1000, 61000, 1, 2), (2, 1, 2000, 2000, 0, 0)`,
		`INSERT INTO "groups" (integration_id, id, parent_id, path, name, personal) VALUES (1, 5, 0, 'acme', 'acme', 0)`,
		`INSERT INTO repos (integration_id, id, group_id, path, name, role, created_at, active_at, flags, services_off, first_seen, lost_at, imported_at)
			VALUES (1, 11, 5, 'acme/api', 'api', 30, 1, 1, 0, 0, 1000, 0, 1000), (1, 12, 5, 'acme/old', 'old', 30, 1, 1, 0, 0, 1000, 900, 900)`,
		`INSERT INTO staged_repos (discovery_id, id, group_id, path, name, role, created_at, active_at, flags, services_off)
			VALUES (2, 11, 5, 'acme/api', 'api', 30, 1, 1, 0, 0)`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, Options{Path: path, Env: func(name string) string { return map[string]string{"HOME": home}[name] }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	r, err := s.Review(ctx, 1)
	if err != nil || len(r.Repos) != 2 || r.Integration.Discovery.Took != time.Minute/1e6 {
		t.Fatalf("got %+v, %v", r, err)
	}
	for _, repo := range r.Repos {
		if want := map[int64]flow.Lost{12: flow.Missing}[repo.ID]; repo.LostWhy != want || repo.Topics != "" {
			t.Errorf("%s: got %v, %q", repo.Path, repo.LostWhy, repo.Topics)
		}
	}
	// There is nothing to glance at until counts are made anew; the walk that was
	// running is nobody's any more.
	if glance, err := s.Glance(ctx, 1, 9); err != nil || len(glance.Review.Groups) != 0 {
		t.Errorf("got %+v, %v", glance, err)
	}
	var left int
	err = s.reads.QueryRow(`SELECT (SELECT count(*) FROM staged_repos) + (SELECT count(*) FROM discoveries WHERE complete = 0)`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	if _, err := s.Save(ctx, 1, flow.Changes{Version: 3, Pins: map[int64]flow.Pin{11: flow.PinOut}}); err != nil {
		t.Fatal(err)
	}
	if glance, err := s.Glance(ctx, 1, 9); err != nil || len(glance.Review.Groups) != 1 || len(glance.Review.Repos) != 2 || glance.Below[5].Imported != 1 {
		t.Errorf("got %+v, %v", glance, err)
	}
}
