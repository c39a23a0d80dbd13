package gitlab

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"flow"
)

const (
	// Bytes of an answer, unpacked. 100 projects take half a megabyte.
	maxPage   = 32 << 20 // of a page of a walk
	maxAnswer = 8 << 20  // of any other
	maxError  = 64 << 10 // of one that is read for its words only

	walkFactor  = 6 // times Options.Timeout may pass until a page of a walk begins
	wholeFactor = 3 // times that until an answer is complete
)

// A request is one call to a GitLab. Its address is always built from the base
// URL: no address that a server sends, in a Link or a redirect, is used without
// being checked against it.
type request struct {
	method string // "" means GET
	site
	path    string // below the base URL, such as /api/v4/version
	query   url.Values
	token   flow.Secret   // none for an anonymous call
	bearer  bool          // the token is that of a sign-in, not one that a user made
	body    string        // JSON
	form    string        // in place of body: a form, encoded
	secrets []flow.Secret // what else is sent in secret, or was before
	raw     bool          // the answer is tokens: nothing in it is hidden from who asked
	patient bool          // a page of a walk, or what may not get lost: it may take long
	into    *bytes.Buffer // what an answer is read into; nil: a room of its own

	once  bool  // it is not tried again
	still bool  // a redirect is an answer: it is not followed
	on    *road // in place of the one that requests of a network share

	passage *passage // how far it came, the last time that it was sent
}

func (r *request) verb() string {
	if r.method == "" {
		return http.MethodGet
	}
	return r.method
}

// kind names requests that take a server about as long.
func (r *request) kind() string {
	if r.query.Get("simple") == "" {
		return r.path
	}
	return r.path + " simple"
}

func (r *request) address() (*url.URL, error) {
	at := r.base.At(r.path)
	if len(r.query) > 0 {
		at += "?" + r.query.Encode()
	}
	return url.Parse(at)
}

// most is how many bytes of an answer are read.
func (r *request) most() int64 {
	if r.patient {
		return maxPage
	}
	return maxAnswer
}

// An answer is a response that was read to its end.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	at      *url.URL      // who answered, after redirects
	took    time.Duration // until the last byte
	served  time.Duration // the same, from when there was a connection
	arrived time.Time     // when its header was there
	tries   int           // how often it was asked for

	tls         uint16            // TLS version; 0 over plain http
	certificate *x509.Certificate // the server's own; nil likewise

	of *request // that it answers
}

// errSlow ends a request that takes longer than it may.
type errSlow struct{ after time.Duration }

func (e errSlow) Error() string { return "no answer for " + seconds(e.after) }

// errTooLarge ends one whose answer is longer than it may be, in bytes.
type errTooLarge int64

func (e errTooLarge) Error() string {
	return fmt.Sprintf("the answer is larger than %d bytes", int64(e))
}

// send sends a request once, to the address given, and follows nothing: the
// round trip is used without net/http's client, which takes PRIVATE-TOKEN along
// to wherever a redirect points.
func (c *Client) send(parent context.Context, r *request, to *url.URL) (a answer, err error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	wait := c.options.Timeout
	if r.patient {
		wait *= walkFactor
	}
	slow := time.AfterFunc(wait, func() { cancel(errSlow{wait}) })
	defer func() { slow.Stop() }()

	way := r.on
	if way == nil {
		if way, err = c.roads.through(r.network, c.options); err != nil {
			return answer{}, err
		}
	}
	r.passage = &passage{}
	req, err := c.newRequest(r.passage.watch(ctx), r, to)
	if err != nil {
		return answer{}, err
	}
	if r.passage.through, err = way.choose(req); err != nil {
		return answer{}, err
	}
	start := time.Now()
	res, err := way.RoundTrip(req)
	if err != nil {
		return answer{}, endOf(ctx, err)
	}
	defer res.Body.Close()
	whole := wait * wholeFactor
	slow.Stop()
	slow = time.AfterFunc(whole, func() { cancel(errSlow{whole}) })

	a = answer{status: res.StatusCode, header: res.Header, at: to, arrived: c.options.Now(), of: r}
	if res.TLS != nil && len(res.TLS.PeerCertificates) > 0 {
		a.tls, a.certificate = res.TLS.Version, res.TLS.PeerCertificates[0]
	}
	if a.body, err = readBody(res, r.most(), r.into); err != nil {
		return answer{}, endOf(ctx, err)
	}
	a.took = time.Since(start)
	a.served = r.passage.lasted()
	a.forgetInHeader(r.sent())
	if !r.raw {
		a.forgetInBody(r.sent())
	}
	return a, nil
}

// sent lists the secrets in a request, those in a form also as they are encoded
// there.
func (r *request) sent() []flow.Secret {
	list := append([]flow.Secret{r.token}, append(r.site.secrets(), r.secrets...)...)
	list = append(list, r.passage.secrets()...)
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

// clean makes a line of at most n characters of a server's text, fit to be
// shown. Control characters go first, since a token may stand apart by one, and
// the cut comes last, so that no half of a token is left.
func clean(redact func(string) string, text string, n int) string {
	return flow.CleanLine(redact(flow.Clean(text)), n)
}

// told is clean for the words of an answer.
func (a answer) told(text string, n int) string {
	if a.of == nil {
		return flow.CleanLine(text, n)
	}
	return clean(a.of.redact, text, n)
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

// readBody reads an answer, as it is when unpacked. Of an error only its words
// are wanted; what is longer is cut.
func readBody(res *http.Response, most int64, into *bytes.Buffer) ([]byte, error) {
	if res.StatusCode >= http.StatusMultipleChoices {
		return io.ReadAll(io.LimitReader(res.Body, maxError))
	}
	if into == nil {
		into = &bytes.Buffer{}
	}
	into.Reset()
	_, err := into.ReadFrom(io.LimitReader(res.Body, most+1))
	if err == nil && int64(into.Len()) > most {
		err = errTooLarge(most)
	}
	return into.Bytes(), err
}

// endOf prefers the reason why a request was given up to what became of it.
func endOf(ctx context.Context, err error) error {
	var large errTooLarge
	if cause := context.Cause(ctx); cause != nil && !errors.As(err, &large) {
		return cause
	}
	return err
}
