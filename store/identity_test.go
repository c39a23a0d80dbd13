package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"filippo.io/age"

	"flow"
	"flow/store"
)

// newKey writes an identity as age-keygen does and returns its text.
func newKey(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	key := must[*age.X25519Identity](t)(age.GenerateX25519Identity())
	text := "# created: 2026-11-03T09:00:00Z\n# public key: " + key.Recipient().String() + "\n" + key.String() + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return key.String()
}

func TestWhereTheKeyComesFrom(t *testing.T) {
	home := t.TempDir()
	file, other := home+"/key", home+"/other"
	newKey(t, file, 0o600)
	newKey(t, other, 0o600)
	state, inState := filepath.Join(home, "state"), filepath.Join(home, "state/flow/identity")
	own := filepath.Join(home, ".local/state/flow/identity")
	for _, test := range []struct {
		name  string
		env   map[string]string
		place string
		makes string // the file that the first secret makes
	}{
		{"nothing set", nil, own, own},
		{"XDG_STATE_HOME", map[string]string{"XDG_STATE_HOME": state}, inState, inState},
		{"a relative XDG_STATE_HOME is ignored", map[string]string{"XDG_STATE_HOME": "state"}, own, own},
		{"a file first", map[string]string{"FLOW_IDENTITY_FILE": file, "FLOW_IDENTITY_COMMAND": "cat " + other, "XDG_STATE_HOME": state}, file, ""},
		{"then a command", map[string]string{"FLOW_IDENTITY_COMMAND": "cat " + other, "XDG_STATE_HOME": state}, "the command in FLOW_IDENTITY_COMMAND", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			os.RemoveAll(filepath.Join(home, ".local"))
			os.RemoveAll(state)
			s := openStore(t, store.Options{Env: env(home, test.env)})
			if got := s.Keeping().Key; got != test.place {
				t.Errorf("kept in %s, want %s", got, test.place)
			}
			wantNoFile(t, own)
			wantNoFile(t, inState)
			in := create(t, s, "acme")
			must[flow.Connection](t)(s.Connection(context.Background(), in.ID))
			for _, path := range []string{own, inState} {
				if path != test.makes {
					wantNoFile(t, path)
					continue
				}
				wantMode(t, path, 0o600)
				wantMode(t, filepath.Dir(path), 0o700)
				if entries := must[[]os.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(entries) != 1 {
					t.Errorf("more than the key is there: %v", entries)
				}
			}
		})
	}
}

func wantNoFile(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("%s is there", path)
	}
}

func wantMode(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	info := must[os.FileInfo](t)(os.Stat(path))
	if info.Mode().Perm() != mode {
		t.Errorf("the mode of %s is %#o, want %#o", path, info.Mode().Perm(), mode)
	}
}

