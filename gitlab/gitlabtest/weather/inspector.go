package weather

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"

	"flow/gitlab/gitlabtest"
)

// An inspector is what a TLS-inspecting proxy does inside of a tunnel: it shows
// a certificate of its own for the name that was asked for, reads the requests,
// and sends them on over a TLS connection of its own.
type inspector struct {
	authority *Authority
	server    *Server
	conns     *handover
}

func newInspector(authority *Authority, pass http.Handler, journal *seen) *inspector {
	i := &inspector{authority: authority, conns: &handover{arrived: make(chan net.Conn), closed: make(chan struct{})}}
	i.server = &Server{listener: i.conns, served: make(chan struct{})}
	i.server.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entry := journal.add(r)
		r.URL.Scheme, r.URL.Host = "https", r.Host
		pass.ServeHTTP(gitlabtest.Noting(w, func(status int) { journal.finish(entry, status) }), r)
	}))
	return i
}

// take goes on with a tunnel to host, given with its port.
func (i *inspector) take(conn net.Conn, host string) {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	pair, err := TLS{Hosts: []string{name}}.pair(i.authority)
	if err != nil {
		conn.Close()
		return
	}
	i.conns.give(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}))
}

func (i *inspector) Close() { i.server.Close() }

// A handover is a listener for connections that were accepted elsewhere.
type handover struct {
	arrived chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (h *handover) give(conn net.Conn) {
	select {
	case h.arrived <- conn:
	case <-h.closed:
		conn.Close()
	}
}

func (h *handover) Accept() (net.Conn, error) {
	select {
	case conn := <-h.arrived:
		return conn, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *handover) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

func (h *handover) Addr() net.Addr { return &net.TCPAddr{} }
