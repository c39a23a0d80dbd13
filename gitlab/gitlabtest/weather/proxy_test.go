package weather_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func proxy(t *testing.T, o weather.ProxyOptions) *weather.Proxy {
	t.Helper()
	return open(t, func() (*weather.Proxy, error) { return weather.StartProxy(o) })
}

// known is a GitLab over https that only the proxy finds, as gitlab.example.com.
func known(t *testing.T) (*weather.Site, weather.Hosts) {
	t.Helper()
	s := site(t, gitlabtest.Options{}, weather.Options{TLS: weather.WrongName("gitlab.example.com")})
	return s, weather.Hosts{"gitlab.example.com": s.Front.Addr()}
}

const behindProxy = "https://gitlab.example.com/api/v4/user"

func TestATunnelShowsOnlyTheHost(t *testing.T) {
	s, hosts := known(t)
	for _, secured := range []*weather.TLS{nil, {}} {
		p := proxy(t, weather.ProxyOptions{Hosts: hosts, TLS: secured})
		tr := through(t, transport(t, append(s.CA(), p.CA()...)), p.URL())
		for range 2 {
			if got, err := try(tr, behindProxy); err != nil || got.status != 200 {
				t.Fatalf("%d, %v", got.status, err)
			}
		}
		want := weather.Request{Method: "CONNECT", Host: "gitlab.example.com:443", Status: 200}
		if seen := p.Requests(); len(seen) != 2 || !same(seen[0], want) {
			t.Errorf("the proxy saw %+v", seen)
		}
		if secured != nil {
			conn, err := tls.Dial("tcp", p.Addr(), &tls.Config{RootCAs: pool(p.CA()), NextProtos: []string{"h2", "http/1.1"}})
			if err != nil || conn.ConnectionState().NegotiatedProtocol != "http/1.1" {
				t.Fatalf("the proxy speaks %v, %v", conn, err)
			}
			conn.Close()
		}
		if strings.HasPrefix(p.URL(), "https:") != (secured != nil) || (p.CA() == nil) != (secured == nil) {
			t.Errorf("the proxy is at %s", p.URL())
		}
	}
	if len(s.Requests()) != 4 {
		t.Errorf("GitLab saw %d requests", len(s.Requests()))
	}
}

func same(a, b weather.Request) bool {
	return a.Method == b.Method && a.Host == b.Host && a.Path == b.Path && a.Status == b.Status && slices.Equal(a.Secrets, b.Secrets)
}

func TestPlainRequestsPassInTheClear(t *testing.T) {
	s := demo(t, gitlabtest.Options{})
	p := proxy(t, weather.ProxyOptions{Hosts: weather.Hosts{"gitlab.example.com:80": strings.TrimPrefix(s.URL(), "http://")}})
	got, err := try(through(t, transport(t, nil), p.URL()), "http://gitlab.example.com/api/v4/projects/acme%2Fplatform%2Fapi?a=1")
	if err != nil || got.status != 200 {
		t.Fatalf("%d, %v", got.status, err)
	}
	want := weather.Request{Method: "GET", Host: "gitlab.example.com", Path: "/api/v4/projects/acme%2Fplatform%2Fapi", Status: 200, Secrets: []string{"PRIVATE-TOKEN"}}
	if seen := p.Requests(); len(seen) != 1 || !same(seen[0], want) {
		t.Errorf("the proxy saw %+v", seen)
	}
}

