package gitlab_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// today is the day on which all tests happen.
var today = time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)

// waits records how long a client would have waited.
type waits struct {
	mu   sync.Mutex
	list []time.Duration
}

func (w *waits) sleep(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, d)
	return ctx.Err()
}

// newClient returns a client that never really waits for another try.
func newClient(t *testing.T, o gitlab.Options) (*gitlab.Client, *waits) {
	t.Helper()
	w := &waits{}
	o.Sleep = w.sleep
	if o.Now == nil {
		o.Now = func() time.Time { return today }
	}
	c := gitlab.New(o)
	t.Cleanup(c.Close)
	return c, w
}

// start plays a GitLab.
func start(t *testing.T, c *gitlabtest.Company, o gitlabtest.Options) *gitlabtest.Server {
	t.Helper()
	o.Now = func() time.Time { return today }
	s, err := gitlabtest.Start(c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// serve plays a server that is no GitLab, or a hostile one.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

const secret = "glpat-SECRET-that-must-not-be-seen"

// connect is a connection to a server, with the demo company's token.
func connect(t *testing.T, url string) flow.Connection {
	return connectAs(t, url, gitlabtest.DemoToken)
}

func connectAs(t *testing.T, url, token string) flow.Connection {
	t.Helper()
	base, err := flow.ParseBaseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return flow.Connection{BaseURL: base, Token: flow.NewSecret(token)}
}

// through sends every request through one proxy, loopback or not.
func through(proxy string) func(*http.Request) (*url.URL, error) {
	return func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
}

// orNone makes a missing error one that can be looked at.
func orNone(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return err
}

// everything is all that can be told of an error.
func everything(err error) []string {
	f := flow.FaultOf(orNone(err))
	return []string{fmt.Sprintf("%v %+v %#v", err, err, err), f.Error(), f.Sentence(), f.Next(), f.Says, f.Detail}
}

// reportOf is all that a test tells.
func reportOf(t *testing.T, c *gitlab.Client, conn flow.Connection) []string {
	t.Helper()
	var told []string
	report, err := c.Test(context.Background(), conn, func(check flow.Check) { told = append(told, fmt.Sprintf("%+v", check)) })
	if err != nil {
		t.Error(err)
	}
	return append(told, fmt.Sprintf("%+v", report))
}

// trusting returns the authority of a server's certificate.
func trusting(s *gitlabtest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CA())
	return pool
}

func findError(c *gitlab.Client, address string) error {
	_, err := c.Find(context.Background(), address, flow.Network{})
	return err
}

// sentenceAt is a sentence with the host of an address in place of HOST, its
// name alone in place of NAME and its port in place of PORT.
func sentenceAt(address, sentence string) string {
	u, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	return strings.NewReplacer("HOST", u.Host, "NAME", u.Hostname(), "PORT", u.Port()).Replace(sentence)
}

// direct uses no proxy, whatever the environment says.
func direct(*http.Request) (*url.URL, error) { return nil, nil }
