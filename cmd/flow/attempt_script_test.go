package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"flow/gitlab/gitlabtest"
)

// attemptCommands are those of scripts in which somebody approves Flow while a
// command waits:
//
//	start [<FILE] CMD ...   starts a command; its stdin is the file, else open for types
//	approves DOOR [USER]    somebody approves Flow: at the short or the long address, with the code, or by a paste
//	denies DOOR [USER]      likewise
//	opens DOOR              somebody opens the short or the long address, and looks at GitLab's page first
//	types TEXT              writes a line to its stdin
//	says REGEXP             waits until it has written that to stderr
//	interrupts              sends SIGINT
//	ends CODE               waits for its end; its streams are in the files out and err then
//	event FILE NAME PATH WANT   checks a value of the last event of that name in stdout or out
//	events FILE NAMES       checks the names of the events, in their order; checks that follow each other count once
//	closed                  checks that nobody listens at its short address any more
//	signins N               checks how many sign-ins are alive in GitLab
//	fails PATH STATUS       makes GitLab answer so, until mends
//	revokesignins           revokes all of them, as somebody does in GitLab
//	renewsecret             gives the application another secret
var attemptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"start": cmdStart, "approves": cmdApproves, "denies": cmdDenies, "opens": cmdOpens, "types": cmdTypes, "says": cmdSays, "interrupts": cmdInterrupts,
	"ends": cmdEnds, "event": cmdEvent, "events": cmdEvents, "closed": cmdClosed, "signins": cmdSignIns, "fails": cmdFails, "renewsecret": cmdRenewSecret,
	"revokesignins": cmdRevokeSignIns,
}

