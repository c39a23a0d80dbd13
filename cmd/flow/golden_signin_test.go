package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest"
	"flow/tui"
)

// The page of a sign-in, over SSH and on a desktop.
func TestGoldenSignIn(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {60, 16}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			at := fmt.Sprintf("%dx%d/", size[0], size[1])
			h := newHourglass(t)
			w := overSSH(t, gitlabtest.Options{Now: h.Now}).runOn(h)
			goldenDoors(w.open(size[0], size[1]), w, h, at)

			desk := newWorld(t, gitlabtest.Options{Version: "16.7.0", Now: h.Now}).runOn(h)
			desk.deps = func(d *tui.Deps) { d.OpenURL = func(string) error { return errors.New("no display") } }
			tm := desk.open(size[0], size[1])
			tm.doors(desk).golden(at+"sign-in-desktop", tm.unchanging())
			tm.press("down").see("enter paste").golden(at+"sign-in-desktop-paste", tm.unchanging()).leave()
		})
	}
}

func goldenDoors(tm *window, w *world, h *hourglass, at string) {
	tm.doors(w).code()
	tm.golden(at+"sign-in-ssh", tm.unchanging())
	tm.press("?").see("esc close").golden(at + "sign-in-keys").press("esc").gone("esc close")
	tm.press("m").see("as a QR code", "esc close").press("esc").gone("QR code")
	tm.press("down", "down").see("/^> In any browser/", "enter paste").golden(at+"sign-in-paste", tm.unchanging())
	tm.press("enter").see("enter take it").golden(at+"sign-in-field", tm.unchanging()).press("esc").see("enter paste")
	tm.press("c").see("clipboard").golden(at+"sign-in-copied", tm.unchanging())
	tm.paste(tm.long()).see("That is the address to open").golden(at+"sign-in-wrong-paste", tm.unchanging())
	tm.press("up", "up").see("/^> With a code/", "Waiting for GitLab")
	h.pass(5e9, 5*60e9)
	tm.see("The code is too old.", "5 minutes left").golden(at+"sign-in-old-code", tm.unchanging())
	h.pass(5*60e9, 5*60e9)
	tm.see("No answer for 10 minutes.", "enter try again").golden(at + "sign-in-over").leave()
}

var (
	redirectPort = regexp.MustCompile(`redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A\d{4}%2F`)
	challenge    = regexp.MustCompile(`code_challenge=[\w-]{43}`)
	state        = regexp.MustCompile(`state=[\w-]{22}`)
	shortPort    = regexp.MustCompile(`127\.0\.0\.1:\d{4}(/[a-z0-9]{8})?\b`)
	forward      = regexp.MustCompile(`-L \d{4}:`)
	aCode        = regexp.MustCompile(`enter( +)[0-9A-Z]{8}\b`)
)

// unchanging puts something of the same length in the place of what each attempt
// has anew, also where it is split into rows.
func (tm *window) unchanging() func(string) string {
	tm.t.Helper()
	return func(screen string) string {
		rows := strings.Split(longAddress.FindString(screen), "\n")
		long := ports.ReplaceAllString(strings.Join(rows, ""), "127.0.0.1:40000")
		long = redirectPort.ReplaceAllString(long, "redirect_uri=http%3A%2F%2F127.0.0.1%3A7171%2F")
		long = challenge.ReplaceAllString(long, "code_challenge=TJRIXgwhrmxBzh3-e2v6zupato5AokdvUCCOUm9QYIA")
		long = state.ReplaceAllString(long, "state=A8fArOOV2AGC2weuLDDwNA")
		for _, row := range rows {
			if row != "" {
				screen = strings.Replace(screen, row, long[:len(row)], 1)
				long = long[len(row):]
			}
		}
		screen = shortPort.ReplaceAllStringFunc(screen, func(found string) string {
			if strings.Contains(found, "/") {
				return "127.0.0.1:7171/k7qm2xvd"
			}
			return "127.0.0.1:7171"
		})
		screen = forward.ReplaceAllString(screen, "-L 7171:")
		return aCode.ReplaceAllString(screen, "enter${1}0A44L90H")
	}
}
