package gitlab_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

const (
	proxied  = "https://gitlab.example.com" // known to the proxies of these tests only
	password = "proxy p%ss/w@rd"
)

// hidden is a GitLab that only proxies know by name.
func hidden(t *testing.T) (*weather.Site, weather.Hosts) {
	t.Helper()
	s := behind(t, gitlabtest.Options{ExternalURL: proxied}, weather.Options{TLS: &weather.TLS{Hosts: []string{"gitlab.example.com"}}})
	return s, weather.Hosts{"gitlab.example.com": s.Front.Addr()}
}

func TestAProxyLeadsThere(t *testing.T) {
	s, hosts := hidden(t)
	plain := start(t, gitlabtest.Demo(today), gitlabtest.Options{ExternalURL: "http://plain.example.com"})
	hosts["plain.example.com"] = strings.TrimPrefix(plain.URL(), "http://")
	open := withProxy(t, weather.ProxyOptions{Hosts: hosts})
	guarded := withProxy(t, weather.ProxyOptions{Hosts: hosts, User: "ana", Password: password})
	secured := withProxy(t, weather.ProxyOptions{Hosts: hosts, TLS: &weather.TLS{}, User: "ana", Password: password})
	authority, err := weather.NewAuthority("Acme Inspection CA")
	if err != nil {
		t.Fatal(err)
	}
	inspecting := withProxy(t, weather.ProxyOptions{Hosts: hosts, Inspect: authority})
	socks := opened(t, func() (*weather.SOCKS, error) { return weather.StartSOCKS(weather.SOCKSOptions{Hosts: hosts}) })
	closed := opened(t, func() (*weather.SOCKS, error) {
		return weather.StartSOCKS(weather.SOCKSOptions{Hosts: hosts, User: "ana", Password: password})
	})
	for _, test := range []struct {
		name, base, proxy string
		ca                []byte
		requests          func() []weather.Request
	}{
		{"http", proxied, open.URL(), s.CA(), open.Requests},
		{"with a password", proxied, guarded.URLAs("ana", password), s.CA(), guarded.Requests},
		{"https", proxied, secured.URLAs("ana", password), append(s.CA(), secured.CA()...), secured.Requests},
		{"one that reads along", proxied, inspecting.URL(), authority.PEM(), inspecting.Requests},
		{"SOCKS", proxied, socks.URL(), s.CA(), socks.Requests},
		{"SOCKS with a password", proxied, closed.URL(), s.CA(), closed.Requests},
		{"plain http", "http://plain.example.com", open.URL(), nil, open.Requests},
		{"plain http with a password", "http://plain.example.com", guarded.URLAs("ana", password), nil, guarded.Requests},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := by(t, test.proxy)
			n.Authorities, n.PlainHTTP = string(test.ca), true
			r := testOver(t, test.base, n)
			u, _ := url.Parse(test.proxy)
			proxy := r.Check(flow.CheckProxy)
			if !r.Passed() || proxy.Status != flow.OK || proxy.Text != u.Host+" leads there" || proxy.Took <= 0 {
				t.Errorf("%s", lines(r))
			}
			for _, name := range []string{flow.CheckDNS, flow.CheckTCP} {
				if c := r.Check(name); c.Status != flow.Skipped {
					t.Errorf("%+v", c)
				}
			}
			if len(test.requests()) == 0 {
				t.Error("nothing came by the proxy")
			}
			for _, r := range test.requests() {
				for _, secret := range r.Secrets {
					// Whoever opens TLS, or takes plain http, reads the token: that is what
					// trusting its certificate, or accepting http, means.
					if secret != "Proxy-Authorization" && !strings.Contains(test.name, "reads along") && !strings.Contains(test.name, "plain") {
						t.Errorf("the proxy was shown %s", secret)
					}
				}
			}
		})
	}
}

