package gitlab_test

import (
	"net"
	"strconv"
	"syscall"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
)

// blackhole is a port that answers nobody who wants to connect, as behind a
// firewall that drops what it does not let through: its queue is full, and nobody
// takes anything out.
func blackhole(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(name.(*syscall.SockaddrInet4).Port))
	// With a length of 0 Linux queues one.
	filler, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { filler.Close() })
	return address
}

func TestADeadHostIsGivenUpAfterOneTimeout(t *testing.T) {
	address := blackhole(t)
	for _, scheme := range []string{"http://", "https://"} {
		c, w := newClient(t, gitlab.Options{Timeout: 300 * time.Millisecond})
		r, err := c.Test(t.Context(), connect(t, scheme+address), nil)
		tcp := failed(r)
		if err != nil || tcp.Name != flow.CheckTCP || tcp.Text != sentenceAt(scheme+address, "No answer from HOST for 0.3 s") || tcp.Field != flow.FieldBaseURL || len(w.list) > 0 {
			t.Errorf("waited %v, error %v\n%s", w.list, err, lines(r))
		}
		if _, err := c.Find(t.Context(), scheme+address+"/acme/platform/api", flow.Network{}); !flow.CausedBy(err, flow.Timeout) {
			t.Errorf("%v", err)
		}
	}
	c, _ := newClient(t, gitlab.Options{Timeout: 300 * time.Millisecond})
	_, err := c.Find(t.Context(), proxied, by(t, address))
	if f := flow.FaultOf(orNone(err)); f.Sentence() != "The proxy "+address+" does not lead to gitlab.example.com: it does not answer." {
		t.Errorf("%v", err)
	}
}
