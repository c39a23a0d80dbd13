package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flow"
)

func TestDefaultPath(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		want string // "" fails
	}{
		{"HOME", map[string]string{"HOME": "/home/ana"}, "/home/ana/.local/share/flow/flow.db"},
		{"XDG_DATA_HOME", map[string]string{"HOME": "/home/ana", "XDG_DATA_HOME": "/data"}, "/data/flow/flow.db"},
		{"a relative one is ignored", map[string]string{"HOME": "/home/ana", "XDG_DATA_HOME": "data"}, "/home/ana/.local/share/flow/flow.db"},
		{"nothing", nil, ""},
	} {
		got, err := DefaultPath(func(name string) string { return test.env[name] })
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
	}
}

func TestEveryConnectionHasItsPragmas(t *testing.T) {
	ctx := context.Background()
	for _, networkFS := range []string{"", "nfs"} {
		path := filepath.Join(t.TempDir(), "odd ?#%41 name", "flow.db")
		s, err := open(ctx, Options{Path: path}, func(string) string { return networkFS })
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		journal, paged := "wal", "1"
		if networkFS != "" {
			journal, paged = "delete", "2"
		}
		if got := strings.Join(s.Notes(), "\n"); (got == "") != (networkFS == "") || !strings.Contains(got, networkFS) {
			t.Errorf("%s: notes %q", networkFS, got)
		}
		for _, pool := range []struct {
			db   *sql.DB
			n    int
			want string
		}{{s.writes, 1, journal + " 2 1 60000 0"}, {s.pages, 1, journal + " " + paged + " 1 60000 0"}, {s.reads, 3, journal + " 2 1 60000 1"}} {
			for range pool.n { // connections that are held at once are different ones
				c, err := pool.db.Conn(ctx)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				var got []string
				for _, pragma := range []string{"journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only"} {
					var value string
					if err := c.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&value); err != nil {
						t.Fatal(err)
					}
					got = append(got, value)
				}
				if got := strings.Join(got, " "); got != pool.want {
					t.Errorf("%s: got %s, want %s", networkFS, got, pool.want)
				}
			}
		}
	}
}

// Only staged pages may be lost with the machine: what has to last does not go
// their way.
func TestCredentialsOutliveTheMachine(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	s, err := Open(ctx, Options{Path: filepath.Join(home, "flow.db"), Env: func(name string) string { return map[string]string{"HOME": home}[name] }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.pages.Close(); err != nil {
		t.Fatal(err)
	}
	b, _ := flow.ParseBaseURL("https://gitlab.example.com")
	grant := func(access string) flow.Grant { return flow.Grant{Access: flow.NewSecret(access)} }
	c := flow.Connection{BaseURL: b, App: flow.Application{ClientID: "app"}, Grant: grant("first")}
	in, err := s.Create(ctx, flow.Integration{Name: "acme"}, c)
	if err == nil {
		_, err = s.BeginRenewal(ctx, in.ID)
	}
	if err == nil {
		err = s.EndRenewal(ctx, in.ID, flow.RenewalUnanswered)
	}
	if err == nil {
		err = s.KeepGrant(ctx, in.ID, c.Grant, grant("second"))
	}
	if err == nil {
		in, err = s.SetConnection(ctx, in.ID, in.Version, c, flow.Report{})
	}
	if err == nil {
		_, err = s.SetNetwork(ctx, in.ID, in.Version, flow.Network{Proxy: flow.NoProxy}, flow.Report{})
	}
	if err != nil {
		t.Error(err)
	}
}

func TestFilesThatAreNoStore(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		{"of a newer Flow", func(t *testing.T, path string) {
			s, err := Open(ctx, Options{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.writes.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
				t.Fatal(err)
			}
			s.Close()
		}, "a newer Flow has written it; update this one"},
		{"no database", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("Dear diary, ", 500)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "the file is not a database"},
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is a directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "flow.db")
			test.make(t, path)
			s, err := Open(ctx, Options{Path: path})
			var f *flow.Fault
			if s != nil || !errors.As(err, &f) || f.Cause != flow.StoreUnreadable || f.Detail != test.want || f.Where != path {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if _, err := Open(ctx, Options{}); !errors.Is(err, &flow.Fault{Cause: flow.StoreUnreadable}) && !flow.CausedBy(err, flow.StoreUnreadable) {
		t.Errorf("no path: %v", err)
	}
}

func TestModesAreTightened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flow.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestTheActivityLogIsOnlyAddedTo(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Options{Path: filepath.Join(t.TempDir(), "flow.db"), Env: func(name string) string {
		return map[string]string{"HOME": t.TempDir()}[name]
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b, _ := flow.ParseBaseURL("https://gitlab.example.com")
	if _, err := s.Create(ctx, flow.Integration{Name: "acme"}, flow.Connection{BaseURL: b, Token: flow.NewSecret("secret")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writes.Exec(`UPDATE events SET text = 'nothing'`); err == nil {
		t.Error("an event was changed")
	}
}
