package gitlab

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"

	"flow"
)

// tlsCause knows what a certificate or a handshake can fail by; nil if it is
// nothing of that.
func (r *request) tlsCause(err error) *flow.Fault {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &verification):
		f := r.certificateCause(verification.UnverifiedCertificates, verification.Err)
		f.Chain = flow.Redacted(chainOf(verification.UnverifiedCertificates), r.redact)
		return f
	case errors.As(err, &record):
		return recordCause(record.RecordHeader[:])
	}
	if f := r.clientCertificateCause(err); f != nil {
		return f
	}
	_, reason, ok := strings.Cut(err.Error(), "tls: ")
	switch {
	case !ok:
		return nil
	case strings.Contains(reason, "unsupported protocol version"), strings.Contains(reason, "protocol version not supported"):
		return &flow.Fault{Cause: flow.OldTLS}
	case strings.Contains(reason, "unrecognized name"):
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "it has no site of that name"}
	case strings.Contains(reason, "handshake failure"), strings.Contains(reason, "insufficient security level"):
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "it agrees to no way of encryption that Flow has"}
	}
	return &flow.Fault{Cause: flow.TLSFailed, Detail: clean(r.redact, reason, 80)}
}

// certificateCause is why a certificate is not trusted.
func (r *request) certificateCause(chain []*x509.Certificate, err error) *flow.Fault {
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	switch {
	case errors.As(err, &name) && len(namesOf(name.Certificate)) == 0:
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "its certificate has a Common Name only, and no names"}
	case errors.As(err, &name):
		return &flow.Fault{Cause: flow.WrongName, Detail: listed(namesOf(name.Certificate))}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && strings.Contains(err.Error(), "is before"):
		// x509 calls what is not valid yet expired as well.
		return &flow.Fault{Cause: flow.CertEarly, When: invalid.Cert.NotBefore}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return &flow.Fault{Cause: flow.CertExpired, When: invalid.Cert.NotAfter}
	case errors.As(err, &authority) && len(chain) == 1 && signsItself(chain[0]):
		return &flow.Fault{Cause: flow.SelfSigned}
	case errors.As(err, &authority):
		return &flow.Fault{Cause: flow.UnknownCA, Detail: issuerOf(chain)}
	}
	return &flow.Fault{Cause: flow.TLSFailed, Detail: "its certificate can't be used"}
}

func signsItself(c *x509.Certificate) bool {
	return bytes.Equal(c.RawIssuer, c.RawSubject) &&
		c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// recordCause tells what speaks at a port where TLS should, by the first bytes.
func recordCause(begin []byte) *flow.Fault {
	if bytes.HasPrefix(begin, []byte("HTTP")) {
		return &flow.Fault{Cause: flow.PlainPort}
	}
	return otherPort(speaks(string(begin), "https"))
}

// refusesCertificate are the alerts by which a server that has asked for a client
// certificate says that it takes none, or not the one that it was shown (RFC
// 8446, 6.2). Before TLS 1.3 a missing one is a handshake failure.
var refusesCertificate = []string{
	"certificate required", "handshake failure", "bad certificate", "unsupported certificate", "revoked certificate",
	"expired certificate", "unknown certificate", "unknown certificate authority", "access denied",
}

// clientCertificateCause knows how a handshake ends for want of the right client
// certificate.
func (r *request) clientCertificateCause(err error) *flow.Fault {
	var op *net.OpError
	_, _, wanted := r.passage.ended()
	alert := errors.As(err, &op) && op.Op == "remote error"
	refused := alert && strings.Contains(err.Error(), "certificate required")
	for _, words := range refusesCertificate {
		refused = refused || wanted && alert && strings.HasSuffix(err.Error(), "tls: "+words)
	}
	if r.verb() == http.MethodGet && brokeOff(err) && r.passage.shutOut() {
		refused = true // of a write it matters more that GitLab may have had it
	}
	switch {
	case !refused:
		return nil
	case r.network.Certificate == "":
		return &flow.Fault{Cause: flow.CertWanted}
	}
	return &flow.Fault{Cause: flow.CertDenied}
}

// Of a chain so much is told; a server may send what it likes.
const (
	maxChain = 5
	maxNames = 10 // of one certificate
)

// chainOf is what a server showed, its own certificate first.
func chainOf(certificates []*x509.Certificate) []flow.Certificate {
	var chain []flow.Certificate
	for _, c := range certificates[:min(len(certificates), maxChain)] {
		told := flow.NewCertificate(c)
		if more := len(told.Names) - maxNames; more > 0 {
			told.Names, told.More = told.Names[:maxNames], more
		}
		chain = append(chain, told)
	}
	return chain
}

func namesOf(cert *x509.Certificate) []string {
	names := append([]string{}, cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

func listed(names []string) string {
	if len(names) > 3 {
		names = append(names[:3], "others")
	}
	return flow.CleanLine(strings.Join(names, ", "), 120)
}

// issuerOf names the authority that would have to be known: who issued the last
// certificate that the server presents.
func issuerOf(chain []*x509.Certificate) string {
	if len(chain) == 0 {
		return "nobody"
	}
	return flow.NewCertificate(chain[len(chain)-1]).Issuer
}
