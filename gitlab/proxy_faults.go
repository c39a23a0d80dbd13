package gitlab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"flow"
)

// An errProxy is a proxy's refusal to connect.
type errProxy struct {
	status int
	reason string // Squid's own, such as ERR_DNS_FAIL
}

func (e *errProxy) Error() string {
	return fmt.Sprintf("the proxy answers %d %s", e.status, http.StatusText(e.status))
}

// proxyAnswer turns the answer to CONNECT, which net/http reduces to its text,
// into an error that can be told apart.
func proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &errProxy{res.StatusCode, squidReason(res.Header)}
}

func squidReason(h http.Header) string {
	reason, _, _ := strings.Cut(h.Get("X-Squid-Error"), " ")
	return reason
}

// proxyCause knows how a proxy fails; nil if it is not the proxy, or there is
// none.
func (r *request) proxyCause(err error) *flow.Fault {
	var refused *errProxy
	var op *net.OpError
	var slow errSlow
	var first errSpeaksFirst
	if r.passage.proxy() == nil {
		return nil
	}
	at, _, _ := r.passage.ended()
	secure := isHTTPS(r.base)
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusProxyAuthRequired:
		return r.passage.unauthorized()
	case errors.As(err, &refused):
		f := r.passage.failed(refused.why())
		f.Says = strings.TrimSpace(fmt.Sprintf("%d %s", refused.status, http.StatusText(refused.status)))
		return f
	case at < securing && (errors.As(err, &first) || secure && strings.Contains(err.Error(), "malformed HTTP")):
		return r.passage.noProxy("http")
	case errors.As(err, &op) && op.Op == "socks connect":
		return r.passage.socksCause(op.Err)
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return r.passage.failed(whyNoProxy(op.Err))
	case errors.As(err, &slow) && at < connected:
		return r.passage.failed("it does not answer")
	case errors.As(err, &slow) && secure && at < securing:
		return r.passage.failed("it says nothing for " + seconds(slow.after))
	case brokeOff(err) && secure && at < securing:
		return r.passage.failed("it breaks the connection off")
	}
	return nil
}

// failed is the fault of a proxy that does not lead to the server.
func (p *passage) failed(why string) *flow.Fault {
	return &flow.Fault{Cause: flow.ProxyFailed, Detail: p.via(), Where: why}
}

// noProxy is that of something else at its port.
func (p *passage) noProxy(instead string) *flow.Fault {
	return p.failed("it is no proxy, " + speaks(p.heard(), instead))
}

// unauthorized is that of one that wants to know who asks. A proxy that nobody
// has named has no address here.
func (p *passage) unauthorized() *flow.Fault {
	f := &flow.Fault{Cause: flow.ProxyAuth, Detail: p.via()}
	if p.signsIn() {
		f.Cause = flow.ProxyDenied
	}
	if f.Detail == "" {
		f.Detail = "on the way"
	}
	return f
}

// why is what a proxy's refusal means.
func (e *errProxy) why() string {
	switch {
	case e.reason == "ERR_DNS_FAIL":
		return "it knows no such host"
	case e.reason == "ERR_CONNECT_FAIL":
		return "it gets no connection"
	case e.status == http.StatusForbidden:
		return "it does not allow that"
	case e.status >= http.StatusBadGateway && e.status <= http.StatusGatewayTimeout:
		return "it does not get there itself"
	case e.status == http.StatusMethodNotAllowed, e.status == http.StatusBadRequest, e.status == http.StatusNotImplemented:
		return "it is no proxy for https"
	}
	return "it refuses that"
}

// whyNoProxy is why there is no connection to a proxy.
func whyNoProxy(err error) string {
	var dns *net.DNSError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "this machine knows no host of its name"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refuses the connection"
	case errors.As(err, &verification):
		return "its own certificate is not trusted"
	case errors.As(err, &record):
		return "it does not speak https itself"
	}
	return "it does not answer"
}

// socksCause reads what a SOCKS proxy said, in the words of Go's client.
func (p *passage) socksCause(err error) *flow.Fault {
	text := err.Error()
	has := func(words string) bool { return strings.Contains(text, words) }
	switch {
	case has("no acceptable authentication methods"), has("username/password authentication failed"), has("invalid username/password"):
		return p.unauthorized()
	case has("not allowed by ruleset"):
		return p.failed("it does not allow that")
	case has("unreachable"), has("connection refused"), has("TTL expired"), has("general SOCKS server failure"):
		return p.failed("it does not get there itself")
	case has("unexpected protocol version"):
		return p.noProxy("SOCKS")
	}
	return p.failed("it breaks the connection off")
}
