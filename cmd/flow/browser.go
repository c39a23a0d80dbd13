package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pkg/browser"
)

// browser opens an address where its window can be seen by who sits here; nil
// where it can't. A forwarded display counts as not here: what opens there
// would be a browser of the other machine.
func (p *program) browser() func(string) error {
	if helper := p.editorsHelper(); helper != "" {
		return opener(helper)
	}
	for _, name := range []string{"SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"} {
		if p.env(name) != "" {
			return nil
		}
	}
	if p.env("WSL_DISTRO_NAME") != "" {
		// Linux within Windows, where the browser is.
		if view, err := exec.LookPath("wslview"); err == nil {
			return opener(view)
		}
	}
	if !p.hasWindows() {
		return nil
	}
	return func(address string) error { return launch(address, func() error { return openWindow(address) }) }
}

// opener opens an address with a program.
func opener(program string) func(string) error {
	return func(address string) error { return launch(address, exec.Command(program, address).Run) }
}

// hasWindows reports whether there is a desktop here, and something that shows a
// page on it. What is left where neither of the two can be run would start a
// text browser.
func (p *program) hasWindows() bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return true
	}
	if p.env("DISPLAY") == "" && p.env("WAYLAND_DISPLAY") == "" {
		return false
	}
	return slices.ContainsFunc([]string{"xdg-open", "x-www-browser"}, func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	})
}

// editorsHelper is the program that Visual Studio Code puts into the environment
// of its terminals: it opens an address where the window of the editor is, also
// if the terminal is on another machine.
func (p *program) editorsHelper() string {
	helper, _, _ := strings.Cut(p.env("BROWSER"), ":")
	if p.env("VSCODE_IPC_HOOK_CLI") == "" || !filepath.IsAbs(helper) {
		return ""
	}
	return helper
}

// launchBound is how long a launcher may take to say that it failed. Some go on
// for as long as the window is open.
const launchBound = 3 * time.Second

func launch(address string, open func() error) error {
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return errors.New("open a browser: not a web address")
	}
	failed := make(chan error, 1)
	go func() { failed <- open() }()
	select {
	case err := <-failed:
		return err
	case <-time.After(launchBound):
		return nil
	}
}

// openWindow has what a browser prints go nowhere: it would stand in the middle
// of the screen. It is no pipe either, which would end with Flow.
func openWindow(address string) error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	browser.Stdout, browser.Stderr = null, null
	return browser.OpenURL(address)
}

// textBrowsers draw on the terminal on which Flow does.
var textBrowsers = []string{"www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh", "carbonyl", "chawan", "cha", "edbrowse", "netrik"}

// windowBrowsers is a value of BROWSER without those that draw on a terminal.
// xdg-open tries them where there is no desktop that it knows, and if BROWSER is
// empty makes a list of its own, which ends with them.
func windowBrowsers(list string) string {
	const all = "x-www-browser:firefox:chromium:chromium-browser:google-chrome:microsoft-edge:brave-browser:epiphany:konqueror"
	var kept []string
	for command := range strings.SplitSeq(list, ":") {
		words := strings.Fields(command)
		if len(words) > 0 && !slices.Contains(textBrowsers, filepath.Base(words[0])) {
			kept = append(kept, command)
		}
	}
	return strings.Join(append(kept, all), ":")
}
