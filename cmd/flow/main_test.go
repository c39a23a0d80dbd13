package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this very program as flow. Neither asks a name server
// of this machine.
func TestMain(m *testing.M) {
	net.DefaultResolver = nameless()
	testscript.Main(crowd{m}, map[string]func(){"flow": main})
}

// A crowd is all tests of this package, and the folder that they share.
type crowd struct{ *testing.M }

func (c crowd) Run() int {
	flag.Parse()
	forgetSurroundings()
	folder, err := os.MkdirTemp("", "flow-built-")
	defer os.RemoveAll(folder)
	built = filepath.Join(folder, "flow")
	if err := errors.Join(err, runTogether(), leaveSoon()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return c.M.Run()
}

// forgetSurroundings drops what whoever runs the tests has set for Flow itself, for
// screens and for the network: no test may act on it, and none may write where the
// tester's own integrations are.
func forgetSurroundings() {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		for _, of := range []string{"XDG_", "FLOW_STORE", "FLOW_IDENTITY_", "FLOW_REDIRECT_URI", "FLOW_ASCII", "SSH_", "SSL_CERT_", "WSL_", "VSCODE_"} {
			if strings.HasPrefix(name, of) {
				os.Unsetenv(name)
			}
		}
		switch strings.ToUpper(name) {
		case "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "NO_COLOR", "GOGC":
			os.Unsetenv(name)
		}
	}
}

// runTogether has more tests run at once than there are processors: most of them
// wait, for a disk, a terminal, a browser or the pauses of a process. The race
// detector gives them more to do. Where -parallel is given, or bugs are looked for
// with -fuzz, that decides.
func runTogether() error {
	most := 8
	if underRace {
		most = 4
	}
	decided := false
	flag.Visit(func(f *flag.Flag) { decided = decided || f.Name == "test.parallel" || f.Name == "test.fuzz" })
	if decided {
		return nil
	}
	return flag.Set("test.parallel", strconv.Itoa(max(most, runtime.GOMAXPROCS(0))))
}

// leaveSoon shortens the second for which the race detector keeps every process
// at its end, to see what is still going on in it.
func leaveSoon() error {
	if !underRace {
		return nil
	}
	return os.Setenv("GORACE", "atexit_sleep_ms=100 "+os.Getenv("GORACE"))
}