func TestAProxyThatWantsAPassword(t *testing.T) {
	s, hosts := known(t)
	p := proxy(t, weather.ProxyOptions{Hosts: hosts, User: "ana", Password: "s3cret:/@"})
	for _, test := range []struct {
		name, address string
		passes        bool
	}{
		{"none", p.URL(), false},
		{"wrong password", p.URLAs("ana", "guess"), false},
		{"wrong user", p.URLAs("bob", "s3cret:/@"), false},
		{"right", p.URLAs("ana", "s3cret:/@"), true},
	} {
		var refusal *http.Response
		tr := through(t, transport(t, s.CA()), test.address)
		tr.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			refusal = res
			return nil
		}
		got, err := try(tr, behindProxy)
		if test.passes != (err == nil && got.status == 200) {
			t.Errorf("%s: %d, %v", test.name, got.status, err)
		}
		if !test.passes && (refusal.StatusCode != 407 || !strings.HasPrefix(refusal.Header.Get("Proxy-Authenticate"), "Basic realm=")) {
			t.Errorf("%s: refused with %d, %v", test.name, refusal.StatusCode, refusal.Header)
		}
	}
	plain, err := try(through(t, transport(t, nil), p.URL()), "http://gitlab.example.com/")
	if err != nil || plain.status != 407 {
		t.Errorf("plain: %d, %v", plain.status, err)
	}
	last := p.Requests()[3]
	if last.Status != 200 || !slices.Equal(last.Secrets, []string{"Proxy-Authorization"}) {
		t.Errorf("the one that passed: %+v", last)
	}
	// What is the proxy's stays with the proxy.
	var seen http.Header
	behind := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header }), weather.Options{})
	if _, err := try(through(t, transport(t, nil), p.URLAs("ana", "s3cret:/@")), behind.URL()); err != nil || seen.Get("Proxy-Authorization") != "" || seen.Get("PRIVATE-TOKEN") == "" {
		t.Errorf("the server behind got %v, %v", seen, err)
	}
}

func TestAProxyRefuses(t *testing.T) {
	for _, status := range []int{403, 502, 503, 504} {
		p := proxy(t, weather.ProxyOptions{Refuse: status})
		for _, address := range []string{behindProxy, "http://gitlab.example.com/"} {
			got, err := try(through(t, transport(t, nil), p.URL()), address)
			secured := strings.HasPrefix(address, "https:")
			if secured && (err == nil || !strings.Contains(err.Error(), http.StatusText(status))) || !secured && (err != nil || got.status != status) {
				t.Errorf("%d for %s: %d, %v", status, address, got.status, err)
			}
		}
		if seen := p.Requests(); len(seen) != 2 || seen[0].Status != status || seen[1].Status != status {
			t.Errorf("%+v", seen)
		}
	}
	here := serve(t, hello, weather.Options{}).Addr()
	for name, reason := range map[string]string{
		"gitlab.example.com": "ERR_DNS_FAIL",
		strings.Replace(here, "127.0.0.1", "LOCALHOST", 1): "ERR_DNS_FAIL", // this machine knows it, the proxy does not
		open(t, weather.ClosedPort).Addr():                 "ERR_CONNECT_FAIL",
	} {
		got, err := try(through(t, transport(t, nil), proxy(t, weather.ProxyOptions{}).URL()), "http://"+name+"/")
		if err != nil || got.status != 503 || !strings.HasPrefix(got.header.Get("X-Squid-Error"), reason) {
			t.Errorf("%s: %d %q, %v", name, got.status, got.header.Get("X-Squid-Error"), err)
		}
	}
	if got := get(t, proxy(t, weather.ProxyOptions{}).URL()+"/"); got.status != 400 {
		t.Errorf("a request to the proxy itself: %d", got.status)
	}
}

func TestAProxyHangs(t *testing.T) {
	p := proxy(t, weather.ProxyOptions{Hang: true})
	for _, address := range []string{behindProxy, "http://gitlab.example.com/"} {
		ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := through(t, transport(t, nil), p.URL()).RoundTrip(must(t, address).WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", address, err)
		}
		leave()
	}
}

