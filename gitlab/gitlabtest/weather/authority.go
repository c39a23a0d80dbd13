package weather

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// An Authority signs certificates, as a company's own does. No machine knows
// it. Make one with [NewAuthority].
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// NewAuthority makes a root authority, valid from ten years ago for twenty
// years. Two of the same name have different keys.
func NewAuthority(name string) (*Authority, error) {
	return newAuthority(name, nil)
}

// newAuthority makes a root, or one that above has signed.
func newAuthority(name string, above *Authority) (*Authority, error) {
	key, err := newKey(false)
	if err != nil {
		return nil, fmt.Errorf("make the authority %q: %w", name, err)
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name, Organization: []string{"Acme"}},
		NotBefore:             now.AddDate(-10, 0, 0),
		NotAfter:              now.AddDate(10, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	a := &Authority{key: key}
	if above == nil {
		above = &Authority{certificate: template, key: key}
	}
	der, err := above.sign(template, key.Public())
	if err != nil {
		return nil, fmt.Errorf("make the authority %q: %w", name, err)
	}
	a.certificate, err = x509.ParseCertificate(der)
	return a, err
}

// sign returns the certificate as DER.
func (a *Authority) sign(template *x509.Certificate, key crypto.PublicKey) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	return x509.CreateCertificate(rand.Reader, template, a.certificate, key, a.key)
}

// DER is the authority's certificate as Windows exports it: bare bytes.
func (a *Authority) DER() []byte { return a.certificate.Raw }

// PEM is the authority's certificate as text.
func (a *Authority) PEM() []byte { return certificatePEM(a.certificate.Raw) }

// Pool trusts this authority and no other.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// newKey makes an ECDSA key on P-256, or an RSA key of 2048 bits.
func newKey(rsaKey bool) (crypto.Signer, error) {
	if rsaKey {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}