func cmdStart(ts *testscript.TestScript, _ bool, args []string) {
	p := &started{exited: make(chan struct{})}
	file := ""
	if rest, ok := strings.CutPrefix(args[0], "<"); ok {
		file, args = rest, args[1:]
	}
	name, err := exec.LookPath(args[0])
	ts.Check(err)
	p.cmd = exec.Command(name, args[1:]...)
	p.cmd.Dir = ts.MkAbs(".")
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	p.cmd.Env = os.Environ()
	for _, name := range []string{"HOME", "TZ", "TMPDIR", "SSH_CONNECTION", "FLOW_REDIRECT_URI"} {
		p.cmd.Env = append(p.cmd.Env, name+"="+ts.Getenv(name))
	}
	if file != "" {
		input, err := os.Open(ts.MkAbs(file))
		ts.Check(err)
		defer input.Close()
		p.cmd.Stdin = input
	} else {
		p.stdin, err = p.cmd.StdinPipe()
		ts.Check(err)
	}
	ts.Check(p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	ts.Defer(func() {
		_ = p.cmd.Process.Kill()
		<-p.exited
	})
	gitLabOf(ts).started = p
}

// attempt is the command that was started last.
func attempt(ts *testscript.TestScript) *started {
	p := gitLabOf(ts).started
	if p == nil {
		ts.Fatalf("nothing was started")
	}
	return p
}

func cmdApproves(ts *testscript.TestScript, _ bool, args []string) { answerAt(ts, args, true) }
func cmdDenies(ts *testscript.TestScript, _ bool, args []string)   { answerAt(ts, args, false) }

// answerAt has somebody read what the command tells people, and go there.
func answerAt(ts *testscript.TestScript, args []string, approve bool) {
	p, user := attempt(ts), gitlabtest.DemoUser
	if len(args) > 1 {
		user = args[1]
	}
	browser := gitlabtest.NewBrowser(gitLabOf(ts).server, user, gitlabtest.DemoPassword)
	defer browser.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if args[0] == "code" {
		ts.Check(browser.EnterCode(ctx, p.find(ts, &p.err, `^  enter  ([0-9A-Z]+), within [0-9]+ minutes$`)[1], approve))
		return
	}
	if args[0] == "paste" {
		browser.StopBefore = isCallback
	}
	landing, err := browser.Authorize(ctx, addressOf(ts, args[0]), approve)
	ts.Check(err)
	switch {
	case args[0] == "paste":
		cmdTypes(ts, false, []string{landing.URL})
	case landing.Status != http.StatusOK:
		ts.Fatalf("the browser ended on %s: %d\n%s", landing.URL, landing.Status, landing.Page)
	}
}

// addressOf is the one that leads to a door.
func addressOf(ts *testscript.TestScript, door string) string {
	p, pattern := attempt(ts), `^(https?://.*/oauth/authorize\?.*)$`
	if door == "short" {
		pattern = `^  open   (http://127\.0\.0\.1:[0-9]+/[0-9a-z]{8})$`
	}
	return p.find(ts, &p.err, pattern)[1]
}

func cmdOpens(ts *testscript.TestScript, _ bool, args []string) {
	browser := gitlabtest.NewBrowser(gitLabOf(ts).server, gitlabtest.DemoUser, gitlabtest.DemoPassword)
	defer browser.Close()
	browser.StopBefore = func(u *url.URL) bool { return strings.HasSuffix(u.Path, "/oauth/authorize") }
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := browser.Authorize(ctx, addressOf(ts, args[0]), true)
	ts.Check(err)
}

// isCallback says where a browser ends that can't reach the page it is led to.
func isCallback(u *url.URL) bool { return strings.HasSuffix(u.Path, "/callback") }

func cmdTypes(ts *testscript.TestScript, _ bool, args []string) {
	_, err := io.WriteString(attempt(ts).stdin, strings.Join(args, " ")+"\n")
	ts.Check(err)
}

func cmdSays(ts *testscript.TestScript, _ bool, args []string) {
	p := attempt(ts)
	p.find(ts, &p.err, args[0])
}

func cmdInterrupts(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(attempt(ts).cmd.Process.Signal(syscall.SIGINT))
}

func cmdEnds(ts *testscript.TestScript, _ bool, args []string) {
	p := attempt(ts)
	select {
	case <-p.exited:
	case <-time.After(patience):
		text, _ := p.err.read()
		ts.Fatalf("it does not end:\n%s", text)
	}
	for name, s := range map[string]*stream{"out": &p.out, "err": &p.err} {
		text, _ := s.read()
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
		noSecret(ts, name, []byte(text))
	}
	if code := p.cmd.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s:\n%s", code, args[0], ts.ReadFile("err"))
	}
}

func cmdClosed(ts *testscript.TestScript, _ bool, _ []string) {
	p := attempt(ts)
	address := p.find(ts, &p.err, `^  open   http://(127\.0\.0\.1:[0-9]+)/[0-9a-z]{8}$`)[1]
	c, err := net.Dial("tcp", address)
	if err == nil {
		c.Close()
		ts.Fatalf("somebody listens at %s", address)
	}
}

func cmdSignIns(ts *testscript.TestScript, _ bool, args []string) {
	alive := 0
	for _, token := range gitLabOf(ts).company.OAuthTokens() {
		if !token.Revoked {
			alive++
		}
	}
	if strconv.Itoa(alive) != args[0] {
		ts.Fatalf("%d sign-ins are alive, want %s", alive, args[0])
	}
}

func cmdRevokeSignIns(ts *testscript.TestScript, _ bool, _ []string) {
	company := gitLabOf(ts).company
	for _, token := range company.OAuthTokens() {
		ts.Check(company.RevokeOAuthToken(token.ID))
	}
}

func cmdFails(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	gitLabOf(ts).fail(gitlabtest.Fault{Path: args[0], Status: status, Body: "down"})
}

func cmdRenewSecret(ts *testscript.TestScript, _ bool, _ []string) {
	fresh, err := gitLabOf(ts).company.RenewSecret(gitlabtest.DemoClientID)
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "secret-fresh"), []byte(fresh), 0o600))
}