func TestAProxyThatInspectsTLS(t *testing.T) {
	s, hosts := known(t)
	company, err := weather.NewAuthority("Acme Inspection CA")
	if err != nil {
		t.Fatal(err)
	}
	p := proxy(t, weather.ProxyOptions{Hosts: hosts, Inspect: company})
	if got, err := try(through(t, transport(t, company.PEM()), p.URL()), behindProxy); err != nil || got.status != 200 {
		t.Fatalf("%d, %v", got.status, err)
	}
	want := []weather.Request{
		{Method: "CONNECT", Host: "gitlab.example.com:443", Status: 200},
		{Method: "GET", Host: "gitlab.example.com", Path: "/api/v4/user", Status: 200, Secrets: []string{"PRIVATE-TOKEN"}},
	}
	if seen := p.Requests(); !slices.EqualFunc(seen, want, same) {
		t.Errorf("the proxy saw %+v", seen)
	}
	_, err = try(through(t, transport(t, s.CA()), p.URL()), behindProxy)
	var refused *tls.CertificateVerificationError
	if !errors.As(err, &refused) || refused.UnverifiedCertificates[0].Issuer.CommonName != "Acme Inspection CA" {
		t.Errorf("who trusts only the GitLab's authority: %v", err)
	}
	// An address instead of a name: no name is sent in the handshake.
	if got, err := try(through(t, transport(t, company.PEM()), p.URL()), s.Front.URL()+"/api/v4/user"); err != nil || got.status != 200 {
		t.Errorf("by its address: %d, %v", got.status, err)
	}
}

func TestSOCKS(t *testing.T) {
	s, hosts := known(t)
	for _, test := range []struct {
		name    string
		options weather.SOCKSOptions
		user    string // in place of the right one
		host    string
		status  int // in the journal; 0 is no entry
		fails   string
	}{
		{"open", weather.SOCKSOptions{Hosts: hosts}, "", "gitlab.example.com:443", 200, ""},
		{"with a password", weather.SOCKSOptions{Hosts: hosts, User: "ana", Password: "s3cret"}, "", "gitlab.example.com:443", 200, ""},
		{"with a wrong one", weather.SOCKSOptions{Hosts: hosts, User: "ana", Password: "s3cret"}, "bob", "gitlab.example.com:443", 0, "authentication failed"},
		{"without one", weather.SOCKSOptions{Hosts: hosts, User: "ana", Password: "s3cret"}, "none", "gitlab.example.com:443", 0, "no acceptable authentication"},
		{"refuses", weather.SOCKSOptions{Refuse: 2}, "", "gitlab.example.com:443", 403, "not allowed"},
		{"no such host", weather.SOCKSOptions{}, "", "gitlab.example.com:443", 502, "host unreachable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := open(t, func() (*weather.SOCKS, error) { return weather.StartSOCKS(test.options) })
			address := p.URL()
			switch test.user {
			case "bob":
				address = strings.Replace(address, "ana:", "bob:", 1)
			case "none":
				address = strings.Replace(address, "ana:s3cret@", "", 1)
			}
			got, err := try(through(t, transport(t, s.CA()), address), "https://"+strings.TrimSuffix(test.host, ":443")+"/api/v4/user")
			if test.fails == "" && (err != nil || got.status != 200) || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
				t.Errorf("%d, %v", got.status, err)
			}
			seen := p.Requests()
			if test.status == 0 && len(seen) != 0 || test.status != 0 && (len(seen) != 1 || !same(seen[0], weather.Request{Method: "CONNECT", Host: test.host, Status: test.status})) {
				t.Errorf("the proxy saw %+v", seen)
			}
		})
	}
	p := open(t, func() (*weather.SOCKS, error) { return weather.StartSOCKS(weather.SOCKSOptions{}) })
	if got, err := try(through(t, transport(t, nil), p.URL()), serve(t, hello, weather.Options{}).URL()); err != nil || got.status != 200 {
		t.Errorf("by an address: %d, %v", got.status, err)
	}
}

// A tunnel in use is cut when its proxy closes, and the client hears of it.
func TestClosingAProxyCutsItsTunnels(t *testing.T) {
	type running interface {
		URL() string
		Close()
	}
	for name, start := range map[string]func() (running, error){
		"http":  func() (running, error) { return weather.StartProxy(weather.ProxyOptions{}) },
		"socks": func() (running, error) { return weather.StartSOCKS(weather.SOCKSOptions{}) },
	} {
		// A server that does not mind that its client has gone.
		behind, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer behind.Close()
		p := open(t, start)
		tr := through(t, transport(t, nil), p.URL())
		done := make(chan error)
		go func() {
			_, err := try(tr, "https://"+behind.Addr().String())
			done <- err
		}()
		reached, err := behind.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer reached.Close()
		p.Close()
		if err := <-done; err == nil {
			t.Errorf("%s: an answer came", name)
		}
	}
}
