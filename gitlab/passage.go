package gitlab

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"

	"flow"
)

// A passage notes how far one request came. What ends it can be told by its
// place then: a name server that is silent from a GitLab that is, and what was
// never sent from what GitLab may have had.
type passage struct {
	through *url.URL // the proxy on the way; nil: none

	mu     sync.Mutex // what follows is noted by the transport's own goroutines
	at     step
	wrote  bool      // some of it may have left this machine
	wanted bool      // the server has asked for a client certificate
	begin  string    // the first bytes that came
	after  int       // bytes that came after the handshake
	since  time.Time // it has a connection
}

// A step is how far a request came. Later ones are higher.
type step int

const (
	leaving step = iota
	naming       // a name server is asked
	connecting
	connected // to the server, or to the proxy
	securing  // TLS
	ready     // there is a connection to send the request on, maybe from before
)

type passageKey struct{}

// passageOf is the passage that a context belongs to, nil for none. The
// transport hands it to every callback, also to that for client certificates.
func passageOf(ctx context.Context) *passage {
	p, _ := ctx.Value(passageKey{}).(*passage)
	return p
}

// watch has a passage follow the requests with the context that it returns.
func (p *passage) watch(ctx context.Context) context.Context {
	reach := func(s step) {
		p.mu.Lock()
		defer p.mu.Unlock()
		// Two addresses of one name are tried at the same time.
		p.at = max(p.at, s)
	}
	trace := &httptrace.ClientTrace{
		DNSStart:     func(httptrace.DNSStartInfo) { reach(naming) },
		ConnectStart: func(string, string) { reach(connecting) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				reach(connected)
			}
		},
		TLSHandshakeStart: func() { reach(securing) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				reach(ready)
			}
		},
		GotConn: func(httptrace.GotConnInfo) {
			reach(ready)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.since = time.Now()
		},
		WroteHeaders: func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.wrote = true
		},
	}
	return httptrace.WithClientTrace(context.WithValue(ctx, passageKey{}, p), trace)
}

func (p *passage) want() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wanted = true
}

// hear notes what the other side sends.
func (p *passage) hear(part []byte) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begin == "" {
		p.begin = string(part[:min(len(part), 4)])
	}
	if p.at == ready {
		p.after += len(part)
	}
}

// heard is what the other side began to speak with.
func (p *passage) heard() string {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.begin
}

// shutOut reports whether the server has asked for a client certificate and ended
// the connection when it had it, or had none. In TLS 1.3 the handshake is over by
// then, and the alert, of 24 bytes, may be overtaken by a reset (RFC 8446, 6). A
// server that breaks off for another reason before it has begun to answer looks
// the same.
func (p *passage) shutOut() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wanted && p.at == ready && p.after < 64
}

// ended is what is known of a request that has come to its end; nil is one that
// never began.
func (p *passage) ended() (at step, wrote, wanted bool) {
	if p == nil {
		return leaving, false, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at, p.wrote, p.wanted
}

// lasted is how long ago there was a connection to send the request on.
func (p *passage) lasted() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.since)
}

// proxy is the one on the way; nil is none.
func (p *passage) proxy() *url.URL {
	if p == nil {
		return nil
	}
	return p.through
}

// via is its host and port; "" for none.
func (p *passage) via() string {
	if p.proxy() == nil {
		return ""
	}
	return flow.CleanLine(p.through.Host, 80)
}

// signsIn reports whether the proxy is given a user name.
func (p *passage) signsIn() bool { return p.proxy() != nil && p.through.User != nil }

// secrets are those that the proxy is given, which may come from the environment
// alone: the password, and both as they are sent (RFC 7617).
func (p *passage) secrets() []flow.Secret {
	if !p.signsIn() {
		return nil
	}
	password, _ := p.through.User.Password()
	if password == "" {
		return nil
	}
	sent := base64.StdEncoding.EncodeToString([]byte(p.through.User.Username() + ":" + password))
	return []flow.Secret{flow.NewSecret(password), flow.NewSecret(sent)}
}
