package weather

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"time"
)

// TLS says how a server shows itself over https. The zero value is a
// certificate for loopback from an authority that nobody knows, over TLS 1.2 or
// 1.3: fine for whoever trusts that authority.
type TLS struct {
	Authority *Authority // who signs; by default a new "Acme Root CA 2"
	Hosts     []string   // names and addresses; by default localhost, 127.0.0.1 and ::1
	NotBefore time.Time  // by default an hour ago
	NotAfter  time.Time  // by default in a year
	RSA       bool       // an RSA key of 2048 bits; by default ECDSA on P-256
	Chain     Chain

	MinVersion uint16 // such as tls.VersionTLS10; by default TLS 1.2
	MaxVersion uint16 // by default TLS 1.3
	HTTP1      bool   // offer no HTTP/2

	Clients         Clients
	ClientAuthority *Authority // whose client certificates are taken; by default Authority

	// GoWords answers plain http at this port as Go's server does. By default
	// nginx's page comes, which is what stands in front of a GitLab.
	GoWords bool
}

// Chain is what a server sends to prove who it is.
type Chain uint8

const (
	LeafAndRoot         Chain = iota // signed by the root itself, which is sent along
	LeafAndIntermediate              // as a public authority has it: the root is not sent
	MissingIntermediate              // the same, but the leaf alone is sent: browsers may know better, programs fail
	SelfSigned                       // the leaf has signed itself; CA is the leaf
)

// Clients is how a server treats client certificates.
type Clients uint8

const (
	NoClients   Clients = iota // never asked for
	AtHandshake                // without an accepted one the handshake ends with an alert
	ByNginx                    // the handshake passes, then comes nginx's page with status 400
)

// Expired is a certificate that ended 19 days ago.
func Expired() *TLS {
	now := time.Now()
	return &TLS{NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, 0, -19)}
}

// NotYetValid is a certificate that begins in 50 years: whose clock is wrong?
func NotYetValid() *TLS {
	now := time.Now()
	return &TLS{NotBefore: now.AddDate(50, 0, 0), NotAfter: now.AddDate(51, 0, 0)}
}

// WrongName is a certificate for other names than the server's, by default
// git.internal.
func WrongName(names ...string) *TLS {
	if len(names) == 0 {
		names = []string{"git.internal"}
	}
	return &TLS{Hosts: names}
}

// OldTLS speaks TLS 1.0 and 1.1 only, as a forgotten appliance does.
func OldTLS() *TLS {
	return &TLS{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, RSA: true}
}

// identity is what a TLS became.
type identity struct {
	config    *tls.Config
	authority *Authority // nil if self-signed
	clients   *Authority
	trust     []byte // PEM
}

// issue makes the certificate and the configuration of a server.
func (t TLS) issue() (*identity, error) {
	id := &identity{authority: t.Authority, clients: t.ClientAuthority}
	if id.authority == nil {
		var err error
		if id.authority, err = NewAuthority("Acme Root CA 2"); err != nil {
			return nil, err
		}
	}
	if id.clients == nil {
		id.clients = id.authority
	}
	pair, err := t.pair(id.authority)
	if err != nil {
		return nil, fmt.Errorf("make a server's certificate: %w", err)
	}
	if id.trust = id.authority.PEM(); t.Chain == SelfSigned {
		id.trust = certificatePEM(pair.Certificate[0])
	}
	id.config = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: max(t.MinVersion, tls.VersionTLS10), MaxVersion: t.MaxVersion}
	if t.MinVersion == 0 {
		id.config.MinVersion = tls.VersionTLS12
	}
	if t.Clients != NoClients {
		id.config.ClientCAs = id.clients.Pool()
		id.config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if t.Clients == ByNginx {
		id.config.ClientAuth = tls.RequestClientCert
	}
	return id, nil
}

// pair makes the leaf and what is sent with it.
func (t TLS) pair(root *Authority) (tls.Certificate, error) {
	key, err := newKey(t.RSA)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf := t.leaf()
	signer, sent := root, [][]byte{root.DER()}
	switch t.Chain {
	case LeafAndIntermediate, MissingIntermediate:
		if signer, err = newAuthority(root.certificate.Subject.CommonName+" Servers", root); err != nil {
			return tls.Certificate{}, err
		}
		if sent = nil; t.Chain == LeafAndIntermediate {
			sent = [][]byte{signer.DER()}
		}
	case SelfSigned:
		signer, sent = &Authority{certificate: leaf, key: key}, nil
	}
	der, err := signer.sign(leaf, key.Public())
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: append([][]byte{der}, sent...), PrivateKey: key}, nil
}

func (t TLS) leaf() *x509.Certificate {
	now, hosts := time.Now(), t.Hosts
	if hosts == nil {
		hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	leaf := &x509.Certificate{
		Subject:     pkix.Name{CommonName: hosts[0], Organization: []string{"Acme"}},
		NotBefore:   t.NotBefore,
		NotAfter:    t.NotAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if leaf.NotBefore.IsZero() {
		leaf.NotBefore = now.Add(-time.Hour)
	}
	if leaf.NotAfter.IsZero() {
		leaf.NotAfter = now.AddDate(1, 0, 0)
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, host)
		}
	}
	return leaf
}
