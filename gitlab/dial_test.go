package gitlab

import (
	"errors"
	"io"
	"net"
	"testing"
)

// net/http writes to the log what comes before it has asked for anything.
func TestAServerThatSpeaksFirstIsNotListenedTo(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "SSH-2.0-OpenSSH_9.6p1\r\n")
			defer conn.Close()
		}
	}()
	p := &passage{}
	conn, err := dialer(Options{})(p.watch(t.Context()), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var first errSpeaksFirst
	if n, err := conn.Read(make([]byte, 100)); n != 0 || !errors.As(err, &first) || speaks(first.begin, "http") != "it speaks SSH" || p.heard() != "SSH-" {
		t.Errorf("%d bytes, %v", n, err)
	}
	if conn, err = dialer(Options{})(t.Context(), "tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\n")
	if n, err := conn.Read(make([]byte, 100)); n == 0 || err != nil {
		t.Errorf("spoken to: %d bytes, %v", n, err)
	}
}
