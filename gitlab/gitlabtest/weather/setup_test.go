package weather_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// open starts something that ends with the test.
func open[S interface{ Close() }](t testing.TB, start func() (S, error)) S {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func serve(t testing.TB, h http.Handler, o weather.Options) *weather.Server {
	t.Helper()
	return open(t, func() (*weather.Server, error) { return weather.Serve(h, o) })
}

// demo is a GitLab without anything in front.
func demo(t testing.TB, o gitlabtest.Options) *gitlabtest.Server {
	t.Helper()
	return open(t, func() (*gitlabtest.Server, error) { return gitlabtest.Start(gitlabtest.Demo(time.Now()), o) })
}

// site is a GitLab behind fronts.
func site(t testing.TB, g gitlabtest.Options, o weather.Options, fronts ...weather.Front) *weather.Site {
	t.Helper()
	return open(t, func() (*weather.Site, error) {
		return weather.GitLab(gitlabtest.Demo(time.Now()), g, o, fronts...)
	})
}

// hello answers everything.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello from "+r.URL.EscapedPath()) })

// transport is net/http's, without connections that are used twice: on those
// Go repeats a GET by itself.
func transport(t testing.TB, trust []byte) *http.Transport {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool(trust)}}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func pool(trust []byte) *x509.CertPool {
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(trust)
	return p
}

type reply struct {
	status int
	header http.Header
	body   string
}

// try sends one GET with the demo's token and follows nothing.
func try(tr *http.Transport, address string) (reply, error) {
	return send(tr, "GET", address)
}

func send(tr *http.Transport, method, address string) (reply, error) {
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("PRIVATE-TOKEN", gitlabtest.DemoToken)
	res, err := tr.RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text)}, err
}

func get(t testing.TB, address string) reply {
	t.Helper()
	r, err := try(transport(t, nil), address)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// has fails unless every text is in the body.
func (r reply) has(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.body, text) {
			t.Errorf("status %d lacks %q: %.300s", r.status, text, r.body)
		}
	}
}

func (r reply) rows(t testing.TB) []map[string]any {
	t.Helper()
	var rows []map[string]any
	if err := json.Unmarshal([]byte(r.body), &rows); err != nil {
		t.Fatalf("status %d, no list: %v: %.300s", r.status, err, r.body)
	}
	return rows
}

func through(t testing.TB, tr *http.Transport, proxy string) *http.Transport {
	t.Helper()
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	tr.Proxy = http.ProxyURL(u)
	return tr
}

// drain reads an answer to its end, without which its connection is not used
// again.
func drain(t testing.TB, res *http.Response) {
	t.Helper()
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Error(err)
	}
}
