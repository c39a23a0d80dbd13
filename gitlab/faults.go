package gitlab

import (
	"context"
	"errors"
	"fmt"
	"net"
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
	f := r.wayCause(err)
	if f.Host == "" {
		f.Host = r.base.Host()
	}
	if f.Cause == flow.Timeout && f.Detail == "" {
		f.Detail = seconds(c.options.Timeout)
	}
	f.Err = errors.New(clean(r.redact, err.Error(), 300))
	return f
}

// wayCause finds the cause by what failed and by how far the request came.
func (r *request) wayCause(err error) *flow.Fault {
	var slow errSlow
	var large errTooLarge
	var first errSpeaksFirst
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	if f := r.proxyCause(err); f != nil {
		return f
	}
	switch {
	case errors.As(err, &slow):
		return r.slowCause(slow)
	case errors.As(err, &first):
		return otherPort(speaks(first.begin, r.scheme()))
	case errors.As(err, &dns) && dns.IsNotFound:
		return &flow.Fault{Cause: flow.DNS}
	case errors.As(err, &dns):
		return silentNames()
	case errors.Is(err, syscall.ECONNREFUSED):
		return &flow.Fault{Cause: flow.Refused, Host: r.base.Hostname(), Detail: r.base.Port()}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return &flow.Fault{Cause: flow.Unreachable, Detail: "no way leads there"}
	case errors.As(err, &large):
		return &flow.Fault{Cause: flow.BadAnswer, Detail: fmt.Sprintf("more than %d MB", large>>20)}
	}
	if f := r.tlsCause(err); f != nil {
		return f
	}
	if f := r.protocolCause(err); f != nil {
		return f
	}
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return &flow.Fault{Cause: flow.Timeout}
	case brokeOff(err):
		return &flow.Fault{Cause: flow.Unreachable, Detail: "the connection breaks off"}
	}
	return &flow.Fault{Cause: flow.Unreachable, Detail: clean(r.redact, err.Error(), 80)}
}

// slowCause says who it is that does not answer.
func (r *request) slowCause(slow errSlow) *flow.Fault {
	if at, _, _ := r.passage.ended(); at == naming {
		return silentNames()
	}
	return &flow.Fault{Cause: flow.Timeout, Detail: seconds(slow.after)}
}

func silentNames() *flow.Fault {
	return &flow.Fault{Cause: flow.Unreachable, Detail: "the name server does not answer"}
}

// protocolCause knows what is no HTTP, or more of it than anybody needs, by the
// words of net/http, which has no types for that.
func (r *request) protocolCause(err error) *flow.Fault {
	text := err.Error()
	has := func(words string) bool { return strings.Contains(text, words) }
	switch {
	case has("malformed HTTP"):
		return otherPort(speaks(r.passage.heard(), "http"))
	case has("server response headers exceeded"), has("header list larger"):
		return &flow.Fault{Cause: flow.BadAnswer, Detail: fmt.Sprintf("headers of more than %d KB", maxHeader>>10)}
	case has("invalid header"), has("gzip: invalid"), has("flate: corrupt"), has("bad Content-Length"), has("invalid byte in chunk"):
		return &flow.Fault{Cause: flow.BadAnswer, Detail: "its answer is garbled"}
	}
	return nil
}

// scheme is what is to be spoken.
func (r *request) scheme() string {
	if isHTTPS(r.base) {
		return "https"
	}
	return "http"
}

func otherPort(what string) *flow.Fault { return &flow.Fault{Cause: flow.OtherPort, Detail: what} }

func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }
