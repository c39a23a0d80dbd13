package gitlab

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"flow"
)

const (
	maxPage  = 64 << 20 // bytes of a page, unpacked; 100 projects take half a megabyte
	maxError = 64 << 10 // bytes of an answer that is read for its words only

	// wholeFactor times the wait for the first byte bounds a whole answer.
	wholeFactor = 6
)

func newTransport(o Options) *http.Transport {
	return &http.Transport{
		Proxy:                  o.Proxy,
		OnProxyConnectResponse: proxyAnswer,
		DialContext:            (&net.Dialer{Timeout: o.Timeout}).DialContext,
		TLSHandshakeTimeout:    o.Timeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// A request is one call to a GitLab. Its address is always built from the base
// URL: no address that a server sends, in a Link or a redirect, is used without
// being checked against it.
type request struct {
	method  string // "" means GET
	base    flow.BaseURL
	path    string // below the base URL, such as /api/v4/version
	query   url.Values
	token   flow.Secret   // none for an anonymous call
	bearer  bool          // the token is that of a sign-in, not one that a user made
	body    string        // JSON
	form    string        // in place of body: a form, encoded
	secrets []flow.Secret // what else is sent in secret, or was before
	raw     bool          // the answer is tokens: nothing in it is hidden from who asked
	patient bool          // a page of a walk, or what may not get lost: it may take long
}

func (r *request) verb() string {
	if r.method == "" {
		return http.MethodGet
	}
	return r.method
}

func (r *request) address() (*url.URL, error) {
	at := r.base.At(r.path)
	if len(r.query) > 0 {
		at += "?" + r.query.Encode()
	}
	return url.Parse(at)
}

// An answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
	at     *url.URL      // who answered, after redirects
	tls    uint16        // TLS version; 0 over plain http
	took   time.Duration // until the last byte
}

// errSlow ends a request that takes longer than it may.
type errSlow struct{ after time.Duration }

func (e errSlow) Error() string { return "no answer for " + seconds(e.after) }

var errTooLarge = errors.New("the answer is too large")

// send sends a request once, to the address given, and follows nothing: the
// round trip is used without net/http's client, which takes PRIVATE-TOKEN along
// to wherever a redirect points.
func (c *Client) send(parent context.Context, r *request, to *url.URL) (a answer, err error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	wait := c.options.Timeout
	if r.patient {
		wait *= wholeFactor
	}
	slow := time.AfterFunc(wait, func() { cancel(errSlow{wait}) })
	defer slow.Stop()

	req, err := c.newRequest(ctx, r, to)
	if err != nil {
		return answer{}, err
	}
	start := time.Now()
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return answer{}, endOf(ctx, err)
	}
	defer res.Body.Close()
	whole := wait * wholeFactor
	slow.Stop()
	slow = time.AfterFunc(whole, func() { cancel(errSlow{whole}) })
	defer slow.Stop()

	a = answer{status: res.StatusCode, header: res.Header, at: to}
	if res.TLS != nil {
		a.tls = res.TLS.Version
	}
	a.body, err = readBody(res)
	if err != nil {
		return answer{}, endOf(ctx, err)
	}
	a.took = time.Since(start)
	a.forgetInHeader(r.sent())
	if !r.raw {
		a.forgetInBody(r.sent())
	}
	return a, nil
}

// sent lists the secrets in a request, those in a form also as they are encoded
// there.
func (r *request) sent() []flow.Secret {
	list := append([]flow.Secret{r.token}, r.secrets...)
	if r.form != "" {
		for _, secret := range r.secrets {
			list = append(list, flow.NewSecret(url.QueryEscape(secret.Reveal())))
		}
	}
	return list
}

// redact hides what was sent in a text that may repeat it.
func (r *request) redact(text string) string {
	for _, secret := range r.sent() {
		text = secret.Redact(text)
	}
	return text
}

// forgetInBody removes secrets from an answer that repeats them, before anything
// of it can get onto a screen or into a store. What is shorter than any token
// that GitLab makes is left, since it may be a word of the answer.
func (a *answer) forgetInBody(secrets []flow.Secret) {
	for _, secret := range secrets {
		if given := []byte(secret.Reveal()); secret.Len() >= leastSecret && bytes.Contains(a.body, given) {
			a.body = bytes.ReplaceAll(a.body, given, []byte("****"))
		}
	}
}

// forgetInHeader does so where redirects are read.
func (a *answer) forgetInHeader(secrets []flow.Secret) {
	for _, values := range a.header {
		for i := range values {
			for _, secret := range secrets {
				if secret.Len() >= leastSecret {
					values[i] = secret.Redact(values[i])
				}
			}
		}
	}
}

const leastSecret = 8 // characters

func (c *Client) newRequest(ctx context.Context, r *request, to *url.URL) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.verb(), to.String(), strings.NewReader(r.body+r.form))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", c.options.UserAgent)
	req.Header.Set("Accept", "application/json")
	switch {
	case r.body != "":
		// In maintenance mode GitLab answers a form with a redirect, JSON with 503.
		req.Header.Set("Content-Type", "application/json")
	case r.form != "":
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	switch {
	case r.token.IsZero():
	case r.bearer:
		// GitLab takes no OAuth token as PRIVATE-TOKEN.
		req.Header.Set("Authorization", "Bearer "+r.token.Reveal())
	default:
		// A personal token as Bearer is taken since 12.2 only.
		req.Header.Set("PRIVATE-TOKEN", r.token.Reveal())
	}
	return req, nil
}

func readBody(res *http.Response) ([]byte, error) {
	if res.StatusCode != http.StatusOK {
		// Of an error only its words are wanted; what is longer is cut.
		return io.ReadAll(io.LimitReader(res.Body, maxError))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage+1))
	if err == nil && len(body) > maxPage {
		err = errTooLarge
	}
	return body, err
}

// endOf prefers the reason why a request was given up to what became of it.
func endOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// proxyAnswer turns a proxy's refusal to connect, which net/http reduces to its
// text, into one that can be told apart.
func proxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &errProxy{proxy: proxy.Host, status: res.StatusCode}
}

type errProxy struct {
	proxy  string
	status int
}

func (e *errProxy) Error() string {
	return fmt.Sprintf("proxy %s answers %d %s", e.proxy, e.status, http.StatusText(e.status))
}