func TestAProxyFailsInItsOwnWords(t *testing.T) {
	s, hosts := hidden(t)
	plain := "http://plain.example.com"
	start := func(o weather.ProxyOptions) func(*testing.T) string {
		return func(t *testing.T) string { return withProxy(t, o).URL() }
	}
	as := func(user, password string, o weather.ProxyOptions) func(*testing.T) string {
		return func(t *testing.T) string { return withProxy(t, o).URLAs(user, password) }
	}
	socks := func(user string, o weather.SOCKSOptions) func(*testing.T) string {
		return func(t *testing.T) string {
			s := opened(t, func() (*weather.SOCKS, error) { return weather.StartSOCKS(o) })
			return "socks5://" + user + s.Addr()
		}
	}
	port := func(scheme string, start func() (*weather.Port, error)) func(*testing.T) string {
		return func(t *testing.T) string { return opened(t, start).URL(scheme) }
	}
	authority, err := weather.NewAuthority("Acme Inspection CA")
	if err != nil {
		t.Fatal(err)
	}
	guarded := weather.ProxyOptions{User: "ana", Password: password}
	const wants, refuses = "The proxy PROXY wants a user name and password.", "The proxy PROXY refuses its user name and password."
	notThere := func(why string) string { return "The proxy PROXY does not lead to HOST: " + why + "." }
	for _, test := range []struct {
		name, base string
		proxy      func(*testing.T) string
		cause      flow.Cause
		sentence   string
	}{
		{"wants a password", proxied, start(guarded), flow.ProxyAuth, wants},
		{"wants a password for plain http", plain, start(guarded), flow.ProxyAuth, wants},
		{"wants another password", proxied, as("ana", "wrong p%ss", guarded), flow.ProxyDenied, refuses},
		{"wants another password for plain http", plain, as("ana", "wrong p%ss", guarded), flow.ProxyDenied, refuses},
		{"SOCKS wants a password", proxied, socks("", weather.SOCKSOptions{User: "ana", Password: password}), flow.ProxyAuth, wants},
		{"SOCKS wants another password", proxied, socks("ana:wrong@", weather.SOCKSOptions{User: "ana", Password: password}), flow.ProxyDenied, refuses},
		{"forbids the host", proxied, start(weather.ProxyOptions{Refuse: 403}), flow.ProxyFailed, notThere("it does not allow that")},
		{"gets no answer", proxied, start(weather.ProxyOptions{Refuse: 504}), flow.ProxyFailed, notThere("it does not get there itself")},
		{"knows no such host", proxied, start(weather.ProxyOptions{}), flow.ProxyFailed, notThere("it knows no such host")},
		{"knows no such host, plain http", plain, start(weather.ProxyOptions{}), flow.ProxyFailed, notThere("it knows no such host")},
		{"finds nobody", proxied, start(weather.ProxyOptions{Hosts: weather.Hosts{"gitlab.example.com": "127.0.0.1:1"}}), flow.ProxyFailed, notThere("it gets no connection")},
		{"SOCKS forbids", proxied, socks("", weather.SOCKSOptions{Refuse: 2}), flow.ProxyFailed, notThere("it does not allow that")},
		{"SOCKS finds nobody", proxied, socks("", weather.SOCKSOptions{}), flow.ProxyFailed, notThere("it does not get there itself")},
		{"is not there", proxied, port("http", weather.ClosedPort), flow.ProxyFailed, notThere("it refuses the connection")},
		{"is not there, plain http", plain, port("http", weather.ClosedPort), flow.ProxyFailed, notThere("it refuses the connection")},
		{"SOCKS is not there", proxied, port("socks5", weather.ClosedPort), flow.ProxyFailed, notThere("it refuses the connection")},
		{"has no name here", proxied, func(*testing.T) string { return "http://no-such-proxy.invalid:3128" }, flow.ProxyFailed, notThere("this machine knows no host of its name")},
		{"breaks off", proxied, port("http", weather.ClosingPort), flow.ProxyFailed, notThere("it breaks the connection off")},
		{"says nothing", proxied, start(weather.ProxyOptions{Hang: true}), flow.ProxyFailed, notThere("it says nothing for 0.3 s")},
		{"is no SOCKS", proxied, port("socks5", weather.SSHPort), flow.ProxyFailed, notThere("it is no proxy, it speaks SSH")},
		{"is no proxy at all", proxied, port("http", weather.SSHPort), flow.ProxyFailed, notThere("it is no proxy, it speaks SSH")},
		{"is not trusted itself", proxied, start(weather.ProxyOptions{TLS: &weather.TLS{}}), flow.ProxyFailed, notThere("its own certificate is not trusted")},
		{"does not speak https itself", proxied, func(t *testing.T) string {
			return "https://" + withProxy(t, weather.ProxyOptions{}).Addr()
		}, flow.ProxyFailed, notThere("it does not speak https itself")},
		{"reads along", proxied, start(weather.ProxyOptions{Hosts: hosts, Inspect: authority}), flow.UnknownCA,
			`Can't trust HOST: its certificate is from "Acme Inspection CA", unknown here.`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address := test.proxy(t)
			n := by(t, address)
			n.Authorities, n.PlainHTTP = string(s.CA()), true
			u, _ := url.Parse(address)
			want := sentenceAt(test.base, strings.ReplaceAll(test.sentence, "PROXY", u.Host))
			o := gitlab.Options{Resolver: names(t, nil)}
			if strings.Contains(test.sentence, "0.3 s") {
				o.Timeout = 300 * time.Millisecond
			}
			c, _ := newClient(t, o)
			_, err := c.Find(t.Context(), test.base, n)
			f := flow.FaultOf(orNone(err))
			if f.Cause != test.cause || f.Sentence() != want {
				t.Errorf("got  %s (%s)\nwant %s\nfrom %v", f.Sentence(), f.Cause, want, f)
			}
			conn := connect(t, test.base)
			conn.Network = n
			r, err := c.Test(t.Context(), conn, nil)
			step := flow.CheckProxy
			if test.cause == flow.UnknownCA {
				step = flow.CheckTLS
			}
			if check := failed(r); err != nil || check.Name != step || check.Text+"." != want || check.Field != flow.FieldNetwork {
				t.Errorf("%s: %+v, error %v", step, check, err)
			}
			for _, text := range append(everything(f), fmt.Sprintf("%+v", r)) {
				if pass, _ := u.User.Password(); pass != "" && (strings.Contains(text, pass) || strings.Contains(text, url.QueryEscape(pass))) {
					t.Errorf("the password is in %q", text)
				}
			}
		})
	}
}

