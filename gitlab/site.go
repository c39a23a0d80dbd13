package gitlab

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"flow"
)

// A site is one GitLab and how it is reached. Two are the same by ==.
type site struct {
	base    flow.BaseURL
	network flow.Network
}

func siteOf(c flow.Connection) site { return site{c.BaseURL, c.Network} }

// mayAsk refuses to send what signs in over plain http, unless that is accepted.
func (s site) mayAsk() error {
	if s.base.IsPlain() && !s.network.PlainHTTP {
		return &flow.Fault{Cause: flow.PlainAddress, Host: s.base.Host()}
	}
	return nil
}

// secrets are those that getting there takes.
func (s site) secrets() []flow.Secret {
	return []flow.Secret{s.network.ProxyPassword, s.network.Key}
}

// A road is how the requests of one network get to their servers.
type road struct {
	*http.Transport
	// choose chooses the proxy of a request; nil is none. Fault BadProxy.
	choose func(*http.Request) (*url.URL, error)
}

// roads hold one road for each network: connections through different proxies,
// or with different trust, must not be mixed up.
type roads struct {
	mu  sync.Mutex
	all map[flow.Network]*road
}

// through returns the road of a network. What of it makes no difference to who
// is trusted is left out, so that sites share it.
func (t *roads) through(n flow.Network, o Options) (*road, error) {
	n.PlainHTTP = false
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.all[n]; ok {
		return known, nil
	}
	fresh, err := newRoad(n, o)
	if err != nil {
		return nil, err
	}
	if t.all == nil {
		t.all = map[flow.Network]*road{}
	}
	t.all[n] = fresh
	return fresh, nil
}

func (t *roads) closeIdle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.all {
		one.CloseIdleConnections()
	}
}

const maxHeader = 256 << 10 // bytes of an answer's header; GitLab's are two thousand

func newRoad(n flow.Network, o Options) (*road, error) {
	trust, err := tlsConfig(n, o)
	if err != nil {
		return nil, err
	}
	choose, err := proxyOf(n, o)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		// Whoever sends a request has chosen its proxy, since faults name it.
		Proxy:                  func(r *http.Request) (*url.URL, error) { return passageOf(r.Context()).proxy(), nil },
		OnProxyConnectResponse: proxyAnswer,
		DialContext:            dialer(o),
		TLSHandshakeTimeout:    o.Timeout,
		TLSClientConfig:        trust,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    o.Concurrency,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
	return &road{transport, choose}, nil
}

// tlsConfig trusts the machine's authorities and those of the network. Fault
// BadCertificate: what is stored of the network can't be read.
func tlsConfig(n flow.Network, o Options) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots, InsecureSkipVerify: n.Unverified}
	if n.Authorities != "" {
		roots, err := rootsOf(o)
		if err != nil {
			return nil, err
		}
		if !roots.AppendCertsFromPEM([]byte(n.Authorities)) {
			return nil, &flow.Fault{Cause: flow.BadCertificate, Detail: "the CA file", Where: "it holds no certificate"}
		}
		config.RootCAs = roots
	}
	own := &tls.Certificate{} // none
	if n.Certificate != "" {
		pair, err := tls.X509KeyPair([]byte(n.Certificate), []byte(n.Key.Reveal()))
		if err != nil {
			return nil, &flow.Fault{Cause: flow.BadCertificate, Detail: "the client certificate", Where: "certificate and key do not belong together"}
		}
		own = &pair
	}
	// By default one that does not fit the authorities that a server names is not
	// shown. It is here: some name others than those that they accept, and a server
	// that refuses it says why.
	config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if p := passageOf(asked.Context()); p != nil {
			p.want()
		}
		return own, nil
	}
	return config, nil
}

// rootsOf is a copy of the authorities that are trusted anyway.
func rootsOf(o Options) (*x509.CertPool, error) {
	if o.Roots != nil {
		return o.Roots.Clone(), nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read this machine's authorities: %w", err)
	}
	return roots, nil
}

// proxyOf is the proxy of a network: its own, none, or what the environment says.
func proxyOf(n flow.Network, o Options) (func(*http.Request) (*url.URL, error), error) {
	switch n.Proxy {
	case "":
		return func(r *http.Request) (*url.URL, error) {
			u, err := o.Proxy(r)
			if err != nil {
				// The error quotes what the variable holds, the password too.
				return nil, &flow.Fault{Cause: flow.BadProxy, Detail: "HTTPS_PROXY", Where: "what it holds can't be read"}
			}
			return u, nil
		}, nil
	case flow.NoProxy:
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	}
	u, err := url.Parse(n.Proxy)
	if err != nil {
		return nil, &flow.Fault{Cause: flow.BadProxy, Detail: flow.ProxyHost(n.Proxy), Where: "it can't be read"}
	}
	if !n.ProxyPassword.IsZero() {
		u.User = url.UserPassword(u.User.Username(), n.ProxyPassword.Reveal())
	}
	return http.ProxyURL(u), nil
}
