package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
)

// An sshServer is a real sshd on a port of this machine, for who runs the test.
type sshServer struct {
	t    *testing.T
	dir  string
	port int
}

// startSSHD starts one with keys of its own.
func startSSHD(t *testing.T) *sshServer {
	t.Helper()
	// sshd wants to be started by its whole path, which is on few users' PATH.
	binary, err := exec.LookPath("sshd")
	if err != nil {
		binary = "/usr/sbin/sshd"
	}
	need(t, binary)
	need(t, "ssh")
	s := &sshServer{t: t, dir: t.TempDir(), port: freePort(t)}
	for _, name := range []string{"host", "user"} {
		s.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.file(name))
	}
	if os.Geteuid() == 0 {
		// Where the system's own sshd was never started, root's has no place yet.
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := fmt.Sprintf("ListenAddress 127.0.0.1\nPort %d\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\n"+
		"PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nAllowTcpForwarding yes\n",
		s.port, s.file("host"), s.file("user.pub"))
	if err := os.WriteFile(s.file("config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(s.file("log"))
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(binary, "-D", "-e", "-f", s.file("config"))
	server.Stderr = log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		_ = log.Close()
	})
	return s
}

func (s *sshServer) file(name string) string { return filepath.Join(s.dir, name) }

func (s *sshServer) run(name string, args ...string) {
	s.t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// flags are what a user's ~/.ssh/config would say.
func (s *sshServer) flags() string {
	return fmt.Sprintf("-F none -p %d -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectionAttempts=20 -o LogLevel=ERROR",
		s.port, s.file("user"))
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Somebody is logged in over SSH, runs the line that is on the screen on their
// own machine, and opens the short address there.
func TestOverSSHAForwardSignsIn(t *testing.T) {
	t.Parallel()
	need(t, "tmux")
	server := startSSHD(t)
	binary, err := exec.LookPath("flow")
	if err != nil {
		t.Fatal(err)
	}
	gitlab, err := gitlabtest.Start(gitlabtest.Demo(time.Now()), gitlabtest.Options{Version: "16.11.0", Path: "/git"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gitlab.Close)
	home := t.TempDir()
	p := newPane(t, 80, 24)
	p.typed(fmt.Sprintf("clear; ssh -tt %s 127.0.0.1 env HOME=%s XDG_STATE_HOME=%s LANG=C.UTF-8 NO_PROXY='*' %s", server.flags(), home, home, binary)).press("Enter")
	p.see("Which GitLab do you want to connect?").press("Enter").see("/^> OAuth/").press("Enter").see("What you type in a browser")
	p.typed(gitlab.URL()).press("Enter").see("A GitLab answers here", "/^> Client ID/")
	p.typed(gitlabtest.DemoClientID).press("Enter").see("/^> Client secret/")
	p.typed(gitlabtest.DemoClientSecret).press("Enter")
	p.see("In the browser on your laptop", "/"+shortAddress.String()+"/")
	screen := p.screen()
	if strings.Contains(screen, "o open") {
		t.Errorf("over SSH a browser is offered that nobody would see:\n%s", screen)
	}

	// The laptop is this machine as well, where the port is taken: the forward
	// starts at another one.
	line := regexp.MustCompile(`run +ssh -N -L (\d+):127\.0\.0\.1:(\d+) (\S+)@(\S+)`).FindStringSubmatch(screen)
	if line == nil {
		t.Fatalf("no line to run:\n%s", screen)
	}
	local := strconv.Itoa(freePort(t))
	args := append(strings.Fields(server.flags()), "-N", "-L", local+":127.0.0.1:"+line[2], "-o", "ExitOnForwardFailure=yes", line[3]+"@127.0.0.1")
	forward := exec.Command("ssh", args...)
	if err := forward.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = forward.Process.Kill()
		_ = forward.Wait()
	})
	p.wait("have a forward", func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+local)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	short := strings.Replace(shortAddress.FindStringSubmatch(screen)[1], ":"+line[1]+"/", ":"+local+"/", 1)
	browser := gitlabtest.NewBrowser(gitlab, gitlabtest.DemoUser, gitlabtest.DemoPassword)
	t.Cleanup(browser.Close)
	landing, err := browser.Authorize(t.Context(), short, true)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(landing.URL, "http://127.0.0.1:"+local+"/callback?") || !strings.Contains(landing.Body, "Signed in") {
		t.Errorf("the browser ends at %s with\n%s", landing.URL, landing.Body)
	}
	p.see(passed, "enter continue").press("C-c").see("/^prompt>/")
}
