package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// stillAttempt is an attempt to which nothing happens.
type stillAttempt struct{ flow.Attempt }

func (stillAttempt) Wait(context.Context, func(flow.Doors)) (flow.Grant, error) {
	panic("nobody waits in a test of what is drawn")
}

const (
	longOne   = "https://gitlab.example.com/git/oauth/authorize?client_id=948fe603f61dc036b5c596dc09fe3ce3f3d30dc90f024c85f3c82db2ccab679d&code_challenge=TJRIXgwhrmxBzh3-e2v6zupato5AokdvUCCOUm9QYIA&code_challenge_method=S256&redirect_uri=http%3A%2F%2F127.0.0.1%3A7171%2Fcallback&response_type=code&scope=api+read_user+read_repository&state=A8fArOOV2AGC2weuLDDwNA"
	shortOne  = "http://127.0.0.1:7171/k7qm2xvd"
	deviceOne = "https://gitlab.example.com/git/oauth/device"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// openDoors is the page of an attempt that has been open for a minute.
func openDoors(ssh string) *doors {
	w := &wizard{env: &env{Deps: Deps{Now: func() time.Time { return noon }, SSH: ssh}, printer: &printer{}}, draft: flow.NewDraft()}
	w.signIn.attempt = stillAttempt{}
	w.signIn.doors = flow.Doors{
		Until: noon.Add(9*time.Minute + 10*time.Second), Address: longOne,
		Local: flow.LocalDoor{Address: shortOne, Port: 7171},
		Code:  flow.CodeDoor{State: flow.CodeOpen, Code: "0A44L90H", Address: deviceOne, Until: noon.Add(4*time.Minute + 10*time.Second)},
	}
	return newDoors(w)
}

func rowsOf(p *doors, width, height int) []string {
	content, _ := p.view(width, height).draw(width, height)
	return strings.Split(ansi.Strip(content), "\n")
}

// The sketch, row by row.
func TestDoorsAreDrawnAsSketched(t *testing.T) {
	want := `

  Approve Flow in a browser. All three ways are open; the first to finish wins.

> With a code, on any device
    open      https://gitlab.example.com/git/oauth/device
    enter     0A44L90H                                   for 4 more minutes

  In the browser on your laptop
    run       ssh -N -L 7171:127.0.0.1:7171 ana@build-07
              there, in a second terminal. It prints nothing; leave it open.
    open      http://127.0.0.1:7171/k7qm2xvd

  In any browser, then paste
    open      this address, all of it:
https://gitlab.example.com/git/oauth/authorize?client_id=948fe603f61dc036b5c596d
c09fe3ce3f3d30dc90f024c85f3c82db2ccab679d&code_challenge=TJRIXgwhrmxBzh3-e2v6zup
ato5AokdvUCCOUm9QYIA&code_challenge_method=S256&redirect_uri=http%3A%2F%2F127.0.
0.1%3A7171%2Fcallback&response_type=code&scope=api+read_user+read_repository&sta
te=A8fArOOV2AGC2weuLDDwNA
    paste     the address you end on; its page can't load, that is expected

  Waiting for GitLab, 9 minutes left. An error in the browser? Press ?
  c copy long address   p print it   n new code   esc back   ? keys`
	if got := strings.Join(rowsOf(openDoors("ana@build-07"), 80, 24), "\n"); got != want {
		t.Errorf("it is\n%s", got)
	}
}

// farHost takes three rows in the narrowest window.
var farHost = "ana@" + strings.Repeat("build-07.", 9) + "example"

// Whatever the window: the focused door stays, with what is to be done; the
// message and the keys stay; an address is whole or not there at all.
func TestDoorsFitEveryWindow(t *testing.T) {
	for width := minWidth; width <= 100; width += 3 {
		for height := minHeight; height <= 30; height++ {
			for _, at := range []door{codeDoor, localDoor, pasteDoor} {
				for _, ssh := range []string{"", "ana@build-07", "ana@build-07.eu-central-1.internal.example.com", farHost} {
					for _, fault := range []*flow.Fault{nil, {Cause: flow.OwnAddress}} {
						if ssh == farHost && fault != nil && height == minHeight {
							continue // too much for the smallest window
						}
						p := openDoors(ssh)
						p.at, p.fault = at, fault
						if problem := fits(p, rowsOf(p, width, height), width, height); problem != "" {
							t.Fatalf("%d×%d, door %d, reached as %q, fault %v: %s\n%s", width, height, at, ssh, fault, problem, strings.Join(rowsOf(p, width, height), "\n"))
						}
					}
				}
			}
		}
	}
}

func fits(p *doors, rows []string, width, height int) string {
	if len(rows) != height {
		return fmt.Sprintf("it has %d rows", len(rows))
	}
	if !slices.ContainsFunc(rows, func(row string) bool { return strings.HasPrefix(row, "> "+p.name(p.at)) }) {
		return "the focused door is not there"
	}
	if !strings.Contains(rows[height-1], "esc back  ? keys") && !strings.Contains(rows[height-1], "esc back   ? keys") {
		return "the keys are not there"
	}
	text, message := strings.Join(rows, "\n"), "Waiting"
	if p.fault != nil {
		message = "That is the address to open"
	}
	if !strings.Contains(text, message) {
		return "the message is not there"
	}
	joined := strings.Join(rows, "")
	for part, address := range map[string]string{"client_id": longOne, ":7171/": shortOne, "oauth/dev": deviceOne} {
		if strings.Contains(joined, part) && !strings.Contains(joined, address) {
			return "cut: " + address
		}
	}
	wants := map[door][]string{
		codeDoor:  {deviceOne, "0A44L90H"},
		localDoor: {shortOne},
		pasteDoor: {"paste", "the address you end on"},
	}[p.at]
	if p.at == localDoor && p.w.SSH != "" {
		wants = append(wants, "ssh -N -L 7171:127.0.0.1:7171 ", p.w.SSH)
	}
	for _, want := range wants {
		if !strings.Contains(joined, want) {
			return "not there: " + want
		}
	}
	return ""
}

// What runs down is written by the minute, and the page wakes up when a minute
// is over.
func TestTimeRunsDownByTheMinute(t *testing.T) {
	for _, test := range []struct {
		left  time.Duration
		text  string
		pause time.Duration
	}{
		{10 * time.Minute, "10 minutes left", time.Minute},
		{9*time.Minute + 59*time.Second, "9 minutes left", 59*time.Second + time.Millisecond},
		{2 * time.Minute, "2 minutes left", time.Minute},
		{119 * time.Second, "1 minute left", 59*time.Second + time.Millisecond},
		{59 * time.Second, "under a minute left", 59*time.Second + time.Millisecond},
		{-time.Second, "under a minute left", time.Minute},
	} {
		if got := minutes(test.left, "", " left"); got != test.text {
			t.Errorf("%v: %q, want %q", test.left, got, test.text)
		}
		if got := untilMinute(test.left); got != test.pause {
			t.Errorf("%v: drawn anew after %v, want %v", test.left, got, test.pause)
		}
	}
	if got := "for " + minutes(4*time.Minute, "more", ""); got != "for 4 more minutes" {
		t.Errorf("a code is %q", got)
	}
}

// An enter takes the text only if nothing follows it at once: in a paste that is
// not marked, a line end is an enter.
func TestEnterInAPasteTakesNothing(t *testing.T) {
	p := openDoors("")
	p.press(press('h', 0))
	p.press(press('t', 0))
	p.press(press(tea.KeyEnter, 0))
	early := pasteQuiet{p.paste.presses}
	p.press(press('p', 0)) // no command
	if text, ok := p.paste.after(early); ok || p.w.printer.on {
		t.Errorf("%q was taken", text)
	}
	p.press(press(tea.KeyEnter, 0))
	if text, ok := p.paste.after(pasteQuiet{p.paste.presses}); !ok || text != "htp" || p.typing() {
		t.Errorf("%q was taken, %v", text, ok)
	}
}

// The causes that only the user can see come first once a minute has passed.
func TestCausesComeFirstAfterAMinute(t *testing.T) {
	for _, test := range []struct {
		waited time.Duration
		first  bool
	}{{59 * time.Second, false}, {time.Minute, true}} {
		p := openDoors("ana@build-07")
		p.w.signIn.began = noon.Add(-test.waited)
		for _, size := range [][2]int{{80, 24}, {60, 40}} {
			s, _ := p.help().screen(styles{}, size[0], size[1], 0)
			content, _ := s.draw(size[0], size[1])
			text := ansi.Strip(content)
			causes, keys := strings.Index(text, "If the browser shows an error"), strings.Index(text, "copy the long address")
			if causes < 0 || keys < 0 || (causes < keys) != test.first {
				t.Errorf("after %v at %v:\n%s", test.waited, size, text)
			}
			for _, want := range []string{"The redirect URI is not valid", "compare Redirect URI", "Client authentication failed", "compare Application ID",
				"The requested scope is invalid", "tick all three scopes", "Forbidden, as an administrator", "use an ordinary account",
				"Use the name, port and -J with which you logged in."} {
				if !strings.Contains(text, want) {
					t.Errorf("%v: %q is not there:\n%s", size, want, text)
				}
			}
		}
	}
}

// A code is drawn so that a camera finds it: square, with its quiet zone.
func TestQRCode(t *testing.T) {
	for _, test := range []struct {
		styles     styles
		wide, high int
	}{{newStyles(false), 33, 17}, {newStyles(true), 66, 33}} {
		rows, err := qrRows(test.styles, deviceOne)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != test.high {
			t.Errorf("it has %d rows, want %d", len(rows), test.high)
		}
		for _, row := range rows {
			if got := ansi.StringWidth(row); got != test.wide {
				t.Errorf("a row has %d columns, want %d", got, test.wide)
			}
		}
	}
}
