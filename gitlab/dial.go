package gitlab

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
)

// dialer makes connections that tell what comes by them. net/http tells no more
// of what is no HTTP than where it gave up reading it.
func dialer(o Options) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: o.Timeout, Resolver: o.Resolver}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &heard{Conn: conn, passage: passageOf(ctx)}, nil
	}
}

// heard is a connection that tells the passage that it was made for what the other
// side sends.
type heard struct {
	net.Conn
	passage *passage
	spoke   atomic.Bool // something was sent
}

// errSpeaksFirst ends a connection whose other side does not wait to be spoken
// to: it is no web server, and net/http would write that to the log.
type errSpeaksFirst struct{ begin string }

func (e errSpeaksFirst) Error() string { return "the server speaks first" }

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if n == 0 {
		return n, err
	}
	h.passage.hear(p[:n])
	if !h.spoke.Load() {
		return 0, errSpeaksFirst{string(p[:min(n, 4)])}
	}
	return n, err
}

func (h *heard) Write(p []byte) (int, error) {
	h.spoke.Store(true)
	return h.Conn.Write(p)
}

// speaks says what a server speaks that is none for the web, by how it begins: as
// much of that as was read.
func speaks(begin, instead string) string {
	if len(begin) > 1 && strings.HasPrefix("SSH-", begin[:min(len(begin), 4)]) {
		return "it speaks SSH"
	}
	return "it speaks something else than " + instead
}
