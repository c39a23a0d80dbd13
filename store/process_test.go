package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"flow"
	"flow/store"
)

// TestMain lets the test binary be the other process: parts are chosen by a
// variable and told by arguments.
func TestMain(m *testing.M) {
	part, ok := parts[os.Getenv("FLOW_STORE_TEST_PART")]
	if !ok {
		os.Exit(m.Run())
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // all start when the test says so
	if err := part(context.Background(), os.Getenv("FLOW_STORE_TEST_NAME")); err != nil {
		fmt.Printf("%s|%v\n", flow.FaultOf(err).Cause, err)
		os.Exit(0)
	}
	fmt.Println("ok")
}

var parts = map[string]func(ctx context.Context, name string) error{
	"create": func(ctx context.Context, name string) error {
		s, err := other(ctx, name)
		if err != nil {
			return err
		}
		b, _ := flow.ParseBaseURL("https://gitlab.example.com")
		_, err = s.Create(ctx, flow.Integration{Name: name}, flow.Connection{BaseURL: b, Token: flow.NewSecret(token)})
		return errors.Join(err, s.Close())
	},
	"save": func(ctx context.Context, name string) error {
		s, err := other(ctx, name)
		if err != nil {
			return err
		}
		rule, _ := flow.ParseRule("name:" + name)
		_, err = s.Save(ctx, 1, flow.Changes{Version: 1, Add: []flow.Rule{rule}})
		return errors.Join(err, s.Close())
	},
	"refresh": func(ctx context.Context, name string) error {
		s, err := other(ctx, name)
		if err != nil {
			return err
		}
		for range 5 {
			stage, err := s.Stage(ctx, 1, newClock().now())
			if err != nil {
				return err
			}
			for range 5 {
				if err := stage.Add(ctx, small()); err != nil {
					return err
				}
			}
			if _, err := stage.Complete(ctx); err != nil {
				return err
			}
		}
		return s.Close()
	},
	// No file may grow: what a full disk does, as the only kind of it that can be
	// made without being root.
	"full": func(ctx context.Context, name string) error {
		s, err := other(ctx, name)
		if err != nil {
			return err
		}
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{}); err != nil {
			return err
		}
		stage, err := s.Stage(ctx, 1, newClock().now())
		if err == nil {
			return fmt.Errorf("%w: %v", &flow.Fault{Cause: "could write"}, stage)
		}
		b, _ := flow.ParseBaseURL("https://gitlab.example.com")
		_, err = s.Create(ctx, flow.Integration{Name: name}, flow.Connection{BaseURL: b, Token: flow.NewSecret(token)})
		return err
	},
	"walk": walkUntilKilled, "count": countUnderLock, "hold": holdLock, "die after begin": dieAfterBegin, "die after keep": dieAfterKeep, "full renewal": beginOnFullDisk,
}

func other(ctx context.Context, name string) (*store.Store, error) {
	if os.Getenv("FLOW_STORE_TEST_UMASK") != "" {
		syscall.Umask(0o022)
	}
	return store.Open(ctx, store.Options{Path: os.Getenv("FLOW_STORE_TEST_PATH"), Env: os.Getenv, Who: name})
}

// A process runs one part of the tests.
type process struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

// launch starts a process that waits for the word to begin.
func launch(t *testing.T, home, path, part, name string) process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"HOME=" + home, "FLOW_STORE_TEST_PART=" + part, "FLOW_STORE_TEST_NAME=" + name, "FLOW_STORE_TEST_PATH=" + path, "FLOW_STORE_TEST_UMASK=1"}
	cmd.Stderr = os.Stderr
	in := must[io.WriteCloser](t)(cmd.StdinPipe())
	out := bufio.NewReader(must[io.ReadCloser](t)(cmd.StdoutPipe()))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{cmd, in, out}
	if line := p.line(); line != "ready" {
		t.Fatalf("%s began with %q", name, line)
	}
	return p
}

// line is the next one that the process prints.
func (p process) line() string {
	line, _ := p.out.ReadString('\n')
	return strings.TrimSpace(line)
}

// race runs one part in a process per name, all at the same moment, and returns
// what each ended with. A * in the path becomes the name.
func race(t *testing.T, home, path, part string, names ...string) map[string]string {
	t.Helper()
	var all []process
	for _, name := range names {
		all = append(all, launch(t, home, strings.Replace(path, "*", name, 1), part, name))
	}
	for _, p := range all {
		p.in.Close()
	}
	results := map[string]string{}
	for i, p := range all {
		results[names[i]] = p.line()
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("%s: %v", names[i], err)
		}
	}
	return results
}

