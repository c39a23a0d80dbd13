package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/hinshun/vt10x"

	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/store"
	"flow/tui"
)

// A world is what one run of the screens works with: a GitLab on a loopback
// port, a store in a folder of its own, and an environment.
type world struct {
	t      *testing.T
	server *gitlabtest.Server
	dir    string
	env    map[string]string
	who    string
	now    func() time.Time
	demo   bool

	sleep func(context.Context, time.Duration) error // between requests; nil: really
	proxy func(*http.Request) (*url.URL, error)      // as the environment names one; nil: as it does
	deps  func(*tui.Deps)                            // what else is different; nil: nothing
}

// newWorld starts a GitLab with the demo's company.
func newWorld(t *testing.T, o gitlabtest.Options) *world {
	t.Helper()
	if o.Path == "" {
		o.Path = "/git"
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	server, err := gitlabtest.Start(gitlabtest.Demo(now()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return worldOf(t, server, now)
}

// worldOf is a world with a GitLab that runs already.
func worldOf(t *testing.T, server *gitlabtest.Server, now func() time.Time) *world {
	dir := t.TempDir()
	return &world{t: t, server: server, dir: dir, who: "ana@build-07", now: now, env: map[string]string{
		"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": dir, "XDG_STATE_HOME": filepath.Join(dir, "state"),
	}}
}

// tryingAtOnce makes a world lose no time before a request that is tried again.
func (w *world) tryingAtOnce() *world {
	w.sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return w
}

func (w *world) getenv(name string) string { return w.env[name] }

func (w *world) openStore() *store.Store {
	w.t.Helper()
	s, err := store.Open(context.Background(), store.Options{Path: filepath.Join(w.dir, "data", "flow.db"), Env: w.getenv, Now: w.now, Who: w.who})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// A window is the screens running on a screen that a test can read. Keys go
// in as the bytes that a terminal sends.
type window struct {
	t       *testing.T
	program *tea.Program
	keys    io.WriteCloser
	vt      vt10x.Terminal

	mu      sync.Mutex
	raw     bytes.Buffer
	changed chan struct{} // closed and replaced at every write
	ended   chan error
}

// open runs the screens in a window of that size until the test ends or they do.
func (w *world) open(width, height int) *window {
	w.t.Helper()
	s := w.openStore()
	in, keys := io.Pipe()
	tm := &window{t: w.t, keys: keys, vt: vt10x.New(vt10x.WithSize(width, height)), changed: make(chan struct{}), ended: make(chan error, 1)}
	deps := tui.Deps{
		GitLab: gitlab.New(gitlab.Options{Now: w.now, Sleep: w.sleep, Proxy: w.proxy}), Store: s, Now: w.now, Who: w.who, Getenv: w.getenv,
		Database: "~/.local/share/flow/flow.db", Key: "~/.local/state/flow/identity", Dir: w.dir, Notes: s.Notes(),
	}
	if w.demo {
		deps.Demo = &tui.Demo{Address: w.server.URL(), Token: gitlabtest.DemoToken}
	}
	if w.deps != nil {
		w.deps(&deps)
	}
	var environ []string
	for name, value := range w.env {
		environ = append(environ, name+"="+value)
	}
	options := []tea.ProgramOption{
		tea.WithWindowSize(width, height), tea.WithEnvironment(environ), tea.WithoutSignals(),
		tea.WithColorProfile(colorprofile.ANSI256), func(p *tea.Program) { tm.program = p },
	}
	go func() {
		err := tui.Run(context.Background(), deps, in, tm, options...)
		if closeErr := s.Close(); err == nil {
			err = closeErr
		}
		tm.ended <- err
	}()
	w.t.Cleanup(tm.close)
	return tm
}

// Write takes what the program draws. Without a terminal's line discipline
// between them, a line end has to become a carriage return and a line end.
func (tm *window) Write(p []byte) (int, error) {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	tm.raw.Write(p)
	if _, err := tm.vt.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	close(tm.changed)
	tm.changed = make(chan struct{})
	return len(p), nil
}

var keyBytes = map[string]string{
	"enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "esc": "\x1b", "space": " ", "backspace": "\x7f",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
	"ctrl+c": "\x03", "ctrl+l": "\x0c", "ctrl+r": "\x12", "ctrl+u": "\x15", "f1": "\x1bOP",
}

// press sends keys by their names, or single characters as they are.
func (tm *window) press(names ...string) *window {
	tm.t.Helper()
	for _, name := range names {
		text, ok := keyBytes[name]
		if !ok && len([]rune(name)) > 1 {
			tm.t.Fatalf("no key is called %q", name)
		}
		if !ok {
			text = name
		}
		tm.send(text)
	}
	return tm
}

// typed sends text as it is typed, or pasted into a terminal that does not mark
// pastes.
func (tm *window) typed(text string) *window {
	tm.t.Helper()
	tm.send(text)
	return tm
}

// paste sends text as a terminal with bracketed paste does.
func (tm *window) paste(text string) *window {
	tm.t.Helper()
	tm.send("\x1b[200~" + text + "\x1b[201~")
	return tm
}

func (tm *window) send(text string) {
	tm.t.Helper()
	if _, err := io.WriteString(tm.keys, text); err != nil {
		tm.t.Fatalf("the program takes no keys any more: %v\n%s", err, tm.screen())
	}
}

// patience is how long a state may take to come on a machine that has much else to
// do; nothing waits that long when all is well.
const patience = 2 * time.Minute

// see waits until the screen shows every one of the texts. A text is matched as
// a regular expression if it is enclosed in slashes.
func (tm *window) see(texts ...string) *window {
	tm.t.Helper()
	for _, text := range texts {
		tm.waitFor("see "+text, func(screen string) bool { return matches(screen, text) })
	}
	return tm
}

// gone waits until the screen no longer shows the text.
func (tm *window) gone(text string) *window {
	tm.t.Helper()
	tm.waitFor("no longer see "+text, func(screen string) bool { return !matches(screen, text) })
	return tm
}

func matches(screen, text string) bool {
	if len(text) > 2 && strings.HasPrefix(text, "/") && strings.HasSuffix(text, "/") {
		return regexp.MustCompile("(?m)" + text[1:len(text)-1]).MatchString(screen)
	}
	return strings.Contains(screen, text)
}

func (tm *window) waitFor(what string, holds func(screen string) bool) {
	tm.t.Helper()
	if screen, held := tm.until(patience, holds); !held {
		tm.t.Fatalf("waiting to %s: the screen shows\n%s", what, screen)
	}
}

// until waits for a screen that holds, and returns the last one it saw. A program
// that has ended draws no more.
func (tm *window) until(wait time.Duration, holds func(screen string) bool) (screen string, held bool) {
	deadline := time.After(wait)
	for {
		tm.mu.Lock()
		screen, changed := tm.read(), tm.changed
		tm.mu.Unlock()
		if holds(screen) {
			return screen, true
		}
		select {
		case <-changed:
		case err := <-tm.ended:
			tm.ended <- err
			screen = tm.screen()
			return fmt.Sprintf("%sThe program has ended: %v", screen, err), holds(screen)
		case <-deadline:
			return screen, false
		}
	}
}

// never fails if the screen shows the text now.
func (tm *window) never(text string) *window {
	tm.t.Helper()
	if s := tm.screen(); matches(s, text) {
		tm.t.Fatalf("the screen shows %q:\n%s", text, s)
	}
	return tm
}

// screen returns the rows as a person sees them, without trailing spaces.
func (tm *window) screen() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.read()
}

func (tm *window) read() string {
	tm.vt.Lock()
	defer tm.vt.Unlock()
	cols, rows := tm.vt.Size()
	lines := make([]string, rows)
	for y := range lines {
		var line strings.Builder
		for x := range cols {
			c := tm.vt.Cell(x, y).Char
			if c == 0 {
				c = ' '
			}
			line.WriteRune(c)
		}
		lines[y] = strings.TrimRight(line.String(), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// cursor returns where the real cursor stands, and whether it can be seen.
func (tm *window) cursor() (x, y int, visible bool) {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	tm.vt.Lock()
	defer tm.vt.Unlock()
	c := tm.vt.Cursor()
	return c.X, c.Y, tm.vt.CursorVisible()
}

// output is every byte that was drawn so far.
func (tm *window) output() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.raw.String()
}

func (tm *window) resize(width, height int) *window {
	tm.mu.Lock()
	tm.vt.Resize(width, height)
	tm.mu.Unlock()
	tm.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	return tm
}

// leave presses ctrl+c and waits for the end.
func (tm *window) leave() {
	tm.t.Helper()
	tm.press("ctrl+c")
	tm.end()
}

// end waits until the program has ended by itself.
func (tm *window) end() {
	tm.t.Helper()
	select {
	case err := <-tm.ended:
		tm.ended <- err
		if err != nil {
			tm.t.Fatalf("the program ended with %v", err)
		}
	case <-time.After(patience):
		tm.t.Fatalf("the program does not end:\n%s", tm.screen())
	}
}

// close ends a program that still runs when its test is over.
func (tm *window) close() {
	select {
	case err := <-tm.ended:
		tm.ended <- err
	default:
		tm.program.Quit()
		tm.end()
	}
	_ = tm.keys.Close()
	if tm.t.Failed() {
		fmt.Println(tm.screen())
	}
}
