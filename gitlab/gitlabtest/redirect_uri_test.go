package gitlabtest

import (
	"strings"
	"testing"
)

func TestRedirectURIsMatchAsDoorkeeperHasIt(t *testing.T) {
	const new, old = "17.5.2-ee", "13.3.0-ee"
	for _, test := range []struct {
		name, version, registered, asked string
		want                             bool
	}{
		{"the same", new, "https://flow.example/cb", "https://flow.example/cb", true},
		{"another scheme", new, "https://flow.example/cb", "http://flow.example/cb", false},
		{"another host", new, "https://flow.example/cb", "https://flow.example.org/cb", false},
		{"the host in capitals", new, "https://flow.example/cb", "https://FLOW.example/cb", true},
		{"another path", new, "https://flow.example/cb", "https://flow.example/cb/", false},
		{"the path in capitals", new, "https://flow.example/cb", "https://flow.example/CB", false},
		{"another port", new, "https://flow.example/cb", "https://flow.example:8443/cb", false},
		{"the port of the scheme", new, "https://flow.example/cb", "https://flow.example:443/cb", true},
		{"a user", new, "http://127.0.0.1/cb", "http://mallory@127.0.0.1/cb", false},
		{"a fragment", new, "https://flow.example/cb", "https://flow.example/cb#x", false},
		{"no host", new, "https://flow.example/cb", "https:///cb", false},
		{"nothing", new, "https://flow.example/cb", "", false},
		{"not an address", new, "https://flow.example/cb", "cb", false},

		{"loopback, any port", new, "http://127.0.0.1/callback", "http://127.0.0.1:51234/callback", true},
		{"loopback, another port than registered", new, "http://127.0.0.1:7171/callback", "http://127.0.0.1:51234/callback", true},
		{"loopback, any port, in 13.4", "13.4.0-ee", "http://127.0.0.1/callback", "http://127.0.0.1:51234/callback", true},
		{"loopback of IPv6, any port", new, "http://[::1]/callback", "http://[::1]:51234/callback", true},
		{"one loopback for another", new, "http://127.0.0.1/callback", "http://127.0.0.2/callback", false},
		{"IPv4 for IPv6", new, "http://[::1]/callback", "http://127.0.0.1/callback", false},
		{"loopback, another path", new, "http://127.0.0.1/callback", "http://127.0.0.1:51234/other", false},
		{"loopback, any port, in 13.3", old, "http://127.0.0.1/callback", "http://127.0.0.1:51234/callback", false},
		{"loopback, a fixed port, in 13.3", old, "http://127.0.0.1:7171/callback", "http://127.0.0.1:7171/callback", true},
		{"loopback, a fixed port, in 9.0", "9.0.0", "http://127.0.0.1:7171/callback", "http://127.0.0.1:7171/callback", true},
		{"localhost is no loopback", new, "http://localhost/callback", "http://localhost:51234/callback", false},
		{"localhost as registered", new, "http://localhost:7171/callback", "http://localhost:7171/callback", true},
		{"localhost for 127.0.0.1", new, "http://localhost:7171/callback", "http://127.0.0.1:7171/callback", false},
		{"an address that is no loopback", new, "http://10.0.0.1/callback", "http://10.0.0.1:51234/callback", false},

		{"a query where none was registered", new, "https://flow.example/cb", "https://flow.example/cb?a=1", true},
		{"the registered query in another order", new, "https://flow.example/cb?a=1&b=2", "https://flow.example/cb?b=2&a=1", true},
		{"more than the registered query", new, "https://flow.example/cb?a=1", "https://flow.example/cb?a=1&b=2", false},
		{"without the registered query", new, "https://flow.example/cb?a=1", "https://flow.example/cb", false},

		{"the second of several", new, "http://127.0.0.1/callback\nhttps://flow.example/cb", "https://flow.example/cb", true},
		{"none of several", new, "http://127.0.0.1/callback\nhttps://flow.example/cb", "https://flow.example/callback", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := parseRelease(test.version)
			if err != nil {
				t.Fatal(err)
			}
			a := Application{Redirects: strings.Split(test.registered, "\n")}
			if got := a.mayRedirect(r, test.asked); got != test.want {
				t.Errorf("registered %q, asked %q: %v", test.registered, test.asked, got)
			}
		})
	}
}

func TestTheTokenEndpointWantsTheSameRedirectURI(t *testing.T) {
	s := demo(t, "")
	code := s.code(t)
	s.exchange(t, code, "redirect_uri", "http://127.0.0.1:7172/callback").refused(t, 400, "invalid_grant")
	s.exchange(t, code, "redirect_uri", "").refused(t, 400, "invalid_request")
	if r := s.exchange(t, code); r.status != 200 {
		t.Errorf("status %d: %s", r.status, r.body)
	}
}