// A proxy that has led there is not at fault when the server falls silent.
func TestASilentServerBehindAProxyIsNotTheProxy(t *testing.T) {
	s, hosts := hidden(t)
	proxy := withProxy(t, weather.ProxyOptions{Hosts: hosts})
	n := by(t, proxy.URL())
	n.Authorities = string(s.CA())
	c, _ := newClient(t, gitlab.Options{Timeout: 2 * time.Second})
	if _, err := c.Find(t.Context(), proxied, n); err != nil {
		t.Fatal(err)
	}
	s.Fail(gitlabtest.Fault{Kind: gitlabtest.Hang})
	connects := len(proxy.Requests())
	_, err := c.Find(t.Context(), proxied, n)
	if f := flow.FaultOf(orNone(err)); f.Sentence() != "No answer from gitlab.example.com for 2 s." || len(proxy.Requests()) != connects {
		t.Errorf("%v, %d connections more", err, len(proxy.Requests())-connects)
	}
}

// A proxy that repeats what it was given must not bring it on screen, also where
// it comes from the environment and so is known to nobody but the transport.
func TestTheProxysPasswordIsInNoError(t *testing.T) {
	for name, echo := range map[string]func(r *http.Request) string{
		"as it is sent": func(r *http.Request) string { return r.Header.Get("Proxy-Authorization") },
		"as it is":      func(*http.Request) string { return "p%ss/w@rd-SECRET" },
		"in an address": func(*http.Request) string { return url.QueryEscape("p%ss/w@rd-SECRET") },
		"in its host":   func(*http.Request) string { return url.PathEscape("p%ss/w@rd-SECRET") },
	} {
		proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintf(w, "<html><title>%s</title>", echo(r))
		})
		address, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		address.User = url.UserPassword("ana", "p%ss/w@rd-SECRET")
		c, _ := newClient(t, gitlab.Options{Proxy: http.ProxyURL(address)})
		conn := connect(t, "http://plain.example.com")
		conn.Network.PlainHTTP = true
		_, err = c.Find(t.Context(), "http://plain.example.com", conn.Network)
		for _, text := range append(everything(err), reportOf(t, c, conn)...) {
			if strings.Contains(text, "SECRET") || strings.Contains(text, "U0VDUkVU") || strings.Contains(text, "TRUNSRV") || strings.Contains(text, "YW5hOn") {
				t.Errorf("%s: the password is in %q", name, text)
			}
		}
	}
	c, _ := newClient(t, gitlab.Options{Proxy: func(*http.Request) (*url.URL, error) {
		return nil, fmt.Errorf("invalid proxy address %q", "http://ana:SECRET@:::")
	}})
	err := findError(c, proxied)
	for _, text := range append(everything(err), reportOf(t, c, connect(t, proxied))...) {
		if strings.Contains(text, "SECRET") {
			t.Errorf("the password is in %q", text)
		}
	}
	if f := flow.FaultOf(orNone(err)); f.Cause != flow.BadProxy {
		t.Errorf("error %v", err)
	}
}

