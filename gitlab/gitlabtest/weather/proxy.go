package weather

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"

	"flow/gitlab/gitlabtest"
)

// ProxyOptions say how a company's proxy behaves. The zero value lets everybody
// through to every address, over plain http on a free port.
type ProxyOptions struct {
	Addr     string     // where to listen; by default a free port of 127.0.0.1
	TLS      *TLS       // an https proxy: the way to it is encrypted too
	User     string     // asks for Basic authentication, with 407; by default nobody is asked
	Password string     // belongs to User
	Hosts    Hosts      // names that only the proxy knows
	Refuse   int        // the status with which it refuses everything, such as 403 or 504; by default it does not
	Hang     bool       // takes requests and says nothing until the client leaves
	Inspect  *Authority // opens TLS, shows certificates of this authority, and reads what is inside
}

// A Proxy is an HTTP proxy: it connects with CONNECT, and takes requests in
// absolute form (RFC 9112 section 3.2.2).
type Proxy struct {
	options ProxyOptions
	server  *Server
	opened  *inspector // nil without Inspect
	plain   http.Handler
}

// StartProxy serves until Close.
func StartProxy(o ProxyOptions) (*Proxy, error) {
	p := &Proxy{options: o, plain: forward(o.Hosts)}
	secured := o.TLS
	if secured != nil {
		http1 := *secured
		http1.HTTP1 = true // a tunnel takes over the connection
		secured = &http1
	}
	var err error
	if p.server, err = listen(Options{Addr: o.Addr, TLS: secured}); err != nil {
		return nil, err
	}
	if o.Inspect != nil {
		p.opened = newInspector(o.Inspect, p.plain, &p.server.seen)
	}
	p.server.serve(http.HandlerFunc(p.handle))
	return p, nil
}

// URL is the proxy's address, without user and password.
func (p *Proxy) URL() string { return p.server.URL() }

// URLAs is the address with user and password, as HTTPS_PROXY has it.
func (p *Proxy) URLAs(user, password string) string {
	return strings.Replace(p.URL(), "://", "://"+url.UserPassword(user, password).String()+"@", 1)
}

// Addr is its host and port.
func (p *Proxy) Addr() string { return p.server.Addr() }

// CA is what a client has to trust to reach an https proxy, as PEM; nil over
// plain http. The authority of Inspect is another one.
func (p *Proxy) CA() []byte { return p.server.CA() }

// Requests is what came by so far, oldest first: every CONNECT with its host,
// every plain request, and with Inspect those inside of TLS too.
func (p *Proxy) Requests() []Request { return p.server.Requests() }

// Close cuts every tunnel and returns once nothing listens.
func (p *Proxy) Close() {
	p.server.Close()
	if p.opened != nil {
		p.opened.Close()
	}
}

func (p *Proxy) handle(w http.ResponseWriter, r *http.Request) {
	switch {
	case p.options.Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case !p.authenticated(r):
		proxyWantsPassword().ServeHTTP(w, r)
	case p.options.Refuse != 0:
		squidPage(p.options.Refuse, "ERR_ACCESS_DENIED").ServeHTTP(w, r)
	case r.Method == http.MethodConnect:
		p.connect(w, r)
	case !r.URL.IsAbs():
		squidPage(http.StatusBadRequest, "ERR_INVALID_URL").ServeHTTP(w, r)
	default:
		p.plain.ServeHTTP(w, r)
	}
}

// authenticated compares in constant time only because that is what a reader
// expects here.
func (p *Proxy) authenticated(r *http.Request) bool {
	if p.options.User == "" && p.options.Password == "" {
		return true
	}
	kind, code, _ := strings.Cut(r.Header.Get("Proxy-Authorization"), " ")
	given, err := base64.StdEncoding.DecodeString(code)
	want := p.options.User + ":" + p.options.Password
	return strings.EqualFold(kind, "Basic") && err == nil && subtle.ConstantTimeCompare(given, []byte(want)) == 1
}

// connect makes a tunnel, or with Inspect answers inside of it.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	upstream, err := p.options.Hosts.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		unreachable(w, r, err)
		return
	}
	defer upstream.Close()
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if entry, ok := w.(*gitlabtest.Noted); ok {
		entry.Note(http.StatusOK)
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		conn.Close()
		return
	}
	if p.opened != nil {
		p.opened.take(conn, r.Host)
		return
	}
	tunnel(r.Context(), conn, buffered, upstream)
}

// tunnel carries bytes both ways until one side has ended, or ctx has. What the
// client sent along with its request is in early.
func tunnel(ctx context.Context, client net.Conn, early io.Reader, server net.Conn) {
	cut := func() { client.Close(); server.Close() }
	defer context.AfterFunc(ctx, cut)()
	var both sync.WaitGroup
	both.Go(func() { io.Copy(server, early); halfClose(server) })
	both.Go(func() { io.Copy(client, server); halfClose(client) })
	both.Wait()
	cut()
}

// halfClose passes on that one side has nothing more to say.
func halfClose(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// forward carries out requests in absolute form. The headers between client
// and proxy, Proxy-Authorization among them, do not go on.
func forward(hosts Hosts) http.Handler {
	transport := passing()
	transport.DialContext = hosts.dial
	return &httputil.ReverseProxy{
		Transport:    transport,
		Rewrite:      func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host },
		ErrorHandler: unreachable,
		ErrorLog:     silent,
	}
}

// unreachable is how Squid says that there is no way: 503, with the reason in a
// header.
func unreachable(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler)
	}
	reason := "ERR_CONNECT_FAIL"
	var dns *net.DNSError
	if errors.As(err, &dns) {
		reason = "ERR_DNS_FAIL"
	}
	squidPage(http.StatusServiceUnavailable, reason).ServeHTTP(w, r)
}

func squidPage(status int, reason string) canned {
	return html(status, "squid/6.6", "<html><head><title>ERROR: The requested URL could not be retrieved</title></head>\n<body><h1>ERROR</h1>"+
		"<p>The system returned: "+reason+"</p></body></html>\n").with("X-Squid-Error", reason+" 0")
}
