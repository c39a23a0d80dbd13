package flow

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strings"
	"time"
)

// A Certificate is what is told of an X.509 certificate, cleaned.
type Certificate struct {
	Subject string    `json:"subject"`
	Issuer  string    `json:"issuer"`
	Names   []string  `json:"names"`                // hosts and IP addresses that it is for
	More    int       `json:"more_names,omitempty"` // of them beside these
	From    time.Time `json:"not_before"`
	Until   time.Time `json:"not_after"`
	SHA256  string    `json:"sha256"` // fingerprint: 4f:19:...
}

// Name is the subject in quotes: "Acme Root CA 2".
func (c Certificate) Name() string { return `"` + c.Subject + `"` }

// NewCertificate reads what is told of a certificate.
func NewCertificate(c *x509.Certificate) Certificate {
	sum := sha256.Sum256(c.Raw)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = hex.EncodeToString([]byte{b})
	}
	told := Certificate{
		Subject: entityName(c.Subject), Issuer: entityName(c.Issuer), Names: []string{},
		From: c.NotBefore, Until: c.NotAfter, SHA256: strings.Join(pairs, ":"),
	}
	for _, name := range c.DNSNames {
		told.Names = append(told.Names, CleanLine(name, 80))
	}
	for _, ip := range c.IPAddresses {
		told.Names = append(told.Names, ip.String())
	}
	return told
}

// entityName is what people call who a certificate speaks of.
func entityName(n pkix.Name) string {
	for _, name := range slices.Concat([]string{n.CommonName}, n.Organization, []string{n.String()}) {
		if name = CleanLine(name, 60); name != "" {
			return name
		}
	}
	return "nobody"
}

// Certificates reads those of a PEM text; what is none is passed over.
func Certificates(text string) []Certificate {
	var list []Certificate
	for _, c := range parseCertificates([]byte(text)) {
		list = append(list, NewCertificate(c))
	}
	return list
}

const pemCertificate = "CERTIFICATE"

func parseCertificates(data []byte) []*x509.Certificate {
	data = withoutMark(data)
	var list []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != pemCertificate {
			continue
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			list = append(list, c)
		}
	}
	return list
}

// withoutMark cuts off the byte order mark with which Windows begins a text: PEM is
// found at the start of a line only.
func withoutMark(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\ufeff")) }

// MaxCertificateFile bounds, in bytes, what is read of a file with certificates
// or a key: the authorities of a whole machine take a quarter of it.
const MaxCertificateFile = 1 << 20

// ReadAuthorities reads certificates to trust from a file's content, PEM or DER,
// and returns them as PEM. name is the file's, for the fault: BadCertificate.
func ReadAuthorities(name string, data []byte) (string, error) {
	list := parseCertificates(data)
	if len(list) == 0 {
		// Administrators hand out .cer files in either form.
		list, _ = x509.ParseCertificates(data)
	}
	if len(list) == 0 {
		return "", badCertificate(name, notCertificates(data))
	}
	return encode(list), nil
}

func notCertificates(data []byte) string {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "it is empty"
	case bytes.Contains(data, []byte("PRIVATE KEY-----")):
		return "it holds a private key and no certificate"
	}
	return "it holds no certificate"
}

func encode(list []*x509.Certificate) string {
	var text strings.Builder
	for _, c := range list {
		_ = pem.Encode(&text, &pem.Block{Type: pemCertificate, Bytes: c.Raw})
	}
	return text.String()
}

func badCertificate(name, where string) error {
	return &Fault{Cause: BadCertificate, Detail: CleanLine(name, 80), Where: where}
}

// ReadClientCertificate reads the certificate that is shown to a server and the
// key to it, from the contents of one PEM file or two; of one, key is nil or the
// same again. name is that of the file to be mended in the fault: BadCertificate.
func ReadClientCertificate(name string, certificate, key []byte) (string, Secret, error) {
	list := parseCertificates(certificate)
	if len(list) == 0 {
		return "", Secret{}, badCertificate(name, notCertificates(certificate))
	}
	if key == nil {
		key = certificate
	}
	block, encrypted := keyIn(withoutMark(key))
	switch {
	case encrypted:
		return "", Secret{}, badCertificate(name, "its key is locked with a password")
	case block == nil:
		return "", Secret{}, badCertificate(name, "there is no key to it")
	}
	private := pem.EncodeToMemory(block)
	if _, err := tls.X509KeyPair([]byte(encode(list)), private); err != nil {
		return "", Secret{}, badCertificate(name, "certificate and key do not belong together")
	}
	return encode(list), NewSecret(string(private)), nil
}

// keyIn finds the private key in a PEM text.
func keyIn(data []byte) (found *pem.Block, encrypted bool) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if strings.HasPrefix(block.Type, "ENCRYPTED") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, true
		}
		return block, false
	}
	return nil, false
}
