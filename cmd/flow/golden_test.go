package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// day is when the golden screens are drawn.
var day = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var (
	ports = regexp.MustCompile(`127\.0\.0\.1:\d{5}`)
	took  = regexp.MustCompile(`answers in \d+ ms`)
)

// golden waits until the screen is the one of testdata/screens/NAME.txt, after what
// differs from run to run: the port, the time that an answer took, and what the
// masks take out. It waits because what was seen before it may already hold while
// the last keys are still on their way to the screen.
func (tm *window) golden(name string, masks ...func(string) string) *window {
	tm.t.Helper()
	shown := func(screen string) string {
		for _, mask := range masks {
			screen = mask(screen)
		}
		screen = ports.ReplaceAllString(screen, "127.0.0.1:40000")
		return took.ReplaceAllString(screen, "answers in 1 ms")
	}
	cols, rows := tm.vt.Size()
	file := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		got := shown(tm.screen())
		checkFrame(tm.t, name, got, cols, rows)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			tm.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			tm.t.Fatal(err)
		}
		return tm
	}
	want, err := os.ReadFile(file)
	if err != nil {
		tm.t.Fatal(err)
	}
	checkFrame(tm.t, name, string(want), cols, rows)
	wait := patience
	if tm.t.Failed() {
		// Whoever changes what every screen shows wants to see all the differences,
		// without two minutes before each.
		wait = 0
	}
	if got, same := tm.until(wait, func(screen string) bool { return shown(screen) == string(want) }); !same {
		tm.t.Errorf("%s differs; go test ./cmd/flow -update rewrites it\ngot:\n%s\nwant:\n%s", name, shown(got), want)
	}
	return tm
}

// checkFrame holds every screen to the frame: its height, an empty last column
// except in rows of an address, and only characters that are one column wide
// everywhere.
func checkFrame(t *testing.T, name, screen string, cols, rows int) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(screen, "\n"), "\n")
	if len(lines) != rows {
		t.Errorf("%s has %d rows, not %d", name, len(lines), rows)
	}
	address := false
	for i, line := range lines {
		address = strings.HasPrefix(line, "http") || address && line != "" && !strings.HasPrefix(line, " ")
		width := len([]rune(line))
		if limit := cols; !address && width > limit-1 || width > limit {
			t.Errorf("%s: row %d is %d wide: %s", name, i+1, width, line)
		}
		for _, r := range line {
			if r > '~' && r != '▸' && r != '▾' {
				t.Errorf("%s: row %d holds %q", name, i+1, r)
			}
		}
	}
}

// The fields of the network, where one is asked for.
func TestGoldenWay(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {60, 16}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			w, site := behind(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{}})
			refusing := proxied(t, site, weather.ProxyOptions{Refuse: http.StatusForbidden})
			w.by(refusing)
			tm, at := w.open(size[0], size[1]), fmt.Sprintf("%dx%d/", size[0], size[1])
			tm.address("https://gitlab.example.com/git").see("does not lead to").golden(at + "credentials-proxy")
			tm.press("shift+tab").see("/^> Proxy/").typed("ana@"+refusing.Addr()).press("tab").see("/^> Proxy password/", "does not lead to").golden(at + "credentials-proxy-password")
		})
	}
}

// Every page at 80×24, and the crowded ones at 60×16, on the way of one
// integration from nothing to its deletion.
func TestGoldenScreens(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {60, 16}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, gitlabtest.Options{Now: func() time.Time { return day }})
			w.now = func() time.Time { return day }
			goldenTour(w.open(size[0], size[1]), w, fmt.Sprintf("%dx%d/", size[0], size[1]))
		})
	}
}

