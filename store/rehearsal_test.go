package store_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"flow"
	"flow/store"
)

func TestARenewalThatCantBeStoredDoesNotBegin(t *testing.T) {
	ctx := context.Background()
	for _, test := range append([]spoiling{
		{"another application", func(*testing.T, string) string { return `UPDATE integrations SET client_id = 'evil'` }, flow.SealBroken},
		{"a token by now", func(*testing.T, string) string {
			return `UPDATE integrations SET (method, client_id) = ('token', ''); UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE integration_id = 2) WHERE integration_id = 1`
		}, flow.Reconnected},
		{"the new tokens can't be written", func(*testing.T, string) string {
			return `CREATE TRIGGER no_write BEFORE UPDATE OF sealed ON credentials BEGIN SELECT raise(ABORT, 'no'); END`
		}, flow.StoreFailed},
		{"no room can be set aside", func(t *testing.T, home string) string {
			paths := locks(t, home+"/flow.db")
			os.Remove(paths[0])
			os.Mkdir(paths[0], 0o700)
			return ""
		}, flow.StoreFailed},
	}, spoiledCredentials()...) {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			s := openStore(t, store.Options{Env: env(home), Path: home + "/flow.db"})
			in := signIn(t, s, "acme", signedIn(t))
			create(t, s, "token")
			must[func()](t)(s.LockCredential(ctx, in.ID))()
			if statement := test.spoil(t, home); statement != "" {
				if _, err := raw(t, home+"/flow.db").Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			before := rows(t, home+"/flow.db")
			_, err := s.BeginRenewal(ctx, in.ID)
			wantCause(t, err, test.cause)
			if after := rows(t, home+"/flow.db"); after != before {
				t.Errorf("stored %s, was %s", after, before)
			}
		})
	}
}

// A spoiling makes something that is stored unusable.
type spoiling struct {
	name  string
	spoil func(t *testing.T, home string) string // returns a statement, or ""
	cause flow.Cause
}

// spoiledCredentials are those after which no credential can be opened.
func spoiledCredentials() []spoiling {
	key := func(home string) string { return home + "/.local/state/flow/identity" }
	return []spoiling{
		{"the key is gone", func(t *testing.T, home string) string { os.Remove(key(home)); return "" }, flow.KeyMissing},
		{"others can read the key", func(t *testing.T, home string) string { os.Chmod(key(home), 0o644); return "" }, flow.KeyTooOpen},
		{"another key", func(t *testing.T, home string) string { newKey(t, key(home), 0o600); return "" }, flow.KeyWrong},
		{"another address", func(*testing.T, string) string {
			return `UPDATE integrations SET base_url = 'https://gitlab.example.org'`
		}, flow.SealBroken},
		{"no credential", func(*testing.T, string) string { return `DELETE FROM credentials` }, flow.SealBroken},
	}
}

// rows is what is stored of all credentials.
func rows(t testing.TB, path string) string {
	t.Helper()
	var text string
	err := raw(t, path).QueryRow(`SELECT ifnull(group_concat(integration_id || renewal || hex(sealed)), '') FROM credentials`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What BeginRenewal has read does for the rest: a key that goes or can't be asked
// for any more must not cost the sign-in.
func TestKeepingAGrantReadsNoKey(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		name string
		env  func(home string) map[string]string
	}{
		{"a file", func(home string) map[string]string { return map[string]string{"FLOW_IDENTITY_FILE": home + "/key"} }},
		{"a command", func(home string) map[string]string {
			return map[string]string{"FLOW_IDENTITY_COMMAND": fmt.Sprintf("cat %s/key", home)}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			newKey(t, home+"/key", 0o600)
			o := defaults(t, store.Options{Env: env(home, test.env(home))})
			in := signIn(t, openStore(t, o), "acme", signedIn(t))
			s := openStore(t, o)
			must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID))
			if err := os.Rename(home+"/key", home+"/away"); err != nil {
				t.Fatal(err)
			}
			if err := s.KeepGrant(ctx, in.ID, grant(0), grant(1)); err != nil {
				t.Fatal(err)
			}
			wantCause(t, openStore(t, o).KeepGrant(ctx, in.ID, grant(1), grant(2)), flow.KeyMissing)
			if err := os.Rename(home+"/away", home+"/key"); err != nil {
				t.Fatal(err)
			}
			wantConnection(t, openStore(t, o), in.ID, renewed(signedIn(t), 1))
		})
	}
}
