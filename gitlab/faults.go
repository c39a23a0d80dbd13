package gitlab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"flow"
)

// wayFault turns what went wrong on the way to a server into a fault. The chain
// of errors is kept as text only, since a server's words in it may repeat the
// token.
func (c *Client) wayFault(r *request, err error) error {
	var fault *flow.Fault
	if err == nil || errors.As(err, &fault) || errors.Is(err, context.Canceled) {
		return err
	}
	f := wayCause(err)
	f.Host = r.base.Host()
	switch {
	case f.Cause == flow.Refused:
		f.Host, f.Detail = r.base.Hostname(), r.base.Port()
	case f.Cause == flow.Timeout && f.Detail == "":
		f.Detail = seconds(c.options.Timeout)
	}
	// Redacted before it is cut, so that no half of a token is left.
	text := r.redact(err.Error())
	if f.Err = errors.New(flow.CleanLine(text, 300)); f.Detail == "" && f.Cause == flow.Unreachable {
		f.Detail = flow.CleanLine(text, 80)
	}
	return f
}

func wayCause(err error) *flow.Fault {
	var slow errSlow
	var proxy *errProxy
	var op *net.OpError
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &slow):
		return &flow.Fault{Cause: flow.Timeout, Detail: seconds(slow.after)}
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired:
		return &flow.Fault{Cause: flow.ProxyAuth, Detail: proxy.proxy}
	case errors.As(err, &proxy):
		return &flow.Fault{Cause: flow.Unreachable, Detail: proxy.Error()}
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return &flow.Fault{Cause: flow.Unreachable, Detail: "the proxy on the way does not answer"}
	case errors.As(err, &dns) && dns.IsNotFound:
		return &flow.Fault{Cause: flow.DNS}
	case errors.As(err, &dns):
		return &flow.Fault{Cause: flow.Unreachable, Detail: "the name server does not answer"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &flow.Fault{Cause: flow.Refused}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return &flow.Fault{Cause: flow.Unreachable, Detail: "no way leads there"}
	case errors.Is(err, errTooLarge):
		return &flow.Fault{Cause: flow.BadAnswer, Detail: fmt.Sprintf("more than %d MB", maxPage>>20)}
	}
	if f := tlsCause(err); f != nil {
		return f
	}
	if errors.As(err, &timeout) && timeout.Timeout() {
		return &flow.Fault{Cause: flow.Timeout}
	}
	if brokeOff(err) {
		return &flow.Fault{Cause: flow.Unreachable, Detail: "the connection breaks off"}
	}
	return &flow.Fault{Cause: flow.Unreachable}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }

// tlsCause knows what a certificate or a handshake can fail by; nil if it is
// nothing of that.
func tlsCause(err error) *flow.Fault {
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &name):
		return &flow.Fault{Cause: flow.WrongName, Detail: namesOf(name.Certificate)}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return dateFault(invalid.Cert, err)
	case errors.As(err, &authority):
		chain := []*x509.Certificate{authority.Cert}
		if errors.As(err, &verification) {
			chain = verification.UnverifiedCertificates
		}
		return &flow.Fault{Cause: flow.UnknownCA, Detail: issuerOf(chain)}
	case errors.As(err, &verification):
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "its certificate can't be used"}
	case errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "it speaks plain http at this port"}
	case errors.As(err, &record):
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "it does not speak https at this port"}
	case errors.As(err, &alert):
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "it says " + strings.TrimPrefix(alert.Error(), "tls: ")}
	}
	if _, reason, ok := strings.Cut(err.Error(), "tls: "); ok {
		return &flow.Fault{Cause: flow.TLSFailed, Detail: flow.CleanLine(reason, 80)}
	}
	return nil
}

// dateFault tells a certificate that is over from one that is not valid yet,
// which x509 calls expired as well.
func dateFault(cert *x509.Certificate, err error) *flow.Fault {
	if strings.Contains(err.Error(), "is before") {
		return &flow.Fault{Cause: flow.TLSFailed, Detail: "its certificate is not valid before " + flow.Date(cert.NotBefore)}
	}
	return &flow.Fault{Cause: flow.CertExpired, When: cert.NotAfter}
}

func namesOf(cert *x509.Certificate) string {
	names := append([]string{}, cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	switch {
	case len(names) == 0 && cert.Subject.CommonName != "":
		names = []string{cert.Subject.CommonName}
	case len(names) == 0:
		return "no name"
	case len(names) > 3:
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
	issuer := chain[len(chain)-1].Issuer
	for _, name := range append([]string{issuer.CommonName}, append(issuer.Organization, issuer.String())...) {
		if name != "" {
			return flow.CleanLine(name, 60)
		}
	}
	return "nobody"
}
