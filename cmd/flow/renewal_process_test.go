package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// Eight processes whose sign-in has run out: one renews it, all go on.
func TestEightProcessesRenewOnce(t *testing.T) {
	t.Parallel()
	r := newRenewing(t, "17.5.2-ee")
	r.server.Fail(gitlabtest.Fault{Method: "POST", Path: "/oauth/token", Around: weather.Delay(200 * time.Millisecond)})
	for round := range 5 {
		r.age()
		commands := make([]*exec.Cmd, 8)
		outs := make([]*bytes.Buffer, len(commands))
		// GitLab answers the one that asks once the others want to ask as well.
		started := make(chan struct{})
		r.during(func() { <-started; waitForStore(t, commands, r.home) }, nil)
		for i := range commands {
			commands[i], outs[i] = r.refresh(t.Context())
		}
		for _, c := range commands {
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
		}
		close(started)
		for i, c := range commands {
			if err := c.Wait(); err != nil {
				t.Errorf("round %d, process %d: %v\n%s", round, i, err, outs[i])
			}
		}
		asked, issued := r.renewals()
		if asked != 1 {
			t.Errorf("round %d: GitLab was asked %d times", round, asked)
		}
		if r.stored().Grant.Access != issued {
			t.Errorf("round %d: what is stored is not what GitLab gave", round)
		}
	}
}

// waitForStore waits until every process has the store open, where the system
// tells: from there it is a moment to the lock.
func waitForStore(t *testing.T, commands []*exec.Cmd, home string) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		return
	}
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		ready := 0
		for _, c := range commands {
			if hasOpen(c.Process.Pid, filepath.Join(home, "flow.db")) {
				ready++
			}
		}
		if ready == len(commands) {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("%d of %d processes have opened the store", ready, len(commands))
			return
		}
	}
}

func hasOpen(pid int, path string) bool {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, f := range files {
		if name, err := os.Readlink(f); err == nil && name == path {
			return true
		}
	}
	return false
}

// A process may be killed at any moment of a renewal. The sign-in outlives that,
// but for one window, which is GitLab's: from its answer until our write is
// durable. What is lost there is told for what it is by whoever comes next.
func TestKilledWhileRenewing(t *testing.T) {
	t.Parallel()
	kills := 50
	if testing.Short() || underRace {
		kills = 5
	}
	for _, moment := range []string{anyMoment, beforeTheRequest, afterTheAnswer, justAfterTheAnswer, afterTheWrite} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			r := newRenewing(t, "17.5.2-ee")
			r.age()
			start := time.Now()
			r.refreshes() // also sees to it that what is read from the disk is read
			whole := time.Since(start)
			killed, kept, lost := 0, 0, 0
			for range kills {
				r.age()
				held := r.stored().Grant.Access
				inTime := r.killAt(moment, whole)
				if inTime {
					killed++
				}
				if r.outlives(held, inTime) {
					kept++
				} else {
					lost++
				}
			}
			t.Logf("%d kills, %d in time, %d signed in after it, %d lost and told so", kills, killed, kept, lost)
			switch {
			case moment == beforeTheRequest && (lost > 0 || killed != kills):
				t.Errorf("%d are lost, %d were killed in time", lost, killed)
			case moment == afterTheAnswer && lost != kills:
				t.Errorf("%d are lost", lost)
			}
		})
	}
}

// The moments of a renewal.
const (
	anyMoment          = "any moment"
	beforeTheRequest   = "before GitLab has it"
	afterTheAnswer     = "after GitLab has answered"
	justAfterTheAnswer = "just after the answer"
	afterTheWrite      = "after the write"
)

// killAt starts a process and kills it at a moment of its renewal. It reports
// whether the process was still there. whole is how long one takes that is not
// killed.
func (r *renewing) killAt(moment string, whole time.Duration) bool {
	r.t.Helper()
	command, out := r.refresh(r.t.Context())
	kill := func() { _ = command.Process.Signal(syscall.SIGKILL) }
	killLater := func(most time.Duration) { time.AfterFunc(rand.N(most), kill) }
	started := make(chan struct{})
	at := func(f func()) func() { return func() { <-started; f() } }
	gone := func() { kill(); waitGone(command.Process.Pid) }
	switch moment {
	case beforeTheRequest:
		r.during(at(func() { gone(); panic(http.ErrAbortHandler) }), nil)
	case afterTheAnswer:
		r.during(nil, at(gone))
	case justAfterTheAnswer:
		r.during(nil, at(func() { killLater(4 * time.Millisecond) }))
	case afterTheWrite:
		r.during(nil, at(func() { killLater(40 * time.Millisecond) }))
	default:
		r.during(nil, nil)
	}
	if err := command.Start(); err != nil {
		r.t.Fatal(err)
	}
	close(started)
	if moment == anyMoment {
		killLater(whole)
	}
	err := command.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	killed := exit != nil && exit.Sys().(syscall.WaitStatus).Signaled()
	if err != nil && !killed {
		r.t.Fatalf("%s: %v\n%s", moment, err, out)
	}
	return killed
}

// outlives reports whether the sign-in is there after a process has ended that
// began with held, killed or not. If it is lost that is told, and there is a new
// one.
func (r *renewing) outlives(held flow.Secret, killed bool) bool {
	r.t.Helper()
	r.settled()
	asked, issued := r.renewals()
	lost := asked > 0 && issued != held && r.stored().Grant.Access != issued

	r.during(nil, nil)
	command, out := r.refresh(r.t.Context())
	err := command.Run()
	if err != nil && strings.Contains(out.String(), "No answer from") && r.stoodStill() > standstill {
		// This process did not run either, which says nothing of the sign-in: that
		// has to be there all the same.
		r.t.Logf("once more, since the machine stood still: %s", out)
		command, out = r.refresh(r.t.Context())
		err = command.Run()
	}
	switch {
	case err == nil && lost:
		r.t.Fatalf("the sign-in is used though its tokens were lost\n%s", out)
	case err == nil:
		return true
	case !killed || !strings.Contains(out.String(), "The sign-in was lost in a crash"):
		r.t.Fatalf("killed %v, lost %v: %v\n%s", killed, lost, err, out)
	}
	// Looked at now: what was sent just before the kill may have reached GitLab a
	// moment later.
	if issued := r.lastIssued(); issued == held || issued == r.stored().Grant.Access {
		r.t.Fatalf("the sign-in is told to be lost, and is there\n%s", out)
	}
	r.signInAgain()
	return false
}

// waitGone waits until a killed process can do nothing any more.
func waitGone(pid int) {
	for ; ; runtime.Gosched() {
		state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		_, rest, _ := strings.Cut(string(state), ") ")
		if err != nil || strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X") {
			return
		}
	}
}
