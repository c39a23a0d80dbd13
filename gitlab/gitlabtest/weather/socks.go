package weather

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
)

// SOCKSOptions say how a SOCKS proxy behaves. The zero value lets everybody
// through.
type SOCKSOptions struct {
	User     string // asks for user and password (RFC 1929); by default nobody is asked
	Password string
	Hosts    Hosts // names that only the proxy knows
	Refuse   byte  // the code with which it refuses to connect, such as 2, not allowed; 0 refuses nothing
}

// A SOCKS is a SOCKS proxy of version 5 (RFC 1928), as ssh -D makes one. It
// connects, and nothing else.
type SOCKS struct {
	*Port
	options SOCKSOptions
	seen    seen
	stop    context.CancelFunc
}

// StartSOCKS serves until Close.
func StartSOCKS(o SOCKSOptions) (*SOCKS, error) {
	running, stop := context.WithCancel(context.Background())
	s := &SOCKS{options: o, stop: stop}
	var err error
	if s.Port, err = newPort(func(conn net.Conn) { s.talk(running, conn) }); err != nil {
		stop()
		return nil, err
	}
	return s, nil
}

// URL is the proxy's address, such as "socks5://127.0.0.1:1080". With a user it
// is in the address.
func (s *SOCKS) URL() string {
	u := url.URL{Scheme: "socks5", Host: s.Addr()}
	if s.options.User != "" {
		u.User = url.UserPassword(s.options.User, s.options.Password)
	}
	return u.String()
}

// Requests is what came by so far, oldest first: each with method CONNECT and
// status 200, 403 where it was refused, 502 where there was no way.
func (s *SOCKS) Requests() []Request { return s.seen.list() }

// Close cuts every tunnel and returns once nothing listens.
func (s *SOCKS) Close() {
	s.stop()
	s.Port.Close()
}

const (
	socksVersion     = 5
	methodNone       = 0
	methodPassword   = 2
	methodUnfit      = 0xff
	replyGranted     = 0
	replyUnreachable = 4
)

var errSOCKS = errors.New("not SOCKS 5")

func (s *SOCKS) talk(running context.Context, conn net.Conn) {
	if s.greet(conn) != nil {
		return
	}
	address, err := readTarget(conn)
	if err != nil {
		return
	}
	entry := s.seen.add(&http.Request{Method: http.MethodConnect, Host: address, URL: &url.URL{}})
	if s.options.Refuse != 0 {
		s.seen.finish(entry, http.StatusForbidden)
		reply(conn, s.options.Refuse)
		return
	}
	upstream, err := s.options.Hosts.dial(running, "tcp", address)
	if err != nil {
		s.seen.finish(entry, http.StatusBadGateway)
		reply(conn, replyUnreachable)
		return
	}
	defer upstream.Close()
	s.seen.finish(entry, http.StatusOK)
	reply(conn, replyGranted)
	tunnel(running, conn, conn, upstream)
}

// greet agrees on who the client is.
func (s *SOCKS) greet(conn net.Conn) error {
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn, head); err != nil || head[0] != socksVersion {
		return errSOCKS
	}
	methods := make([]byte, head[1])
	if _, err := io.ReadFull(conn, methods); err != nil {
		return err
	}
	want := byte(methodNone)
	if s.options.User != "" {
		want = methodPassword
	}
	for _, method := range methods {
		if method == want {
			conn.Write([]byte{socksVersion, want})
			if want == methodPassword {
				return s.checkPassword(conn)
			}
			return nil
		}
	}
	conn.Write([]byte{socksVersion, methodUnfit})
	return errSOCKS
}

func (s *SOCKS) checkPassword(conn net.Conn) error {
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		return err
	}
	user, err := readText(conn)
	if err != nil {
		return err
	}
	password, err := readText(conn)
	if err != nil {
		return err
	}
	if user != s.options.User || password != s.options.Password {
		conn.Write([]byte{1, 1})
		return errSOCKS
	}
	_, err = conn.Write([]byte{1, 0})
	return err
}

// readText reads a text with its length before it.
func readText(from io.Reader) (string, error) {
	length := make([]byte, 1)
	if _, err := io.ReadFull(from, length); err != nil {
		return "", err
	}
	text := make([]byte, length[0])
	_, err := io.ReadFull(from, text)
	return string(text), err
}

// readTarget reads where to connect to.
func readTarget(conn net.Conn) (string, error) {
	head := make([]byte, 4) // version, command, 0, kind of address
	if _, err := io.ReadFull(conn, head); err != nil || head[1] != 1 {
		return "", errSOCKS
	}
	var host string
	switch head[3] {
	case 1, 4:
		ip := make([]byte, 4*int(head[3]))
		if _, err := io.ReadFull(conn, ip); err != nil {
			return "", err
		}
		host = net.IP(ip).String()
	case 3:
		var err error
		if host, err = readText(conn); err != nil {
			return "", err
		}
	default:
		return "", errSOCKS
	}
	port := make([]byte, 2)
	if _, err := io.ReadFull(conn, port); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port)))), nil
}

func reply(conn net.Conn, code byte) {
	conn.Write([]byte{socksVersion, code, 0, 1, 0, 0, 0, 0, 0, 0})
}
