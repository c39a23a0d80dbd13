package weather

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A ClientCertificate is what a client shows to a server that asks for one, as
// an administrator hands it out: two PEM texts.
type ClientCertificate struct {
	Certificate []byte
	Key         []byte // PKCS #8, not encrypted
}

// Client issues a certificate for a person or a program. It is valid from an
// hour ago until notAfter; the zero time is in a year.
func (a *Authority) Client(name string, notAfter time.Time) (ClientCertificate, error) {
	now := time.Now()
	if notAfter.IsZero() {
		notAfter = now.AddDate(1, 0, 0)
	}
	notBefore := now.Add(-time.Hour)
	if notAfter.Before(now) {
		notBefore = notAfter.AddDate(-1, 0, 0)
	}
	key, err := newKey(false)
	if err != nil {
		return ClientCertificate{}, fmt.Errorf("issue a client certificate for %q: %w", name, err)
	}
	der, err := a.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: name, Organization: []string{"Acme"}},
		NotBefore:   notBefore,
		NotAfter:    notAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, key.Public())
	if err != nil {
		return ClientCertificate{}, fmt.Errorf("issue a client certificate for %q: %w", name, err)
	}
	bare, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return ClientCertificate{}, fmt.Errorf("issue a client certificate for %q: %w", name, err)
	}
	return ClientCertificate{certificatePEM(der), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bare})}, nil
}

// Pair is the certificate as crypto/tls takes it.
func (c ClientCertificate) Pair() (tls.Certificate, error) {
	return tls.X509KeyPair(c.Certificate, c.Key)
}

// WriteFiles puts it into folder as client.crt and client.key, the key readable
// by its owner only.
func (c ClientCertificate) WriteFiles(folder string) (certificate, key string, err error) {
	certificate, key = filepath.Join(folder, "client.crt"), filepath.Join(folder, "client.key")
	if err := os.WriteFile(certificate, c.Certificate, 0o644); err != nil {
		return "", "", err
	}
	return certificate, key, os.WriteFile(key, c.Key, 0o600)
}