func TestKeysThatDoNotServe(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		name   string
		change func(t *testing.T, home string) map[string]string
		cause  flow.Cause
		detail string // "~" is the home
	}{
		{"gone", func(t *testing.T, home string) map[string]string {
			os.Remove(home + "/.local/state/flow/identity")
			return nil
		}, flow.KeyMissing, "~/.local/state/flow/identity"},
		{"too open", func(t *testing.T, home string) map[string]string {
			os.Chmod(home+"/.local/state/flow/identity", 0o640)
			return nil
		}, flow.KeyTooOpen, "~/.local/state/flow/identity"},
		{"another one", func(t *testing.T, home string) map[string]string {
			newKey(t, home+"/.local/state/flow/identity", 0o600)
			return nil
		}, flow.KeyWrong, "~/.local/state/flow/identity"},
		{"not a key", func(t *testing.T, home string) map[string]string {
			os.WriteFile(home+"/.local/state/flow/identity", []byte("AGE-SECRET-KEY-1GARBAGE"), 0o600)
			return nil
		}, flow.KeyWrong, "~/.local/state/flow/identity"},
		{"empty", func(t *testing.T, home string) map[string]string {
			os.Truncate(home+"/.local/state/flow/identity", 0)
			return nil
		}, flow.KeyWrong, "~/.local/state/flow/identity"},
		{"the given file is gone", func(t *testing.T, home string) map[string]string {
			return map[string]string{"FLOW_IDENTITY_FILE": home + "/nokey"}
		}, flow.KeyMissing, "~/nokey"},
		{"the given file is too open", func(t *testing.T, home string) map[string]string {
			newKey(t, home+"/key", 0o604)
			return map[string]string{"FLOW_IDENTITY_FILE": home + "/key"}
		}, flow.KeyTooOpen, "~/key"},
		{"the command fails", func(t *testing.T, home string) map[string]string {
			return map[string]string{"FLOW_IDENTITY_COMMAND": "echo AGE-SECRET-KEY-1GARBAGE; echo AGE-SECRET-KEY-1GARBAGE >&2; exit 3"}
		}, flow.KeyMissing, "the command in FLOW_IDENTITY_COMMAND failed"},
		{"the command prints something else", func(t *testing.T, home string) map[string]string {
			return map[string]string{"FLOW_IDENTITY_COMMAND": "echo AGE-SECRET-KEY-1GARBAGE"}
		}, flow.KeyWrong, "the command in FLOW_IDENTITY_COMMAND"},
	} {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			o := defaults(t, store.Options{Env: env(home)})
			in := create(t, openStore(t, o), "acme")
			o.Env = env(home, test.change(t, home))
			s := openStore(t, o)
			_, opening := s.Connection(ctx, in.ID)
			_, sealing := s.Create(ctx, integration(t, "second"), connection(t))
			if test.cause == flow.KeyWrong && strings.HasPrefix(test.name, "another") {
				sealing = opening // a second key is good enough to seal with
			}
			for _, err := range []error{opening, sealing} {
				f := wantCause(t, err, test.cause)
				if want := strings.Replace(test.detail, "~", home, 1); f.Detail != want {
					t.Errorf("it is about %q, want %q", f.Detail, want)
				}
				if strings.Contains(err.Error(), "GARBAGE") {
					t.Errorf("the error repeats the key: %v", err)
				}
			}
			if test.name == "gone" {
				wantNoFile(t, home+"/.local/state/flow/identity")
			}
		})
	}
}

func TestAKeyIsMadeAnewWhenNothingIsSealed(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, store.Options{Env: env(home)})
	in := create(t, s, "acme")
	os.Remove(home + "/.local/state/flow/identity")
	if err := s.Delete(context.Background(), in.ID); err != nil {
		t.Fatal(err)
	}
	in = create(t, s, "acme")
	must[flow.Connection](t)(s.Connection(context.Background(), in.ID))
}

func TestAFormerKeyStillOpens(t *testing.T) {
	home := t.TempDir()
	path := home + "/key"
	former := newKey(t, path, 0o600)
	o := defaults(t, store.Options{Env: env(home, map[string]string{"FLOW_IDENTITY_FILE": path})})
	s := openStore(t, o)
	in := create(t, s, "acme")
	if err := os.WriteFile(path, []byte(newKey(t, path, 0o600)+"\n\n"+former), 0o600); err != nil {
		t.Fatal(err)
	}
	must[flow.Connection](t)(s.Connection(context.Background(), in.ID))
}

func TestTheKeyCommandRunsOnceAndIsBounded(t *testing.T) {
	home := t.TempDir()
	newKey(t, home+"/key", 0o600)
	s := openStore(t, store.Options{Env: env(home, map[string]string{"FLOW_IDENTITY_COMMAND": "echo run >> " + home + "/runs; cat " + home + "/key"})})
	in := create(t, s, "acme")
	must[flow.Connection](t)(s.Connection(context.Background(), in.ID))
	if runs := must[[]byte](t)(os.ReadFile(home + "/runs")); string(runs) != "run\n" {
		t.Errorf("the command ran: %q", runs)
	}

	// A context that ends stands for the bound: the command never does.
	for _, pipe := range []string{"/started", "/never"} {
		if err := syscall.Mkfifo(home+pipe, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = openStore(t, store.Options{Env: env(home, map[string]string{"FLOW_IDENTITY_COMMAND": "echo > " + home + "/started; exec cat " + home + "/never"})})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = os.ReadFile(home + "/started")
		cancel()
	}()
	_, err := s.Create(ctx, integration(t, "acme"), connection(t))
	wantCause(t, err, flow.Cancelled)
}