// net/http reads the environment once for a process, so what it says is seen by
// another process only.
func TestTheEnvironmentNamesTheProxy(t *testing.T) {
	if base := os.Getenv("FLOW_TEST_FIND"); base != "" {
		c := gitlab.New(gitlab.Options{Resolver: names(t, nil), Timeout: 5 * time.Second})
		defer c.Close()
		_, err := c.Find(t.Context(), base, flow.Network{Authorities: os.Getenv("FLOW_TEST_CA"), Proxy: os.Getenv("FLOW_TEST_PROXY")})
		fmt.Printf("found: %v\n", flow.FaultOf(orNone(err)).Sentence())
		return
	}
	s, hosts := hidden(t)
	proxy := withProxy(t, weather.ProxyOptions{Hosts: hosts, User: "ana", Password: password})
	other := withProxy(t, weather.ProxyOptions{Hosts: hosts})
	find := func(environment ...string) string {
		t.Helper()
		run := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestTheEnvironmentNamesTheProxy$", "-test.v")
		run.Env = append(os.Environ(), append([]string{"FLOW_TEST_FIND=" + proxied, "FLOW_TEST_CA=" + string(s.CA()), "HTTPS_PROXY=", "https_proxy=", "NO_PROXY=", "no_proxy="}, environment...)...)
		out, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, said, _ := strings.Cut(string(out), "found: ")
		said, _, _ = strings.Cut(said, "\n")
		return said
	}
	const well, unknown = "no error.", "Can't find gitlab.example.com: this machine knows no such host."
	address := "HTTPS_PROXY=" + proxy.URLAs("ana", password)
	for _, test := range []struct {
		name string
		env  []string
		want string
	}{
		{"none", nil, unknown},
		{"HTTPS_PROXY", []string{address}, well},
		{"https_proxy", []string{"https_proxy=" + proxy.URLAs("ana", password)}, well},
		{"HTTPS_PROXY without a password", []string{"HTTPS_PROXY=" + proxy.URL()}, "The proxy " + proxy.Addr() + " wants a user name and password."},
		{"NO_PROXY", []string{address, "NO_PROXY=.example.com"}, unknown},
		{"NO_PROXY for others", []string{address, "NO_PROXY=internal.example.com,10.0.0.0/8"}, well},
		{"a proxy of its own", []string{"HTTPS_PROXY=http://127.0.0.1:1", "FLOW_TEST_PROXY=" + other.URL()}, well},
		{"none of its own", []string{address, "FLOW_TEST_PROXY=" + flow.NoProxy}, unknown},
	} {
		if got := find(test.env...); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
