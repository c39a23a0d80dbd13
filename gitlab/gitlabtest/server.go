// Package gitlabtest is a GitLab in memory, on a real loopback port: for tests,
// for benchmarks and for a demo. It plays one release at a time and follows
// GitLab where clients would rather have it otherwise: unknown parameters are
// ignored, totals vanish above 10,000 rows, addresses come from what GitLab
// believes it is called.
//
// Every release from 9.0 to 19.x is played, with what it knew of endpoints,
// parameters, fields and errors; [Profiles] is a choice of them. Where it is not
// known which release brought something, the first that was seen to have it
// counts, and a comment says so. An 8.17 answers as one that Flow must refuse.
//
// Signing in with OAuth is played from 9.0 on, as GitLab has it with Doorkeeper:
// the pages, codes with and without PKCE, refreshing, devices, revoking. The
// grants for passwords and for clients alone are not, nor is OpenID's id_token.
package gitlabtest

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say which GitLab is played. The zero value is a 17.5.2 Enterprise
// Edition that answers at once, over plain HTTP, at the root of its address.
type Options struct {
	Version       string           // such as "17.5.2-ee"
	Path          string           // relative URL root, such as "/git"
	ExternalURL   string           // what GitLab believes it is called; by default what it is
	Addr          string           // where to listen; by default a free port of 127.0.0.1
	Latency       time.Duration    // before every answer; a client that leaves ends it
	RateLimit     int              // requests a minute and token, refused by the server in front; 0 is no limit
	EndpointLimit int              // requests a minute, account and endpoint, refused by GitLab itself; 0 is no limit
	TLS           *Certificate     // serve https with this certificate
	Now           func() time.Time // by default time.Now
	ClockSkew     time.Duration    // how far GitLab's clock is ahead of Now; negative is behind. The Date header shows it

	// DisableAdminOAuthScopes is GitLab's setting that keeps administrators
	// from giving access to applications that can read or change much.
	DisableAdminOAuthScopes bool
	// DeviceGrant switches the feature flag oauth2_device_grant_flow on, which
	// matters in 17.2 only: from 17.3 on it is on, before it does not exist.
	DeviceGrant bool
	// AdminMode is GitLab's setting that makes administrators of those only who
	// ask for it: a token must have the scope admin_mode (15.9).
	AdminMode bool
	// Maintenance starts in Maintenance Mode: reading works, changes don't.
	// See [Server.SetMaintenance].
	Maintenance bool
	// TokensDisabled refuses all personal access tokens.
	// See [Server.SetTokensDisabled].
	TokensDisabled bool
}

// Server is a running GitLab.
type Server struct {
	options     Options
	company     *Company
	release     release
	routes      []route
	pages       []webRoute
	sessions    sessions
	root        string // "" or "/git"
	url         string
	external    string
	externalURL *url.URL
	now         func() time.Time

	settings  settings // of projects
	constants constants

	http      *http.Server
	stop      context.CancelFunc
	served    chan struct{}
	answering sync.RWMutex // held for reading by every answer
	closed    bool
	authority []byte

	lastRequest   atomic.Int64
	journal       journal
	faults        faults
	requestCounts counters
	callCounts    counters

	maintenance    atomic.Bool
	tokensDisabled atomic.Bool
}

// Start serves the company until Close. The company may change meanwhile, and
// several servers may share one.
func Start(c *Company, o Options) (*Server, error) {
	if o.Version == "" {
		o.Version = "17.5.2-ee"
	}
	s := &Server{options: o, company: c, served: make(chan struct{}), routes: routes(), pages: webRoutes(), http: &http.Server{}}
	s.now = clockOf(o)
	s.maintenance.Store(o.Maintenance)
	s.tokensDisabled.Store(o.TokensDisabled)
	var err error
	if s.release, err = parseRelease(o.Version); err != nil {
		return nil, err
	}
	s.settings = settingsOf(s.release, projectSettings)
	s.constants = constantsOf(s.release)
	if s.root = strings.TrimSuffix(o.Path, "/"); s.root != "" && s.root[0] != '/' {
		return nil, fmt.Errorf("relative URL root %q: it must start with /", o.Path)
	}
	listener, err := s.listen()
	if err != nil {
		return nil, err
	}
	if err := s.name(); err != nil {
		listener.Close()
		return nil, err
	}
	s.serve(listener)
	return s, nil
}

// clockOf is GitLab's clock.
func clockOf(o Options) func() time.Time {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	if o.ClockSkew == 0 {
		return now
	}
	return func() time.Time { return now().Add(o.ClockSkew) }
}

// serve answers until Close, whose cancelling also ends answers that hang.
func (s *Server) serve(listener net.Listener) {
	running, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.http.Handler = http.HandlerFunc(s.handle)
	s.http.ErrorLog = log.New(io.Discard, "", 0) // cut connections are on purpose
	s.http.ReadHeaderTimeout = time.Minute
	s.http.BaseContext = func(net.Listener) context.Context { return running }
	go func() {
		defer close(s.served)
		if s.http.TLSConfig != nil {
			s.http.ServeTLS(listener, "", "")
			return
		}
		s.http.Serve(listener)
	}()
}

func (s *Server) listen() (net.Listener, error) {
	scheme := "http"
	if s.options.TLS != nil {
		certificate, authority, err := s.options.TLS.issue(s.now())
		if err != nil {
			return nil, fmt.Errorf("make a certificate: %w", err)
		}
		scheme, s.authority = "https", authority
		s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	listener, err := Listen(s.options.Addr)
	if err != nil {
		return nil, err
	}
	s.url = scheme + "://" + listener.Addr().String() + s.root
	return listener, nil
}

// name settles what GitLab believes it is called.
func (s *Server) name() error {
	s.external = strings.TrimSuffix(s.options.ExternalURL, "/")
	if s.external == "" {
		s.external = s.url
	}
	var err error
	if s.externalURL, err = url.Parse(s.external); err != nil || s.externalURL.Host == "" {
		return fmt.Errorf("external URL %q: want a whole address", s.external)
	}
	return nil
}

// URL is where the server is really found, with its relative root and without
// a slash at the end.
func (s *Server) URL() string { return s.url }

// ExternalURL is what the server calls itself in links and as issuer.
func (s *Server) ExternalURL() string { return s.external }

// CA is the authority that signed the certificate, as PEM; nil without TLS.
func (s *Server) CA() []byte { return s.authority }

// Company is what the server answers from.
func (s *Server) Company() *Company { return s.company }

// Close cuts open connections and returns once nothing listens and nothing is
// being answered any more.
func (s *Server) Close() {
	s.stop()
	s.http.Close()
	<-s.served
	s.answering.Lock()
	defer s.answering.Unlock()
	s.closed = true
}