func goldenTour(tm *window, w *world, at string) {
	tm.see("Which GitLab do you want to connect?").golden(at + "provider")
	tm.press("?").see("Keys", "esc close").golden(at + "provider-keys").press("esc").gone("esc close")
	tm.press("enter").see("How should Flow sign in?").golden(at + "method")
	tm.press("down", "enter").see("Base URL").golden(at + "credentials-empty")
	tm.typed(strings.Replace(w.server.URL(), "/git", "/nowhere", 1)).press("enter").see("answers, but").press("shift+tab").see("/^> Base URL/").golden(at + "credentials-not-gitlab")
	tm.press("ctrl+u").typed(w.server.URL() + "/api/v4").press("enter").see("Kept as")
	tm.typed(gitlabtest.DemoTokenReadOnly).see("19 characters").golden(at + "credentials-token")
	tm.press("enter").see("Not connected", "enter change the token").golden(at + "connection-failed")
	silence := w.server.Fail(gitlabtest.Fault{Path: "/api/v4/projects/*/issues", Kind: gitlabtest.Hang})
	tm.press("enter").see("Will be kept").press("ctrl+u").typed(gitlabtest.DemoToken).press("enter")
	tm.see("17 of 19 checks done", "/running +Ticket +reading/").golden(at + "connection-running")
	tm.press("esc").see("Will be kept")
	silence()
	tm.press("enter").see("Connected:", "enter continue").golden(at + "connection-passed")
	tm.press("right").see("left fold").golden(at + "connection-unfolded").press("left").see("/^> ok        Server/")
	tm.press("enter").see("What should Flow read?").golden(at + "services")
	tm.press("enter").see("What should this integration be called?").press("ctrl+u").typed("acme-gitlab").see("acme-gitlab").golden(at + "name")
	tm.press("enter").see("Check and create", "enter create").golden(at + "create")
	tm.press("enter").see("For new ones let cron run", "? keys").golden(at + "repos-first")

	tm.press("?").see("esc close").golden(at + "repos-keys").press("esc").gone("esc close")
	tm.press("a").see("Not saved:").golden(at + "repos-auto-import")
	tm.press("2").see("none yet").press("n").see("choose a kind").golden(at + "exclusions-kinds")
	tm.typed("path:acme/sandbox/tmp-*").see("With it acme will import").golden(at + "exclusions-preview").press("ctrl+u").see("choose a kind")
	tm.typed("re:^infra/(.*").press("enter").see("re:^infra/(.*", "this bracket is not closed").golden(at + "exclusions-mistake")
	tm.press("ctrl+u").typed("name:legacy-*").press("enter").see("Added.").golden(at + "exclusions-added")
	tm.press("s").see("Save these changes?", "enter choose").golden(at + "save")
	tm.press("enter").see("Saved:", "n new rule").golden(at + "exclusions-saved")
	tm.press("1").see("[1 Repos]").press("/").typed("legacy").see("shown").press("enter").see("space in/out").golden(at + "repos-filter")
	tm.press("i").see("by hand?").golden(at + "repos-question").press("esc").gone("by hand?")
	tm.press("enter").see("Decided by").golden(at + "why").press("esc").gone("Decided by")
	tm.press("esc").gone("shown")
	tm.press("f").see("enter say why").typed("acme/secret").press("enter").see("GitLab says:").golden(at + "missing").press("esc").see("[1 Repos]")
	tm.press("3").see("Data status").golden(at + "overview")
	tm.press("enter").see("enter rename", "Scripts that name it").golden(at + "rename").press("esc").see("Data status")
	tm.fact("Network").press("enter").see("Until this passes its test").golden(at + "network").press("esc").see("Data status")
	tm.fact("Sign-in").press("enter").see("How should").golden(at + "sign-in-again").press("esc").see("Data status")
	tm.press("down").see("> Expiry").press("enter").see("A GitLab answers here").golden(at + "sign-in-again-token").press("esc").see("Data status")
	tm.fact("Delete").see("enter delete").press("enter").see("Delete?", "esc keep it").golden(at + "delete").press("esc").see("Data status")
	tm.press("esc").see("Integrations", "complete just now", "enter open").golden(at + "integrations")
	tm.leave()
}
