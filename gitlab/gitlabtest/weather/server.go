package weather

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"flow/gitlab/gitlabtest"
)

// Options say where and how something is served. The zero value is plain http
// on a free port of 127.0.0.1.
type Options struct {
	Addr string // where to listen; by default a free port of 127.0.0.1
	TLS  *TLS   // serve https this way
}

// A Server answers at a port of its own.
type Server struct {
	url      string
	options  Options
	id       *identity // nil over plain http
	listener net.Listener
	http     *http.Server
	seen     seen

	stop      context.CancelFunc
	served    chan struct{}
	conns     sync.WaitGroup
	answering sync.RWMutex // held for reading by every answer
	closed    bool
}

// Serve answers with h until Close.
func Serve(h http.Handler, o Options) (*Server, error) {
	s, err := listen(o)
	if err != nil {
		return nil, err
	}
	s.serve(h)
	return s, nil
}

// listen takes the port, so that the address is known before there is anything
// to serve.
func listen(o Options) (*Server, error) {
	s := &Server{options: o, served: make(chan struct{})}
	scheme := "http"
	if o.TLS != nil {
		scheme = "https"
		var err error
		if s.id, err = o.TLS.issue(); err != nil {
			return nil, err
		}
	}
	var err error
	if s.listener, err = gitlabtest.Listen(o.Addr); err != nil {
		return nil, err
	}
	s.url = scheme + "://" + s.listener.Addr().String()
	return s, nil
}

// serve answers until Close, whose cancelling also ends answers that wait.
func (s *Server) serve(h http.Handler) {
	running, stop := context.WithCancel(context.Background())
	s.stop = stop
	if s.id != nil && s.options.TLS.Clients == ByNginx {
		h = nginxClients(s.id.clients.Pool())(h)
	}
	s.http = newHTTPServer(s.handled(h), running)
	s.http.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.conns.Add(1)
		case http.StateClosed, http.StateHijacked:
			s.conns.Done()
		}
	}
	listener := s.listener
	if s.id != nil {
		s.http.TLSConfig = s.id.config
		s.http.Protocols = protocols(*s.options.TLS)
		if !s.options.TLS.GoWords {
			listener = plainGuard{listener}
		}
	}
	go func() {
		defer close(s.served)
		if s.id != nil {
			s.http.ServeTLS(listener, "", "")
			return
		}
		s.http.Serve(listener)
	}()
}

func newHTTPServer(h http.Handler, running context.Context) *http.Server {
	return &http.Server{
		Handler:           h,
		ErrorLog:          silent, // connections are cut on purpose
		ReadHeaderTimeout: time.Minute,
		BaseContext:       func(net.Listener) context.Context { return running },
	}
}

// protocols leaves HTTP/2 out where it is not wanted or, below TLS 1.2, not
// allowed (RFC 9113 section 9.2).
func protocols(t TLS) *http.Protocols {
	p := &http.Protocols{}
	p.SetHTTP1(true)
	p.SetHTTP2(!t.HTTP1 && (t.MaxVersion == 0 || t.MaxVersion >= 0x0303))
	return p
}

func (s *Server) handled(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.answering.RLock()
		defer s.answering.RUnlock()
		if s.closed {
			panic(http.ErrAbortHandler)
		}
		entry := s.seen.add(r)
		h.ServeHTTP(gitlabtest.Noting(w, func(status int) { s.seen.finish(entry, status) }), r)
	})
}

// URL is where the server is reached, without a slash at the end.
func (s *Server) URL() string { return s.url }

// Addr is its host and port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// CA is what a client has to trust, as PEM; nil over plain http.
func (s *Server) CA() []byte {
	if s.id == nil {
		return nil
	}
	return s.id.trust
}

// Authority is who signed the server's certificate; nil over plain http.
func (s *Server) Authority() *Authority {
	if s.id == nil {
		return nil
	}
	return s.id.authority
}

// ClientAuthority is whose client certificates are taken; nil over plain http.
func (s *Server) ClientAuthority() *Authority {
	if s.id == nil {
		return nil
	}
	return s.id.clients
}

// Requests is what came in so far, oldest first, at most the last 20,000.
func (s *Server) Requests() []Request { return s.seen.list() }

// Close cuts open connections and returns once nothing listens and nothing is
// being answered any more.
func (s *Server) Close() {
	s.stop()
	s.http.Close()
	<-s.served
	s.answering.Lock()
	s.closed = true
	s.answering.Unlock()
	s.conns.Wait()
}