func TestProcessesOpenOneFreshFileAtOnce(t *testing.T) {
	home := t.TempDir()
	path := home + "/data/flow/flow.db"
	names := []string{"a", "b", "c", "d"}
	for name, result := range race(t, home, path, "create", names...) {
		if result != "ok" {
			t.Errorf("%s: %s", name, result)
		}
	}
	s := openStore(t, store.Options{Path: path, Env: env(home)})
	all := must[[]flow.Integration](t)(s.List(context.Background()))
	if len(all) != len(names) {
		t.Errorf("%d integrations", len(all))
	}
	for _, in := range all {
		must[flow.Connection](t)(s.Connection(context.Background(), in.ID))
	}
	wantMode(t, filepath.Dir(path), 0o700)
	for _, name := range []string{"", "-wal", "-shm", ".lock"} {
		wantMode(t, path+name, 0o600)
	}
	wantMode(t, home+"/.local/state/flow", 0o700)
	if entries := must[[]os.DirEntry](t)(os.ReadDir(home + "/.local/state/flow")); len(entries) != 1 {
		t.Errorf("beside the key: %v", entries)
	}
}

func TestProcessesCreateAndSaveAtOnce(t *testing.T) {
	home := t.TempDir()
	path := home + "/flow.db"
	s := openStore(t, store.Options{Path: path, Env: env(home)})
	in := create(t, s, "acme")
	names := []string{"one", "two", "three"}

	saves := race(t, home, path, "save", names...)
	winner := ""
	for name, result := range saves {
		if result == "ok" {
			winner = name
		}
	}
	for name, result := range saves {
		if want := "changed meanwhile|save: changed meanwhile: " + winner + ": acme just now"; name != winner && result != want {
			t.Errorf("%s: %q, want %q", name, result, want)
		}
	}
	r := review(t, s, in.ID)
	if len(r.Rules) != 1 || r.Rules[0].String() != "name:"+winner || r.Integration.Version != 2 {
		t.Errorf("rules %v, version %d", r.Rules, r.Integration.Version)
	}

	for name, result := range race(t, home, path, "refresh", names...) {
		if result != "ok" {
			t.Errorf("%s refreshes: %s", name, result)
		}
	}
	if got := len(review(t, s, in.ID).Repos); got != 4 {
		t.Errorf("%d repos", got)
	}
}

func TestProcessesTakeOneNameAtOnce(t *testing.T) {
	home := t.TempDir()
	path := home + "/flow.db"
	openStore(t, store.Options{Path: path, Env: env(home)})
	results := race(t, home, path, "create", "SAME", "same", "Same")
	var ends []string
	for _, result := range results {
		cause, _, _ := strings.Cut(result, "|")
		ends = append(ends, cause)
	}
	slices.Sort(ends)
	if got := strings.Join(ends, ", "); got != "name taken, name taken, ok" {
		t.Errorf("got %s", got)
	}
}

// Two databases share no transaction, but one key.
func TestProcessesMakeOneKeyAtOnce(t *testing.T) {
	home := t.TempDir()
	names := []string{"a", "b", "c", "d", "e", "f"}
	for name, result := range race(t, home, home+"/*.db", "create", names...) {
		if result != "ok" {
			t.Errorf("%s: %s", name, result)
		}
	}
	for _, name := range names {
		s := openStore(t, store.Options{Path: home + "/" + name + ".db", Env: env(home)})
		must[flow.Connection](t)(s.Connection(context.Background(), 1))
	}
}

func TestAFullDiskHalfStoresNothing(t *testing.T) {
	home := t.TempDir()
	path := home + "/flow.db"
	s := openStore(t, store.Options{Path: path, Env: env(home)})
	create(t, s, "acme")
	result := race(t, home, path, "full", "second")["second"]
	if want := "store full|store full: " + path + ": create an integration: "; !strings.HasPrefix(result, want) || strings.Contains(result, token) {
		t.Errorf("got %q, want %q", result, want)
	}
	db := raw(t, path)
	for _, table := range []string{"integrations", "credentials", "events"} {
		if got := count(t, db, table); got != 1 {
			t.Errorf("%d rows in %s", got, table)
		}
	}
	create(t, s, "second")
}
