package weather

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// plainGuard lets a TLS port answer plain http as nginx does. Go's own server
// does it in other words, over HTTP/1.0.
type plainGuard struct{ net.Listener }

func (g plainGuard) Accept() (net.Conn, error) {
	conn, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &guardedConn{Conn: conn}, nil
}

type guardedConn struct {
	net.Conn
	begun bool
}

var errPlain = errors.New("plain http at an https port")

// recordHandshake is the first byte of whatever wants to speak TLS.
const recordHandshake = 0x16

// Read is first called by the handshake, on the connection's own goroutine.
func (c *guardedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.begun || n == 0 {
		return n, err
	}
	c.begun = true
	if p[0] == recordHandshake {
		return n, err
	}
	c.refuse(p[:n])
	return 0, errPlain
}

// refuse reads the request to the end of its headers and answers it. What a
// client still sends is taken in: otherwise the answer could be lost to a reset.
func (c *guardedConn) refuse(begin []byte) {
	c.SetDeadline(time.Now().Add(10 * time.Second))
	for head := bytes.Clone(begin); !bytes.Contains(head, []byte("\r\n\r\n")) && len(head) < 64<<10; {
		more := make([]byte, 4<<10)
		n, err := c.Conn.Read(more)
		if err != nil {
			return
		}
		head = append(head, more[:n]...)
	}
	page := nginxPage(http.StatusBadRequest, "The plain HTTP request was sent to HTTPS port")
	if !writeRaw(c.Conn, page) {
		return
	}
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
		io.Copy(io.Discard, tcp)
	}
}
