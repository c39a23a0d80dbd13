package gitlab

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"flow"
)

// A wayCheck follows one anonymous request to the server, on a connection of its
// own: what is told of each step is what happened to a real request. Its mutex
// guards what the steps tell, which net/http does from several goroutines, and
// maybe after the request.
type wayCheck struct {
	*test
	proxy string // host and port of the one on the way; "": none

	mu     sync.Mutex
	over   bool
	began  map[string]time.Time
	ended  []string // steps that came to their end
	wrote  time.Time
	failed []string // addresses that let no connection in
}

// way checks how the server is reached. The error is one of what was answered,
// which is no failure of the way; false is one, which is told.
func (t *test) way(ctx context.Context) (answer, error, bool) {
	w := &wayCheck{test: t, began: map[string]time.Time{}}
	w.tellAddress()
	road, err := newRoad(t.network, t.client.options)
	if err != nil {
		name := flow.CheckTLS
		if flow.CausedBy(err, flow.BadProxy) {
			name = flow.CheckProxy
		}
		t.set(t.failure(name, flow.FaultOf(err)))
		return answer{}, nil, false
	}
	defer road.CloseIdleConnections()
	if err := w.tellProxy(road); err != nil {
		t.set(t.failure(flow.CheckProxy, flow.FaultOf(err)))
		return answer{}, nil, false
	}
	w.start(flow.CheckGitLab, "asking who answers there")
	// The token is not sent, but may have been by others before.
	r := &request{site: t.site, path: wellKnown, on: road, secrets: t.tokensSent()}
	a, err := t.client.do(httptrace.WithClientTrace(ctx, w.trace()), r)
	if t.cancelled() {
		return answer{}, nil, false
	}
	if err == nil && w.proxy != "" {
		if f := r.front(a); f != nil && flow.CausedBy(f, flow.ProxyAuth, flow.ProxyDenied, flow.ProxyFailed) {
			err = f // to plain http a proxy answers in the server's place
		}
	}
	ok := w.end(err)
	a.took = time.Since(w.wrote) // without what the connection took
	return a, err, ok
}

// tellAddress says whom the test speaks to.
func (w *wayCheck) tellAddress() {
	start := time.Now()
	check := flow.Check{Status: flow.OK, Text: w.base.String()}
	if w.base.IsPlain() {
		check.Status = flow.Warning
		check.Hint = "Over http: others on the way can read the token. Ask for https."
	}
	w.finish(flow.CheckAddress, start, check)
}

// tellProxy finds out whether a proxy leads to the server. Behind one neither its
// name is looked up here nor a connection to it made.
func (w *wayCheck) tellProxy(road *road) error {
	req, err := http.NewRequest(http.MethodGet, w.base.String(), nil)
	if err != nil {
		return err
	}
	start := time.Now()
	proxy, err := road.choose(req)
	switch {
	case err != nil:
		return err
	case proxy == nil:
		w.finish(flow.CheckProxy, start, flow.Check{Status: flow.OK, Text: "none on the way"})
	default:
		w.proxy = flow.CleanLine(proxy.Host, 80)
		w.start(flow.CheckProxy, "asking "+w.proxy)
		w.set(flow.Check{Name: flow.CheckDNS, Status: flow.Skipped, Text: "the proxy looks the name up"})
		w.set(flow.Check{Name: flow.CheckTCP, Status: flow.Skipped, Text: "the proxy makes the connection"})
	}
	if proxy == nil && net.ParseIP(w.base.Hostname()) != nil {
		w.set(flow.Check{Name: flow.CheckDNS, Status: flow.Skipped, Text: "an IP address needs none"})
	}
	if !isHTTPS(w.base) {
		w.set(flow.Check{Name: flow.CheckTLS, Status: flow.Skipped, Text: "plain http has none"})
	}
	return nil
}

// start begins a step. A second try of the request walks the way again: the
// first time counts.
func (w *wayCheck) start(name, doing string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || !w.began[name].IsZero() {
		return
	}
	w.began[name] = w.begin(name, doing)
}

// done ends a step that went well.
func (w *wayCheck) done(name string, check flow.Check) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.doneLocked(name, check)
}

func (w *wayCheck) doneLocked(name string, check flow.Check) {
	if !w.over && !slices.Contains(w.ended, name) {
		w.ended = append(w.ended, name)
		w.finish(name, w.began[name], check)
	}
}

