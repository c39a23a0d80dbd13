package weather

import (
	"io"
	"net"
	"sync"
	"sync/atomic"

	"flow/gitlab/gitlabtest"
)

// A Port is one where no web server answers.
type Port struct {
	addr        string
	listener    net.Listener // nil where nobody listens
	connections atomic.Int64
	running     sync.WaitGroup
	mu          sync.Mutex
	open        map[net.Conn]bool // nil once closed
	also        []io.Closer
	trust       []byte
}

// Addr is the host and port.
func (p *Port) Addr() string { return p.addr }

// URL is the port's address as scheme has it, such as "https".
func (p *Port) URL(scheme string) string { return scheme + "://" + p.addr }

// CA is what a client has to trust, as PEM; nil where no TLS is spoken.
func (p *Port) CA() []byte { return p.trust }

// Connections counts those that came, up to now.
func (p *Port) Connections() int { return int(p.connections.Load()) }

// Close cuts what is open and returns once nothing listens any more.
func (p *Port) Close() {
	p.mu.Lock()
	for conn := range p.open {
		conn.Close()
	}
	p.open = nil
	p.mu.Unlock()
	if p.listener != nil {
		p.listener.Close()
	}
	for _, c := range p.also {
		c.Close()
	}
	p.running.Wait()
}

// startPort has talk answer each connection, which is closed when talk returns.
func startPort(listener net.Listener, talk func(net.Conn)) *Port {
	p := &Port{addr: listener.Addr().String(), listener: listener, open: map[net.Conn]bool{}}
	p.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.connections.Add(1)
			if !p.keep(conn) {
				conn.Close()
				return
			}
			p.running.Go(func() {
				defer p.drop(conn)
				talk(conn)
			})
		}
	})
	return p
}

func (p *Port) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		return false
	}
	p.open[conn] = true
	return true
}

func (p *Port) drop(conn net.Conn) {
	conn.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, conn)
}

func newPort(talk func(net.Conn)) (*Port, error) {
	listener, err := gitlabtest.Listen("")
	if err != nil {
		return nil, err
	}
	return startPort(listener, talk), nil
}

// SSHPort speaks as OpenSSH does: its banner at once, and a complaint about
// whatever is no SSH.
func SSHPort() (*Port, error) {
	return newPort(func(conn net.Conn) {
		io.WriteString(conn, "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\r\n")
		begin := make([]byte, 4)
		if _, err := io.ReadFull(conn, begin); err == nil && string(begin) != "SSH-" {
			io.WriteString(conn, "Invalid SSH identification string.\r\n")
			finish(conn)
			return
		}
		io.Copy(io.Discard, conn)
	})
}

// ClosingPort accepts and closes at once, as a load balancer without servers.
func ClosingPort() (*Port, error) {
	return newPort(func(net.Conn) {})
}

// ResettingPort accepts and resets the connection, as a firewall does.
func ResettingPort() (*Port, error) {
	return newPort(func(conn net.Conn) { reset(conn) })
}

// SilentPort accepts, reads and says nothing until the client leaves.
func SilentPort() (*Port, error) {
	return newPort(func(conn net.Conn) { io.Copy(io.Discard, conn) })
}

// ClosedPort is a port on which nobody listens, and on which nobody else will
// until Close: a port that was merely freed can be given to the next who asks.
func ClosedPort() (*Port, error) {
	listener, err := gitlabtest.Listen("")
	if err != nil {
		return nil, err
	}
	// A connection keeps the port at its own end. It is asked for by name, since
	// the kernel shares a port that it chose itself with other connections.
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	holder, err := dialer.Dial("tcp", listener.Addr().String())
	if err != nil {
		listener.Close()
		return nil, err
	}
	return &Port{addr: holder.LocalAddr().String(), also: []io.Closer{holder, listener}}, nil
}

// finish ends a connection so that what was written arrives: closing one with
// unread bytes resets it.
func finish(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		io.Copy(io.Discard, conn)
	}
}

// reset closes a connection with RST in place of FIN.
func reset(conn net.Conn) {
	for {
		inner, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = inner.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
