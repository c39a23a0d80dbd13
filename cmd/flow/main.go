// Command flow connects a company's GitLab to Flow and keeps the list of its
// repos. Without arguments it is a program for the terminal; its subcommands do
// the same in scripts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"flow"
	"flow/gitlab"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version string

func main() {
	// Bubble Tea would write every key to that file, also those of a token.
	os.Unsetenv("TEA_TRACE")
	// What opens a browser asks it which one.
	os.Setenv("BROWSER", windowBrowsers(os.Getenv("BROWSER")))
	keepSmall()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	p := program{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		env: os.Getenv, now: time.Now, isTerminal: isTerminal,
	}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// keepSmall has memory collected when three tenths more are in use than were after
// the last time, not twice as much: a million repos that are being found take 550 MB
// by that, and the walk waits for GitLab anyway. GOGC says otherwise.
func keepSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(30)
	}
}

// A program is what the commands depend on.
type program struct {
	stdin      io.Reader
	stdout     io.Writer
	stderr     io.Writer
	env        func(string) string
	now        func() time.Time
	isTerminal func(stream any) bool
	reach      gitlab.Options // how long GitLab is waited for; the zero value is what Flow does

	storeFile string // --store
}

func isTerminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(f.Fd())
}

// run runs one command line and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.command()
	root.SetArgs(args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	return p.end(root.ExecuteContext(ctx))
}

// end tells what a command ended with, if that is an error, and returns the exit
// code.
func (p *program) end(err error) int {
	var said verdict
	if err != nil && !errors.As(err, &said) {
		fmt.Fprint(p.stderr, told(err))
	}
	return exitCode(err)
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2

	exitWarnings     = 10 // of flow check: it works, with warnings
	exitNotConnected = 11 // of flow check: something failed

	exitChanged = 12 // of flow refresh --exit-code: something has changed
	exitFrozen  = 13 // of flow refresh: too much is missing at once to be believed
)

// exitCodes says so to people.
const exitCodes = `Exit codes: 0 all is well, 2 the command or what it was given is wrong, 1 anything else. flow check: 10 it works, with warnings, 11 something failed. flow refresh: 12 something has changed, with --exit-code, 13 too many repos are missing at once.`

// A verdict is an exit code where everything is said already.
type verdict int

func (v verdict) Error() string { return fmt.Sprintf("exit code %d", int(v)) }

// exitCode is 2 where the command line, or an input that it names, has to be
// mended before anything can be tried.
func exitCode(err error) int {
	var mistake *usageError
	var said verdict
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &said):
		return int(said)
	case errors.As(err, &mistake):
		return exitUsage
	case flow.CausedBy(err, flow.Frozen):
		return exitFrozen
	case flow.CausedBy(err, flow.NoAddress, flow.NotAnAddress, flow.PlainAddress, flow.BadProxy, flow.BadCertificate, flow.BadPath,
		flow.NoToken, flow.NoClientID, flow.BadClientID, flow.SecretAsID, flow.BadRedirect, flow.PortTaken, flow.BadName, flow.NameTaken,
		flow.BadService, flow.NoService, flow.NoTerminal):
		return exitUsage
	}
	return exitFailed
}