func (w *wayCheck) trace() *httptrace.ClientTrace {
	trace := &httptrace.ClientTrace{
		TLSHandshakeStart: func() {
			if w.proxy != "" {
				w.done(flow.CheckProxy, w.leads())
			}
			w.start(flow.CheckTLS, "agreeing on TLS")
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil {
				w.done(flow.CheckTLS, w.tlsCheck(state))
			}
		},
		WroteRequest: func(httptrace.WroteRequestInfo) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.wrote = time.Now()
		},
	}
	if w.proxy != "" {
		return trace
	}
	trace.DNSStart = func(info httptrace.DNSStartInfo) {
		w.start(flow.CheckDNS, "looking up "+flow.CleanLine(info.Host, 80))
	}
	trace.DNSDone = func(info httptrace.DNSDoneInfo) {
		if info.Err == nil {
			w.done(flow.CheckDNS, flow.Check{Status: flow.OK, Text: addressList(info.Addrs)})
		}
	}
	trace.ConnectStart = func(_, addr string) { w.start(flow.CheckTCP, "connecting to "+addr) }
	trace.ConnectDone = func(_, addr string, err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch {
		case err == nil:
			w.doneLocked(flow.CheckTCP, w.connectedLocked(addr))
		case isDead(err):
			w.failed = append(w.failed, addr)
		}
	}
	return trace
}

// isDead tells an address that should answer and does not from one that this
// machine has no way to, such as all of IPv6 in many places.
func isDead(err error) bool {
	var timeout net.Error
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &timeout) && timeout.Timeout()
}

// leads is the check of a proxy that did what it is for.
func (w *wayCheck) leads() flow.Check {
	return flow.Check{Status: flow.OK, Text: w.proxy + " leads there"}
}

// connectedLocked says where the connection leads, and what was tried in vain
// before: every new connection tries that again.
func (w *wayCheck) connectedLocked(addr string) flow.Check {
	check := flow.Check{Status: flow.OK, Text: "connected to " + addr}
	if len(w.failed) > 0 {
		check.Status = flow.Warning
		check.Text += ", the second try"
		check.Hint = "The name also stands for " + flow.CleanLine(strings.Join(w.failed, ", "), 120) + ", where nobody answers. Ask for that to be taken out of DNS: requests wait for it."
	}
	return check
}

func addressList(addrs []net.IPAddr) string {
	if len(addrs) == 0 {
		return "found"
	}
	text := addrs[0].String()
	if n := len(addrs) - 1; n > 0 {
		text += ", " + flow.Number(n) + " more"
	}
	return text
}

// end tells how the way ended, and reports whether it did at its end: nothing
// that an answer says is a failure of the way.
func (w *wayCheck) end(err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.over = true }()
	if err == nil || flow.CausedBy(err, hidingCauses...) {
		if w.proxy != "" {
			w.doneLocked(flow.CheckProxy, w.leads())
		}
		return true
	}
	f := flow.FaultOf(err)
	name := w.stepLocked(f)
	start := w.began[name]
	if start.IsZero() {
		start = time.Now()
	}
	w.finish(name, start, w.failure(name, f))
	if w.proxy != "" && name != flow.CheckProxy {
		w.doneLocked(flow.CheckProxy, w.leads())
	}
	return false
}

// stepLocked is the step that a fault of the way belongs to.
func (w *wayCheck) stepLocked(f *flow.Fault) string {
	switch f.Cause {
	case flow.ProxyAuth, flow.ProxyDenied, flow.ProxyFailed, flow.BadProxy:
		return flow.CheckProxy
	case flow.DNS:
		return flow.CheckDNS
	case flow.UnknownCA, flow.SelfSigned, flow.CertExpired, flow.CertEarly, flow.WrongName,
		flow.OldTLS, flow.PlainPort, flow.TLSFailed, flow.CertWanted, flow.CertDenied:
		return flow.CheckTLS
	case flow.Refused:
		return flow.CheckTCP
	}
	// The last step that was begun and did not end.
	for _, step := range []string{flow.CheckTLS, flow.CheckTCP, flow.CheckDNS} {
		if !w.began[step].IsZero() && !slices.Contains(w.ended, step) {
			return step
		}
	}
	return flow.CheckGitLab
}
